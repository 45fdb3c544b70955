import type { Command } from 'commander';
import { moment } from '../../incident/moment.ts';
import type { ImprovementBody } from '../http/improvement-schemas.ts';
import { readIncidentName } from '../incident-name.ts';
import { type Cli, drillArgument, examples, numberArgument } from './context.ts';
import { changedText, itemText, listText, syncedText } from './improvement-text.ts';
import { CliError, EXIT, type Io } from './io.ts';

/** `tocsin improvement`: what is to be better after a drill or an incident, who sees to it, and by when. */
export function improvementCommands(program: Command, cli: Cli): void {
  const improvement = program
    .command('improvement')
    .description('improvement items: what is to be better after a drill or an incident');
  reading(improvement, cli);
  writing(improvement, cli);
  ending(improvement, cli);
  drilling(improvement, cli);
  syncing(improvement, cli);
}

const ITEM = ['<item>', 'IMP-2026-0004, or 4'] as const;

/** `IMP-2026-0004`, `imp-2026-4` or just `4` (of this year). */
function itemArgument(io: Pick<Io, 'now'>, text: string): string {
  const [, year, number] = /^(?:imp-(\d{4})-)?(\d+)$/i.exec(text.trim()) ?? [];
  if (number === undefined)
    throw new CliError(
      EXIT.usage,
      `"${text}" is not an improvement item.`,
      "Write IMP-2026-0004, or 4 for this year's.",
    );
  return `IMP-${year ?? new Date(io.now()).getUTCFullYear()}-${number.padStart(4, '0')}`;
}

const path = (cli: Cli, item: string, rest = ''): string =>
  `/api/improvements/${encodeURIComponent(itemArgument(cli.io, item))}${rest}`;

const personNamed = async (cli: Cli, name: string): Promise<string> =>
  name === 'me' ? (await cli.client().get<{ person: { id: string } }>('/api/me')).person.id : name;

function timelineArgument(io: Pick<Io, 'now'>, text: string): string {
  const id = readIncidentName(text, io.now());
  if (id === null)
    throw new CliError(EXIT.usage, `"${text}" is no drill or incident.`, 'Write EX-2026-0003 or INC-2026-0147.');
  return id;
}

/** `pii-leak-output/contain/P`, or `none`. */
function goalArgument(text: string) {
  if (text === 'none') return null;
  const [simulation, objective, atLeast, ...rest] = text.split('/');
  if (!simulation || !objective || rest.length > 0 || !['P', 'S', 'M'].includes(atLeast ?? 'P'))
    throw new CliError(
      EXIT.usage,
      `--goal ${text}: write it as simulation/objective/rating, the rating being P, S or M.`,
      '--goal pii-leak-output/contain/P',
    );
  return { simulation, objective, atLeast: atLeast ?? 'P' };
}

function reading(improvement: Command, cli: Cli): void {
  improvement
    .command('list')
    .option('--owner <person>', 'those of one person; `me` for your own')
    .option('--from <id>', 'those that were learnt in one drill or incident')
    .option('--status <status>', 'open, done, closed; several joined by commas')
    .description('list improvement items: open ones first, the soonest due first')
    .addHelpText(
      'after',
      examples(
        'tocsin improvement list --owner me --status open',
        'tocsin improvement list --from EX-2026-0003 --json',
      ),
    )
    .action(async (options: { owner?: string; from?: string; status?: string }, command: Command) => {
      const query = new URLSearchParams();
      if (options.owner !== undefined) query.set('owner', await personNamed(cli, options.owner));
      if (options.from !== undefined) query.set('from', timelineArgument(cli.io, options.from));
      if (options.status !== undefined) query.set('status', options.status);
      const found = await cli.client().get<{ improvements: ImprovementBody[] }>(`/api/improvements?${query}`);
      cli.show(command, found, () => listText(cli, found.improvements));
    });

  improvement
    .command('show')
    .argument(...ITEM)
    .description('show an improvement item with everything that happened to it')
    .addHelpText('after', examples('tocsin improvement show 4'))
    .action(async (item: string, _: unknown, command: Command) => {
      const found = await cli.client().get<ImprovementBody>(path(cli, item));
      cli.show(command, found, () => itemText(cli, found));
    });
}

