import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServed, type Served } from '../../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await openServed();
}, 120_000);
afterAll(() => served?.close());

const COMMANDER = 'mara-lindqvist';
const add = (incident: string, body: object, headers = {}, person = COMMANDER) =>
  served.call(person, 'POST', `/api/incidents/${incident}/playbooks`, body, headers);

async function opened(): Promise<string> {
  const answer = await served.call('tomas-okafor', 'POST', '/api/incidents', {
    title: 'Odd answers',
    system: 'payout-estimator',
  });
  const incident = String(answer.body.incident);
  await served.house.until(incident, 'its opening', (view) => view.seq > 0);
  return incident;
}

describe('POST /api/incidents/:id/playbooks', () => {
  it('runs a published playbook about the incident’s own AI system, once for one key', async () => {
    const incident = await opened();
    const body = { playbook: 'notify-legal', reason: 'Personal data may have left' };
    const once = { 'idempotency-key': 'the first' };
    expect(await add(incident, body, once)).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect((await add(incident, body, once)).status).toBe(200);
    await served.house.until(incident, 'its first mail', (view) => view.steps['+1/inform']?.status === 'done');
    const { body: shown } = await served.call(COMMANDER, 'GET', `/api/incidents/${incident}`);
    expect(shown).toMatchObject({
      added: [{ number: 1, person: COMMANDER, inputs: { system: { id: 'payout-estimator' } }, reason: body.reason }],
      plans: [{ number: 1, playbook: { id: 'notify-legal' }, steps: { done: expect.any(Number) } }],
    });
    const { body: told } = await served.call(COMMANDER, 'GET', `/api/incidents/${incident}/events`);
    const sentences = (told.events as unknown as { text: string }[]).map(({ text }) => text);
    expect(sentences.filter((text) => /^Mara Lindqvist added the playbook “/.test(text))).toHaveLength(1);
    expect(sentences).toContainEqual(expect.stringMatching(/^Tell legal counsel what is known: sent/));
  });

  it('signs votes with the hash of the plan that asks, so that the worker lets its act through', async () => {
    const incident = await opened();
    await add(incident, { playbook: 'supply-chain-tampered-artifact', reason: 'The signature is not valid' });
    const { number } = await served.house.question(incident, '+1/contain');
    const path = `/api/incidents/${incident}/decisions/${number}`;
    const yes = { answer: 'approve', confirm: true };
    // Nobody decides alone what they asked for.
    expect(await served.call(COMMANDER, 'POST', path, yes)).toMatchObject({ status: 403, body: { code: 'requester' } });
    const approved = await served.call('sofia-mendes', 'POST', path, yes);
    expect(approved).toMatchObject({ status: 200, body: { outcome: 'approve' } });
    await served.house.until(incident, 'the isolation', (view) => view.steps['+1/isolate']?.status === 'done');
    const { body } = await served.call(COMMANDER, 'GET', `/api/incidents/${incident}`);
    const [{ steps }] = body.plans as unknown as [{ steps: { done: number; of: number; then: { path: string }[] } }];
    expect(steps.done).toBeGreaterThan(2);
    expect(steps.then.every((one) => one.path.startsWith('+1/'))).toBe(true);
    const report = await served.call(COMMANDER, 'GET', `/api/incidents/${incident}/timeline?format=md`);
    expect(report.text).toMatch(/Added playbook 1.*supply-chain-tampered-artifact v\d+/);
  });

  it('is the incident commander’s alone, whoever that is in this incident', async () => {
    const incident = await opened();
    const body = { playbook: 'notify-legal', reason: 'because' };
    expect(await add(incident, body, {}, 'tomas-okafor')).toMatchObject({
      status: 403,
      body: { code: 'not-entitled' },
    });
    await served.call(COMMANDER, 'POST', `/api/incidents/${incident}/role`, {
      role: 'incident-commander',
      assignee: 'tomas-okafor',
    });
    await served.house.until(incident, 'the role', (view) => view.roles['incident-commander']);
    expect((await add(incident, body, {}, 'tomas-okafor')).status).toBe(200);
  });

  it('refuses what it does not know, and says what it takes', async () => {
    const incident = await opened();
    const reason = 'because';
    expect(await add(incident, { playbook: 'notify-leagal', reason })).toMatchObject({
      status: 422,
      body: { code: 'unknown-playbook', notDone: 'No playbook was added.', next: 'Did you mean "notify-legal"?' },
    });
    expect(await add(incident, { playbook: 'notify-legal', reason, inputs: { limit: 3 } })).toMatchObject({
      status: 422,
      body: { code: 'inputs', detail: expect.stringMatching(/"limit" is not an input/) },
    });
    const elsewhere = { playbook: 'notify-legal', reason, inputs: { system: 'no-such-system' } };
    expect(await add(incident, elsewhere)).toMatchObject({ status: 422, body: { code: 'inputs' } });
    expect(await add(incident, { playbook: 'notify-legal' })).toMatchObject({ status: 422 });
    expect(await add('INC-2020-0001', { playbook: 'notify-legal', reason })).toMatchObject({ status: 404 });
  });

  it('refuses an incident that is over, and says what to do', async () => {
    const incident = await opened();
    await served.call(COMMANDER, 'POST', `/api/incidents/${incident}/resolve`, { summary: 'Nothing was wrong.' });
    await served.house.until(incident, 'the end', (view) => view.resolvedAt);
    expect(await add(incident, { playbook: 'notify-legal', reason: 'late' })).toMatchObject({
      status: 409,
      body: { code: 'resolved', detail: expect.stringMatching(/Reopen it first/) },
    });
  });
});
