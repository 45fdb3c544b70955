import { DateTime } from 'luxon';
import type { CheckedSimulation } from '../../simulator/script/library.ts';
import { messageId } from '../commands.ts';
import type { Drill, DrillDesk } from '../drills/contract.ts';
import { arrangersOf, known } from '../drills/roster.ts';
import { assertMayRead } from '../drills/spoilers.ts';
import { may } from '../permissions.ts';
import type { Directory, Person, Reader } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import type {
  GoalOffer,
  Improvement,
  ImprovementDesk,
  ImprovementSet,
  ImprovementStore,
  NewImprovement,
  RedrillGoal,
  Seen,
} from './contract.ts';
import { createProof, type Scoring } from './proof.ts';
import { editWords } from './words.ts';

export type ImprovementDeskDeps = {
  store: ImprovementStore;
  drills: Pick<DrillDesk, 'find' | 'list' | 'plan'>;
  /** What its goals may name. */
  simulations(): Promise<readonly Pick<CheckedSimulation, 'name' | 'scripts'>[]>;
  reader: Pick<Reader, 'incident'>;
  directory: Directory;
  score: Scoring;
  now(): number;
};

const UNCHANGED = 'Nothing was changed.';
const NOT_MADE = 'No improvement item was made.';
/** Others who change the same item at the same moment: each takes one more look. */
const TRIES_MAX = 20;

