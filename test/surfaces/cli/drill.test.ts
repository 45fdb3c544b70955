import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IncidentEvent, TOCSIN } from '../../../src/incident/events.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import type { Io } from '../../../src/surfaces/cli/io.ts';
import { type Ran, runOffline } from '../../support/command.ts';
import { shippedScript, shippedScripts } from '../../support/scripts.ts';
import { openServed, type Served } from '../../support/served.ts';

/** `tocsin drill` on a real server and database; nobody plays here. */
let served: Served;
let folder: string;
const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');
const SIMULATION = script.simulation;
const MARA = 'mara-lindqvist';

beforeAll(async () => {
  served = await openServed({ worker: false });
  folder = mkdtempSync(join(tmpdir(), 'tocsin-drill-'));
  const library = createPlanLibrary(served.house.pool);
  for (const { plan } of shippedScripts()) await library.publish(plan, [MARA], 1);
}, 120_000);
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true });
});

async function tocsinAs(person: string, args: string[], more: Partial<Io> = {}): Promise<Ran> {
  const env = { TOCSIN_URL: served.url, TOCSIN_TOKEN: await served.token(person) };
  return runOffline(folder, args, { env, columns: 200, ...more });
}
const tocsin = (...args: string[]) => tocsinAs(MARA, args);
const idIn = ({ out }: Ran): string => /EX-\d{4}-\d{4}/.exec(out)?.[0] ?? '';

describe('tocsin drill', () => {
  it('lists what can be played', async () => {
    const { out } = await tocsin('drill', 'simulations');
    expect(out).toMatch(
      new RegExp(`^${SIMULATION} +15m, 60m, 2h +incident-commander, .* The release nobody signed off`, 'm'),
    );
  });

  it('plans a drill with people, changes it and calls it off', async () => {
    const planned = await tocsin(
      ...['drill', 'plan', SIMULATION, '--at', '2031-05-06T09:30Z', '--length', '15m', '--facilitator', 'me'],
      ...[
        '--player',
        'incident-commander=tomas-okafor',
        '--player',
        'ml-on-call=tomas-okafor',
        '--observer',
        'sofia-mendes',
      ],
    );
    expect(planned).toMatchObject({ code: 0, err: '' });
    const id = idIn(planned);
    expect(planned.out).toMatch(/^ {2}incident commander +tomas-okafor$/m);
    expect(planned.out).toMatch(/^ {2}legal counsel +a bot$/m);
    expect(planned.out).toMatch(/^ {2}facilitator +mara-lindqvist$/m);
    expect(planned.out).toContain(`tocsin drill start ${id}`);
    const changed = await tocsin('drill', 'change', id, '--pace', '4', '--note', 'Room 4');
    expect(changed.out).toMatch(/^ {2}Note +Room 4$/m);
    expect((await tocsin('drill', 'show', id, '--json')).out).toContain('"rate": 4');
    expect((await tocsin('drill', 'list')).out).toMatch(
      new RegExp(`^${id} +planned +2031-05-06 09:30 UTC, in \\d+ days +15m +3 +EXERCISE: The release`, 'm'),
    );
    expect(await tocsin('drill', 'calendar', id, '-o', 'drill.ics')).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'drill.ics'), 'utf8')).toMatch(/^SUMMARY:EXERCISE: /m);
    expect((await tocsin('drill', 'calendar', id, '-o', 'drill.ics')).err).toMatch(/exists already/);
    expect((await tocsin('drill', 'briefing', id)).out).toContain('Facilitator’s guide');
    const asPlayer = await tocsinAs('tomas-okafor', [
      'drill',
      'briefing',
      id,
      '--paper',
      'player',
      '--role',
      'ml-on-call',
    ]);
    expect(asPlayer.out).toContain('You are the ml on call.');
    const off = await tocsin('drill', 'cancel', id, '--because', 'A release that day');
    expect(off.out).toBe(`${id} is called off.\n`);
    expect((await tocsin('drill', 'list', '--status', 'planned')).out).not.toContain(id);
  });

  it('plans and starts in one go, and says what to do next', async () => {
    const started = await tocsin('drill', 'start', SIMULATION, '--me', 'incident-commander', '--length', '15m');
    expect(started).toMatchObject({ code: 0, err: '' });
    const id = idIn(started);
    for (const next of [
      `drill watch ${id}`,
      `decide ${id} 1`,
      `drill open ${id}`,
      `drill pause ${id}`,
      `drill no-duff ${id}`,
    ])
      expect(started.out).toContain(`tocsin ${next}`);
    expect(started.out).toContain(`${served.url}/drills/${id}`);
    expect(started.out).toContain('You are incident commander. You know:');
    expect((await tocsin('drill', 'list', '--status', 'running')).out).toContain(id);
    expect(await tocsin('drill', 'start', id, '--length', '60m')).toMatchObject({
      ...{ code: 2, err: expect.stringMatching(/is planned already/) },
    });
  });

  it.each([
    [
      ['plan', 'supply-chain-tampered-artefact', '--me', 'incident-commander'],
      3,
      /Did you mean "supply-chain-tampered-artifact"/,
    ],
    [['plan', SIMULATION, '--me', 'incident-comander'], 3, /Did you mean "incident-commander"/],
    [['plan', SIMULATION, '--player', 'mara'], 2, /role=person/],
    [['plan', SIMULATION, '--me', 'incident-commander', '--at', 'tomorrow'], 2, /2026-12-01T09:00Z/],
    [['plan', SIMULATION, '--me', 'incident-commander', '--pace', 'fast'], 2, /--pace must be a number/],
    [['plan', SIMULATION], 3, /Nobody takes part/],
    [['show', 'EX-2026-0999'], 4, /no drill EX-2026-0999/],
    [['show', 'INC-2026-0001'], 2, /is not a drill/],
    [['strat', '3'], 2, /Did you mean start/],
    [['change', '1'], 2, /Nothing was to be changed/],
    [['inject', 'now', 'EX-2026-0999', 'first'], 4, /no drill/],
    [['jump', '1', 'soon'], 2, /90s, 10m or 1h30m/],
    [['no-duff', '1', '--incident', 'the real one'], 2, /is not an incident/],
  ])('says what is wrong with %j', async (args, code, message) => {
    const ran = await tocsin('drill', ...args);
    expect(ran).toMatchObject({ code, out: '', err: expect.stringMatching(message) });
  });

  it('tells how much time is left by the clock of the scenario', async () => {
    const id = idIn(await tocsin('drill', 'plan', SIMULATION, '--me', 'incident-commander', '--length', '15m'));
    await play(id, false);
    const { out } = await tocsin('incident', 'show', id);
    expect(out).toMatch(/^1\. Cut traffic\?\n.*until 15:20 UTC, in 60 min; if nobody answers: deny$/m);
  });

  it('follows a drill to its end: what is said, what waits for whoever looks on, what time it is', async () => {
    const id = idIn(await tocsin('drill', 'plan', SIMULATION, '--me', 'incident-commander', '--length', '15m'));
    expect(await tocsin('drill', 'watch', id)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/has not been started/),
    });
    await served.call(MARA, 'POST', `/api/drills/${id}/start`);
    await play(id);
    const watched = await tocsin('drill', 'watch', id);
    expect(watched.code, watched.err).toBe(0);
    expect(watched.out).toMatch(/^14:20:00 {2}EXERCISE, STARTEX: “The release nobody signed off”/m);
    expect(watched.out).toMatch(/^ {10}Are they paid\?\n {10}inject reporter-asks$/m);
    expect(watched.out).toContain(`It waits for you: tocsin decide ${id} 1 approve|deny`);
    expect(watched.out).toMatch(/EXERCISE, ENDEX: its time is up/);
    const json = (await tocsin('drill', 'watch', id, '--json')).out.trim().split('\n');
    expect(json.map((line) => JSON.parse(line).seq)).toEqual([1, 2, 3, 4, 5]);
    const live = await tocsinAs(MARA, ['drill', 'watch', id], { interactive: true, columns: 90 });
    expect(live.out).toMatch(/EXERCISE 14:2\d:\d\d, pace 1; question 1 waits for you, by 15:20:04/);
    expect(live.out.endsWith('\r\u001b[K')).toBe(true);
  });
});

