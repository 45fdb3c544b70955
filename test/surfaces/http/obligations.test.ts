import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IncidentView } from '../../../src/incident/view.ts';
import type { Io } from '../../../src/surfaces/cli/io.ts';
import { runCli } from '../../../src/surfaces/cli/program.ts';
import { openServed, type Served } from '../../support/served.ts';

const [COMMANDER, COUNSEL, STRANGER] = ['mara-lindqvist', 'ingrid-solheim', 'tomas-okafor'] as const;
const PLAYBOOK = `playbook: tell-the-authority
title: Tell the authority
version: 1
steps:
  - { id: first, oblige: eu-gdpr-33, by: legal-counsel, remind: [24h] }
  - { id: second, oblige: eu-gdpr-33, by: legal-counsel, remind: [24h] }
  - id: counsel
    ask: Who was told?
    by: [{ role: legal-counsel }]
    within: 2h
    on-deny: []
    form:
      who: { label: Who was told?, type: text }
`;

let served: Served;
let incident: string;
beforeAll(async () => {
  served = await openServed();
  writeFileSync(join(served.dataDir, 'running.json'), JSON.stringify({ url: served.url }));
  const published = await served.call(COMMANDER, 'POST', '/api/playbooks/publish', {
    file: 'tell-the-authority.yaml',
    source: PLAYBOOK,
    library: [],
  });
  expect(published.status, published.text).toBe(200);
  const opened = await served.call(STRANGER, 'POST', '/api/incidents', { playbook: 'tell-the-authority' });
  incident = String(opened.body.incident);
  await served.house.until(incident, 'both duties', (view) => view.obligations.length === 2);
}, 120_000);
afterAll(() => served?.close());

async function cli(person: string, ...args: string[]) {
  const ran = { code: -1, out: '', err: '' };
  const io: Io = {
    out: (text) => void (ran.out += text),
    err: (text) => void (ran.err += text),
    interactive: false,
    colour: false,
    columns: 160,
    env: { TOCSIN_URL: served.url, TOCSIN_TOKEN: await served.token(person) },
    cwd: served.dataDir,
    home: served.dataDir,
    now: Date.now,
    ask: () => Promise.reject(new Error('nobody is there to be asked')),
    secret: () => Promise.reject(new Error('nobody is there to be asked')),
  };
  ran.code = await runCli(args, io, '0.0.0', {} as Parameters<typeof runCli>[3]);
  return ran;
}

it('duties are listed with the time left, on both clocks, and the incident carries its measures', async () => {
  const listed = await served.call(STRANGER, 'GET', `/api/incidents/${incident}/obligations`);
  expect(listed).toMatchObject({
    status: 200,
    body: { timezone: 'Europe/Oslo', obligations: [{ number: 1, state: 'open' }, { number: 2 }] },
  });
  const [first] = listed.body.obligations as unknown as { due: string; left: string }[];
  expect(first?.due).toMatch(/ UTC \(.* CES?T\)$/);
  expect(first?.left).toMatch(/^(3 days|2 days 23 h) left$/);
  const shown = await served.call(STRANGER, 'GET', `/api/incidents/${incident}`);
  expect(shown.body.measures).toMatchObject({ notify: { ms: null, why: 'No notice has been given.' } });
});

it('only whoever answers for a duty settles it, or the commander; others are refused and told whom to ask', async () => {
  const path = `/api/incidents/${incident}/obligations/1`;
  const givenAt = new Date().toISOString();
  const body = { outcome: 'met', text: 'Filed in the form of the authority, receipt 4711', givenAt };
  const refused = await served.call(STRANGER, 'POST', path, body);
  expect(refused).toMatchObject({ status: 403, body: { code: 'not-entitled', notDone: 'Nothing was changed.' } });
  expect(refused.text).toContain('legal counsel');
  expect(await served.call(COUNSEL, 'POST', path, { outcome: 'met', text: '  ' })).toMatchObject({ status: 422 });
  expect(await served.call(COUNSEL, 'POST', path, { outcome: 'forgotten', text: 'x' })).toMatchObject({ status: 422 });
  expect(await served.call(COUNSEL, 'POST', `/api/incidents/${incident}/obligations/9`, body)).toMatchObject({
    status: 404,
  });
  const when = (givenAt: string) => served.call(COUNSEL, 'POST', path, { ...body, givenAt });
  expect(await when('yesterday')).toMatchObject({ status: 422 });
  expect(await when('2099-01-01T00:00Z')).toMatchObject({ status: 409, body: { code: 'given-at' } });
  expect(await served.call(COUNSEL, 'POST', path, body, { 'idempotency-key': 'once' })).toMatchObject({ status: 200 });
  // A repeat is harmless; another word is not taken any more.
  expect(await served.call(COUNSEL, 'POST', path, body, { 'idempotency-key': 'once' })).toMatchObject({ status: 200 });
  expect(await served.call(COMMANDER, 'POST', path, { outcome: 'waived', text: 'No' })).toMatchObject({ status: 409 });
  const view = await served.house.until(incident, 'the notice', (one) => one.obligations[0]?.met && one);
  expect(view.obligations[0]).toMatchObject({
    met: { person: COUNSEL, how: body.text, late: false, givenAt: Date.parse(givenAt) },
  });
});

