import { convertIcsCalendar } from 'ts-ics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../../src/incident/events.ts';
import { TOCSIN } from '../../../src/incident/events.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { shippedScript, shippedScripts } from '../../support/scripts.ts';
import { openServed, type Served } from '../../support/served.ts';

/** Drills as people arrange them, on a real server and database; nobody plays them here. */
let served: Served;
const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');
const MARA = 'mara-lindqvist';
const TOMAS = 'tomas-okafor';
const SOFIA = 'sofia-mendes';
const JONAS = 'jonas-weber';
const wanted = {
  ...{ simulation: script.simulation, length: '15m' },
  players: [{ role: 'incident-commander', person: MARA }],
  staff: [{ role: 'facilitator', person: SOFIA }],
};

beforeAll(async () => {
  served = await openServed({ worker: false });
  const library = createPlanLibrary(served.house.pool);
  for (const { plan } of shippedScripts()) await library.publish(plan, [MARA], 1);
}, 120_000);
afterAll(() => served?.close());

const planned = async (more: object = {}, by = SOFIA): Promise<string> => {
  const answer = await served.call(by, 'POST', '/api/drills', { ...wanted, ...more });
  expect(answer.status, answer.text).toBe(201);
  return (answer.body as unknown as { id: string }).id;
};
const path = (id: string, rest = ''): string => `/api/drills/${id}${rest}`;
const refusal = (status: number, code: string, more: object = {}) => ({ status, body: { code, ...more } });

/** STARTEX with people, and what only the staff may see. */
async function play(id: string, ended = false): Promise<void> {
  const { simulation, version, title, hash } = script;
  const { playbook, version: number, title: name, hash: planHash } = plan;
  const event = (seq: number, type: string, data: object) =>
    ({ seq, at: script.startsAt + seq, path: '', actor: TOCSIN, type, data }) as unknown as IncidentEvent & {
      seq: number;
    };
  await served.house.ports.timeline.append(id, [
    event(1, 'exercise.started', {
      ...{
        incident: id,
        simulation,
        version,
        title,
        script: hash,
        length: '15m',
        seed: 424_242,
        endsAt: script.startsAt + 9_000,
      },
      playbook: { id: playbook, version: number, title: name, hash: planHash },
      seats: [{ role: 'incident-commander', person: MARA, persona: null }],
      staff: wanted.staff,
    }),
    event(2, 'inject.skipped', { id: 'secret-inject', because: 'met' }),
    event(3, 'inject.added', { id: 'secret-addition' }),
    event(4, 'hint.given', { to: ['everybody'], text: 'Who else may have heard?', about: 'secret-to-come' }),
    ...(ended ? [event(5, 'exercise.ended', { because: 'time' })] : []),
  ]);
}

describe('what can be played', () => {
  it('is told with its lengths and seats, and nothing of what will come', async () => {
    const { body, text } = await served.call(MARA, 'GET', '/api/simulations');
    const { simulations } = body as unknown as { simulations: { simulation: string; lengths: object[] }[] };
    expect(simulations.map((one) => one.simulation)).toContain(script.simulation);
    expect(simulations[0]).toMatchObject({ lengths: [{ name: '15m' }, { name: '60m' }, { name: '2h' }], problems: [] });
    expect(text).not.toContain(script.truth.slice(0, 60));
  });
});

