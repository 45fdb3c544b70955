import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import { exerciseId } from '../../../src/incident/ids.ts';
import type { IncidentView } from '../../../src/incident/view.ts';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import type { Script } from '../../../src/simulator/core/script.ts';
import type { Io } from '../../../src/surfaces/cli/io.ts';
import { runCli } from '../../../src/surfaces/cli/program.ts';
import { shippedScript } from '../../support/scripts.ts';
import { openServed, type Served } from '../../support/served.ts';

/** A drill that is on the timeline, on the surfaces of incidents. */
let served: Served;
let events: NumberedEvent[];
const PLAYED = exerciseId(2026, 12);
const UNOPENED = exerciseId(2026, 13);
const RUNNING = exerciseId(2026, 14);
const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');
const UNANSWERED = exerciseId(2026, 15);
/** Nobody answers anything. */
const IDLE: Script = { ...script, personas: script.personas.map((persona) => ({ ...persona, diligence: 0 })) };
/** Nothing alarms anybody. */
const QUIET: Script = { ...script, injects: script.injects.filter(({ alert }) => alert === null) };

beforeAll(async () => {
  served = await openServed({ worker: false });
  for (const [id, played] of [
    [PLAYED, script],
    [UNOPENED, QUIET],
    [RUNNING, script],
    [UNANSWERED, IDLE],
  ] as const) {
    const told = await rehearseScript({ script: played, plan, seed: 7, id });
    await served.house.ports.timeline.append(id, id === RUNNING ? told.events.slice(0, -1) : told.events);
    if (id === PLAYED) events = told.events;
  }
}, 120_000);
afterAll(() => served?.close());

const get = (path: string) => served.call('mara-lindqvist', 'GET', path);

async function tocsin(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const ran = { code: -1, out: '', err: '' };
  const not = () => Promise.reject(new Error('not here'));
  const io: Io = {
    out: (text) => void (ran.out += text),
    err: (text) => void (ran.err += text),
    ...{ interactive: false, colour: false, columns: 200, cwd: tmpdir(), home: tmpdir(), now: Date.now },
    env: { TOCSIN_URL: served.url, TOCSIN_TOKEN: await served.token('mara-lindqvist') },
    ask: not,
    secret: not,
  };
  const commands = { start: not, worker: not, server: not, drillWorker: not, localSlack: not, demoStory: not };
  const others = { slackCheck: not, doctor: not, signInLink: not, passwordSetter: not };
  ran.code = await runCli(args, io, '0.0.0', { ...commands, ...others });
  return ran;
}

async function page(path: string): Promise<string> {
  const link = await served.accounts.createLink('mara-lindqvist', Date.now() + 60_000);
  const signed = await fetch(`${served.url}/sign-in/${link}`, {
    method: 'POST',
    headers: { origin: served.url },
    redirect: 'manual',
  });
  const cookie = signed.headers.getSetCookie().map((one) => one.split(';')[0]);
  const answer = await fetch(`${served.url}${path}`, { headers: { cookie: cookie.join('; ') }, redirect: 'manual' });
  expect(answer.status).toBe(200);
  return answer.text();
}

describe('a drill on the timeline', () => {
  it('is found by its id, as an exercise that is over', async () => {
    const shown = await get(`/api/incidents/${PLAYED}`);
    expect(shown).toMatchObject({ status: 200, body: { id: PLAYED, mode: 'exercise', status: 'closed' } });
    expect((await get('/api/incidents/EX-2026-0999')).status).toBe(404);
    expect((await get('/api/incidents')).body).toEqual({ incidents: [] });
  });

  it('is counted among no incidents', async () => {
    const metrics = await fetch(`${served.url}/metrics`).then((answer) => answer.text());
    const open = metrics.split('\n').filter((line) => /^tocsin_(incidents|decisions)_open\b/.test(line));
    expect(open).toHaveLength(5);
    for (const line of open) expect(line).toMatch(/ 0$/);
  });

  it('is reported as an exercise: what was played, which events opened the incident and ended it', async () => {
    const { text } = await get(`/api/incidents/${PLAYED}/timeline?format=md`);
    expect(text).toMatch(/^# EX-2026-0012: EXERCISE: /m);
    expect(text).toContain(`| Exercise | ${script.title}: ${script.simulation} v${script.version}, 15m |`);
    const html = (await get(`/api/incidents/${PLAYED}/timeline?format=html`)).text;
    expect(html).toContain('<title>EXERCISE – ');
    expect(html).toContain('This was an exercise, of “The release nobody signed off”');
    expect(html).toContain('EXERCISE, ENDEX: its time is up');
    const opened = events.find(({ type }) => type === 'incident.opened');
    const sentence = /opened this incident about [^.]*\.[\s\S]{0,200}?#e(\d+)/.exec(html);
    expect(Number(sentence?.[1])).toBe(opened?.seq);
  });

  it('in which nobody opened an incident is reported all the same, and says so', async () => {
    const { text } = await get(`/api/incidents/${UNOPENED}/timeline?format=md`);
    expect(text).toContain('| Opened | No incident was opened |');
    expect(text).not.toMatch(/\| (Severity|Was open for) \|/);
    const html = (await get(`/api/incidents/${UNOPENED}/timeline?format=html`)).text;
    expect(html).toContain('No incident was opened in it.');
  });

  it.each([PLAYED, UNOPENED, RUNNING])('has its page in the console, marked EXERCISE: %s', async (id) => {
    const html = await page(`/incidents/${id}`);
    expect(html).toContain('<title>EXERCISE – ');
    expect(html).toContain('EXERCISE, STARTEX');
    expect(html).toContain('Happy Friday');
    expect(html).not.toMatch(/undefined|\[object|NaN|Invalid/);
  });

  it('is listed, shown and exported by the command line, by its id as people write it', async () => {
    expect((await tocsin('incident', 'list')).out).not.toContain('EX-');
    const shown = await tocsin('incident', 'show', 'ex-2026-12');
    expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/^EX-2026-0012 /) });
    expect(shown.out).toMatch(/Mode +EXERCISE/);
    expect((await tocsin('timeline', 'show', 'EX-2026-0012')).out).toContain('EXERCISE, STARTEX');
    const file = join(mkdtempSync(join(tmpdir(), 'tocsin-exercise-')), 'EX-2026-0012.jsonl');
    expect(await tocsin('timeline', 'export', 'EX-2026-0012', '-o', file)).toMatchObject({ code: 0 });
    expect((await tocsin('timeline', 'verify', file)).code).toBe(0);
    rmSync(dirname(file), { recursive: true });
  });

  it('asks nobody for anything any more when it is over, and can be told nothing', async () => {
    const { body } = await get(`/api/incidents/${UNANSWERED}`);
    const { decisions } = body as unknown as IncidentView;
    expect(decisions.length).toBeGreaterThan(0);
    expect(decisions.every(({ made, withdrawn }) => made || withdrawn?.because === 'The exercise is over')).toBe(true);
    const told = await served.call('mara-lindqvist', 'POST', `/api/incidents/${UNANSWERED}/notes`, { text: 'late' });
    expect(told).toMatchObject({ status: 409, body: { notDone: 'Nothing was changed.' } });
  });
});
