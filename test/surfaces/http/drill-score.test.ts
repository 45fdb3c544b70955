import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { Timeline } from '../../simulator/scoring/timeline.ts';
import { shippedScript } from '../../support/scripts.ts';
import { openServed, type Served } from '../../support/served.ts';

/** What a drill came to, as the API tells it: on a real server and database, with a timeline that nobody had to play. */
let served: Served;
const { script, plan } = shippedScript('pii-leak-output', '15m');
const MARA = 'mara-lindqvist';
const SOFIA = 'sofia-mendes';
const JONAS = 'jonas-weber';

beforeAll(async () => {
  served = await openServed({ worker: false });
  await createPlanLibrary(served.house.pool).publish(plan, [MARA], 1);
}, 120_000);
afterAll(() => served?.close());

const scoreBy = (person: string, id: string) => served.call(person, 'GET', `/api/drills/${id}/score`);

async function started(): Promise<string> {
  const players = [
    { role: 'incident-commander', person: MARA },
    { role: 'ml-on-call', person: JONAS },
  ];
  const staff = [{ role: 'evaluator', person: SOFIA }];
  const wanted = { simulation: script.simulation, length: '15m', players, staff };
  const planned = await served.call(SOFIA, 'POST', '/api/drills', wanted);
  const { id } = planned.body as unknown as { id: string };
  expect((await served.call(MARA, 'POST', `/api/drills/${id}/start`)).status).toBe(200);
  return id;
}

it('tells scores and measures once a drill is over; figures of single persons only to its staff and to themselves', async () => {
  const id = await started();
  expect(await scoreBy(SOFIA, id)).toMatchObject({ status: 409, body: { code: 'not-over' } });
  const seats = [
    { role: 'incident-commander', person: MARA, persona: null },
    { role: 'ml-on-call', person: JONAS, persona: null },
  ];
  const line = new Timeline(script, seats, id, SOFIA);
  line.clock(0, 0);
  line.opened(2);
  line.ask(3, 1, 'contain', { by: seats.map(({ role }) => ({ role, count: 1 })) });
  line.vote(4, 1, MARA, ['incident-commander']);
  line.vote(6, 1, JONAS, ['ml-on-call']);
  line.endex(15);
  const opinion = {
    objective: script.objectives[0]?.id ?? '',
    task: null,
    expectation: null,
    verdict: null,
    about: [],
  };
  line.add(
    15,
    'observation.recorded',
    { ...opinion, kind: 'observation', rating: 'S', text: 'Mara had to ask twice.' },
    { by: SOFIA },
  );
  await served.house.ports.timeline.append(id, line.events);

  const staff = await scoreBy(SOFIA, id);
  expect(staff.body).toMatchObject({
    score: { drill: id, script: script.hash, rubric: script.rubric, played: 'people' },
    measures: {
      roles: [
        { who: 'incident-commander', n: 1, medianMs: 60_000 },
        { who: 'ml-on-call', n: 1, medianMs: 180_000 },
      ],
      people: [{ who: JONAS }, { who: MARA }],
    },
  });
  expect(staff.text).toContain('had to ask twice');
  const own = (await scoreBy(JONAS, id)).body as unknown as { measures: { people: { who: string }[] } };
  expect(own.measures.people.map(({ who }) => who)).toEqual([JONAS]);
  const other = await scoreBy('tomas-okafor', id);
  expect(other.body).toMatchObject({ measures: { people: [], roles: [{ n: 1 }, { n: 1 }] } });
  expect(other.text, 'what evaluators say of single persons is for those who took part').not.toContain('ask twice');
  expect(other.text).not.toContain(JONAS);
});