describe('a drill', () => {
  it('is planned once by one key, and shown without its secrets to whoever is not of its staff', async () => {
    const key = { 'idempotency-key': 'autumn' };
    const [first, again] = [
      await served.call(SOFIA, 'POST', '/api/drills', wanted, key),
      await served.call(SOFIA, 'POST', '/api/drills', wanted, key),
    ];
    expect(first).toMatchObject({ status: 201, body: { status: 'planned', you: { staff: ['facilitator'] } } });
    expect(again.body).toEqual(first.body);
    const { id } = first.body as unknown as { id: string };
    const staff = await served.call(SOFIA, 'GET', path(id));
    expect(staff.body).toMatchObject({ script: { truth: script.truth }, plannedBy: SOFIA });
    for (const person of [MARA, JONAS]) {
      const { body, text } = await served.call(person, 'GET', path(id));
      expect(body).toMatchObject({ script: null, seed: null, title: script.title, about: script.about });
      expect(text).not.toContain(script.injects[1]?.title);
    }
    expect((await served.call(MARA, 'GET', path(id))).body).toMatchObject({
      you: { plays: ['incident-commander'], briefs: [{ role: 'incident-commander' }], mayRun: false },
    });
    const list = await served.call(JONAS, 'GET', '/api/drills?status=planned');
    expect(list.text).toContain(id);
    expect(list.text).not.toContain(script.truth.slice(0, 60));
  });

  it.each([
    [
      { simulation: 'supply-chain-tampered-artefact' },
      'unknown-simulation',
      'Did you mean "supply-chain-tampered-artifact"?',
    ],
    [{ length: '16m' }, 'unknown-length', 'Did you mean "15m"?'],
    [{ players: [{ role: 'incident-comander', person: MARA }] }, 'unknown-seat', 'Did you mean "incident-commander"?'],
    [
      { players: [{ role: 'incident-commander', person: 'mara-lindquist' }] },
      'unknown-person',
      'Did you mean "mara-lindqvist"?',
    ],
    [{ staff: [{ role: 'facilitator', person: MARA }] }, 'plays-and-runs', 'Choose one of the two.'],
    [{ players: [], staff: [] }, 'nobody', 'Let bots play by themselves: tocsin rehearse.'],
    [{ at: 1_000 }, 'past', expect.stringMatching(/a time to come/)],
  ])('with %j is refused, and says what to do', async (more, code, next) => {
    const answer = await served.call(SOFIA, 'POST', '/api/drills', { ...wanted, ...more });
    expect(answer).toMatchObject(refusal(422, code, { next, notDone: 'No drill was planned.' }));
  });

  it('is changed and called off by who planned it and its facilitators alone', async () => {
    const id = await planned();
    expect(await served.call(MARA, 'PATCH', path(id), { rate: 2 })).toMatchObject(refusal(403, 'not-entitled'));
    expect(await served.call(SOFIA, 'PATCH', path(id), { rate: 2 })).toMatchObject({
      ...{ status: 200, body: { rate: 2, revision: 1, players: wanted.players } },
    });
    expect(await served.call(MARA, 'POST', path(id, '/cancel'), { because: 'busy' })).toMatchObject(
      refusal(403, 'not-entitled'),
    );
    const off = await served.call(SOFIA, 'POST', path(id, '/cancel'), { because: 'a release that day' });
    expect(off.body).toMatchObject({ status: 'cancelled', cancelledBecause: 'a release that day' });
    expect(await served.call(SOFIA, 'POST', path(id, '/start'))).toMatchObject(refusal(409, 'cancelled'));
    expect(await served.call(SOFIA, 'PATCH', path(id), { rate: 3 })).toMatchObject(refusal(409, 'cancelled'));
  });

  it('starts once, by whoever takes part, and then can be neither changed nor called off', async () => {
    const id = await planned();
    expect(await served.call(JONAS, 'POST', path(id, '/start'))).toMatchObject(refusal(403, 'not-entitled'));
    const started = await served.call(MARA, 'POST', path(id, '/start'));
    expect(started.body, started.text).toMatchObject({ status: 'running', startedBy: MARA });
    const again = await served.call(SOFIA, 'POST', path(id, '/start'));
    expect(again.body).toMatchObject({ startedBy: MARA, startedAt: started.body.startedAt });
    expect(await served.call(SOFIA, 'PATCH', path(id), { rate: 3 })).toMatchObject(refusal(409, 'running'));
    expect(await served.call(SOFIA, 'POST', path(id, '/cancel'), { because: 'no' })).toMatchObject(
      refusal(409, 'running'),
    );
  });

  it('does not start with a playbook that was replaced since it was planned', async () => {
    const id = await planned();
    const library = createPlanLibrary(served.house.pool);
    await served.house.pool.query(`UPDATE drills SET plan_hash = $2, playbook_version = 1 WHERE id = $1`, [
      id,
      shippedScripts().find((one) => one.plan.playbook !== plan.playbook)?.plan.hash,
    ]);
    expect(await library.latest(plan.playbook)).toMatchObject({ plan: { hash: plan.hash } });
    expect(await served.call(SOFIA, 'POST', path(id, '/start'))).toMatchObject(
      refusal(409, 'playbook-replaced', { next: expect.stringMatching(/tocsin drill plan .*tocsin drill cancel EX-/) }),
    );
    expect((await served.call(SOFIA, 'GET', path(id))).body).toMatchObject({ status: 'planned' });
  });

  it('takes what is said by who may say it', async () => {
    const id = await planned();
    const say = (person: string, command: object) => served.call(person, 'POST', path(id, '/commands'), command);
    const pause = { type: 'drill-pause', reason: null };
    expect(await say(SOFIA, pause)).toMatchObject(refusal(409, 'not-running'));
    // The workflow is not there: what is let through is refused by nobody but it.
    await served.house.pool.query('UPDATE drills SET started_at = 1, started_by = $2 WHERE id = $1', [id, SOFIA]);
    const through = refusal(409, 'not-running', { detail: expect.stringMatching(/does not run/) });
    expect(await say(SOFIA, pause)).toMatchObject(through);
    expect(await say(MARA, pause)).toMatchObject(refusal(403, 'not-entitled', { next: `Ask ${SOFIA}.` }));
    const hint = { type: 'hint', to: ['incident-commander'], text: 'Look at it.', about: null };
    expect(await say(SOFIA, hint)).toMatchObject(through);
    expect(await say(SOFIA, { ...hint, to: ['incident-comander'] })).toMatchObject(refusal(422, 'unknown-seat'));
    expect(await say(MARA, hint)).toMatchObject(refusal(403, 'not-entitled'));
    expect(await say(MARA, { type: 'seen', inject: 'first' })).toMatchObject(through);
    expect(await say(SOFIA, { type: 'seen', inject: 'first' })).toMatchObject(refusal(403, 'not-entitled'));
    const real = { type: 'endex', because: 'real', reason: null, incident: null };
    expect(await say(MARA, real)).toMatchObject(through);
    expect(await say(JONAS, real)).toMatchObject(refusal(403, 'not-entitled'));
    expect(await say(MARA, { ...real, incident: 'INC-2026-0999' })).toMatchObject(refusal(404, 'not-found'));
    expect(await say(MARA, { ...real, because: 'facilitator' })).toMatchObject(refusal(403, 'not-entitled'));
    expect(await say(SOFIA, { type: 'drill-stop' })).toMatchObject(refusal(422, 'invalid'));
    expect(await say(SOFIA, { ...pause, person: MARA })).toMatchObject(refusal(422, 'invalid'));
  });

  it('refuses text that the database cannot keep, and says so', async () => {
    const id = await planned();
    const odd = 'They ask\u0000late.';
    expect(await served.call(SOFIA, 'POST', path(id, '/notes'), { text: odd })).toMatchObject(refusal(422, 'text'));
    expect(await served.call(SOFIA, 'PATCH', path(id), { note: odd })).toMatchObject(refusal(422, 'text'));
    expect(await served.call(SOFIA, 'POST', path(id, '/cancel'), { because: odd })).toMatchObject(refusal(422, 'text'));
    expect(await served.call(SOFIA, 'POST', '/api/drills', { ...wanted, note: odd })).toMatchObject(
      refusal(422, 'text'),
    );
  });

  it('keeps the notes of its staff from players until it is over', async () => {
    const id = await planned();
    expect((await served.call(SOFIA, 'POST', path(id, '/notes'), { text: 'They ask late.' })).status).toBe(201);
    expect(await served.call(MARA, 'POST', path(id, '/notes'), { text: 'Hm.' })).toMatchObject(
      refusal(403, 'not-entitled'),
    );
    expect(await served.call(MARA, 'GET', path(id, '/notes'))).toMatchObject(refusal(403, 'for-staff'));
    expect(await served.call(MARA, 'GET', path(id, '/board'))).toMatchObject(refusal(403, 'for-staff'));
    expect((await served.call(SOFIA, 'GET', path(id, '/board'))).body).toEqual({ board: null });
    const notes = [{ person: SOFIA, text: 'They ask late.', scenarioAt: null }];
    expect((await served.call(SOFIA, 'GET', path(id, '/notes'))).body).toMatchObject({ notes });
    await served.call(SOFIA, 'POST', path(id, '/start'));
    await play(id, true);
    expect((await served.call(JONAS, 'GET', path(id, '/notes'))).body).toMatchObject({ notes });
    expect((await served.call(JONAS, 'GET', path(id))).body).toMatchObject({
      status: 'ended',
      script: { hash: script.hash },
    });
  });
});

