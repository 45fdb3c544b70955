import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import { exportJsonLines } from '../../src/store/export.ts';
import { TimelineConflict, TimelineRefused } from '../../src/store/timeline.ts';
import { verifyExport } from '../../src/store/verify.ts';
import { sampleEvents } from '../support/sample-events.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await testStore();
});
afterAll(() => store.close());

let number = 0;
const newIncident = () => `INC-2026-${String((number += 1)).padStart(4, '0')}`;

async function contents(incident: string): Promise<{ seq: number; type: string; content: string }[]> {
  const { rows } = await store.pool.query('SELECT seq, type, content FROM events WHERE incident = $1 ORDER BY seq', [
    incident,
  ]);
  return rows;
}

async function verified(incident: string) {
  const lines: string[] = [];
  for await (const line of exportJsonLines(store.pool, incident, new Date(0))) lines.push(line.slice(0, -1));
  return verifyExport(lines, { allHeads: true });
}

describe('appending to a timeline', () => {
  test('every type of event is kept, and the chain verifies with every head', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    await store.writer().append(incident, events);
    expect((await contents(incident)).map((row) => row.type)).toEqual(events.map((event) => event.type));
    expect(await verified(incident)).toMatchObject({ ok: true, events: events.length, problems: [] });
  });

  test('a repeated append changes nothing, also from another process and in another batching', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    const writer = store.writer();
    await writer.append(incident, events.slice(0, 4));
    const before = await contents(incident);
    await writer.append(incident, events.slice(0, 4));
    await store.writer().append(incident, events.slice(2, 4));
    expect(await contents(incident)).toEqual(before);
    await store.writer().append(incident, events.slice(1, 7));
    // The first writer still remembers event 4 as the last.
    await writer.append(incident, events.slice(4, 9));
    expect(await contents(incident)).toHaveLength(9);
    expect((await verified(incident)).ok).toBe(true);
  });

  test('writers that race with the same events leave one chain', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    const writers = [store.writer(), store.writer(), store.writer(), store.writer()];
    await Promise.all(
      writers.map(async (writer, i) => {
        for (let from = 0; from < events.length; from += i + 1)
          await writer.append(incident, events.slice(from, from + i + 1));
      }),
    );
    expect((await contents(incident)).map((row) => row.seq)).toEqual(events.map((event) => event.seq));
    expect((await verified(incident)).ok).toBe(true);
  });

  test('another body under a known number is an alarm, and nothing is written', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    await store.writer().append(incident, events.slice(0, 3));
    const before = await contents(incident);
    const changed: NumberedEvent[] = [{ ...(events[2] as NumberedEvent), at: 5 }, { ...(events[3] as NumberedEvent) }];
    const failure = await store
      .writer()
      .append(incident, changed)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TimelineConflict);
    expect(failure).toMatchObject({ code: 'timeline-conflict', incident, seq: 3 });
    expect(await contents(incident)).toEqual(before);
  });

  test('a past that was changed in the database is an alarm, not something to build on', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    const writer = store.writer();
    await writer.append(incident, events.slice(0, 3));
    await store.pool.query("UPDATE incidents SET head_hash = repeat('0', 64) WHERE id = $1", [incident]);
    await expect(writer.append(incident, events.slice(3, 4))).rejects.toMatchObject({
      code: 'timeline-conflict',
      seq: 3,
    });
    expect(await contents(incident)).toHaveLength(3);
  });

  test('a gap is refused', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    await store.writer().append(incident, events.slice(0, 2));
    const gap = store.writer().append(incident, events.slice(3, 5));
    await expect(gap).rejects.toMatchObject({ code: 'gap' });
    await expect(gap).rejects.toBeInstanceOf(TimelineRefused);
    await expect(store.writer().append(newIncident(), events.slice(3, 5))).rejects.toMatchObject({ code: 'gap' });
  });

  test('events out of order within one append, and a beginning without an opening, are refused', async () => {
    const incident = newIncident();
    const [first, second, third] = sampleEvents(incident) as [NumberedEvent, NumberedEvent, NumberedEvent];
    await expect(store.writer().append(incident, [first, third, second])).rejects.toMatchObject({ code: 'malformed' });
    await expect(store.writer().append(incident, [{ ...second, seq: 1 }])).rejects.toMatchObject({
      code: 'not-opened',
    });
    await expect(store.writer().append(newIncident(), [first])).rejects.toMatchObject({ code: 'malformed' });
    expect(await contents(incident)).toEqual([]);
  });

  test('an event that its schema refuses is not written', async () => {
    const incident = newIncident();
    const [first] = sampleEvents(incident) as [NumberedEvent];
    const odd = { ...first, data: { ...first.data, colour: 'red' } } as unknown as NumberedEvent;
    await expect(store.writer().append(incident, [odd])).rejects.toThrow(/colour/);
  });

  test('text that PostgreSQL or JSON finds hard comes back as it was', async () => {
    const incident = newIncident();
    const [first] = sampleEvents(incident) as [NumberedEvent];
    const text = 'nul \u0000, half \ud800, line \u2028 sep, "quote" \\ back, {1,2} ünïcode 🦆';
    const opened = { ...first, data: { ...first.data, title: text } } as NumberedEvent;
    const note = { ...first, seq: 2, type: 'note.added', data: { text } } as NumberedEvent;
    await store.writer().append(incident, [opened, note]);
    await store.writer().append(incident, [opened, note]);
    const rows = await contents(incident);
    expect(JSON.parse(rows[1]?.content ?? '').data.text).toBe(text);
    expect((await verified(incident)).ok).toBe(true);
  });

  test('the row of the incident follows its events', async () => {
    const incident = newIncident();
    const events = sampleEvents(incident);
    const read = async () =>
      (
        await store.pool.query(
          'SELECT status, severity, title, system, closed_at, head_seq FROM incidents WHERE id = $1',
          [incident],
        )
      ).rows[0];
    const type = (name: string) => events.findIndex((event) => event.type === name) + 1;
    await store.writer().append(incident, events.slice(0, 1));
    expect(await read()).toMatchObject({ status: 'open', severity: 'sev2', system: 'support-assistant', head_seq: 1 });
    await store.writer().append(incident, events.slice(1, type('incident.closed')));
    expect(await read()).toMatchObject({ status: 'closed', severity: 'sev1' });
    expect((await read()).closed_at).toBe(events[type('incident.closed') - 1]?.at);
    await store.writer().append(incident, events.slice(type('incident.closed'), type('incident.reopened')));
    expect(await read()).toMatchObject({ status: 'open', closed_at: null });
  });
});

