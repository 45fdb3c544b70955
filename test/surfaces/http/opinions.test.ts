import { Writable } from 'node:stream';
import { Client, Connection } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import type { IncidentView } from '../../../src/incident/view.ts';
import { createCodec } from '../../../src/main/codec.ts';
import { drillKeysIn, loadKeys } from '../../../src/main/keys.ts';
import { createLog } from '../../../src/main/log.ts';
import { messageId } from '../../../src/surfaces/commands.ts';
import type { Evaluation, HotWash } from '../../../src/surfaces/drills/evaluation.ts';
import type { Guide } from '../../../src/surfaces/model/evaluation.ts';
import { rawHistory } from '../../support/house.ts';
import { everyRow } from '../../support/rows.ts';
import { openServed, type Served } from '../../support/served.ts';

/** What people think of a drill, over the API of a real Tocsin: who writes it down, who reads it, and when. */
const MARA = 'mara-lindqvist';
const INGRID = 'ingrid-solheim';
const TOMAS = 'tomas-okafor';
const SOFIA = 'sofia-mendes';
const JONAS = 'jonas-weber';
const OUTSIDE = 'priya-raman';

let served: Served;
let logged = '';
beforeAll(async () => {
  const destination = new Writable({
    write(chunk, _, done) {
      logged += String(chunk);
      done();
    },
  });
  served = await openServed({ drillWorker: true, log: createLog({ name: 'server', level: 'debug', destination }) });
}, 120_000);
afterAll(() => served?.close());

const post = (person: string, path: string, body: object, headers = {}) =>
  served.call(person, 'POST', `/api/drills/${path}`, body, headers);
const get = (person: string, path: string) => served.call(person, 'GET', path);

/** Mara commands, Ingrid is counsel; Sofia runs it, Tomas and Jonas evaluate. */
async function startDrill(): Promise<string> {
  const planned = await served.call(SOFIA, 'POST', '/api/drills', {
    ...{ simulation: 'pii-leak-output', length: '15m' },
    players: [
      { role: 'incident-commander', person: MARA },
      { role: 'legal-counsel', person: INGRID },
    ],
    staff: [
      { role: 'facilitator', person: SOFIA },
      { role: 'evaluator', person: TOMAS },
      { role: 'evaluator', person: JONAS },
    ],
  });
  const { id } = planned.body as unknown as { id: string };
  expect((await post(SOFIA, `${id}/start`, {})).status).toBe(200);
  return id;
}

const command = (person: string, id: string, said: object) => post(person, `${id}/commands`, said);
const endex = (id: string) =>
  command(SOFIA, id, { type: 'endex', because: 'facilitator', reason: null, incident: null });

/** About the first objective as a whole. */
async function observation(id: string, text: string, more: object = {}): Promise<object> {
  const { body } = await get(SOFIA, `/api/drills/${id}/evaluation`);
  const objective = (body as unknown as Guide).objectives[0]?.id;
  const about = { objective, task: null, expectation: null, verdict: null, about: [1] };
  return { type: 'observe', ...about, kind: 'observation', rating: null, text, ...more };
}
async function observe(person: string, id: string, text: string, more: object = {}) {
  const before = (await served.house.read(id)).view.seq;
  const answer = await command(person, id, await observation(id, text, more));
  if (answer.status === 200) await served.house.until(id, text, (view) => view.seq > before);
  return answer;
}

const WAYS = ['', '/events?limit=500', '/timeline?format=md', '/timeline?format=html', '/timeline?format=json'];
const readers = (person: string, id: string) =>
  Promise.all(WAYS.map(async (way) => (await get(person, `/api/incidents/${id}${way}`)).text));

