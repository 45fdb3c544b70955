import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createInbox } from '../../src/store/inbox.ts';
import { openPool } from '../../src/store/pool.ts';
import type { Noticed } from '../../src/surfaces/alert-inbox.ts';
import { sampleEvents } from '../support/sample-events.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await testStore();
});
afterAll(() => store.close());

const alert = { kind: 'model.signature-invalid', odd: 'nul \u0000 and half \ud800' };
const firing = (key: string, more: Partial<Noticed> = {}): Noticed => ({
  key,
  alert,
  system: null,
  startsAt: null,
  endsAt: null,
  ...more,
});
const inbox = () => createInbox(store.pool);
async function receive(source: string, at: number, ...alerts: Noticed[]) {
  return inbox().receive({ source, requester: null, alerts, at });
}
async function one(source: string, at: number, noticed: Noticed) {
  const [kept] = await receive(source, at, noticed);
  if (!kept) throw new Error('nothing was kept');
  return kept;
}

describe('repeats', () => {
  test('are counted on the first while its incident is open, and are news once that is over', async () => {
    const first = await one('registry', 1, firing('a'));
    expect(first).toMatchObject({ status: 'new', count: 1, incident: null });
    expect(await inbox().get(first.id)).toMatchObject({ alert, receivedAt: 1, lastAt: 1, source: 'registry' });
    const incident = 'INC-2026-0001';
    await inbox().settle([{ id: first.id, status: 'opened', incident, plan: null, told: 1 }], 1);
    // The incident is being opened: nothing of it is on a timeline yet.
    expect(await one('registry', 2, firing('a'))).toMatchObject({ id: first.id, status: 'opened', count: 2, incident });
    const events = sampleEvents(incident);
    await store.writer().append(incident, events.slice(0, 1));
    expect(await one('registry', 3, firing('a'))).toMatchObject({ id: first.id, count: 3 });
    const resolved = events.findIndex((event) => event.type === 'incident.resolved') + 1;
    await store.writer().append(incident, events.slice(1, resolved));
    const next = await one('registry', 4, firing('a'));
    expect(next).toMatchObject({ status: 'new', count: 1, incident: null });
    expect(next.id).not.toBe(first.id);
    expect(await inbox().get(first.id)).toMatchObject({ status: 'opened', count: 3, lastAt: 3 });
  });

  test('within one batch add up, and are answered in its order', async () => {
    const kept = await receive('batch', 1, firing('x'), firing('y'), firing('x'), firing('x'));
    expect(kept.map((line) => line?.count)).toEqual([3, 1, 3, 3]);
    expect(new Set(kept.map((line) => line?.id)).size).toBe(2);
    expect(await receive('batch', 2)).toEqual([]);
  });

  test('are counted exactly when two servers take overlapping batches at once', async () => {
    const other = openPool(store.url, { name: 'another server', role: 'tocsin_server', onProblem: () => {} });
    try {
      const inboxes = [inbox(), createInbox(other)];
      const keys = Array.from({ length: 40 }, (_, i) => `storm-${i}`);
      // Each in an order of its own: nobody may wait for another in a circle.
      const shuffled = (n: number) => keys.map((_, i) => keys[(i * 7 + n * 11) % keys.length] as string);
      await Promise.all(
        Array.from({ length: 30 }, (_, n) => {
          const alerts = shuffled(n).map((key) => firing(key));
          return inboxes[n % 2]?.receive({ source: 'storm', requester: null, alerts, at: n });
        }),
      );
      const rows = (await inbox().list({ limit: 500 })).filter(({ source }) => source === 'storm');
      expect(rows).toHaveLength(40);
      expect(rows.every(({ count }) => count === 30)).toBe(true);
    } finally {
      await other.end();
    }
  });

  test('of one message (its key names it) change nothing', async () => {
    const once = (at: number) =>
      inbox().receive({ source: 'mlflow', requester: null, alerts: [firing('delivery-1')], at, once: true });
    const [first] = await once(1);
    const [again] = await once(2);
    expect(again).toEqual(first);
    expect(again?.count).toBe(1);
  });
});

