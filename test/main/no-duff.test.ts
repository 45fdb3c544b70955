import { afterAll, beforeAll, expect, it } from 'vitest';
import { openServed, type Served } from '../support/served.ts';

/** Two servers, a worker of incidents and one of drills, as in production: a real incident is declared in mid-drill. */
let served: Served;
beforeAll(async () => {
  served = await openServed({ drillWorker: true });
  await served.anotherServer();
}, 120_000);
afterAll(() => served?.close());

const soon = { timeout: 40_000, interval: 100 };
const FACILITATOR = 'tomas-okafor';

async function startDrill(): Promise<string> {
  const planned = await served.call(FACILITATOR, 'POST', '/api/drills', {
    simulation: 'supply-chain-tampered-artifact',
    length: '15m',
    players: [{ role: 'incident-commander', person: 'mara-lindqvist' }],
    staff: [{ role: 'facilitator', person: FACILITATOR }],
  });
  const { id } = planned.body as unknown as { id: string };
  expect((await served.call(FACILITATOR, 'POST', `/api/drills/${id}/start`)).status).toBeLessThan(300);
  return id;
}

const statusOf = async (drill: string): Promise<unknown> =>
  (await served.call(FACILITATOR, 'GET', `/api/drills/${drill}`)).body.status;

async function report(severity: string): Promise<string> {
  const { body } = await served.call('sofia-mendes', 'POST', '/api/incidents', {
    title: 'Refunds to strangers',
    severity,
  });
  return (body as unknown as { incident: string }).incident;
}

it('a SEV 3 lets a drill go on; a SEV 1 ends it once, and its timeline says why and where', async () => {
  const drill = await startDrill();
  await expect.poll(() => statusOf(drill), soon).toBe('running');
  await expect.poll(async () => (await served.house.read(drill)).events.length, soon).toBeGreaterThan(1);
  const small = await report('sev3');
  for (const [person, page] of [
    [FACILITATOR, '/board'],
    ['mara-lindqvist', ''],
  ] as const)
    await expect
      .poll(async () => (await served.call(person, 'GET', `/drills/${drill}${page}`)).text, soon)
      .toContain(`A real incident SEV 3 is open: ${small}, Refunds to strangers`);
  const incident = await report('sev1');
  await expect.poll(() => statusOf(drill), soon).toBe('ended');
  const { events, view } = await served.house.read(drill);
  const ends = events.filter(({ type }) => type === 'exercise.ended');
  expect(ends).toMatchObject([
    { actor: { kind: 'tocsin' }, data: { because: 'real', incident, reason: expect.stringContaining('SEV 1') } },
  ]);
  expect(view.exercise?.because).toBe('real');
  // Neither joined the drill, and neither is touched by its end.
  for (const real of [small, incident])
    expect((await served.house.read(real)).view).toMatchObject({ status: 'open', mode: 'simulated-inventory' });
  expect(events.some(({ type }) => type === 'alert.joined')).toBe(false);
  // A drill that was cut short proves nothing of its playbook.
  const { body } = await served.call(FACILITATOR, 'GET', '/api/playbooks/supply-chain-tampered-artifact');
  expect(body.drilled).toEqual({ kind: 'never', words: 'never drilled' });
  const metrics = await (await fetch(new URL('/metrics', served.url))).text();
  expect(metrics).toContain('tocsin_drills{status="running"} 0');
  expect(metrics).toContain('tocsin_drill_schedules_overdue 0');
}, 120_000);

it('one that begins beside an incident which people know of goes on, and counts as drilled when it ends', async () => {
  const drill = await startDrill();
  await expect.poll(() => statusOf(drill), soon).toBe('running');
  await expect.poll(async () => (await served.house.read(drill)).events.length, soon).toBeGreaterThan(1);
  const say = async (person: string, command: object) =>
    expect((await served.call(person, 'POST', `/api/drills/${drill}/commands`, command)).status).toBe(200);
  await say('mara-lindqvist', { type: 'drill-open', title: 'A release nobody signed', system: 'claims-triage' });
  await say(FACILITATOR, { type: 'endex', because: 'facilitator', reason: 'We have seen enough.', incident: null });
  await expect.poll(() => statusOf(drill), soon).toBe('ended');
  expect((await served.house.read(drill)).view.exercise?.because).toBe('facilitator');
  const { body } = await served.call(FACILITATOR, 'GET', '/api/playbooks/supply-chain-tampered-artifact');
  expect(body.drilled).toMatchObject({ kind: 'this', drill, words: expect.stringContaining(`(${drill})`) });
}, 120_000);
