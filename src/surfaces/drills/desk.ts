import { randomInt } from 'node:crypto';
import { timeIn } from '../../incident/exercise-clock.ts';
import type { CheckedSimulation } from '../../simulator/script/library.ts';
import { accepted, messageId } from '../commands.ts';
import type { Directory, Person, Playbooks, Reader } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import type { Attachment, Drill, DrillDesk, DrillPlan, DrillRuns, DrillStore, Offer } from './contract.ts';
import { answerHotWash } from './hot-wash.ts';
import {
  arrangersOf,
  assertMaySay,
  assertNames,
  assertRoster,
  known,
  mayArrange,
  mayStart,
  type People,
  readsScriptOf,
} from './roster.ts';
import { foundFor } from './spoilers.ts';

export type DrillDeskDeps = {
  store: DrillStore;
  runs: DrillRuns;
  /** All there are, checked against the playbooks that are published. */
  simulations(): Promise<CheckedSimulation[]>;
  playbooks: Pick<Playbooks, 'latest'>;
  /** A file beside the simulations, as it is now; null: there is none. */
  attachment(file: string): Attachment['bytes'] | null;
  reader: Reader;
  directory: Directory;
  now(): number;
};

const SEED_MAX = 2_147_483_647;
const NOT_PLANNED = 'No drill was planned.';
const UNCHANGED = 'The drill was not changed.';

/** What every surface does with drills. */
export function createDrillDesk(deps: DrillDeskDeps): DrillDesk {
  const { store, runs, directory, now } = deps;
  const found = async (id: string): Promise<Drill> => {
    const drill = await store.find(id);
    if (!drill) throw notFound(`drill ${id}`, 'List them: tocsin drill list.');
    return drill;
  };
  return {
    offers: async () => (await deps.simulations()).map(offerOf),
    plan: (by, plan, key) => planDrill(deps, by, plan, key),
    async change(by, id, to) {
      const drill = await found(id);
      if (!mayArrange(drill, by.id, directory)) throw notTheirs(directory, drill, UNCHANGED);
      if (drill.status !== 'planned') throw tooLate(drill, UNCHANGED);
      const { players = drill.players, staff = drill.staff, at = drill.at, rate = drill.rate, note = drill.note } = to;
      assertRoster(directory, drill.script, { players, staff }, UNCHANGED);
      if (at !== drill.at) assertToCome(at, now(), UNCHANGED);
      assertStorable(note, UNCHANGED);
      const changed = await store.change(id, { players, staff, at, rate, note });
      if (!changed) throw tooLate(await found(id), UNCHANGED);
      return changed;
    },
    start: async (by, id) => startDrill(deps, by, await found(id)),
    async cancel(by, id, because) {
      const notDone = 'It was not called off.';
      const drill = await found(id);
      if (!mayArrange(drill, by.id, directory)) throw notTheirs(directory, drill, notDone);
      assertStorable(because, notDone);
      const cancelled = await store.cancel(id, because, now());
      if (!cancelled) throw tooLate(await found(id), notDone);
      return cancelled;
    },
    find: found,
    list: store.list,
    async tell(by, id, command, key) {
      const drill = await found(id);
      if (drill.status === 'planned' || drill.status === 'cancelled') throw notRunning(drill);
      assertMaySay(drill, by, command);
      assertNames(drill.script, command);
      if (command.type === 'endex' && command.incident !== null) await assertReal(deps.reader, command.incident);
      if (command.type === 'observe') await assertCites(deps.reader, id, command.about);
      const message = { ...command, id: messageId(by.id, key), person: by.id, at: now() };
      return accepted(await runs.tell(id, message), 'Nothing was changed.', `See how things stand: ${id}.`);
    },
    async hotWash(by, id, answer, key) {
      const drill = await found(id);
      if (drill.status === 'planned' || drill.status === 'cancelled') throw notRunning(drill);
      assertMaySay(drill, by, { type: 'hot-wash' });
      assertStorable(answer.text, 'Nothing was added.');
      return answerHotWash(deps, by, drill, answer, key);
    },
    async board(by, id) {
      const drill = await found(id);
      assertReadsScript(drill, by, 'The board is not shown.');
      return drill.status === 'running' || drill.status === 'ended' ? runs.board(id) : null;
    },
    async attachment(by, id, inject, number) {
      const file = (await attachmentsOf(deps, by, await found(id), inject))[number - 1];
      const bytes = file === undefined ? null : deps.attachment(file);
      if (file !== undefined && bytes) return { name: file.split('/').at(-1) ?? file, bytes };
      const none = `attachment ${number} of inject ${inject} in ${id}`;
      throw notFound(none, 'Attachments come with the injects that have reached you.');
    },
    async note(by, id, text) {
      const drill = await found(id);
      if (!drill.staff.some(({ person }) => person === by.id))
        throw new Problem({
          status: 403,
          code: 'not-entitled',
          message: 'These notes are of the staff of this drill: its facilitators, evaluators and observers.',
          notDone: 'Nothing was noted.',
          next: `Say it on the timeline: tocsin incident note ${id}.`,
        });
      assertStorable(text, 'Nothing was noted.');
      await store.addNote(id, { person: by.id, at: now(), scenarioAt: await scenarioNow(deps, drill), text });
    },
    async notes(by, id) {
      assertReadsScript(await found(id), by, 'The notes of the staff are not shown.');
      return store.notes(id);
    },
    lastDrilled: store.lastDrilled,
  };
}