describe('what is over', () => {
  test('and fires on, as its monitor says that had lost sight of it, is news; what only comes late is not', async () => {
    const minute = 60_000;
    const since = { startsAt: minute };
    const first = await one('away', minute, firing('fires-on', since));
    await one('away', 10 * minute, firing('fires-on', { ...since, endsAt: 9 * minute }));
    // Two Alertmanagers tell of the same group a few seconds apart.
    expect(await one('away', 10 * minute + 30_000, firing('fires-on', since))).toMatchObject({ id: first.id });
    const again = await one('away', 15 * minute, firing('fires-on', since));
    expect(again).toMatchObject({ status: 'new', count: 1, resolvedAt: null });
    expect(again.id).not.toBe(first.id);
    expect(await one('away', 16 * minute, firing('fires-on', since))).toMatchObject({ id: again.id, count: 2 });
  });

  test('is marked; late repeats of it are only counted; a firing that began after it is news', async () => {
    const first = await one('am', 10, firing('fp', { startsAt: 5 }));
    expect(await one('am', 21, firing('fp', { startsAt: 5, endsAt: 20 }))).toMatchObject({
      id: first.id,
      resolvedAt: 20,
    });
    expect(await one('am', 22, firing('fp', { startsAt: 5 }))).toMatchObject({
      id: first.id,
      count: 2,
      resolvedAt: 20,
    });
    // Said twice: by two monitors, or because the first answer was lost.
    expect(await one('am', 23, firing('fp', { startsAt: 5, endsAt: 21 }))).toMatchObject({
      id: first.id,
      resolvedAt: 20,
    });
    const next = await one('am', 31, firing('fp', { startsAt: 30 }));
    expect(next).toMatchObject({ status: 'new', count: 1, resolvedAt: null });
    expect(next.id).not.toBe(first.id);
    // The end of the one before, come late, does not end this one.
    expect(await one('am', 32, firing('fp', { startsAt: 5, endsAt: 20 }))).toMatchObject({
      id: next.id,
      resolvedAt: null,
    });
  });

  test('in the same batch as its firing ends it, and what never fired here makes no entry', async () => {
    const [over, begun, unheard] = await receive(
      'am',
      50,
      firing('both', { startsAt: 40, endsAt: 45 }),
      firing('both', { startsAt: 40 }),
      firing('unheard', { startsAt: 40, endsAt: 45 }),
    );
    expect(over).toMatchObject({ id: begun?.id, resolvedAt: 45 });
    expect(unheard).toBeNull();
  });

  test('without times of its own, an alert that comes again after its end is news', async () => {
    const first = await one('own', 1, firing('plain'));
    await one('own', 5, firing('plain', { endsAt: 5 }));
    expect((await one('own', 9, firing('plain'))).id).not.toBe(first.id);
  });

  test('is told to its incident after all repeats, once', async () => {
    const first = await one('tell', 1, firing('t'));
    await inbox().settle([{ id: first.id, status: 'joined', incident: 'INC-2026-0700' }], 1);
    await one('tell', 9, firing('t', { endsAt: 9 }));
    const mine = async () => (await inbox().resolutions()).filter(({ incident }) => incident === 'INC-2026-0700');
    expect(await mine()).toEqual([]);
    await inbox().told((await inbox().digests()).filter(({ id }) => id === first.id));
    expect(await mine()).toMatchObject([{ id: first.id, alert }]);
    await inbox().toldResolved([first.id]);
    expect(await mine()).toEqual([]);
  });
});

test('a storm reaches its incident as digests', async () => {
  const first = await one('probe', 1, firing('storm'));
  await inbox().settle([{ id: first.id, status: 'joined', incident: 'INC-2026-0500' }], 1);
  await Promise.all(Array.from({ length: 50 }, () => one('probe', 2, firing('storm'))));
  const mine = async () => (await inbox().digests()).filter((digest) => digest.incident === 'INC-2026-0500');
  const told = await mine();
  expect(told).toMatchObject([{ id: first.id, count: 51, upTo: 51 }]);
  await one('probe', 3, firing('storm'));
  await inbox().told(told);
  expect(await mine()).toMatchObject([{ count: 1, upTo: 52 }]);
});