/** What every surface does with improvement items. */
export function createImprovementDesk(deps: ImprovementDeskDeps): ImprovementDesk {
  const { store, directory, now } = deps;
  const proof = createProof(deps);
  const shown = async (item: Improvement, reached = proof.look()) => ({
    ...item,
    overdue: item.status === 'open' && item.due < today(deps),
    reached: await reached(item),
  });
  const found = async (id: string): Promise<Improvement> => {
    const item = await store.find(id);
    if (!item) throw notFound(`improvement item ${id}`, 'List them: tocsin improvement list.');
    return item;
  };
  /** Looks again when somebody else was quicker, unless whoever asks says what they have seen. */
  const changing = async (
    by: Person,
    id: string,
    seen: Seen,
    decide: (item: Improvement) => Promise<{ to: ImprovementSet; what: string } | null>,
    everybody = false,
  ) => {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const item = await found(id);
      if (!everybody && !(await mayChange(deps, by, item))) throw notTheirs(item);
      if (seen !== null && seen !== item.version) throw changedMeanwhile(item, seen);
      const decided = await decide(item);
      if (decided === null) return shown(item);
      const { to, what } = decided;
      const changed = await store.change(id, item.version, to, { at: now(), by: by.id, what });
      if (changed) return shown(changed);
    }
    throw new Problem({
      status: 409,
      code: 'changed-meanwhile',
      message: `${id} is being changed by others just now.`,
      notDone: UNCHANGED,
      next: 'Try again in a moment.',
    });
  };

  return {
    async create(by, wanted, key) {
      await assertOrigin(deps, by, wanted);
      await assertFits(deps, wanted, NOT_MADE);
      const what = `written, learnt in ${wanted.from}`;
      return shown(await store.create({ ...wanted, createdAt: now(), createdBy: by.id, what }, messageId(by.id, key)));
    },
    edit: (by, id, to, seen) =>
      changing(by, id, seen, async (item) => {
        if (item.status === 'closed') throw isClosed(item);
        await assertFits(deps, { ...item, ...to }, UNCHANGED);
        const what = editWords(item, to);
        if (what.length === 0)
          throw refused(422, 'same', 'Nothing is different from before.', `See how it stands: ${id}.`);
        return { to, what: what.join('; ') };
      }),
    note: (by, id, text) =>
      changing(
        by,
        id,
        null,
        async ({ history }) => {
          const last = history.at(-1);
          // Sent twice by a double click, or by whoever did not hear that it was taken.
          return last?.by === by.id && last.what === text ? null : { to: {}, what: text };
        },
        true,
      ),
    done: (by, id, seen) =>
      changing(by, id, seen, async (item) => {
        if (item.status === 'closed') throw isClosed(item);
        if (item.status === 'done') throw refused(409, 'done', `${id} is done already.`, 'Close it, or open it again.');
        return { to: { status: 'done' }, what: 'done' };
      }),
    close: (by, id, because, seen) =>
      changing(by, id, seen, async (item) => {
        if (item.status === 'closed') throw isClosed(item);
        const at = now();
        if ('reason' in because) {
          const closed = { at, by: by.id, drill: null, reason: because.reason };
          return { to: { status: 'closed', closed }, what: `closed: ${because.reason}` };
        }
        const words = await proof.shows(item, because.drill);
        return {
          to: { status: 'closed', closed: { at, by: by.id, drill: because.drill, reason: null } },
          what: `closed: ${words}`,
        };
      }),
    reopen: (by, id, because, seen) =>
      changing(by, id, seen, async (item) => {
        if (item.status === 'open') throw refused(409, 'open', `${id} is open.`, 'Mark it done, or close it.');
        return { to: { status: 'open', closed: null }, what: `opened again: ${because}` };
      }),
    async redrill(by, id, plan, key) {
      const item = await found(id);
      if (!(await mayChange(deps, by, item))) throw notTheirs(item);
      if (item.status === 'closed') throw isClosed(item);
      if (item.goal === null) throw withoutGoal(item);
      const drill = await deps.drills.plan(by, await redrillPlan(deps, by, item, item.goal, plan), `${id} ${key}`);
      if (item.redrills.includes(drill.id)) return { item: await shown(item), drill };
      const fits = await proof.fits(item, drill);
      const linked = await changing(by, id, null, async (now) => ({
        to: { redrills: [...new Set([...now.redrills, drill.id])] },
        what: `the drill ${drill.id} was planned for it${fits ? '' : '; another rubric scores it than the drill where it was learnt, so it cannot close it'}`,
      }));
      return { item: linked, drill };
    },
    find: async (id) => shown(await found(id)),
    async list(filter) {
      const items: Awaited<ReturnType<typeof shown>>[] = [];
      const look = proof.look();
      // One after the other: they share what was read and scored.
      for (const item of await store.list(filter)) items.push(await shown(item, look));
      return items;
    },
    goals: async () => goalsOf(await deps.simulations()),
    mayChange: (by, item) => mayChange(deps, by, item),
  };

  async function redrillPlan(
    { drills }: ImprovementDeskDeps,
    by: Person,
    item: Improvement,
    { simulation }: RedrillGoal,
    plan: Parameters<ImprovementDesk['redrill']>[2],
  ) {
    const before = await drillNamed(drills, item.from);
    const same = before?.script.simulation === simulation ? before : null;
    const length = plan.length ?? same?.script.length.name;
    const here = ({ person }: { person: string }) => directory.person(person) !== null;
    const players = plan.players ?? same?.players.filter(here) ?? [];
    const staff = plan.staff ?? same?.staff.filter(here) ?? [];
    // Who plays is chosen on its page.
    const runs = players.length + staff.length === 0 ? [{ role: 'facilitator' as const, person: by.id }] : [];
    return {
      simulation,
      ...(length !== undefined && { length }),
      players: [...players],
      staff: [...staff, ...runs],
      at: plan.at ?? null,
      rate: same?.rate ?? 1,
      note: `To show whether ${item.id} is done.`,
    };
  }

  function today({ directory }: Pick<ImprovementDeskDeps, 'directory'>): string {
    return dayOf(now(), directory.timezone());
  }

  async function mayChange({ drills }: ImprovementDeskDeps, by: Person, item: Improvement): Promise<boolean> {
    if (item.owner === by.id || item.createdBy === by.id) return true;
    if (may(by, 'command') || may(by, 'admin')) return true;
    const drill = await drillNamed(drills, item.from);
    return drill !== null && arrangersOf(drill, directory).includes(by.id);
  }
}

/** `2026-11-30`, by the clocks of a zone. */
export const dayOf = (ms: number, zone: string): string => DateTime.fromMillis(ms, { zone }).toFormat('yyyy-MM-dd');