/** What is on the stream up to the last event there is. */
async function streamed(person: string, id: string): Promise<string> {
  const { events } = (await get(person, `/api/incidents/${id}/events?limit=500`)).body as unknown as {
    events: NumberedEvent[];
  };
  const stop = new AbortController();
  const response = await fetch(`${served.url}/api/incidents/${id}/stream`, {
    headers: { authorization: `Bearer ${await served.token(person)}` },
    signal: stop.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!new RegExp(`^id: ${events.at(-1)?.seq}$[sS]*\n\n`, 'm').test(text)) text += (await reader.read()).value ?? '';
  stop.abort();
  return text;
}

const opinionsIn = ({ objectives }: Guide) => objectives.flatMap(({ opinions }) => opinions);
const guide = async (person: string, id: string) =>
  (await get(person, `/api/drills/${id}/evaluation`)).body as unknown as Guide & Pick<Evaluation, 'open'>;

describe('what evaluators write down', () => {
  it('is for the staff until ENDEX, for each evaluator what they wrote themselves; then for all, side by side', async () => {
    const id = await startDrill();
    expect(await observe(TOMAS, id, 'alpha-thinks', { rating: 'S' })).toMatchObject({ status: 200 });
    await observe(JONAS, id, 'beta-thinks', { rating: 'M' });
    await observe(JONAS, id, 'beta-thinks-again', { rating: 'P' });

    for (const player of [MARA, INGRID]) {
      for (const text of await readers(player, id)) expect(text).not.toContain('-thinks');
      expect(await streamed(player, id)).not.toContain('-thinks');
      expect(await get(player, `/api/drills/${id}/evaluation`)).toMatchObject({
        status: 403,
        body: { code: 'for-staff' },
      });
      expect(await observe(player, id, 'player-thinks')).toMatchObject({ status: 403, body: { code: 'not-entitled' } });
    }
    for (const text of await readers(TOMAS, id)) {
      expect(text).toContain('alpha-thinks');
      expect(text).not.toContain('beta-thinks');
    }
    const stream = await streamed(JONAS, id);
    expect(stream).toContain('beta-thinks');
    expect(stream).not.toContain('alpha-thinks');
    expect(opinionsIn(await guide(TOMAS, id)).map(({ text }) => text)).toEqual(['alpha-thinks']);
    expect(opinionsIn(await guide(JONAS, id)).map(({ text }) => text)).toEqual(['beta-thinks-again']);
    expect(await get(TOMAS, `/api/incidents/${id}/timeline`)).toMatchObject({
      status: 403,
      body: { code: 'for-staff' },
    });
    // Whoever runs it may watch its evaluators, and export all of it.
    for (const text of await readers(SOFIA, id)) expect(text).toMatch(/alpha-thinks[\s\S]*beta-thinks/);
    expect((await get(SOFIA, `/api/incidents/${id}/timeline`)).text).toContain('beta-thinks-again');

    await endex(id);
    await served.house.until(id, 'ENDEX', (view) => view.exercise?.endedAt);
    for (const person of [MARA, TOMAS, OUTSIDE])
      for (const text of await readers(person, id)) expect(text).toMatch(/alpha-thinks[\s\S]*beta-thinks/);
    const all = await guide(MARA, id);
    expect(opinionsIn(all)).toMatchObject([
      { person: TOMAS, rating: 'S', earlier: [] },
      { person: JONAS, rating: 'P', text: 'beta-thinks-again', earlier: [expect.any(Number)] },
    ]);
    expect(all.objectives[0]).toMatchObject({ disagreement: true });
    expect(all).toMatchObject({ over: true, open: true });
    expect(await observe(TOMAS, id, 'alpha-thinks-later', { rating: 'P' })).toMatchObject({ status: 200 });
    expect((await guide(MARA, id)).objectives[0]?.opinions.map(({ rating }) => rating)).toEqual(['P', 'P']);
  }, 60_000);

  it('of an expectation is for nobody else who evaluates until ENDEX either, nor after it for outsiders where it names somebody', async () => {
    const id = await startDrill();
    const asked = (await guide(SOFIA, id)).objectives.flatMap(({ id: objective, expectations }) =>
      expectations.map((one) => ({ objective, expectation: one.id, judged: one.judged })),
    );
    for (const isJudged of [true, false]) {
      const about = asked.find(({ judged }) => (judged !== null) === isJudged);
      if (!about) continue;
      const { objective, expectation } = about;
      const said = { objective, expectation, verdict: 'missed' };
      expect(await observe(JONAS, id, 'gamma-thinks', said)).toMatchObject({ status: 200 });
      expect(await observe(JONAS, id, 'Mara gamma-thinks so', said)).toMatchObject({ status: 200 });
    }
    const read = async (person: string) => (await get(person, `/api/drills/${id}/evaluation`)).text;
    expect(await read(JONAS)).toContain('gamma-thinks');
    expect(await read(TOMAS)).not.toContain('gamma-thinks');
    await endex(id);
    await served.house.until(id, 'ENDEX', (view) => view.exercise?.endedAt);
    expect(await read(TOMAS)).toContain('Mara gamma-thinks so');
    expect(await read(OUTSIDE)).not.toContain('Mara gamma-thinks so');
    for (const person of [TOMAS, OUTSIDE])
      expect((await get(person, `/api/drills/${id}/score`)).text.includes('Mara gamma-thinks so')).toBe(
        person === TOMAS,
      );
  }, 60_000);

  it('of a single person is for those who took part, and with it the signed timeline', async () => {
    const id = await startDrill();
    for (const [i, name] of ['Mara', 'lindqvist', 'Ingrid Solheim’s', 'tomas-okafor'].entries())
      await observe(TOMAS, id, `${name} did well-${i}.`);
    await observe(TOMAS, id, 'The commander did well-9.');
    await endex(id);
    await served.house.until(id, 'ENDEX', (view) => view.exercise?.endedAt);
    for (const [person, isNamed] of [
      [MARA, true],
      [OUTSIDE, false],
    ] as const) {
      const report = await get(person, `/api/drills/${id}/report?format=json`);
      expect(report.text).toContain('well-9');
      expect(/well-[0-3]/.test(report.text)).toBe(isNamed);
    }
    for (const text of await readers(MARA, id))
      expect(text).toMatch(/well-0[\s\S]*well-1[\s\S]*well-2[\s\S]*well-3[\s\S]*well-9/);
    for (const text of await readers(OUTSIDE, id)) {
      expect(text).not.toMatch(/well-[0-3]/);
      expect(text).toContain('well-9');
    }
    expect((await get(MARA, `/api/incidents/${id}/timeline`)).status).toBe(200);
    expect(await get(OUTSIDE, `/api/incidents/${id}/timeline`)).toMatchObject({
      status: 403,
      body: { code: 'for-participants', next: expect.stringContaining('--format md') },
    });
  }, 60_000);

  it('is about what the script is scored by and rests on events that there are', async () => {
    const id = await startDrill();
    const [first] = (await guide(SOFIA, id)).objectives;
    expect(await observe(TOMAS, id, 'x', { objective: `${first?.id}x` })).toMatchObject({
      status: 422,
      body: { code: 'unknown-objective', next: `Did you mean "${first?.id}"?` },
    });
    expect(await observe(TOMAS, id, 'x', { task: 'nothing-such' })).toMatchObject({ status: 422 });
    expect(await observe(TOMAS, id, 'x', { about: [4_000] })).toMatchObject({
      status: 422,
      body: { code: 'unknown-event' },
    });
    expect(await observe(TOMAS, id, 'x', { verdict: 'met' })).toMatchObject({
      status: 409,
      body: { code: 'no-verdict' },
    });
    await endex(id);
  }, 60_000);
});

describe('the hot wash', () => {
  const NAMED = 'planted-named-answer';
  const UNNAMED = 'planted-answer-of-nobody';
  let id: string;
  beforeAll(async () => {
    id = await startDrill();
    expect(await post(MARA, `${id}/hot-wash`, { text: 'Early.' })).toMatchObject({
      status: 409,
      body: { code: 'not-over' },
    });
    expect(await get(MARA, `/api/drills/${id}/hot-wash`)).toMatchObject({ status: 409, body: { code: 'not-over' } });
    await endex(id);
    await served.house.until(id, 'ENDEX', (view) => view.exercise?.endedAt);
    const key = { 'idempotency-key': 'sent-twice' };
    for (let i = 0; i < 2; i++)
      expect(await post(INGRID, `${id}/hot-wash`, { question: 1, text: UNNAMED, anonymous: true }, key)).toMatchObject({
        status: 200,
      });
    expect(await post(MARA, `${id}/hot-wash`, { question: 1, text: NAMED })).toMatchObject({ status: 200 });
  }, 60_000);

  it('is told to those who took part, without a name where none was given, once however often it was sent', async () => {
    for (const person of [MARA, INGRID, TOMAS]) {
      const { body } = await get(person, `/api/drills/${id}/hot-wash`);
      const { answers, questions, open } = body as unknown as HotWash;
      expect(open).toBe(true);
      expect(questions.length).toBeGreaterThan(0);
      expect(answers).toMatchObject([
        { question: 1, person: null, text: UNNAMED },
        { question: 1, person: MARA, text: NAMED },
      ]);
      for (const text of await readers(person, id)) expect(text).toContain(UNNAMED);
    }
  });

  it('is nobody else’s: neither to read nor to answer', async () => {
    for (const way of ['/report?format=json', '/report?format=html', '/score'])
      expect((await get(OUTSIDE, `/api/drills/${id}${way}`)).text).not.toContain('planted-');
    expect((await get(MARA, `/api/drills/${id}/report?format=json`)).text).toContain(UNNAMED);
    for (const text of await readers(OUTSIDE, id)) {
      expect(text).not.toContain('planted-');
      expect(text).toContain(id);
    }
    expect(await streamed(OUTSIDE, id)).not.toContain('planted-');
    const refused = { status: 403, body: { code: 'for-participants' } };
    expect(await get(OUTSIDE, `/api/drills/${id}/hot-wash`)).toMatchObject(refused);
    expect(await get(OUTSIDE, `/api/incidents/${id}/timeline`)).toMatchObject(refused);
    for (const anonymous of [true, false])
      expect(await post(OUTSIDE, `${id}/hot-wash`, { text: 'Hm.', anonymous })).toMatchObject({
        status: 403,
        body: { code: 'not-entitled' },
      });
  });

  it('asks what the script asks, and no more', async () => {
    expect(await post(MARA, `${id}/hot-wash`, { question: 99, text: 'What?' })).toMatchObject({
      status: 409,
      body: { code: 'unknown-question' },
    });
  });

  it('links nobody to an answer without a name: in no row of the database, nothing Temporal keeps, and no line of a log', async () => {
    const rows = await everyRow(served.house.pool);
    const holding = (text: string) => rows.filter((row) => row.includes(text));
    // The search finds what is there: names stand beside answers that have one.
    expect(holding(NAMED).some((row) => row.includes(MARA))).toBe(true);
    expect(holding(UNNAMED).length).toBeGreaterThan(0);
    for (const row of holding(UNNAMED)) expect(row).not.toContain(INGRID);

    const { view, events } = await served.house.read(id);
    const seq = events.find((event) => JSON.stringify(event).includes(UNNAMED))?.seq;
    expect(JSON.stringify(events[(seq ?? 0) - 1])).not.toContain('ingrid');
    expect(JSON.stringify((view as IncidentView).exercise?.hotWash[0])).not.toContain('ingrid');

    const kept = await everyPayload(id);
    const said = kept.filter((text) => text.includes(UNNAMED));
    expect(kept.some((text) => text.includes(NAMED) && text.includes(MARA))).toBe(true);
    expect(said.length).toBeGreaterThan(0);
    expect(kept[0]).not.toContain('ingrid');
    // The roster is in what a drill begins and goes on with, so a payload is searched message by message.
    for (const text of said)
      for (const one of objectsWith(JSON.parse(text), UNNAMED)) expect(one).not.toContain('ingrid');
    // Nor by a message's id, which whoever knows the key of a request could work out.
    const derived = messageId(INGRID, 'sent-twice');
    for (const text of [...rows, ...kept]) expect(text).not.toContain(derived);
    expect(logged).not.toContain('planted-');
  }, 30_000);
});

/** All that Temporal keeps of a drill, opened with the key that its servers do not have. */
async function everyPayload(drill: string): Promise<string[]> {
  const connection = await Connection.connect({ address: served.house.temporalAddress });
  const client = new Client({ connection, namespace: served.namespace });
  const events = await rawHistory(client, drill);
  await connection.close();
  const payloads: Payload[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
    if ('metadata' in value && 'data' in value && value.data instanceof Uint8Array) payloads.push(value as Payload);
    for (const part of Object.values(value)) collect(part);
  };
  collect(events);
  const opened = await createCodec(loadKeys(drillKeysIn(served.house.keysDir), 'worker').payload).decode(payloads);
  const around = JSON.stringify(events, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  return [around, ...opened.map(({ data }) => Buffer.from(data ?? []).toString())];
}

/** The smallest objects that hold a text, and whatever stands beside it in them. */
function objectsWith(value: unknown, text: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const parts = Object.values(value).flatMap((part) => objectsWith(part, text));
  const own = Object.values(value).some((part) => typeof part === 'string' && part.includes(text));
  return own ? [JSON.stringify(value), ...parts] : parts;
}
