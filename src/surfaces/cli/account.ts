import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import type { SignInLink } from '../http/account.ts';
import type { TokenInfo } from '../ports.ts';
import { dataFolder, tokenFile } from './connect.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT, type Io } from './io.ts';
import { relative, table, when } from './print.ts';

/** What is done in the database itself, without a server. */
export type InDatabase = {
  signInLink(person: string): Promise<SignInLink>;
  /** Throws at once when there is no such person, or no database here. */
  passwordSetter(person: string): Promise<(password: string) => Promise<void>>;
};

/** Shorter ones are soon found by whoever has stolen the hashes. */
const PASSWORD_CHARS_MIN = 12;

export function accountCommands(program: Command, cli: Cli, inDatabase: InDatabase): void {
  program
    .command('whoami')
    .description('who this token acts as, and what it may do')
    .addHelpText('after', examples('tocsin whoami'))
    .action(async (_: unknown, command: Command) => {
      const me = await cli
        .client()
        .get<{ person: { id: string; name: string; roles: string[] }; may: string[] }>('/api/me');
      cli.show(command, me, () => {
        const { name, id, roles } = me.person;
        return `${name} (${id})\n  roles  ${roles.join(', ') || 'none'}\n  may    ${me.may.join(', ')}`;
      });
    });

  program
    .command('sign-in')
    .option('--person <id>', 'for whom; yourself by default')
    .description('make a one-time link that signs a browser in (administrators)')
    .addHelpText('after', examples('tocsin sign-in', 'tocsin sign-in --person mara-lindqvist'))
    .action(async ({ person }: { person?: string }, command: Command) => {
      const link = isOnServer(cli.io)
        ? await inDatabase.signInLink(person ?? nobodyNamed())
        : await cli.client().post<SignInLink>('/api/sign-in-links', person ? { person } : {});
      cli.show(
        command,
        link,
        () => `${link.url}\nSigns in ${link.person}, once, until ${when(link.expiresAt, cli.io.now())}.`,
      );
    });

  passwordCommand(program, cli, inDatabase);
  tokens(program.command('token').description('API tokens for this command line, scripts and monitors'), cli);
}

function passwordCommand(program: Command, cli: Cli, inDatabase: InDatabase): void {
  program
    .command('password')
    .requiredOption('--person <id>', 'whose')
    .description('set the password of a person, in the database itself; asks for it, or reads one line')
    .addHelpText(
      'after',
      examples('tocsin password --person mara-lindqvist', 'tocsin password --person mara-lindqvist < password.txt'),
    )
    .action(async ({ person }: { person: string }, command: Command) => {
      const { io } = cli;
      if (io.env.TOCSIN_URL && !io.env.DATABASE_URL)
        throw new CliError(
          EXIT.usage,
          'A password is set in the database, not through TOCSIN_URL.',
          'Run this where the server runs, with its DATABASE_URL.',
        );
      const setPassword = await inDatabase.passwordSetter(person);
      const password = await io.secret(`New password of ${person}, not shown: `);
      if ([...password].length < PASSWORD_CHARS_MIN)
        throw new CliError(
          EXIT.usage,
          `A password needs ${PASSWORD_CHARS_MIN} characters or more.`,
          'Nothing was changed. Four unrelated words are long, and easy to keep in mind.',
        );
      if (io.interactive && (await io.secret('The same once more: ')) !== password)
        throw new CliError(EXIT.usage, 'These two are not the same.', 'Nothing was changed. Try again.');
      await setPassword(password);
      cli.show(
        command,
        { person },
        () => `The password of ${person} is set. Whoever was signed in as ${person} is signed out.`,
      );
    });
}

/** On the machine of a production server there is a database, and at first nobody with a token. */
const isOnServer = (io: Io): boolean =>
  Boolean(io.env.DATABASE_URL) && !io.env.TOCSIN_URL && !existsSync(join(dataFolder(io), 'running.json'));

function nobodyNamed(): never {
  throw new CliError(EXIT.usage, 'Say for whom: nobody is signed in here.', 'tocsin sign-in --person mara-lindqvist');
}

function tokens(token: Command, cli: Cli): void {
  token
    .command('create')
    .argument('<name>', 'what it is for')
    .addOption(
      new Option('--scope <scope>', 'alerts: may only send alerts (administrators)')
        .choices(['person', 'alerts'])
        .default('person'),
    )
    .option('--days <days>', 'how long it is valid', '90')
    .option('--save', 'keep it for this command line instead of printing it')
    .description('make a token; it is shown once')
    .addHelpText(
      'after',
      examples('tocsin token create laptop --save', 'tocsin token create registry-verifier --scope alerts --days 365'),
    )
    .action(async (name: string, options: { scope: string; days: string; save?: boolean }, command: Command) => {
      const days = Number(options.days);
      if (!Number.isInteger(days) || days < 1) throw new CliError(EXIT.usage, '--days must be a whole number of days.');
      const made = await cli
        .client()
        .post<TokenInfo & { token: string }>('/api/tokens', { name, scope: options.scope, days });
      const until = made.expiresAt === null ? 'for good' : `until ${when(made.expiresAt, cli.io.now())}`;
      if (options.save) {
        const file = save(cli, made.token);
        const { token: _, ...info } = made;
        cli.show(command, { ...info, file }, () => `Kept in ${file}; valid ${until}.`);
      } else cli.show(command, made, () => `${made.token}\nShown this once; valid ${until}.`);
    });

  token
    .command('list')
    .option('--all', "everybody's (administrators)")
    .description('list tokens')
    .addHelpText('after', examples('tocsin token list'))
    .action(async ({ all }: { all?: boolean }, command: Command) => {
      const found = await cli.client().get<{ tokens: TokenInfo[] }>(`/api/tokens${all ? '?all=true' : ''}`);
      cli.show(command, found, () => {
        const now = cli.io.now();
        const rows = found.tokens.map((one) => [
          one.id,
          `${one.prefix}…`,
          one.person,
          one.scope,
          one.expiresAt === null ? 'never' : relative(one.expiresAt, now),
          one.lastUsedAt === null ? 'never' : relative(one.lastUsedAt, now),
          one.name,
        ]);
        return rows.length > 0
          ? table(cli.io, ['ID', 'TOKEN', 'PERSON', 'SCOPE', 'EXPIRES', 'USED', 'NAME'], rows)
          : 'No tokens.';
      });
    });

  token
    .command('revoke')
    .argument('<id>', 'as "token list" shows it')
    .description('revoke a token, at once')
    .addHelpText('after', examples('tocsin token revoke 3f9a1c0b72d4e815'))
    .action(async (id: string, _: unknown, command: Command) => {
      await cli.client().delete(`/api/tokens/${encodeURIComponent(id)}`);
      cli.show(command, { revoked: id }, () => `${id} is revoked.`);
    });
}

function save(cli: Cli, token: string): string {
  const file = tokenFile(cli.io.home, cli.io.env);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  // An older file keeps its mode when it is written again.
  chmodSync(file, 0o600);
  return file;
}