it('the command line shows and settles them', async () => {
  const before = await cli(COUNSEL, 'incident', 'duties', incident);
  expect(before).toMatchObject({ code: 0 });
  expect(before.out).toMatch(/2\. .*: DUE, (3 days|2 days 23 h) left/);
  expect(before.out).toContain('1. ');
  expect(before.out).toMatch(/receipt 4711, given .* UTC .*, by ingrid-solheim/);
  const moment = await cli(COMMANDER, 'incident', 'duty', incident, '2', '--met', '--reason', 'x', '--at', 'noon');
  expect(moment).toMatchObject({ code: 2, err: expect.stringContaining('2026-11-22T08:30Z') });
  const unclear = await cli(COMMANDER, 'incident', 'duty', incident, '2', '--reason', 'Both', '--met', '--waived');
  expect(unclear).toMatchObject({ code: 2 });
  expect(await cli(COMMANDER, 'incident', 'duty', incident, '2', '--met')).toMatchObject({ code: 2 });
  expect(await cli(STRANGER, 'incident', 'duty', incident, '2', '--waived', '--reason', 'No')).toMatchObject({
    code: 3,
  });
  const words = 'No personal data was in it';
  expect(await cli(COMMANDER, 'incident', 'duty', incident, '2', '--waived', '--reason', words)).toMatchObject({
    code: 0,
    out: `${incident}: recorded that the notice need not be given.\n`,
  });
  await served.house.until(incident, 'the end of duty 2', (view) => view.obligations[1]?.waived !== undefined);
  const json = await cli(COUNSEL, 'incident', 'duties', incident, '--json');
  expect(
    JSON.parse(json.out)
      .obligations.map(({ state }: { state: string }) => state)
      .sort(),
  ).toEqual(['met', 'waived']);
  const shown = await cli(COUNSEL, 'incident', 'show', incident);
  expect(shown.out).toMatch(/Notify +\d+ s, (3 days|2 days 23 h) before the limit/);
});

it('a form is filled in from the command line, field by field', async () => {
  const typo = await cli(COUNSEL, 'decide', incident, '1', 'approve', '--set', 'whom=Nobody');
  expect(typo).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean who?') });
  const done = await cli(COUNSEL, 'decide', incident, '1', 'approve', '--set', 'who=The authority');
  expect(done).toMatchObject({ code: 0, out: 'Decided: approve.\n' });
});

it('the report of a real incident is exported as HTML and Markdown, by anybody who may read it', async () => {
  await served.house.until(incident, 'the end of its plan', (view) => view.plan?.outcome);
  const html = await served.call(STRANGER, 'GET', `/api/incidents/${incident}/timeline?format=html`);
  expect(html).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
  expect(html.text).toMatch(/^<!doctype html>/);
  expect(html.text).toContain('No personal data was in it');
  const { events } = (await served.call(STRANGER, 'GET', `/api/incidents/${incident}/events`)).body as unknown as {
    events: { hash: string }[];
  };
  expect(html.text).toContain(events.at(-1)?.hash);
  const exported = await cli(STRANGER, 'timeline', 'export', incident, '--format', 'md');
  expect(exported.out).toMatch(/## Duties to notify\n/);
  const written = await cli(STRANGER, 'timeline', 'export', incident, '--format', 'html', '-o', 'report.html');
  expect(written).toMatchObject({ code: 0, err: expect.stringContaining('report.html') });
  const view = (await served.call(STRANGER, 'GET', `/api/incidents/${incident}`)).body as unknown as IncidentView;
  expect(view.obligations).toHaveLength(2);
});
