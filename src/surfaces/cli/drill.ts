import { createWriteStream, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { type Command, Option } from 'commander';
import { RATE_MAX } from '../../incident/exercise-messages.ts';
import { moment } from '../../incident/moment.ts';
import type { Offer } from '../drills/contract.ts';
import { PAPERS, type PaperKind, type ShownDrill } from '../drills/shown.ts';
import { readIncidentName } from '../incident-name.ts';
import { also, type Cli, drillArgument, drillPath, examples, numberArgument } from './context.ts';
import { boardCommands } from './drill-board.ts';
import { evaluateCommands } from './drill-evaluate.ts';
import { historyCommands } from './drill-history.ts';
import { reportCommand } from './drill-report.ts';
import { saidCommands } from './drill-say.ts';
import { scoreCommand } from './drill-score.ts';
import { drillText, listText, offersText, plannedText, startedText } from './drill-text.ts';
import { watchCommand } from './drill-watch.ts';
import { CliError, EXIT } from './io.ts';

/** As the API tells it. */
export type Drill = ShownDrill & { link: string };

export function drillCommands(program: Command, cli: Cli): void {
  const drill = program.command('drill').description('plan, start, play and run drills: nothing in them is real');
  planning(drill, cli);
  starting(drill, cli);
  listing(drill, cli);
  changing(drill, cli);
  papers(drill, cli);
  watchCommand(drill, cli);
  boardCommands(drill, cli);
  saidCommands(drill, cli);
  scoreCommand(drill, cli);
  historyCommands(drill, cli);
  reportCommand(drill, cli);
  evaluateCommands(drill, cli);
}

type People = {
  player?: string[];
  me?: string[];
  facilitator?: string[];
  evaluator?: string[];
  observer?: string[];
};
type PlanOptions = People & { length?: string; at?: string; pace?: string; note?: string; seed?: string; key?: string };

const withPeople = (command: Command): Command =>
  command
    .option('--player <role=person>', 'who takes a seat; once for each. Bots play the seats that nobody takes', also)
    .option('--me <role>', 'a seat that you take', also)
    .option('--facilitator <person>', 'who runs it, and knows the script; `me` is you', also)
    .option('--evaluator <person>', 'who judges it, and knows the script', also)
    .option('--observer <person>', 'who looks on, and knows the script', also);

const withPlan = (command: Command): Command =>
  withPeople(command)
    .option('--length <length>', 'one of the simulation’s; the longest if absent')
    .option('--pace <rate>', `how fast the scenario runs while nobody is asked, 1 to ${RATE_MAX}`)
    .option('--note <text>', 'what participants should know besides: where to meet, what to bring')
    .option('--seed <number>', 'what the bots’ chance follows from')
    .option('--key <key>', 'the same key plans one drill, however often it is said');

function planning(drill: Command, cli: Cli): void {
  drill
    .command('simulations')
    .description('list what can be played, checked against the playbooks that are published')
    .addHelpText('after', examples('tocsin drill simulations'))
    .action(async (_: unknown, command: Command) => {
      const found = await cli.client().get<{ simulations: Offer[] }>('/api/simulations');
      cli.show(command, found, () => offersText(cli, found.simulations));
    });

  withPlan(drill.command('plan'))
    .argument('<simulation>', 'its name')
    .option('--at <moment>', 'when it is to begin, such as 2026-12-01T09:00Z; can be settled later')
    .description('plan a drill')
    .addHelpText(
      'after',
      examples(
        'tocsin drill plan pii-leak-output --at 2026-12-01T09:00Z --player incident-commander=mara-lindqvist --facilitator me',
        'tocsin drill plan pii-leak-output --me legal-counsel --length 15m',
      ),
    )
    .action(async (simulation: string, options: PlanOptions, command: Command) => {
      const planned = await plan(cli, simulation, options);
      cli.show(command, planned, () => plannedText(cli, planned));
    });
}

function starting(drill: Command, cli: Cli): void {
  withPlan(drill.command('start'))
    .argument('<drill>', 'EX-2026-0003, or 3; or the name of a simulation, to plan and start it at once')
    .description('start a drill; with --me and a simulation one person trains alone, among bots')
    .addHelpText(
      'after',
      examples(
        'tocsin drill start supply-chain-tampered-artifact --me incident-commander --length 15m',
        'tocsin drill start EX-2026-0003',
      ),
    )
    .action(async (given: string, options: PlanOptions, command: Command) => {
      const id = /^\d+$/.test(given) || readIncidentName(given, cli.io.now()) ? drillArgument(cli.io, given) : null;
      if (id !== null && Object.keys(options).some((name) => name !== 'json'))
        throw new CliError(EXIT.usage, `${id} is planned already.`, `Change it: tocsin drill change ${id}.`);
      const toStart = id ?? (await plan(cli, given, options)).id;
      const started = await cli.client().post<Drill>(drillPath(toStart, '/start'));
      cli.show(command, started, () => startedText(cli, started));
    });
}

async function plan(cli: Cli, simulation: string, options: PlanOptions): Promise<Drill> {
  const { length, at, pace, note, seed, key } = options;
  const body = {
    simulation,
    ...(await people(cli, options)),
    ...(length !== undefined && { length }),
    ...(at !== undefined && { at: momentArgument(at) }),
    ...(pace !== undefined && { rate: numberArgument(pace, '--pace') }),
    ...(note !== undefined && { note }),
    ...(seed !== undefined && { seed: numberArgument(seed, '--seed') }),
  };
  return cli.client().post<Drill>('/api/drills', body, key === undefined ? {} : { 'idempotency-key': key });
}

/** Only what was given. */
async function people(cli: Cli, options: People): Promise<Partial<Pick<Drill, 'players' | 'staff'>>> {
  const { player = [], me = [], facilitator = [], evaluator = [], observer = [] } = options;
  const named = { facilitator, evaluator, observer };
  const needsMe = me.length > 0 || Object.values(named).some((all) => all.includes('me'));
  const myself = needsMe ? (await cli.client().get<{ person: { id: string } }>('/api/me')).person.id : '';
  const players = [...player.map(seatArgument), ...me.map((role) => ({ role, person: myself }))];
  const staff = (['facilitator', 'evaluator', 'observer'] as const).flatMap((role) =>
    named[role].map((person) => ({ role, person: person === 'me' ? myself : person })),
  );
  return { ...(players.length > 0 && { players }), ...(staff.length > 0 && { staff }) };
}

function seatArgument(given: string): { role: string; person: string } {
  const [, role, person] = /^([^=]+)=(.+)$/.exec(given) ?? [];
  if (role === undefined || person === undefined)
    throw new CliError(
      EXIT.usage,
      `--player ${given}: write it as role=person.`,
      '--player legal-counsel=ingrid-solheim',
    );
  return { role, person };
}

function momentArgument(text: string): number {
  const ms = moment(text);
  if (ms === null)
    throw new CliError(EXIT.usage, `"${text}" is no moment with its zone.`, 'Write it as 2026-12-01T09:00Z.');
  return ms;
}

function listing(drill: Command, cli: Cli): void {
  drill
    .command('list')
    .option('--status <status>', 'planned, running, ended, cancelled; several joined by commas')
    .description('list drills, the latest first')
    .addHelpText('after', examples('tocsin drill list', 'tocsin drill list --status planned,running --json'))
    .action(async ({ status }: { status?: string }, command: Command) => {
      const query = status === undefined ? '' : `?status=${encodeURIComponent(status)}`;
      const found = await cli.client().get<{ drills: Drill[] }>(`/api/drills${query}`);
      cli.show(command, found, () => listText(cli, found.drills));
    });

  drill
    .command('show')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .description('show a drill: who plays, when, and what your seat knows')
    .addHelpText('after', examples('tocsin drill show 3'))
    .action(async (given: string, _: unknown, command: Command) => {
      const found = await cli.client().get<Drill>(drillPath(drillArgument(cli.io, given)));
      cli.show(command, found, () => drillText(cli, found));
    });
}

function changing(drill: Command, cli: Cli): void {
  withPeople(drill.command('change'))
    .argument('<drill>', 'EX-2026-0003, or 3')
    .option('--at <moment>', 'when it is to begin; `open` unsettles it')
    .option('--pace <rate>', `how fast the scenario runs while nobody is asked, 1 to ${RATE_MAX}`)
    .option('--note <text>', 'what participants should know besides')
    .description('change a drill that is planned; players that are named replace all players, staff all staff')
    .addHelpText('after', examples('tocsin drill change 3 --at 2026-12-02T09:00Z'))
    .action(async (given: string, options: PlanOptions, command: Command) => {
      const { at, pace, note } = options;
      const body = {
        ...(await people(cli, options)),
        ...(at !== undefined && { at: at === 'open' ? null : momentArgument(at) }),
        ...(pace !== undefined && { rate: numberArgument(pace, '--pace') }),
        ...(note !== undefined && { note }),
      };
      if (Object.keys(body).length === 0)
        throw new CliError(EXIT.usage, 'Nothing was to be changed.', 'See what can be: tocsin drill change --help.');
      const changed = await cli.client().patch<Drill>(drillPath(drillArgument(cli.io, given)), body);
      cli.show(command, changed, () => plannedText(cli, changed));
    });

  drill
    .command('cancel')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .requiredOption('--because <text>', 'why')
    .description('call a planned drill off')
    .addHelpText('after', examples('tocsin drill cancel 3 --because "A release that day"'))
    .action(async (given: string, { because }: { because: string }, command: Command) => {
      const off = await cli.client().post<Drill>(drillPath(drillArgument(cli.io, given), '/cancel'), { because });
      cli.show(command, off, () => `${off.id} is called off.`);
    });
}

function papers(drill: Command, cli: Cli): void {
  const output = ['-o, --output <file>', 'write to a file; it must not exist'] as const;
  drill
    .command('calendar')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .option(...output)
    .description('the drill as a file for any calendar')
    .addHelpText('after', examples('tocsin drill calendar 3 -o drill.ics'))
    .action((given: string, options: { output?: string }) =>
      download(cli, drillPath(drillArgument(cli.io, given), '/calendar.ics'), options.output),
    );

  drill
    .command('briefing')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .addOption(new Option('--paper <paper>', 'which; what you need if absent').choices(PAPERS))
    .option('--role <role>', 'with --paper player: whose seat')
    .option(...output)
    .description(
      'what to read before: your seat’s guide, the facilitator’s, or the situation manual; HTML that prints well',
    )
    .addHelpText('after', examples('tocsin drill briefing 3 -o briefing.html'))
    .action((given: string, options: { paper?: PaperKind; role?: string; output?: string }) => {
      const query = new URLSearchParams();
      if (options.paper !== undefined) query.set('paper', options.paper);
      if (options.role !== undefined) query.set('role', options.role);
      return download(cli, `${drillPath(drillArgument(cli.io, given), '/briefing')}?${query}`, options.output);
    });
}

async function download(cli: Cli, path: string, output: string | undefined): Promise<void> {
  const file = output === undefined ? null : resolve(cli.io.cwd, output);
  if (file !== null && existsSync(file))
    throw new CliError(EXIT.failure, `${file} exists already.`, 'Name another file, or remove it.');
  const response = await cli.client().open(path);
  if (file === null) {
    cli.io.out(await response.text());
    return;
  }
  await pipeline(
    Readable.fromWeb(response.body as ReadableStream),
    createWriteStream(file, { flags: 'wx', mode: 0o600 }),
  );
  cli.io.err(`Written to ${file}\n`);
}
