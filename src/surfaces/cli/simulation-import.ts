import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Name } from '../../incident/ids.ts';
import { plainText } from '../../incident/phrases.ts';
import { type Diagnostic, formatDiagnostic, hasErrors } from '../../playbook/diagnostics.ts';
import { importAtlas, readStudy, techniquesOf } from '../../simulator/exchange/atlas-import.ts';
import { BadImport } from '../../simulator/exchange/bad-import.ts';
import { importCexf } from '../../simulator/exchange/cexf.ts';
import { readCsv } from '../../simulator/exchange/csv.ts';
import { type Draft, draftText } from '../../simulator/exchange/draft.ts';
import type { Setting } from '../../simulator/exchange/frame.ts';
import { importIncident, readTimeline } from '../../simulator/exchange/incident-import.ts';
import { importMsel } from '../../simulator/exchange/msel-import.ts';
import { asName } from '../../simulator/exchange/plain.ts';
import { checkSimulation } from '../../simulator/script/check.ts';
import type { Ground } from '../../simulator/script/checking.ts';
import { verifyExport } from '../../store/verify.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { groundOf, knownName, type Where, whereOptions } from './simulation-file.ts';
import { writeFiles } from './simulation-write.ts';
import { readXlsx } from './simulation-xlsx.ts';

const FORMATS = ['msel', 'cexf', 'atlas', 'incident'] as const;
type Format = (typeof FORMATS)[number];
type Options = Where & {
  from: Format;
  output?: string;
  playbook?: string;
  system?: string;
  study?: string;
  force?: boolean;
};

const BYTES_MAX = 20 * 1024 * 1024;

/** What others have as a simulation: a draft that says what is left to do. */
export function simulationImportCommand(simulation: Command, cli: Cli): void {
  whereOptions(simulation.command('import'))
    .argument('<file>', 'an MSEL (.csv, .xlsx), a CEXF exercise, ATLAS case studies, or an exported timeline')
    .addOption(new Option('--from <format>', 'what the file is').choices(FORMATS).makeOptionMandatory())
    .option('-o, --output <file>', 'where to write it; simulations/<its name>.yaml if absent')
    .option(
      '--playbook <name>',
      'the playbook that it exercises; else the one of the incident, or the one that fits best',
    )
    .option('--system <id>', 'the AI system of the inventory that it is about')
    .option('--study <id>', 'with --from atlas: which case study, AML.CS0009')
    .option('--force', 'write over a file that says something else')
    .description('draft a simulation from what there is; needs no server')
    .addHelpText(
      'after',
      examples(
        'tocsin simulation import msel.xlsx --from msel --playbook pii-leak-output',
        'tocsin simulation import ATLAS.yaml --from atlas --study AML.CS0009 -o simulations/tay.yaml',
        'tocsin simulation import INC-2026-0147.jsonl --from incident',
      ),
    )
    .action(async (given: string, options: Options, command: Command) => {
      const output =
        options.output ?? join('simulations', `${asName(basename(given).replace(/\..*$/, ''), 'draft')}.yaml`);
      const name = basename(output).replace(/\.ya?ml$/, '');
      if (!Name.safeParse(name).success || !output.endsWith('.yaml'))
        throw new CliError(
          EXIT.usage,
          `"${output}" is no file of a simulation: -o needs a name such as simulations/odd-answers.yaml.`,
        );
      const ground = groundOf(cli, resolve(cli.io.cwd, output), options);
      knownName('AI system', options.system, Object.keys(ground.systems));
      knownName('playbook', options.playbook, ground.playbooks);
      const draft = await drafted(cli, given, options, { name, ground });
      const text = draftText(draft, basename(given));
      const { diagnostics } = checkSimulation(text, output, ground);
      writeFiles(cli, [{ file: output, data: text }], options.force === true);
      const { toDo, assumptions } = draft;
      const holds = !hasErrors(diagnostics);
      cli.show(command, { file: output, holds, assumptions, toDo: toDo.map(({ what }) => what), diagnostics }, () =>
        told(output, { draft, diagnostics, holds }),
      );
    });
}

function told(
  output: string,
  { draft, diagnostics, holds }: { draft: Draft; diagnostics: readonly Diagnostic[]; holds: boolean },
): string {
  return [
    ...(draft.assumptions.length > 0 ? ['Assumed:', ...draft.assumptions.map((one) => `  ${one}`)] : []),
    ...diagnostics.map((one) => plainText(formatDiagnostic(one))),
    `${output} is written${holds ? ', and holds' : '; it does not hold yet'}. ${draft.toDo.length} places in it say "to do".`,
    `After each change: tocsin simulation check ${output}`,
  ]
    .map(plainText)
    .join('\n');
}

type Aim = { name: string; ground: Ground };

