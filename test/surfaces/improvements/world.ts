import type { Rating } from '../../../src/incident/events.ts';
import { TOCSIN } from '../../../src/incident/events.ts';
import type { Score } from '../../../src/simulator/scoring/score.ts';
import { createDrillStore } from '../../../src/store/drills.ts';
import { createImprovementStore } from '../../../src/store/improvements.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { createReader } from '../../../src/store/reader.ts';
import type { Drill } from '../../../src/surfaces/drills/contract.ts';
import { createDrillDesk } from '../../../src/surfaces/drills/desk.ts';
import { NewImprovement } from '../../../src/surfaces/improvements/contract.ts';
import { createImprovementDesk } from '../../../src/surfaces/improvements/desk.ts';
import type { Scoring } from '../../../src/surfaces/improvements/proof.ts';
import type { Directory, Person } from '../../../src/surfaces/ports.ts';
import { sampleEvents } from '../../support/sample-events.ts';
import { shippedScript } from '../../support/scripts.ts';
import { testStore } from '../../support/store.ts';

/** Improvement items on a real database, with drills as the store keeps them; how a drill was rated is given. */
export const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');
export const OBJECTIVE = script.objectives[0]?.id ?? '';
export const person = (id: string, roles: string[] = []): Person => ({
  id,
  name: id,
  email: `${id}@halden.example`,
  roles,
});
export const mara = person('mara-lindqvist');
export const tomas = person('tomas-okafor');
export const sofia = person('sofia-mendes');
export const jonas = person('jonas-weber');
export const admin = person('ada-admin', ['admin']);
const PEOPLE = [mara, tomas, sofia, jonas, admin];
export const INCIDENT = 'INC-2026-0147';
export const START = Date.UTC(2026, 10, 19, 9);
const DAY_MS = 86_400_000;

/** `scoring`: absent, how drills were rated is given by hand. */
export async function openWorld(scoring?: Scoring) {
  const store = await testStore();
  let now = START;
  const reader = createReader({ pool: store.pool, connectionString: store.url, onProblem: () => undefined });
  const directory = {
    people: () => PEOPLE,
    person: (id: string) => PEOPLE.find((one) => one.id === id) ?? null,
    timezone: () => 'Europe/Oslo',
  } as unknown as Directory;
  const plans = createPlanLibrary(store.pool);
  await plans.publish(plan, [mara.id], 1);
  await store.writer().append(INCIDENT, sampleEvents(INCIDENT));
  const simulations = async () => [
    { name: script.simulation, file: '', scripts: { [script.length.name]: script }, diagnostics: [] },
  ];
  const drillStore = createDrillStore(store.pool);
  const drills = createDrillDesk({
    store: drillStore,
    runs: {
      start: async () => undefined,
      send: async () => ({ status: 'accepted' }) as never,
      tell: async () => ({ status: 'accepted' }) as never,
      board: async () => null,
    },
    ...{ simulations, playbooks: plans, attachment: () => null, reader, directory, now: () => now },
  });
  /** By drill: how its first objective was rated. */
  const ratings = new Map<string, Partial<Score> & { rating: Rating | null; evaluator?: Rating }>();
  const score: Scoring = (of, events) => {
    const started = events.find((event) => event.type === 'exercise.started');
    const drill = started?.type === 'exercise.started' ? started.data.incident : '';
    const { rating, evaluator, ...more } = ratings.get(drill) ?? { rating: 'U' as const };
    const gate = rating && { rule: 'late' as const, rating, why: 'It was late.', cites: [1] };
    return {
      ...{ format: 1, drill, simulation: of.simulation, version: 1, length: '15m', script: of.hash },
      rubric: of.rubric ?? '',
      playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
      played: 'people',
      objectives: [
        {
          ...{ id: OBJECTIVE, title: 'Contain', capability: 'Contain', machine: gate, gates: gate ? [gate] : [] },
          evaluators: evaluator ? [{ person: 'noor', rating: evaluator, seq: 2, text: 'Late.' }] : [],
          ...{ disagreement: evaluator !== undefined, observed: 1, of: 1 },
        },
      ],
      outcomes: [],
      counts: {},
      ...more,
    } as Score;
  };
  const items = createImprovementStore(store.pool);
  const about = { store: items, drills, simulations, reader, directory, now: () => now };
  const desk = createImprovementDesk({ ...about, score: scoring ?? score });
  const players = [{ role: 'incident-commander', person: mara.id }];
  const staff = [{ role: 'facilitator' as const, person: sofia.id }];

  return {
    ...{ store, items, desk, drills, ratings, reader },
    now: () => now,
    later: (days = 1) => {
      now += days * DAY_MS;
    },
    /** A drill with people; `over`: ENDEX, too. */
    async drill({
      over = true,
      rubric = script.rubric,
      ...more
    }: Partial<Drill> & { over?: boolean; rubric?: string } = {}) {
      const { id } = await drillStore.plan(
        {
          ...{
            script: { ...script, ...(rubric !== undefined && { rubric }) },
            players,
            staff,
            at: null,
            seed: 7,
            rate: 1,
            note: null,
          },
          playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
          ...{ plannedBy: sofia.id, plannedAt: now },
          ...more,
        },
        `drill ${Math.random()}`,
      );
      now += 1_000;
      await drillStore.start(id, sofia.id, now);
      const { simulation, version, title, hash } = script;
      const facts = {
        incident: id,
        simulation,
        version,
        title,
        script: hash,
        length: '15m',
        seed: 7,
        seats: [],
        endsAt: 9_000,
      };
      const at = script.startsAt;
      await store.writer().append(id, [
        {
          ...{ seq: 1, at, path: '', actor: TOCSIN, type: 'exercise.started' as const },
          data: {
            ...facts,
            ...(rubric !== undefined && { rubric }),
            playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
          },
        },
        ...(over
          ? [
              {
                ...{ seq: 2, at: at + 1, path: '', actor: TOCSIN, type: 'exercise.ended' as const },
                data: { because: 'time' as const },
              },
            ]
          : []),
      ]);
      now += 1_000;
      return id;
    },
    wanted: (more: object = {}) =>
      NewImprovement.parse({
        ...{ from: INCIDENT, issue: 'Nobody knew who calls the supplier.', action: 'Put the number into the runbook.' },
        ...{ owner: tomas.id, due: '2026-12-01' },
        ...more,
      }),
    goal: { simulation: script.simulation, objective: OBJECTIVE, atLeast: 'S' as const },
    async close() {
      await reader.close();
      await store.close();
    },
  };
}
export type World = Awaited<ReturnType<typeof openWorld>>;