/** Null for an incident, and for a drill that is not in the store: bots played it by themselves. */
async function drillNamed(drills: Pick<DrillDesk, 'find'>, id: string): Promise<Drill | null> {
  if (!id.startsWith('EX-')) return null;
  try {
    return await drills.find(id);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

/** Where it was learnt is over, or real; and what it cites is there. */
async function assertOrigin(deps: ImprovementDeskDeps, by: Person, { from, about, objective }: NewImprovement) {
  const found = await deps.reader.incident(from);
  if (!found) throw notFound(`drill or incident ${from}`, 'List them: tocsin drill list, tocsin incident list.');
  const { view, events } = found;
  assertMayRead(view, from, by.id);
  if (view.exercise && view.exercise.endedAt === undefined)
    throw refused(409, 'running', `${from} is not over.`, 'Write it down after ENDEX.', NOT_MADE);
  const missing = about.filter((seq) => !events.some((event) => event.seq === seq));
  if (missing.length > 0)
    throw refused(
      422,
      'unknown-event',
      `${from} has no event ${missing.join(', ')}.`,
      `Its timeline has events 1 to ${view.seq}.`,
      NOT_MADE,
    );
  if (objective === null) return;
  const drill = await drillNamed(deps.drills, from);
  const names = drill?.script.objectives.map(({ id }) => id) ?? [];
  known('objective', objective, names, NOT_MADE);
}

type Fitting = Pick<NewImprovement, 'owner' | 'start' | 'due' | 'goal'>;
async function assertFits(deps: ImprovementDeskDeps, { owner, start, due, goal }: Fitting, notDone: string) {
  const people = deps.directory.people().map(({ id }) => id);
  known('person in the inventory', owner, people, notDone);
  if (start !== null && due < start)
    throw refused(
      422,
      'due',
      `It would be due on ${due}, before it starts on ${start}.`,
      'Choose a later day.',
      notDone,
    );
  if (goal === null) return;
  const simulations = await deps.simulations();
  known(
    'simulation',
    goal.simulation,
    simulations.map(({ name }) => name),
    notDone,
  );
  const offer = goalsOf(simulations).find(({ simulation }) => simulation === goal.simulation);
  const objectives = offer?.objectives.map(({ id }) => id) ?? [];
  known('objective', goal.objective, objectives, notDone);
}

/** Lengths of one simulation may have different objectives. */
const goalsOf = (simulations: Awaited<ReturnType<ImprovementDeskDeps['simulations']>>): GoalOffer[] =>
  simulations.flatMap(({ name, scripts }) => {
    const all = Object.values(scripts ?? {});
    const objectives = new Map(all.flatMap((script) => script.objectives.map(({ id, title }) => [id, title] as const)));
    if (all.length === 0) return [];
    return [
      {
        simulation: name,
        title: all[0]?.title ?? name,
        objectives: [...objectives].map(([id, title]) => ({ id, title })),
      },
    ];
  });

const refused = (status: 409 | 422, code: string, message: string, next: string, notDone = UNCHANGED): Problem =>
  new Problem({ status, code, message, notDone, next });

const isClosed = ({ id }: Improvement): Problem =>
  refused(409, 'closed', `${id} is closed.`, `Open it again: tocsin improvement reopen ${id}.`);

const withoutGoal = ({ id }: Improvement): Problem =>
  refused(
    409,
    'no-goal',
    `${id} does not say which drill would show that it is done.`,
    `Give it a goal: tocsin improvement edit ${id} --goal simulation/objective/P.`,
  );

const changedMeanwhile = (item: Improvement, seen: number): Problem =>
  new Problem({
    status: 409,
    code: 'changed-meanwhile',
    message: `${item.id} was changed since you looked (version ${seen}, now ${item.version}): ${item.history.at(-1)?.what ?? ''}.`,
    notDone: UNCHANGED,
    next: 'Look at it again, then say what should change.',
    extra: { version: item.version },
  });

const notTheirs = ({ id, owner, createdBy }: Improvement): Problem =>
  new Problem({
    status: 403,
    code: 'not-entitled',
    message: `${id} is changed by its owner, by whoever wrote it, by those who ran its drill, and by incident commanders.`,
    notDone: UNCHANGED,
    next: `Ask ${[...new Set([owner, createdBy])].join(' or ')}, or note something: everybody may.`,
  });
