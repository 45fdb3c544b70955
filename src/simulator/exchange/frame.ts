import { type AskStep, everyPlanStep, type Plan } from '../../playbook/plan.ts';
import { answersOf, type Ground } from '../script/checking.ts';
import type { ExpectationSource, InjectSource, SimulationSource } from '../script/source.ts';
import type { Draft, ToDo } from './draft.ts';
import { namer } from './plain.ts';

/** For what a draft is made: what it is called, what it exercises, and on which AI system of the inventory. */
export type Setting = { name: string; playbook: string; system: string | null; ground: Ground };

/** What an importer found. What it did not find is taken from the playbook and the inventory. */
export type Found = {
  title: string;
  about: string;
  truth: string;
  references?: string[];
  starts?: string;
  objectives?: SimulationSource['objectives'];
  world?: SimulationSource['world'];
  /** Roles that are spoken of, beside those whom the playbook asks. */
  roles?: readonly string[];
  answers?: Record<string, string>;
  injects: InjectSource[];
  expectations: ExpectationSource[];
  guide?: string;
  /** Of the last thing that has a time; 0: none has. */
  lastMs: number;
  toDo: ToDo[];
  assumptions: string[];
};

export const planOf = ({ ground, playbook }: Setting): Plan | null =>
  ground.playbooks.includes(playbook) ? ground.planOf(playbook) : null;
export const asksOf = (plan: Plan | null): AskStep[] =>
  [...(plan ? everyPlanStep(plan) : [])].filter((step): step is AskStep => step.kind === 'ask');

/** The kind of alert that opens an incident with it, where its condition names one. */
export const alertKindOf = (plan: Plan | null): string | null =>
  /alert\.kind\s*(?:==\s*|in\s*\[\s*)["']([\w.-]+)["']/.exec(plan?.opensOn ?? '')?.[1] ?? null;

/** The AI system that a draft is about: the one that is named, else the first of the inventory, else an invented one. */
export const systemIdOf = ({ system, ground }: Setting): string =>
  system ?? Object.keys(ground.systems)[0] ?? 'our-model';

const MINUTE_MS = 60_000;
/** After the last thing that has a time. */
const ROOM_MS = 15 * MINUTE_MS;
const SHORTEST_MS = 30 * MINUTE_MS;

/** What was found, with everything that a simulation needs beside it. */
export function framed(setting: Setting, found: Found): Draft {
  const plan = planOf(setting);
  const { value: length, note } = lengthOf(found.lastMs);
  const objectives = found.objectives ?? defaultObjectives(setting);
  const shown = shownObjectives(objectives, found);
  const roles = [...new Set([...asksOf(plan).flatMap(({ by }) => by.map(({ role }) => role)), ...(found.roles ?? [])])];
  const players = roles.length > 0 ? roles : ['incident-commander'];
  const value: SimulationSource = {
    simulation: setting.name,
    title: found.title,
    version: 1,
    playbook: setting.playbook,
    ...(found.references && found.references.length > 0 && { references: found.references.slice(0, 30) }),
    about: found.about,
    truth: found.truth,
    starts: found.starts ?? '2026-03-02T09:00Z',
    lengths: { [length.name]: { title: 'Tabletop', lasts: length.lasts } },
    objectives,
    world: found.world ?? worldOf(setting),
    players: Object.fromEntries(
      players.map((role) => [
        role,
        { brief: `You are the ${role.replaceAll('-', ' ')}. You know what your job tells you.` },
      ]),
    ),
    answers: found.answers ?? Object.fromEntries(asksOf(plan).map((ask) => [ask.path, wiseAnswer(ask)])),
    injects: found.injects,
    expectations: [...found.expectations, ...shown.expectations],
    debrief: [
      'What went well, and why?',
      'What did you learn too late, and who knew it earlier?',
      'What will you change?',
    ],
    ...(found.guide !== undefined && { guide: found.guide }),
  };
  const toDo: ToDo[] = [
    ...(found.world
      ? []
      : [{ path: ['world', 'systems'], what: 'the hidden truth: which versions there are, and which one is bad' }]),
    ...(found.starts === undefined ? [{ path: ['starts'], what: 'when the scenario begins' }] : []),
    { path: ['players'], what: 'what each player may know before the drill' },
    { path: ['debrief'], what: 'questions for the hot wash that fit this story' },
    ...shown.toDo.map((what, i) => ({ path: ['expectations', found.expectations.length + i], what })),
    ...found.toDo,
  ];
  const system = systemIdOf(setting);
  const assumptions = [
    ...found.assumptions,
    ...(setting.system === null && !found.world
      ? [`it is about ${system}, the first AI system of the inventory (--system names another)`]
      : []),
    ...(note === null ? [] : [note]),
  ];
  return { value, toDo, assumptions };
}

/** What a person who knows the trade answers, for bots: yes, done, or the first of the playbook's own options. */
export const wiseAnswer = (ask: AskStep): string => answersOf(ask)[0] as string;

function defaultObjectives({ playbook }: Setting): SimulationSource['objectives'] {
  return {
    respond: {
      title: `Respond as the playbook ${playbook} has it`,
      capability: 'Incident response',
      tasks: { respond: 'What the playbook asks is decided in time, on the facts' },
    },
  };
}

/** Each objective needs something that can show it: what has nothing gets an expectation that evaluators judge. */
function shownObjectives(objectives: SimulationSource['objectives'], { expectations, injects }: Found) {
  const name = namer();
  for (const { id } of [...expectations, ...injects]) name(id, 'one');
  const bare = Object.entries(objectives).filter(
    ([id]) => !expectations.some((one) => one.objective === id && one.gate !== 'timely' && !one.never),
  );
  return {
    expectations: bare.map(([id, { title }]) => ({
      id: name(`${id}-shown`, 'shown'),
      title,
      objective: id,
      judged: title,
    })),
    toDo: bare.map(
      ([id]) => `what shows that "${id}" is achieved: something on the timeline, or what an evaluator looks for`,
    ),
  };
}

function worldOf(setting: Setting): SimulationSource['world'] {
  const id = systemIdOf(setting);
  const snapshot = setting.ground.systems[id];
  const good = snapshot?.lastKnownGood ?? '1.0.0';
  const known = snapshot ? { like: id } : { name: 'Our model', tier: 'standard' as const, owner: 'ml-on-call' };
  return {
    systems: {
      [id]: {
        ...known,
        versions: { [good]: {}, suspect: { signature: 'invalid', validation: 'fails' } },
        serving: 'suspect',
        'last-known-good': good,
      },
    },
  };
}

/** A length with room after the last thing, in whole quarters of an hour. */
function lengthOf(lastMs: number): { value: { name: string; lasts: string }; note: string | null } {
  if (lastMs === 0) return { value: { name: '60m', lasts: '60m' }, note: 'it lasts an hour' };
  const quarters = Math.ceil(Math.max(SHORTEST_MS, lastMs + ROOM_MS) / (15 * MINUTE_MS));
  const minutes = quarters * 15;
  const hours = Math.ceil(minutes / 60);
  const value =
    minutes < 1_000 ? { name: `${minutes}m`, lasts: `${minutes}m` } : { name: `${hours}h`, lasts: `${hours}h` };
  return { value, note: `it lasts ${value.lasts}: to the last thing that has a time, and a little longer` };
}

/** `45s`, `12m`, `1h30m`: at least a second, as the language wants it. */
export function durationText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${rest > 0 ? `${rest}s` : ''}`;
}