describe('what stands on a timeline', () => {
  test('cannot be changed, deleted or truncated, even by the owner of the database', async () => {
    const incident = newIncident();
    await store.writer().append(incident, sampleEvents(incident));
    for (const sql of [
      `UPDATE events SET content = '{}' WHERE incident = '${incident}' AND seq = 2`,
      `UPDATE events SET content = NULL, salt = NULL, stand_in = '', redacted_at = now() WHERE incident = '${incident}'`,
      `DELETE FROM events WHERE incident = '${incident}'`,
      'TRUNCATE events',
      `UPDATE heads SET signature = '' WHERE incident = '${incident}'`,
      `DELETE FROM heads WHERE incident = '${incident}'`,
    ])
      await expect(store.pool.query(sql), sql).rejects.toMatchObject({ code: 'TC001' });
    expect((await verified(incident)).ok).toBe(true);
  });

  test('the server’s role can read it and not write it; the worker’s can append and not redact', async () => {
    const incident = newIncident();
    await store.writer().append(incident, sampleEvents(incident).slice(0, 2));
    const as = async (role: string, sql: string) => {
      const client = await store.pool.connect();
      try {
        await client.query('BEGIN');
        await client.query(`SET LOCAL ROLE ${role}`);
        return await client.query(sql);
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    };
    const insert = `INSERT INTO events SELECT incident, 9, at, path, type, v, content, salt, content_hash, hash, recorded_at FROM events WHERE incident = '${incident}' AND seq = 1`;
    expect((await as('tocsin_server', `SELECT FROM events WHERE incident = '${incident}'`)).rowCount).toBe(2);
    await expect(as('tocsin_server', insert)).rejects.toMatchObject({ code: '42501' });
    await expect(as('tocsin_server', 'UPDATE incidents SET head_seq = 0')).rejects.toMatchObject({ code: '42501' });
    await expect(as('tocsin_worker', 'SELECT FROM passwords')).rejects.toMatchObject({ code: '42501' });
    await expect(as('tocsin_worker', 'DELETE FROM events')).rejects.toMatchObject({ code: '42501' });
    await expect(as('tocsin_worker', `SELECT redact_event('${incident}', 1, '{}', 'x', 'y', 0)`)).rejects.toMatchObject(
      { code: '42501' },
    );
  });
});
