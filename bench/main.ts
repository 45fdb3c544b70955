import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { packageRoot } from '../src/main/package-root.ts';
import { benchAfterAction } from './after-action.ts';
import { benchAlert } from './alert.ts';
import { secondsOfCheckCommand, secondsToCheckPlaybooks } from './check-playbooks.ts';
import { benchCostPerStep } from './cost-per-step.ts';
import { benchDrills } from './drills.ts';
import { type Grounds, openGrounds } from './grounds.ts';
import { benchLibrary } from './library.ts';
import { atLeast, atMost, type Measure, type Say, shown, tableOf } from './measure.ts';
import { benchRecovery } from './recovery.ts';
import { benchRehearsal } from './rehearsal.ts';
import { benchServer } from './server.ts';
import { benchSimulations } from './simulations.ts';
import { benchSlack } from './slack.ts';
import { benchStart } from './start.ts';
import { benchStorm } from './storm.ts';
import { benchVerify } from './verify.ts';
import { stepsPerSecondInVirtualTime } from './virtual-time.ts';
import { benchVote } from './vote.ts';

type Context = { say: Say; rounds: number; grounds: () => Promise<Grounds> };

const benchmarks: Readonly<Record<string, (context: Context) => Promise<Measure[]>>> = {
  'virtual-time': async () => [
    atLeast('steps in virtual time', await stepsPerSecondInVirtualTime(5), 'steps/s', 100_000),
  ],
  rehearsal: () => benchRehearsal(5),
  simulations: ({ rounds }) => benchSimulations(rounds),
  verify: () => benchVerify(),
  report: ({ rounds }) => benchAfterAction(rounds),
  playbooks: async () => [
    atMost('500 playbooks checked', secondsToCheckPlaybooks(), 's', 1),
    shown('500 playbooks checked by the command', secondsOfCheckCommand(), 's'),
  ],
  library: ({ say, rounds }) => benchLibrary(say, rounds),
  start: ({ say, rounds }) => benchStart(say, Math.min(rounds, 3)),
  cost: async ({ grounds, rounds }) => benchCostPerStep(await grounds(), rounds),
  server: async ({ grounds, rounds }) => benchServer(await grounds(), Math.min(rounds, 3)),
  vote: async ({ grounds, rounds }) => benchVote(await grounds(), rounds * 3),
  slack: async ({ grounds, rounds }) => benchSlack(await grounds(), rounds * 2),
  alert: async ({ grounds, rounds }) => benchAlert(await grounds(), rounds * 4),
  storm: async ({ grounds }) => benchStorm(await grounds()),
  drills: async ({ grounds, rounds }) => benchDrills(await grounds(), Math.min(rounds, 3)),
  recovery: async ({ grounds, rounds }) => benchRecovery(await grounds(), rounds),
};

const ROUNDS = 5;

const HELP = `npm run bench: measures Tocsin on this machine, against its targets.

  --only NAME    only this one; may be repeated: ${Object.keys(benchmarks).join(', ')}
  --rounds N     repetitions; medians are taken (${ROUNDS})
  --json FILE    also writes [{name, value, unit, target, holds}]
  --help         this

Exit code 1 when a target does not hold. Measure on a quiet machine: the load is printed first.

Examples:
  npm run bench
  npm run bench -- --only cost --only vote --json figures.json
`;

/** Runs the benchmarks that are asked for. Resolves with the exit code. */
export async function bench(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const names = chosen(values.only);
  const json = values.json === undefined ? null : resolve(values.json);
  const rounds = values.rounds === undefined ? ROUNDS : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new TypeError(`--rounds takes a whole number, not "${values.rounds}"`);
  const say: Say = (line) => void process.stderr.write(`${line}\n`);
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  say(`${availableParallelism()} cores (${model}), Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)}`);
  // Relative paths of the product's own files are meant from here.
  process.chdir(packageRoot);
  // Incidents are done away with when their plan is over, so warnings of late answers are no news.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
    shutdownSignals: [],
  });
  const measures = await measure(names, rounds, say);
  process.stdout.write(`\n${tableOf(measures)}\n`);
  if (json !== null) writeFileSync(json, `${JSON.stringify(measures, null, 2)}\n`);
  const missed = measures.filter(({ holds }) => !holds);
  if (missed.length > 0) say(`\n${missed.length} of ${measures.length} figures miss their target`);
  return missed.length > 0 ? 1 : 0;
}

/** Ctrl-C, or a kill: there is nothing to report. */
export class Interrupted extends Error {}

function chosen(only: readonly string[] | undefined): string[] {
  const unknown = only?.find((name) => !Object.hasOwn(benchmarks, name));
  if (unknown !== undefined)
    throw new TypeError(`there is no benchmark "${unknown}"; there are ${Object.keys(benchmarks).join(', ')}`);
  return only ? [...only] : Object.keys(benchmarks);
}

async function measure(names: readonly string[], rounds: number, say: Say): Promise<Measure[]> {
  let opened: Promise<Grounds> | null = null;
  const close = async (): Promise<void> => {
    await (await opened)?.close();
  };
  const interrupted = new Promise<never>((_, stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        // What is under way fails as its servers go; that is no news any more, and must not keep them from going.
        process.on('uncaughtException', () => undefined);
        stop(new Interrupted(signal));
      });
  });
  const measures: Measure[] = [];
  try {
    for (const name of names) {
      say(`\n${name}`);
      const context: Context = {
        say: (line) => say(`  ${line}`),
        rounds,
        grounds: () => (opened ??= openGrounds(context.say)),
      };
      const running = (benchmarks[name] as (context: Context) => Promise<Measure[]>)(context);
      measures.push(...(await Promise.race([running, interrupted])));
    }
  } finally {
    await close();
  }
  return measures;
}