type Words = {
  issue?: string;
  action?: string;
  owner?: string;
  start?: string;
  due?: string;
  goal?: string;
  seen?: string;
};

async function wordsOf(cli: Cli, { issue, action, owner, start, due, goal }: Words) {
  return {
    ...(issue !== undefined && { issue }),
    ...(action !== undefined && { action }),
    ...(owner !== undefined && { owner: await personNamed(cli, owner) }),
    ...(start !== undefined && { start: start === 'none' ? null : start }),
    ...(due !== undefined && { due }),
    ...(goal !== undefined && { goal: goalArgument(goal) }),
  };
}

function writing(improvement: Command, cli: Cli): void {
  improvement
    .command('new')
    .requiredOption('--from <id>', 'the drill or incident where it was learnt')
    .requiredOption('--issue <text>', 'what went wrong, or could be better')
    .requiredOption('--action <text>', 'what is to be done about it')
    .requiredOption('--owner <person>', 'who sees to it; `me` for you')
    .requiredOption('--due <day>', 'by when, such as 2026-12-01')
    .option('--start <day>', 'from when on')
    .option('--objective <name>', 'the objective of the drill that it is about')
    .option('--about <events>', 'numbers of the events that it rests on, joined by commas')
    .option('--goal <goal>', 'simulation/objective/rating of the drill that shows that it is done')
    .option('--key <key>', 'makes a repeat harmless: the same key makes one item')
    .description('write down what is to be better')
    .addHelpText(
      'after',
      examples(
        'tocsin improvement new --from EX-2026-0003 --issue "Legal was asked late" --action "Add legal to the first page" --owner me --due 2026-12-01',
        'tocsin improvement new --from EX-2026-0003 --issue "Contained late" --action "Practise the cut" --owner me --due 2026-12-01 --goal pii-leak-output/contain/P',
      ),
    )
    .action(
      async (options: Words & { from: string; objective?: string; about?: string; key?: string }, command: Command) => {
        const { from, objective, about, key } = options;
        const body = {
          from: timelineArgument(cli.io, from),
          ...(await wordsOf(cli, options)),
          ...(objective !== undefined && { objective }),
          ...(about !== undefined && { about: about.split(',').map((one) => numberArgument(one, '--about')) }),
        };
        const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
        const made = await cli.client().post<ImprovementBody>('/api/improvements', body, headers);
        cli.show(command, made, () => itemText(cli, made));
      },
    );

  improvement
    .command('edit')
    .argument(...ITEM)
    .option('--issue <text>', 'what went wrong, or could be better')
    .option('--action <text>', 'what is to be done about it')
    .option('--owner <person>', 'who sees to it; `me` for you')
    .option('--due <day>', 'by when, such as 2026-12-01')
    .option('--start <day>', 'from when on; `none` for no day')
    .option('--goal <goal>', 'simulation/objective/rating; `none` for no goal')
    .option('--seen <version>', 'refuse unless it is still at this version')
    .description('change an improvement item; what stood there before is kept')
    .addHelpText('after', examples('tocsin improvement edit 4 --due 2027-01-15 --owner tomas-okafor'))
    .action(async (item: string, options: Words, command: Command) => {
      const words = await wordsOf(cli, options);
      if (Object.keys(words).length === 0)
        throw new CliError(
          EXIT.usage,
          'Nothing was to be changed.',
          'See what can be: tocsin improvement edit --help.',
        );
      const seen = options.seen === undefined ? {} : { version: numberArgument(options.seen, '--seen') };
      const changed = await cli.client().patch<ImprovementBody>(path(cli, item), { ...words, ...seen });
      cli.show(command, changed, () => changedText(cli, changed));
    });

  improvement
    .command('note')
    .argument(...ITEM)
    .argument('<text...>')
    .description('note something about it')
    .addHelpText('after', examples('tocsin improvement note 4 "The supplier has a new number"'))
    .action(async (item: string, text: string[], _: unknown, command: Command) => {
      const noted = await cli.client().post<ImprovementBody>(path(cli, item, '/notes'), { text: text.join(' ') });
      cli.show(command, noted, () => changedText(cli, noted));
    });
}

