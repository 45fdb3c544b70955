import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import { emptyView, evolve } from '../../src/incident/view.ts';
import { createReader } from '../../src/store/reader.ts';
import { RedactionRefused, redactEvent } from '../../src/store/redact.ts';
import type { Reader } from '../../src/surfaces/ports.ts';
import { sampleEvents } from '../support/sample-events.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
const readers: { close(): Promise<void> }[] = [];
const reader = (): Reader & { close(): Promise<void> } => {
  const made = createReader({ pool: store.pool, connectionString: store.url, onProblem: () => {} });
  readers.push(made);
  return made;
};
beforeAll(async () => {
  store = await testStore();
});
afterEach(async () => {
  for (const made of readers.splice(0)) await made.close();
});
afterAll(() => store.close());

let number = 100;
const newIncident = () => `INC-2026-${String((number += 1)).padStart(4, '0')}`;
const fold = (events: readonly NumberedEvent[]) => events.reduce(evolve, emptyView());

describe('reading incidents', () => {
  test('the view is what the events say, whenever they came', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    const read = reader();
    const writer = store.writer();
    expect(await read.incident(incident)).toBeNull();
    for (let from = 0; from < events.length; from += 5) {
      await writer.append(incident, events.slice(from, from + 5));
      const found = await read.incident(incident);
      expect(found?.view).toEqual(fold(events.slice(0, from + 5)));
      expect(found?.events).toHaveLength(Math.min(events.length, from + 5));
    }
    expect((await reader().incident(incident))?.view).toEqual(fold(events));
    expect((await read.events(incident, 30)).map((event) => event.seq)).toEqual(
      events.slice(30).map((event) => event.seq),
    );
  });

  test('reads that run at once do not fold an event twice', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    await store.writer().append(incident, events);
    const read = reader();
    const found = await Promise.all(Array.from({ length: 6 }, () => read.incident(incident)));
    for (const one of found) expect(one?.view).toEqual(fold(events));
  });

  test('what a caller does to its view stays with the caller', async () => {
    const incident = newIncident();
    await store.writer().append(incident, sampleEvents(incident).slice(0, 3));
    const read = reader();
    const mine = await read.incident(incident);
    if (mine) mine.view.title = 'changed';
    expect((await read.incident(incident))?.view.title).not.toBe('changed');
  });

  test('lists by status, newest first', async () => {
    const [open, closed] = [newIncident(), newIncident()];
    const until = (incident: string, type: string) => {
      const events = sampleEvents(incident);
      return events.slice(0, events.findIndex((event) => event.type === type) + 1);
    };
    await store.writer().append(open, until(open, 'incident.paused'));
    await store.writer().append(closed, until(closed, 'incident.closed'));
    const read = reader();
    const ids = async (...status: ('open' | 'resolved' | 'closed')[]) =>
      (await read.incidents({ status })).map((view) => view.id);
    expect(await ids('open')).toContain(open);
    expect(await ids('open')).not.toContain(closed);
    expect(await ids('closed')).toEqual([closed]);
    expect(await read.incidents({ limit: 1 })).toHaveLength(1);
  });
});

describe('following incidents', () => {
  test('whoever subscribed is told of growth by another process', async () => {
    const [mine, other] = [newIncident(), newIncident()];
    const read = reader();
    const told: string[] = [];
    const all: string[] = [];
    const stop = read.subscribe(mine, (incident, seq) => told.push(`${incident}:${seq}`));
    read.subscribe(null, (incident) => all.push(incident));
    const writer = store.writer();
    await writer.append(other, sampleEvents(other).slice(0, 2));
    await writer.append(mine, sampleEvents(mine).slice(0, 2));
    await vi.waitFor(() => expect(told).toContain(`${mine}:2`), 5_000);
    await vi.waitFor(() => expect(all).toEqual(expect.arrayContaining([mine, other])), 5_000);
    expect(told.every((line) => line.startsWith(mine))).toBe(true);
    stop();
    const before = told.length;
    await writer.append(mine, sampleEvents(mine).slice(2, 4));
    await vi.waitFor(() => expect(all.filter((one) => one === mine).length).toBeGreaterThan(1), 5_000);
    expect(told).toHaveLength(before);
  });

  test('growth while the connection was broken is told after it is made anew', async () => {
    const incident = newIncident();
    const read = reader();
    const told: number[] = [];
    read.subscribe(incident, (_, seq) => told.push(seq));
    const writer = store.writer();
    await writer.append(incident, sampleEvents(incident).slice(0, 1));
    await vi.waitFor(() => expect(told).toContain(1), 5_000);
    const admin = new pg.Client({ connectionString: store.url });
    await admin.connect();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tocsin listener' AND datname = current_database()`,
    );
    await writer.append(incident, sampleEvents(incident).slice(1, 3));
    await admin.end();
    await vi.waitFor(() => expect(told).toContain(3), 10_000);
  });

  test('growth that its writer did not live to announce is found', async () => {
    const incident = newIncident();
    const read = reader();
    const told: number[] = [];
    read.subscribe(incident, (_, seq) => told.push(seq));
    await store.writer().append(incident, sampleEvents(incident).slice(0, 1));
    await vi.waitFor(() => expect(told).toContain(1), 5_000);
    await store.pool.query('UPDATE incidents SET head_seq = 2, changed_at = clock_timestamp() WHERE id = $1', [
      incident,
    ]);
    await vi.waitFor(() => expect(told).toContain(2), 10_000);
  });
});

describe('redacting an event', () => {
  test('drops what was written, also from memory; the rest of the view stays', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    await store.writer().append(incident, events);
    const read = reader();
    const before = await read.incident(incident);
    const seq = events.findIndex((event) => event.type === 'incident.resolved') + 1;
    const why = 'names a customer';
    await redactEvent(store.pool, { incident, seq, fields: ['summary', 'actor'], by: 'ada', why }, 1_000);
    const after = await read.incident(incident);
    expect(after?.events[seq - 1]).toMatchObject({
      type: 'incident.resolved',
      actor: { kind: 'tocsin' },
      data: { summary: '[redacted]' },
      redacted: { why },
    });
    expect(after?.view).toEqual(before?.view);
    const { rows } = await store.pool.query('SELECT * FROM events WHERE incident = $1 AND seq = $2', [incident, seq]);
    expect(rows[0]).toMatchObject({ content: null, salt: null, redacted_by: 'ada' });
    expect(JSON.stringify(rows)).not.toContain('v40 serves again');
    // A repeated append of the original is still recognised by its header.
    await store.writer().append(incident, events);
  });

  test('says which field or event there is not', async () => {
    const incident = newIncident();
    await store.writer().append(incident, sampleEvents(incident).slice(0, 3));
    const redact = (seq: number, field: string) =>
      redactEvent(store.pool, { incident, seq, fields: [field], by: 'ada', why: 'x' }, 1_000).catch((e: unknown) => e);
    expect(await redact(9, 'text')).toMatchObject({ code: 'unknown-event' });
    expect(await redact(1, 'titel')).toMatchObject({ code: 'unknown-field' });
    expect(await redact(1, 'severity')).toMatchObject({ code: 'does-not-fit' });
    expect(await redact(1, 'severity')).toBeInstanceOf(RedactionRefused);
  });
});