async function attachmentsOf({ reader, directory }: DrillDeskDeps, by: Person, drill: Drill, inject: string) {
  const told = await reader.incident(drill.id);
  const arrived = told ? (foundFor(told, drill.id, by.id, directory.names()).view.exercise?.injects ?? []) : [];
  const toCome = readsScriptOf(drill, by.id) ? drill.script.injects : [];
  return [...arrived, ...toCome].find((one) => one.id === inject)?.attachments ?? [];
}

async function planDrill(deps: DrillDeskDeps, by: Person, plan: DrillPlan, key: string): Promise<Drill> {
  const { store, directory, playbooks, now } = deps;
  const script = await scriptFor(deps, plan);
  const published = await playbooks.latest(script.playbook);
  // It was checked against what is published.
  if (!published)
    throw new Error(`${script.playbook} is not published, and ${script.simulation} was checked against it`);
  const { players, staff, at, rate, note } = plan;
  assertRoster(directory, script, { players, staff }, NOT_PLANNED);
  assertToCome(at, now(), NOT_PLANNED);
  assertStorable(note, NOT_PLANNED);
  const { playbook: id, version, title, hash } = published.plan;
  const seed = plan.seed ?? randomInt(SEED_MAX);
  const about = { script, playbook: { id, version, title, hash }, players, staff, at, seed, rate, note };
  return store.plan({ ...about, plannedBy: by.id, plannedAt: now() }, messageId(by.id, key));
}

async function scriptFor({ simulations }: DrillDeskDeps, { simulation, length }: DrillPlan): Promise<Drill['script']> {
  const all = await simulations();
  known(
    'simulation',
    simulation,
    all.map(({ name }) => name),
    NOT_PLANNED,
  );
  const chosen = all.find(({ name }) => name === simulation);
  const scripts = chosen?.scripts;
  if (!scripts) {
    const first = chosen?.diagnostics.find(({ severity }) => severity === 'error');
    throw new Problem({
      status: 422,
      code: 'simulation',
      message: `${simulation} cannot be played here: ${first?.message ?? 'it has mistakes'}.`,
      notDone: NOT_PLANNED,
      next: 'It is checked against the playbooks that are published: tocsin playbook publish, tocsin simulation check.',
      extra: { diagnostics: chosen?.diagnostics ?? [] },
    });
  }
  const byLength = Object.values(scripts).sort((a, b) => b.length.ms - a.length.ms);
  const wanted = length ?? byLength[0]?.length.name ?? '';
  known('length', wanted, Object.keys(scripts), NOT_PLANNED);
  return scripts[wanted] as Drill['script'];
}

async function startDrill(deps: DrillDeskDeps, by: Person, drill: Drill): Promise<Drill> {
  const { store, runs, playbooks, directory, now } = deps;
  const notDone = 'The drill was not started.';
  if (!mayStart(drill, by.id, directory)) throw notTheirs(directory, drill, notDone);
  if (drill.status === 'cancelled' || drill.status === 'ended') throw tooLate(drill, notDone);
  if (drill.status === 'planned') await assertUnreplaced(playbooks, drill, notDone);
  const started = await store.start(drill.id, by.id, now());
  if (!started) throw tooLate({ ...drill, status: 'cancelled' }, notDone);
  // Again, if it had been started before: whoever did may not have reached Temporal.
  await runs.start(started);
  return started;
}

