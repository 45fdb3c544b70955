import { expect, it, onTestFinished, vi } from 'vitest';
import { openServed } from '../../support/served.ts';

const BATCHES = 40;
const IN_BATCH = 50;
const SERIES = 100;

it('a storm through two servers is counted exactly, opens one incident, and reaches it as digests', async () => {
  const served = await openServed();
  onTestFinished(() => served.close());
  const urls = [served.url, await served.anotherServer()];
  const authorization = `Bearer ${await served.token('sofia-mendes', 'alerts')}`;
  const alert = (n: number) => ({
    status: 'firing',
    labels: {
      alertname: 'Tampered',
      tocsin_kind: 'model.signature-invalid',
      tocsin_system: 'payout-estimator',
      pod: `pod-${n % SERIES}`,
    },
    annotations: { summary: 'The signature does not verify' },
    startsAt: '2026-11-22T03:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: `pod-${n % SERIES}`,
  });
  const answers = await Promise.all(
    Array.from({ length: BATCHES }, async (_, b) => {
      const answer = await fetch(`${urls[b % 2]}/hooks/alertmanager`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        // Each in an order of its own.
        body: JSON.stringify({
          version: '4',
          alerts: Array.from({ length: IN_BATCH }, (_, i) =>
            alert(b % 2 === 0 ? b * IN_BATCH + i : (b + 1) * IN_BATCH - i - 1),
          ),
        }),
      });
      return { status: answer.status, body: (await answer.json()) as { received: number } };
    }),
  );
  expect(answers.every(({ status, body }) => status === 200 && body.received === IN_BATCH)).toBe(true);
  const { rows } = await served.house.pool.query<{ counted: number; series: number; incidents: string[] }>(
    `SELECT sum(count)::integer AS counted, count(*)::integer AS series, array_agg(DISTINCT incident) AS incidents
     FROM alerts WHERE source = 'test'`,
  );
  const [{ counted, series, incidents } = { counted: 0, series: 0, incidents: [] }] = rows;
  expect({ counted, series, incidents: incidents.length }).toEqual({
    counted: BATCHES * IN_BATCH,
    series: SERIES,
    incidents: 1,
  });
  // What it heard of when it was opened, and what it heard of since, is everything, in a handful of messages.
  const [incident = ''] = incidents;
  await vi.waitFor(
    async () => {
      const { rows: told } = await served.house.pool.query<{ left: number }>(
        `SELECT sum(count - told)::integer AS left FROM alerts WHERE source = 'test'`,
      );
      expect(told[0]?.left).toBe(0);
    },
    { timeout: 30_000, interval: 100 },
  );
  // It has heard of them when it answers, and writes that down a moment later.
  await vi.waitFor(
    async () => {
      const { events } = await served.house.read(incident);
      const digests = events.flatMap((event) => (event.type === 'alert.joined' ? [event.data.count] : []));
      const heard = digests.reduce((sum, count) => sum + count, 0);
      expect(heard).toBeGreaterThanOrEqual(BATCHES * IN_BATCH - BATCHES);
      expect(heard).toBeLessThan(BATCHES * IN_BATCH);
      expect(digests.length).toBeLessThan(15);
    },
    { timeout: 10_000, interval: 100 },
  );
}, 120_000);