function ending(improvement: Command, cli: Cli): void {
  improvement
    .command('done')
    .argument(...ITEM)
    .description('mark it done: nobody is reminded any more')
    .addHelpText('after', examples('tocsin improvement done 4'))
    .action(async (item: string, _: unknown, command: Command) => {
      const done = await cli.client().post<ImprovementBody>(path(cli, item, '/done'), {});
      cli.show(command, done, () => changedText(cli, done));
    });

  improvement
    .command('close')
    .argument(...ITEM)
    .option('--drill <drill>', 'a drill that reached its goal')
    .option('--because <text>', 'why it is closed without one')
    .description('close it: by a drill that reached its goal, or for a reason')
    .addHelpText(
      'after',
      examples(
        'tocsin improvement close 4 --drill EX-2026-0009',
        'tocsin improvement close 4 --because "The system was retired"',
      ),
    )
    .action(async (item: string, { drill, because }: { drill?: string; because?: string }, command: Command) => {
      if ((drill === undefined) === (because === undefined))
        throw new CliError(
          EXIT.usage,
          'Name a drill that reached its goal with --drill, or say why it is closed without one with --because.',
          'tocsin improvement close --help',
        );
      const body = drill === undefined ? { because } : { drill: drillArgument(cli.io, drill) };
      const closed = await cli.client().post<ImprovementBody>(path(cli, item, '/close'), body);
      cli.show(command, closed, () => changedText(cli, closed));
    });

  improvement
    .command('reopen')
    .argument(...ITEM)
    .requiredOption('--because <text>', 'why')
    .description('open it again')
    .addHelpText('after', examples('tocsin improvement reopen 4 --because "It came back"'))
    .action(async (item: string, { because }: { because: string }, command: Command) => {
      const open = await cli.client().post<ImprovementBody>(path(cli, item, '/reopen'), { because });
      cli.show(command, open, () => changedText(cli, open));
    });
}

function drilling(improvement: Command, cli: Cli): void {
  improvement
    .command('redrill')
    .argument(...ITEM)
    .option('--at <moment>', 'when it is to begin, such as 2026-12-01T09:00Z; can be settled later')
    .option('--length <length>', 'as where it was learnt if absent')
    .option('--key <key>', 'makes a repeat harmless: the same key plans one drill')
    .description('plan a drill that shows whether it is done, with the same people')
    .addHelpText('after', examples('tocsin improvement redrill 4 --at 2026-12-01T09:00Z'))
    .action(async (item: string, options: { at?: string; length?: string; key?: string }, command: Command) => {
      const { at, length, key } = options;
      const body = { ...(at !== undefined && { at: momentArgument(at) }), ...(length !== undefined && { length }) };
      const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
      type Planned = { improvement: ImprovementBody; drill: string; link: string };
      const planned = await cli.client().post<Planned>(path(cli, item, '/redrill'), body, headers);
      cli.show(
        command,
        planned,
        () => `${planned.drill} is planned for ${planned.improvement.id}. EXERCISE: ${planned.link}`,
      );
    });
}

function syncing(improvement: Command, cli: Cli): void {
  improvement
    .command('sync')
    .description('compare all items with GitHub or Jira now; it is done every quarter of an hour anyway')
    .addHelpText('after', examples('tocsin improvement sync'))
    .action(async (_: unknown, command: Command) => {
      type Synced = { over: boolean; improvements: ImprovementBody[] };
      const synced = await cli.client().post<Synced>('/api/improvements/sync');
      cli.show(command, synced, () => syncedText(cli, synced));
      if (synced.improvements.some(({ unsynced }) => unsynced !== null))
        throw new CliError(
          EXIT.failure,
          'Some items were not synced.',
          'Why is said beside them; it is tried again by itself.',
        );
    });
}

function momentArgument(text: string): number {
  const ms = moment(text);
  if (ms === null)
    throw new CliError(EXIT.usage, `"${text}" is no moment with its zone.`, 'Write it as 2026-12-01T09:00Z.');
  return ms;
}
