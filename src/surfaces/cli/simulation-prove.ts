import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { Plan } from '../../playbook/plan.ts';
import { POLICIES, type PolicyName } from '../../simulator/prove/policy.ts';
import { type Proof, prove } from '../../simulator/prove/prove.ts';
import { simulationFiles } from '../../simulator/script/library.ts';
import { type Cli, examples, wantsJson } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { paint, table } from './print.ts';
import { knownName, playableLengths, type Script, type Where, whereOptions } from './simulation-file.ts';

type Options = Where & { length?: string; policy?: PolicyName; timeline?: string; seed: string };
type Case = { script: Script; plan: Plan; policy: PolicyName };

const SEED_MAX = 2_147_483_647;
const FOLDER = 'simulations';

/** Tests the rubric of simulations by playing them; needs no server. */
export function simulationProveCommand(simulation: Command, cli: Cli): void {
  whereOptions(simulation.command('prove'))
    .argument('[file...]', 'files, or names in simulations/; all of simulations/ if absent')
    .option('--length <length>', 'only at this length')
    .option('--policy <policy>', `only with this one: ${POLICIES.join(', ')}`)
    .option('--timeline <folder>', 'write the events of each play, one JSON a line')
    .option('--seed <number>', 'what the seed of each play is', '1')
    .description(
      'test the rubric of simulations: doing nothing must fail, reading must do, saying yes must fall for a trap',
    )
    .addHelpText(
      'after',
      examples(
        'tocsin simulation prove',
        'tocsin simulation prove simulations/supply-chain-tampered-artifact.yaml --length 60m',
        'tocsin simulation prove pii-leak-output --policy golden --timeline proofs',
      ),
    )
    .action(async (given: string[], options: Options, command: Command) => {
      const seed = seedOf(options.seed);
      knownName('policy', options.policy, POLICIES);
      const cases = casesOf(cli, given, options);
      const folder = options.timeline === undefined ? null : folderAt(cli, options.timeline);
      const proofs: Proof[] = [];
      for (const { script, plan, policy } of cases) {
        progress(
          cli,
          command,
          `${proofs.length} of ${cases.length} plays: ${script.simulation}, ${script.length.name}, ${policy}`,
        );
        const { proof, events } = await prove({ script, plan, seed }, policy);
        proofs.push(proof);
        if (folder !== null) keep(folder, proof, events);
      }
      progress(cli, command, '');
      cli.show(command, { holds: proofs.every(({ holds }) => holds), proofs }, () => proofText(cli, proofs));
      const broken = proofs.filter(({ holds }) => !holds).length;
      if (broken > 0)
        throw new CliError(
          EXIT.failure,
          `${broken} of ${proofs.length} claims ${broken === 1 ? 'does' : 'do'} not hold.`,
          'See what a policy did: --policy NAME --timeline FOLDER. What each looks for: docs/simulations.md.',
        );
    });
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed <= SEED_MAX) return seed;
  throw new CliError(EXIT.usage, `--seed must be a whole number from 0 to ${SEED_MAX}, not "${text}".`);
}

function casesOf(cli: Cli, given: readonly string[], options: Options): Case[] {
  const files = given.length > 0 ? given.map((one) => fileOf(cli, one)) : allFiles(cli);
  const playable = files.flatMap((file) => playableLengths(cli, file, options));
  if (options.length !== undefined && !playable.some(({ script }) => script.length.name === options.length))
    knownName('length', options.length, [...new Set(playable.map(({ script }) => script.length.name))]);
  return playable
    .filter(({ script }) => options.length === undefined || script.length.name === options.length)
    .flatMap((one) =>
      POLICIES.filter((policy) => (options.policy ?? policy) === policy).map((policy) => ({ ...one, policy })),
    );
}

const allFiles = (cli: Cli): string[] => {
  const files = here(cli);
  if (files.length > 0) return files;
  throw new CliError(EXIT.notFound, `There are no simulations in ${resolve(cli.io.cwd, FOLDER)}.`, 'Name a file.');
};

function here({ io }: Cli): string[] {
  const folder = resolve(io.cwd, FOLDER);
  return existsSync(folder) ? simulationFiles(folder).map((file) => relative(io.cwd, file)) : [];
}

/** A file, or a name in simulations/. */
function fileOf(cli: Cli, given: string): string {
  if (/[./\\]/.test(given)) return given;
  const files = here(cli);
  const nameOf = (file: string) => basename(file, '.yaml');
  const found = files.find((file) => nameOf(file) === given);
  if (found !== undefined) return found;
  const near = didYouMean(given, files.map(nameOf));
  throw new CliError(
    EXIT.notFound,
    `unknown simulation "${given}"${near === undefined ? '.' : `; did you mean "${near}"?`}`,
    `There are ${files.map(nameOf).join(', ') || `none in ${resolve(cli.io.cwd, FOLDER)}`}.`,
  );
}

/** A line that is written over, where somebody looks on. */
function progress({ io }: Cli, command: Command, line: string): void {
  if (io.interactive && !wantsJson(command)) io.err(`\r\u001b[K${line}`);
}

/** Before anything is played, so that nobody waits for what cannot be kept. */
function folderAt({ io }: Cli, given: string): string {
  const folder = resolve(io.cwd, given);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliError(
      EXIT.failure,
      `Nothing can be written to ${folder} (${code}); nothing was played.`,
      'Name a folder with --timeline.',
    );
  }
}

function keep(folder: string, { simulation, length, policy }: Proof, events: readonly object[]): void {
  writeFileSync(
    join(folder, `${simulation}-${length}-${policy}.jsonl`),
    events.map((one) => `${JSON.stringify(one)}\n`).join(''),
  );
}

function proofText(cli: Cli, proofs: readonly Proof[]): string {
  const { bold } = paint(cli.io);
  const broken = proofs.filter(({ holds }) => !holds);
  const names = [...new Set(proofs.map(({ simulation }) => simulation))];
  return [
    ...names.flatMap((name) => {
      const own = proofs.filter(({ simulation }) => simulation === name);
      return [bold(`${name} v${own[0]?.version}`), ownTable(cli, own), ''];
    }),
    ...broken.flatMap((one) => [
      bold(`${one.simulation}, ${one.length}, ${one.policy}: ${MUST[one.policy]}`),
      ...one.problems.map((problem) => `  ${plainText(problem)}`),
      ...one.refused
        .slice(0, REFUSED_SHOWN)
        .map(({ deed, why }) => `  The drill did not take “${deed}”: ${plainText(why)}`),
      '',
    ]),
    `${proofs.length - broken.length} of ${proofs.length} claims hold.`,
  ].join('\n');
}

const ownTable = (cli: Cli, proofs: readonly Proof[]): string =>
  table(
    cli.io,
    ['LENGTH', 'POLICY', 'CLAIM', 'RATINGS', 'FELL FOR'],
    proofs.map((one) => [
      one.length,
      one.policy,
      one.holds ? 'holds' : 'DOES NOT HOLD',
      one.ratings.map(({ objective, rating }) => `${objective} ${rating ?? '–'}`).join(', '),
      one.fellFor.join(', ') || '–',
    ]),
  );

const REFUSED_SHOWN = 5;
const MUST: Readonly<Record<PolicyName, string>> = {
  'do-nothing': 'every objective must be U',
  golden: 'every objective must be P',
  'approve-everything': 'it must fall for a trap',
  'trigger-happy': 'some objective must not be P',
};