describe('the papers of a drill', () => {
  it('are what whoever asks needs, and no more', async () => {
    const id = await planned({ players: [...wanted.players, { role: 'ml-on-call', person: TOMAS }] });
    const paper = (person: string, query = '') => served.call(person, 'GET', path(id, `/briefing${query}`));
    expect((await paper(SOFIA)).text).toContain('<title>EXERCISE – Facilitator’s guide');
    const seat = await paper(TOMAS);
    expect(seat.text).toContain('You are the ml on call.');
    expect(seat.text).not.toContain('You are the incident commander.');
    expect((await paper(JONAS)).text).toContain('<title>EXERCISE – Situation manual');
    expect((await paper(TOMAS, '?paper=manual')).text).toContain('<title>EXERCISE – Situation manual');
    expect(await paper(TOMAS, '?paper=facilitator')).toMatchObject(refusal(403, 'for-staff'));
    expect(await paper(TOMAS, '?paper=player&role=incident-commander')).toMatchObject(refusal(403, 'for-staff'));
  });

  it('go into a calendar as one entry, whatever is changed, that says EXERCISE', async () => {
    const at = Date.UTC(2031, 4, 6, 9, 30);
    const note =
      'Room 4; bring “the folder”, please\nand a laptop, charged; it will take a while before there is a socket for it';
    const id = await planned({ at, note });
    const read = async () => {
      const answer = await served.call(MARA, 'GET', path(id, '/calendar.ics'));
      expect(answer).toMatchObject({ status: 200, type: expect.stringMatching(/^text\/calendar/) });
      for (const line of answer.text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      const { events = [] } = convertIcsCalendar(undefined, answer.text);
      expect(events).toHaveLength(1);
      return events[0];
    };
    const first = await read();
    expect(first).toMatchObject({
      summary: `EXERCISE: ${script.title} (${id})`,
      start: { date: new Date(at) },
      end: { date: new Date(at + script.length.ms) },
      description: expect.stringContaining(note),
    });
    expect(first?.attendees?.map(({ email }) => email)).toHaveLength(2);
    expect(first?.sequence ?? 0).toBe(0);
    await served.call(SOFIA, 'PATCH', path(id), { at: at + 3_600_000 });
    const moved = await read();
    expect(moved).toMatchObject({ uid: first?.uid, sequence: 1, start: { date: new Date(at + 3_600_000) } });
    await served.call(SOFIA, 'POST', path(id, '/cancel'), { because: 'no' });
    expect(await read()).toMatchObject({ uid: first?.uid, sequence: 2, status: 'CANCELLED' });
    const open = await planned();
    expect(await served.call(MARA, 'GET', path(open, '/calendar.ics'))).toMatchObject(refusal(409, 'no-time'));
  });
});

describe('what an inject brought along', () => {
  // Any file beside the simulations will do.
  const attachments = [`${script.simulation}.yaml`, '../package.json'];

  it('is handed to players once it has reached them, as a file and never as a page; to nobody else', async () => {
    const id = await planned();
    const file = (number: number) => path(id, `/injects/log/attachments/${number}`);
    expect(await served.call(MARA, 'GET', file(1))).toMatchObject(refusal(404, 'not-found'));
    await play(id);
    const { id: _, ...inject } = script.injects[0] ?? { id: '' };
    const { title, kind, by, from, to, subject, text } = inject as (typeof script.injects)[number];
    const data = { ...{ id: 'log', title, kind, by, from, to, subject, text, alert: null }, attachments };
    await served.house.ports.timeline.append(id, [
      { seq: 5, at: script.startsAt + 5, path: '', type: 'inject.delivered', actor: TOCSIN, data },
    ]);
    const got = await served.call(MARA, 'GET', file(1));
    expect(got).toMatchObject({ status: 200, text: expect.stringContaining(`simulation: ${script.simulation}`) });
    expect(got.type).toBe('application/octet-stream');
    expect(got.disposition).toMatch(/^attachment; filename\*=UTF-8''EXERCISE-/);
    // Out of the folder of the simulations nothing leaves, whatever a script says.
    expect(await served.call(MARA, 'GET', file(2))).toMatchObject(refusal(404, 'not-found'));
    expect(await served.call(MARA, 'GET', file(3))).toMatchObject(refusal(404, 'not-found'));
    expect(await served.call(JONAS, 'GET', file(1))).toMatchObject(refusal(403, 'being-played'));
  });
});

describe('the timeline of a drill that is played', () => {
  const ways = ['', '/events', '/timeline?format=md', '/timeline?format=html', '/timeline?format=json'];

  it('keeps what is for its staff from players, and all of it from others', async () => {
    const id = await planned();
    await play(id);
    for (const way of ways) {
      const about = `/api/incidents/${id}${way}`;
      expect((await served.call(SOFIA, 'GET', about)).text, way).toMatch(/secret-inject/);
      const player = await served.call(MARA, 'GET', about);
      expect(player.status, way).toBe(200);
      // Nor the seed: with it whoever has the file can play the bots in advance.
      expect(player.text, way).not.toMatch(/secret-|424242/);
      expect(await served.call(JONAS, 'GET', about), way).toMatchObject(refusal(403, 'being-played'));
    }
    expect(await served.call(MARA, 'GET', `/api/incidents/${id}/timeline`)).toMatchObject(refusal(403, 'for-staff'));
    expect((await served.call(SOFIA, 'GET', `/api/incidents/${id}/timeline`)).text).toContain('secret-inject');
    expect(await served.call(JONAS, 'GET', `/api/incidents/${id}/stream`)).toMatchObject(refusal(403, 'being-played'));
    expect(await served.call(JONAS, 'POST', `/api/incidents/${id}/notes`, { text: 'Hm.' })).toMatchObject(
      refusal(403, 'being-played'),
    );
    expect(await streamed(id, MARA)).toEqual([1, 4]);
    expect(await streamed(id, SOFIA)).toEqual([1, 2, 3, 4]);
  });

  it('is for everybody when it is over', async () => {
    const id = await planned();
    await play(id, true);
    for (const way of [...ways, '/timeline'])
      expect((await served.call(JONAS, 'GET', `/api/incidents/${id}${way}`)).text, way).toMatch(/secret-inject/);
    expect(await streamed(id, JONAS)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is in no list of incidents', async () => {
    const id = await planned();
    await play(id);
    const { text } = await served.call(SOFIA, 'GET', '/api/incidents');
    expect(text).not.toContain('EX-');
  });
});

/** Numbers of the events that are on the stream from the beginning. */
async function streamed(id: string, person: string): Promise<number[]> {
  const stop = new AbortController();
  const response = await fetch(`${served.url}/api/incidents/${id}/stream`, {
    headers: { authorization: `Bearer ${await served.token(person)}` },
    signal: stop.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  // What is there comes before the stream begins to wait.
  const last = person === JONAS ? 'exercise.ended' : 'hint.given';
  while (!text.includes(`event: ${last}`) || !text.endsWith('\n\n')) text += (await reader.read()).value ?? '';
  stop.abort();
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq));
}