async function drafted(cli: Cli, given: string, options: Options, aim: Aim): Promise<Draft> {
  const path = resolve(cli.io.cwd, given);
  if (!existsSync(path) || !statSync(path).isFile()) throw new CliError(EXIT.notFound, `There is no file ${path}.`);
  if (statSync(path).size > BYTES_MAX) throw new CliError(EXIT.failure, `${given} is larger than 20 MB.`);
  const data = readFileSync(path);
  const isSheet = data.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004';
  try {
    return await draftOf(data, options, { ...aim, isSheet });
  } catch (error) {
    if (!(error instanceof BadImport)) throw error;
    const place = isSheet ? `${given}, row ${error.at}` : `${given}:${error.at}`;
    throw new CliError(EXIT.failure, plainText(`${place}: ${error.message}`));
  }
}

async function draftOf(
  data: Buffer,
  options: Options,
  { isSheet, ...aim }: Aim & { isSheet: boolean },
): Promise<Draft> {
  const { from, study } = options;
  if (isSheet && from !== 'msel')
    throw new BadImport(1, 'this is a spreadsheet; only an MSEL can be one (--from msel)');
  if (study !== undefined && from !== 'atlas') throw new CliError(EXIT.usage, '--study belongs to --from atlas.');
  const text = isSheet ? '' : textOf(data);
  const setting = (guess: () => Guess): Setting & { notes: string[] } => settingOf(options, aim, guess);
  switch (from) {
    case 'msel': {
      const at = setting(() => firstOf(aim));
      return noted(importMsel(at, isSheet ? await readXlsx(data) : readCsv(text)), at.notes);
    }
    case 'cexf': {
      const at = setting(() => firstOf(aim));
      return noted(importCexf(at, text), at.notes);
    }
    case 'atlas': {
      const read = readStudy(text, study);
      const at = setting(() => fitting(aim, techniquesOf(read.study)));
      return noted(importAtlas(at, read), at.notes);
    }
    case 'incident': {
      const read = readTimeline(text);
      const { playbook, system } = read.opened.data;
      const known = system !== null && Object.hasOwn(aim.ground.systems, system.id) ? system.id : null;
      const at = setting(() => (playbook ? { playbook: playbook.id, note: null, system: known } : firstOf(aim)));
      return noted(importIncident(at, read), [...at.notes, ...(await verified(text))]);
    }
    default:
      return from satisfies never;
  }
}

function textOf(data: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    throw new BadImport(1, 'it is no text in UTF-8; save it as such');
  }
}

type Guess = { playbook: string; note: string | null; system?: string | null };

function settingOf(
  { playbook, system }: Options,
  { name, ground }: Aim,
  guess: () => Guess,
): Setting & { notes: string[] } {
  const guessed = playbook === undefined ? guess() : { playbook, note: null };
  return {
    name,
    ground,
    playbook: guessed.playbook,
    system: system ?? guessed.system ?? null,
    notes: guessed.note === null ? [] : [guessed.note],
  };
}

/** For what names no playbook: one that holds and that alerts open. */
function firstOf({ ground }: Aim): Guess {
  const playbook = ground.playbooks.find((one) => ground.planOf(one)?.opensOn != null) ?? ground.playbooks[0];
  if (playbook === undefined)
    throw new CliError(EXIT.failure, 'There is no playbook that it could exercise.', 'Say --playbooks FOLDER.');
  return { playbook, note: `it exercises ${playbook}, the first there is (--playbook names another)` };
}

/** The playbook that answers most of the techniques. */
function fitting(aim: Aim, techniques: readonly string[]): Guess {
  const { ground } = aim;
  const scored = ground.playbooks.map((playbook) => {
    const plan = ground.planOf(playbook);
    const answered = plan?.references?.atlas ?? [];
    return { playbook, opens: plan?.opensOn != null, hits: techniques.filter((one) => answered.includes(one)).length };
  });
  const best = scored.filter(({ opens }) => opens).sort((a, b) => b.hits - a.hits)[0];
  if (!best || best.hits === 0) return firstOf(aim);
  return {
    playbook: best.playbook,
    note: `it exercises ${best.playbook}, which answers ${best.hits} of its techniques (--playbook names another)`,
  };
}

/** Whether the timeline is what it says; a draft is made all the same. */
async function verified(text: string): Promise<string[]> {
  async function* lines() {
    yield* text.replace(/\n$/, '').split('\n');
  }
  if (!text.startsWith('{"manifest"')) return ['the timeline is no signed export'];
  const { ok } = await verifyExport(lines(), {});
  return ok ? [] : ['the timeline does not verify (tocsin timeline verify says why)'];
}

const noted = (draft: Draft, notes: readonly string[]): Draft => ({
  ...draft,
  assumptions: [...notes, ...draft.assumptions],
});