/** What is drilled is what would be used: a plan that was replaced is none. */
async function assertUnreplaced(playbooks: DrillDeskDeps['playbooks'], drill: Drill, notDone: string): Promise<void> {
  const { id, version, hash } = drill.playbook;
  const latest = (await playbooks.latest(id))?.plan;
  if (latest?.hash === hash) return;
  const { simulation, length } = drill.script;
  throw new Problem({
    status: 409,
    code: 'playbook-replaced',
    message: `It was planned with ${id} v${version}, plan ${hash.slice(0, 12)}. Now v${latest?.version ?? '?'}, plan ${latest?.hash.slice(0, 12) ?? '?'}, is published.`,
    notDone,
    next: `Plan it again, with the one that is used now: tocsin drill plan ${simulation} --length ${length.name}; and call this one off: tocsin drill cancel ${drill.id}.`,
  });
}

const offerOf = ({ name, scripts, diagnostics }: CheckedSimulation): Offer => {
  const all = Object.values(scripts ?? {}).sort((a, b) => a.length.ms - b.length.ms);
  const script = all.at(-1);
  return {
    simulation: name,
    title: script?.title ?? name,
    version: script?.version ?? 0,
    about: script?.about ?? '',
    playbook: script?.playbook ?? '',
    lengths: all.map(({ length }) => length),
    seats: (script?.seats ?? []).map(({ role, needed }) => ({ role, needed })),
    references: script?.references ?? [],
    problems: diagnostics,
  };
};

/** What the scenario's clock shows; null before it runs. */
async function scenarioNow({ reader, now }: DrillDeskDeps, { id, status }: Drill): Promise<number | null> {
  if (status !== 'running' && status !== 'ended') return null;
  const view = (await reader.incident(id))?.view;
  return view ? timeIn(view, now()) : null;
}

function assertToCome(at: number | null, now: number, notDone: string): void {
  // Whoever plans it for this minute takes a moment to say so.
  if (at === null || at > now - 60_000) return;
  throw new Problem({
    status: 422,
    code: 'past',
    message: `${new Date(at).toISOString()} is in the past.`,
    notDone,
    next: 'Choose a time to come, or none and start it when everybody is there.',
  });
}

/** PostgreSQL keeps no text with these. */
const UNSTORABLE = /\p{Cs}|\0/u;

function assertStorable(text: string | null, notDone: string): void {
  if (text === null || !UNSTORABLE.test(text)) return;
  throw new Problem({
    status: 422,
    code: 'text',
    message: 'This text holds a character that cannot be kept: NUL, or half of one.',
    notDone,
    next: 'Write it again without it.',
  });
}

async function assertReal(reader: Reader, incident: string): Promise<void> {
  const view = (await reader.incident(incident))?.view;
  if (view && !view.exercise) return;
  throw new Problem({
    status: 404,
    code: 'not-found',
    message: `There is no real incident ${incident}.`,
    notDone: 'The drill goes on.',
    next: 'Say NO DUFF without its number: that stops the drill, too.',
  });
}

/** An opinion that rests on an event which is not there rests on nothing. */
async function assertCites(reader: Reader, id: string, about: readonly number[]): Promise<void> {
  const last = (await reader.incident(id))?.view.seq ?? 0;
  const strange = about.find((seq) => seq > last);
  if (strange === undefined) return;
  throw new Problem({
    status: 422,
    code: 'unknown-event',
    message: `There is no event ${strange}: the last one of ${id} is ${last}.`,
    notDone: 'Nothing was written down.',
    next: `See their numbers: tocsin timeline show ${id}.`,
  });
}

function assertReadsScript(drill: Drill, by: Person, notDone: string): void {
  if (readsScriptOf(drill, by.id)) return;
  throw new Problem({
    status: 403,
    code: 'for-staff',
    message: 'It would give away what is to come: it is for the staff of this drill until it is over.',
    notDone,
    next: 'Read it after ENDEX.',
  });
}

const notTheirs = (people: People, drill: Drill, notDone: string): Problem =>
  new Problem({
    status: 403,
    code: 'not-entitled',
    message: `${drill.id} is a drill that others arrange.`,
    notDone,
    next: `Ask ${arrangersOf(drill, people).join(' or ')}.`,
  });

const STANDS = {
  planned: 'has not been started',
  running: 'runs already',
  ended: 'is over',
  cancelled: 'was called off',
} as const;

const tooLate = ({ id, status }: Drill, notDone: string): Problem =>
  new Problem({
    status: 409,
    code: status,
    message: `${id} ${STANDS[status]}.`,
    notDone,
    next: status === 'running' ? `End it: tocsin drill end ${id}.` : 'Plan another: tocsin drill plan.',
  });

const notRunning = ({ id, status }: Drill): Problem =>
  new Problem({
    status: 409,
    code: 'not-running',
    message: `${id} ${STANDS[status]}.`,
    notDone: 'Nothing was changed.',
    next: status === 'planned' ? `Start it: tocsin drill start ${id}.` : 'Plan another: tocsin drill plan.',
  });