test('what comes every second keeps nothing else of an incident from being told', async () => {
  const incident = 'INC-2026-0501';
  const often = await one('probe', 1, firing('often'));
  const seldom = await one('probe', 1, firing('seldom'));
  const both = [often, seldom].map(({ id }) => ({ id, status: 'joined' as const, incident }));
  await inbox().settle(both, 1);
  const told = new Set<string>();
  for (let second = 2; second < 6; second++) {
    await one('probe', second, firing('often'));
    const [next] = (await inbox().digests()).filter((digest) => digest.incident === incident);
    if (!next) throw new Error('there is nothing to tell');
    told.add(next.id);
    await inbox().told([next]);
  }
  expect(told).toEqual(new Set([often.id, seldom.id]));
});

test('what nothing matched is kept with the reason, counted and listed first while it fires', async () => {
  const first = await one('mail', 1, firing('u'));
  await inbox().settle([{ id: first.id, status: 'unmatched', because: 'No playbook \u0000 opens on this alert.' }], 7);
  expect(await one('mail', 2, firing('u'))).toMatchObject({ status: 'unmatched', count: 2, triedAt: 7 });
  await one('mail', 3, firing('newer'));
  expect(await inbox().unmatched()).toBe(1);
  expect((await inbox().list({}))[0]).toMatchObject({ id: first.id, because: expect.stringContaining('No playbook') });
  await one('mail', 4, firing('u', { endsAt: 4 }));
  expect(await inbox().unmatched()).toBe(0);
  expect((await inbox().list({ limit: 1 }))[0]?.id).not.toBe(first.id);
});

test('what is to be matched is found by system, and nobody else matches it meanwhile', async () => {
  const other = createInbox(store.pool);
  const mine = await one('turns', 1, firing('m', { system: 'support-assistant' }));
  expect(await inbox().waiting()).toContain('support-assistant');
  const order: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = inbox().inTurn('support-assistant', async () => {
    order.push('first begins');
    await released;
    order.push('first ends');
  });
  await expect.poll(() => order).toEqual(['first begins']);
  const second = other.inTurn('support-assistant', async () => void order.push('second'));
  await other.inTurn('credit-scoring', async () => void order.push('another system'));
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(['first begins', 'another system', 'first ends', 'second']);
  expect(await inbox().unsettled('support-assistant', [])).toMatchObject([{ id: mine.id, alert, requester: null }]);
  const incident = 'INC-2026-0800';
  await inbox().settle([{ id: mine.id, status: 'opened', incident, plan: 'f00', told: 1 }], 2);
  expect(await inbox().opening('support-assistant')).toEqual([{ incident, plan: 'f00' }]);
  await store.writer().append(incident, sampleEvents(incident).slice(0, 1));
  expect(await inbox().opening('support-assistant')).toEqual([]);
});

test('an alert that Tocsin writes itself is found under the system that it names', async () => {
  const raw = JSON.stringify({ kind: 'model.canary-leaked', system: 'claims-triage' });
  await store.pool.query('SELECT receive_alert($1, $2, $3, $4)', ['checks', 'c', raw, 1]);
  expect(await inbox().unsettled('claims-triage', [])).toMatchObject([{ alert: { kind: 'model.canary-leaked' } }]);
});

test('only one server at a time tells incidents of their alerts; afterwards another may', async () => {
  const done: string[] = [];
  await inbox().telling(async () => {
    await createInbox(store.pool).telling(async () => void done.push('the other, meanwhile'));
    done.push('the first');
  });
  await createInbox(store.pool).telling(async () => void done.push('the other, afterwards'));
  expect(done).toEqual(['the first', 'the other, afterwards']);
});
