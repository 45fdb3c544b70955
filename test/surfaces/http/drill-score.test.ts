import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DrillMeasures } from '../../../src/simulator/scoring/measures.ts';
import { readDrillExport } from '../../../src/simulator/scoring/read-export.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { redactEvent } from '../../../src/store/redact.ts';
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

/** Played by hand to its end: one question, answered by one who was there. */
async function over(because: 'time' | 'real' = 'time'): Promise<string> {
  const id = await started();
  const seats = [
    { role: 'incident-commander', person: MARA, persona: null },
    { role: 'ml-on-call', person: JONAS, persona: null },
  ];
  const line = new Timeline(script, seats, id, SOFIA);
  line.clock(0, 0);
  line.opened(2);
  line.add(3, 'note.added', { text: 'It is the cache.' }, { by: MARA });
  line.endex(15, because);
  await served.house.ports.timeline.append(id, line.events);
  return id;
}

it('compares whole drills alone: what NO DUFF ended is in no trend and in no coverage', async () => {
  const [cut, whole] = [await over('real'), await over()];
  for (const page of ['trends', 'coverage']) {
    const { text } = await served.call(SOFIA, 'GET', `/api/drills/${page}`);
    expect(text).toContain(whole);
    expect(text).not.toContain(cut);
  }
});

it('scores what is left of a timeline as anybody does by its export, and says when nothing can be scored', async () => {
  const id = await over();
  const redact = (seq: number, fields: string[]) =>
    redactEvent(served.house.pool, { incident: id, seq, fields, by: 'ada', why: 'a name' }, 1_000);
  const figure = async () => (await scoreBy(SOFIA, id)).body as unknown as { measures: DrillMeasures };
  expect((await figure()).measures.figures.acknowledge.took).not.toBeNull();
  // What stands in its place still says that Mara wrote something; no export has it, and nobody vouches for it.
  await redact(4, ['text']);
  expect((await figure()).measures.figures.acknowledge.took).toBeNull();
  const exported = await served.call(SOFIA, 'GET', `/api/incidents/${id}/timeline`);
  const read = readDrillExport(exported.text);
  expect((await figure()) as object).toMatchObject({ score: scoreOf(read.script, read.events) });
  await redact(1, ['title']);
  expect(await scoreBy(SOFIA, id)).toMatchObject({ status: 409, body: { code: 'not-scorable' } });
  expect(await served.call(SOFIA, 'GET', `/api/drills/${id}/report`)).toMatchObject({
    ...{ status: 409, body: { code: 'not-scorable' } },
  });
  expect((await served.call(SOFIA, 'GET', '/api/drills/trends')).status).toBe(200);
  expect((await served.call(SOFIA, 'GET', '/api/drills/coverage')).status).toBe(200);
});