/** A drill, over or not, with a clock, an inject and a question to the incident commander. */
async function play(id: string, ended = true): Promise<void> {
  const { simulation, version, title, hash, startsAt } = script;
  const { playbook, version: number, title: name, hash: planHash } = plan;
  const event = (seq: number, type: string, data: object, path = '') =>
    ({ seq, at: startsAt + (seq - 1) * 1_000, path, actor: TOCSIN, type, data }) as unknown as IncidentEvent & {
      seq: number;
    };
  await served.house.ports.timeline.append(id, [
    event(1, 'exercise.started', {
      ...{ incident: id, simulation, version, title, script: hash, length: '15m', seed: 7, endsAt: startsAt + 900_000 },
      playbook: { id: playbook, version: number, title: name, hash: planHash },
      seats: [{ role: 'incident-commander', person: MARA, persona: null }],
      staff: [],
    }),
    event(2, 'exercise.clock', { wall: Date.now(), rate: 1, from: startsAt, because: 'startex', reason: null }),
    event(3, 'inject.delivered', {
      ...{ id: 'reporter-asks', title: 'A reporter asks', kind: 'contextual', by: 'mail', from: 'Kari Nygaard' },
      ...{ to: ['everybody'], subject: 'Claims', text: 'Are they paid?', alert: null, attachments: [] },
    }),
    event(
      4,
      'decision.asked',
      {
        ...{ number: 1, kind: 'approval', path: 'cut', question: 'Cut traffic?', options: ['approve', 'deny'] },
        ...{ by: [{ role: 'incident-commander', count: 1 }], excluded: [], askedAt: startsAt + 3_000, remindAt: [] },
        ...{ until: startsAt + 3_604_000, otherwise: 'deny', acts: [] },
      },
      'cut',
    ),
    ...(ended ? [event(5, 'exercise.ended', { because: 'time' })] : []),
  ]);
}
