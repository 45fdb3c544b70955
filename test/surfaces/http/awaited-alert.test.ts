import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { StepView } from '../../../src/incident/view.ts';
import type { Io } from '../../../src/surfaces/cli/io.ts';
import { runCli } from '../../../src/surfaces/cli/program.ts';
import { openServed, type Served } from '../../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await openServed();
}, 120_000);
afterAll(() => served?.close());

const SYSTEM = 'payout-estimator';
const PLAYBOOK = `playbook: watch-recovery
title: Watch the recovery
version: 1
joins-on: alert.kind == "never"
inputs: { system: { type: ai-system }, level: { type: string, default: green } }
steps:
  - id: watch
    parallel:
      healthy:
        - id: calm
          title: Wait for a healthy model
          wait: { alert: 'alert.kind == "model.healthy" && alert.labels.level == inputs.level', within: 2h }
      quiet:
        - id: noise
          title: Wait for the noise to end
          wait: { alert-resolved: alert.kind == "model.noisy", within: 2h }
  - id: tell
    say: '\${steps.calm.how} by \${steps.calm.alert.kind}, \${steps.noise.how} by \${steps.noise.alert.kind}'
    to: ml-on-call
  - id: rest
    title: Let two working days pass
    wait: { business: 2d }
`;

const alert = (kind: string, over = false, more: Record<string, string> = {}) => {
  const labels = { alertname: kind, tocsin_kind: kind, tocsin_system: SYSTEM, ...more };
  return {
    status: over ? 'resolved' : 'firing',
    labels,
    annotations: {},
    startsAt: '2026-11-22T03:00:00Z',
    endsAt: over ? '2026-11-22T04:00:00Z' : '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example/graph',
    fingerprint: createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16),
  };
};
const send = async (...alerts: unknown[]) => {
  const token = await served.token('sofia-mendes', 'alerts');
  const body = { version: '4', receiver: 'tocsin', truncatedAlerts: 0, alerts };
  return served.call(null, 'POST', '/hooks/alertmanager', body, { authorization: `Bearer ${token}` });
};
const stepsOf = async (incident: string) => {
  const { body } = await served.call('mara-lindqvist', 'GET', `/api/incidents/${incident}`);
  return body.steps as unknown as Record<string, StepView>;
};
/** What `tocsin incident show` prints. */
async function shown(incident: string): Promise<string> {
  let out = '';
  const io: Io = {
    out: (text) => void (out += text),
    err: (text) => void (out += text),
    interactive: false,
    colour: false,
    columns: 160,
    env: { TOCSIN_URL: served.url, TOCSIN_TOKEN: await served.token('mara-lindqvist') },
    cwd: served.dataDir,
    home: served.dataDir,
    now: Date.now,
    ask: () => Promise.reject(new Error('nobody is there to be asked')),
    secret: () => Promise.reject(new Error('nobody is there to be asked')),
  };
  await runCli(['incident', 'show', incident], io, '0.0.0', {} as Parameters<typeof runCli>[3]);
  return out;
}
/** Looks until it is so. */
const until = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 20_000, interval: 50 });

it('an alert that a running incident waits for joins it through the door of Alertmanager, and the plan goes on', async () => {
  // It fires before anybody waits for its end, and belongs to no playbook.
  expect((await send(alert('model.noisy'))).body).toMatchObject({ unmatched: 1 });
  const sources = { file: 'watch-recovery.yaml', source: PLAYBOOK, library: [] };
  const published = await served.call('mara-lindqvist', 'POST', '/api/playbooks/publish', sources);
  expect(published.text).toContain('"published"');
  const opened = await served.call('mara-lindqvist', 'POST', '/api/incidents', {
    playbook: 'watch-recovery',
    system: SYSTEM,
    inputs: { system: SYSTEM },
  });
  const incident = String(opened.body.incident);
  await until(async () => {
    expect((await stepsOf(incident))['watch/healthy/calm']).toMatchObject({
      status: 'running',
      waitsFor: { alerts: { resolved: false, known: { inputs: { level: 'green' } } } },
    });
  });

  expect(await shown(incident)).toMatch(
    /healthy\/calm +running +until \S.* at the latest; ends early with an alert: alert\.kind == "model\.healthy"/,
  );

  const others = [alert('model.other'), alert('model.healthy', false, { level: 'red' }), alert('model.healthy')];
  expect((await send(...others)).body).toMatchObject({ joined: 0, opened: 0, unmatched: 3 });
  expect((await send(alert('model.healthy', false, { level: 'green' }))).body).toMatchObject({ joined: 1 });
  await until(async () => expect((await stepsOf(incident))['watch/healthy/calm']?.status).toBe('done'));

  // What fired before is compared again since somebody waits, so that its end reaches the incident.
  await until(async () => {
    const { text } = await served.call('mara-lindqvist', 'GET', `/api/incidents/${incident}/timeline`);
    expect(text).toContain('model.noisy');
  });
  expect((await stepsOf(incident))['watch/quiet/noise']?.status).toBe('running');
  await send(alert('model.noisy', true));
  await until(async () => expect((await stepsOf(incident)).rest?.until).toBeGreaterThan(Date.now()));
  const steps = await stepsOf(incident);
  expect(steps['watch/quiet/noise']?.status).toBe('done');
  expect(steps.rest).toMatchObject({
    status: 'running',
    outputs: { detail: expect.stringContaining('2 working days') },
  });
  const { text } = await served.call('mara-lindqvist', 'GET', `/api/incidents/${incident}/timeline`);
  expect(text).toContain('alert by model.healthy, alert by model.noisy');
}, 90_000);
