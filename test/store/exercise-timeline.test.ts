import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventData, EventType, NumberedEvent } from '../../src/incident/events.ts';
import { exerciseId } from '../../src/incident/ids.ts';
import { emptyView, evolve } from '../../src/incident/view.ts';
import { exportJsonLines } from '../../src/store/export.ts';
import { createReader } from '../../src/store/reader.ts';
import { verifyExport } from '../../src/store/verify.ts';
import { sampleEvents, sampleExercise } from '../support/sample-events.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
let reader: ReturnType<typeof createReader>;
beforeAll(async () => {
  store = await testStore();
  reader = createReader({ pool: store.pool, connectionString: store.url, onProblem: () => undefined });
});
afterAll(async () => {
  await reader.close();
  await store.close();
});

let number = 0;
const newId = () => exerciseId(2026, ++number);

/** Samples of these types, numbered in this order. */
const inOrder = (id: string, ...types: EventType[]): NumberedEvent[] => {
  const samples = sampleExercise(id);
  return types.map((type, i) => ({ ...samples.find((one) => one.type === type), seq: i + 1 }) as NumberedEvent);
};
const append = (id: string, events: readonly NumberedEvent[]) => store.writer().append(id, [...events]);
const count = async (id: string) =>
  (await store.pool.query('SELECT FROM events WHERE incident = $1', [id])).rowCount ?? 0;

describe('the timeline of an exercise', () => {
  test('keeps every type of event, is read as it was told, and verifies', async () => {
    const id = newId();
    const events = sampleExercise(id);
    const writer = store.writer();
    for (let from = 0; from < events.length; from += 7) await writer.append(id, events.slice(from, from + 7));
    const found = await reader.incident(id);
    expect(found?.view).toEqual(events.reduce(evolve, emptyView()));
    expect(found?.events.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
    const lines: string[] = [];
    for await (const line of exportJsonLines(store.pool, id, new Date(0))) lines.push(line.slice(0, -1));
    expect(await verifyExport(lines, { allHeads: true })).toMatchObject({
      ok: true,
      incident: id,
      events: events.length,
    });
  });

  test('stands in the list of drills alone, until ENDEX, whether an incident is opened in it or not', async () => {
    const [never, later] = [newId(), newId()];
    await append(never, inOrder(never, 'exercise.started', 'inject.delivered'));
    await append(later, inOrder(later, 'exercise.started', 'inject.delivered', 'incident.opened'));
    const listed = async (drills: boolean) =>
      (await reader.incidents({ status: ['open'], drills })).map(({ id }) => id);
    expect(await listed(true)).toEqual(expect.arrayContaining([never, later]));
    expect(await listed(false)).toEqual([]);
    const ended = (id: string, seq: number) => [{ ...inOrder(id, 'exercise.ended')[0], seq } as NumberedEvent];
    await append(never, ended(never, 3));
    await append(later, ended(later, 4));
    expect(await listed(true)).toEqual([]);
    expect((await reader.incident(never))?.view).toMatchObject({ mode: 'exercise', status: 'closed', system: null });
    expect((await reader.incident(later))?.view).toMatchObject({
      mode: 'exercise',
      status: 'closed',
      severity: 'sev2',
    });
  });

  test('names no AI system to whoever looks for the incident that a real alert belongs to, in whatever batches it came', async () => {
    const row = async (id: string) =>
      (await store.pool.query('SELECT system, severity, mode, title FROM incidents WHERE id = $1', [id])).rows[0];
    const [whole, slow] = [newId(), newId()];
    const types = ['exercise.started', 'incident.opened', 'inject.delivered'] as const;
    await append(whole, inOrder(whole, ...types));
    for (const event of inOrder(slow, ...types)) await append(slow, [event]);
    expect(await row(slow)).toEqual(await row(whole));
    expect(await row(whole)).toMatchObject({ system: null, severity: 'sev2', mode: 'exercise' });
  });

  test('its incident is opened once, also when the second opening comes later or from elsewhere', async () => {
    const id = newId();
    const [started, opened, inject] = inOrder(id, 'exercise.started', 'incident.opened', 'inject.delivered') as [
      NumberedEvent,
      NumberedEvent,
      NumberedEvent,
    ];
    const again = { ...opened, seq: 3 } as NumberedEvent;
    const refused = { code: 'malformed', message: expect.stringMatching(/event 3 opens it again/) };
    await expect(append(id, [started, opened, again])).rejects.toMatchObject(refused);
    expect(await count(id)).toBe(0);
    await append(id, [started, opened]);
    await append(id, [started, opened]);
    await expect(append(id, [again])).rejects.toMatchObject(refused);
    await append(id, [{ ...inject, seq: 3 } as NumberedEvent]);
    expect(await count(id)).toBe(3);
  });
});

describe('what is refused', () => {
  const change = <T extends EventType>(event: NumberedEvent | undefined, data: Partial<EventData<T>>) =>
    ({ ...event, data: { ...event?.data, ...data } }) as NumberedEvent;
  const incident = 'INC-2026-0001';

  test.each<[string, string, NumberedEvent[], string, RegExp]>([
    [
      'an exercise that begins with the opening of an incident',
      'EX-2026-0900',
      inOrder('EX-2026-0900', 'incident.opened'),
      'not-opened',
      /begins with exercise\.started; event 1 is incident\.opened/,
    ],
    [
      'a second STARTEX',
      'EX-2026-0901',
      inOrder('EX-2026-0901', 'exercise.started', 'exercise.started'),
      'not-opened',
      /has no other; event 2 is exercise\.started/,
    ],
    [
      'an incident that begins with STARTEX',
      incident,
      inOrder(incident, 'exercise.started'),
      'not-opened',
      /begins with incident\.opened/,
    ],
    [
      'a second opening of a real incident',
      incident,
      [...sampleEvents(incident).slice(0, 1), { ...sampleEvents(incident)[0], seq: 2 } as NumberedEvent],
      'not-opened',
      /has no other; event 2 is incident\.opened/,
    ],
    [
      'an inject in a real incident',
      incident,
      [...sampleEvents(incident).slice(0, 1), { ...inOrder(incident, 'inject.delivered')[0], seq: 2 } as NumberedEvent],
      'malformed',
      /inject\.delivered, which happens in exercises alone/,
    ],
    [
      'STARTEX of another exercise',
      'EX-2026-0902',
      inOrder('EX-2026-0001', 'exercise.started'),
      'malformed',
      /opening of EX-2026-0001/,
    ],
    [
      'the opening of another incident within an exercise',
      'EX-2026-0903',
      inOrder('EX-2026-0903', 'exercise.started', 'incident.opened').map((event, i) =>
        i === 0 ? event : change<'incident.opened'>(event, { incident }),
      ),
      'malformed',
      /opening of INC-2026-0001/,
    ],
    [
      'a real incident opened within an exercise',
      'EX-2026-0904',
      inOrder('EX-2026-0904', 'exercise.started', 'incident.opened').map((event, i) =>
        i === 0 ? event : change<'incident.opened'>(event, { mode: 'live' }),
      ),
      'malformed',
      /not as live/,
    ],
  ])('%s', async (_, id, events, code, message) => {
    await expect(append(id, events)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await count(id)).toBe(0);
  });
});
