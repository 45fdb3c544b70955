import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDrillExport } from '../../../src/simulator/scoring/read-export.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { afterActionOf } from '../../../src/surfaces/after-action/after-action.ts';
import { AfterAction } from '../../../src/surfaces/after-action/contract.ts';
import { FORMS } from '../../../src/surfaces/after-action/desk.ts';
import { runOffline } from '../../support/command.ts';
import { type Maildev, startMaildev } from '../../support/maildev.ts';
import { openServed, type Served, sample } from '../../support/served.ts';

/** Reports of drills that are played on a real Tocsin: Temporal, PostgreSQL, and a mail server. */
const [MARA, TOMAS, SOFIA, JONAS, PRIYA] = [
  'mara-lindqvist',
  'tomas-okafor',
  'sofia-mendes',
  'jonas-weber',
  'priya-raman',
] as const;

let served: Served;
let maildev: Maildev;
const folder = mkdtempSync(join(tmpdir(), 'after-action-'));
beforeAll(async () => {
  maildev = await startMaildev();
  const inventory = join(folder, 'tocsin.yaml');
  const post = `\nconnections: { post: { kind: smtp, host: 127.0.0.1, port: ${maildev.smtpPort}, tls: none, private: true, from: tocsin@halden.example } }\ndrills: { mail: post }\n`;
  writeFileSync(inventory, `${readFileSync(sample('tocsin.yaml'), 'utf8')}${post}`);
  served = await openServed({ drillWorker: true, env: { TOCSIN_INVENTORY: inventory } });
}, 120_000);
afterAll(async () => {
  await served?.close();
  await maildev?.stop();
  rmSync(folder, { recursive: true });
});

const say = async (person: string, id: string, said: object) => {
  const answer = await served.call(person, 'POST', `/api/drills/${id}/commands`, said);
  expect(answer.status, answer.text).toBe(200);
};
const report = (person: string, id: string, query = '') =>
  served.call(person, 'GET', `/api/drills/${id}/report${query}`);

/** Mara and Tomas play, Sofia runs it, Jonas evaluates; over as soon as it has begun. */
async function played({ over = true } = {}): Promise<string> {
  const planned = await served.call(SOFIA, 'POST', '/api/drills', {
    ...{ simulation: 'supply-chain-tampered-artifact', length: '15m' },
    players: [
      { role: 'incident-commander', person: MARA },
      { role: 'ml-on-call', person: TOMAS },
    ],
    staff: [
      { role: 'facilitator', person: SOFIA },
      { role: 'evaluator', person: JONAS },
    ],
  });
  expect(planned.status, planned.text).toBe(201);
  const { id } = planned.body as unknown as { id: string };
  expect((await served.call(SOFIA, 'POST', `/api/drills/${id}/start`, {})).status).toBe(200);
  await say(SOFIA, id, { type: 'drill-jump', to: null });
  await say(SOFIA, id, { type: 'hint', to: ['incident-commander'], text: 'Which version, Mara?', about: null });
  if (over) await ended(id);
  return id;
}

async function ended(id: string): Promise<void> {
  await say(SOFIA, id, { type: 'endex', because: 'facilitator', reason: 'Enough seen', incident: null });
  await served.house.until(id, 'ENDEX', (view) => view.exercise?.endedAt !== undefined);
}

describe('the report of a drill', () => {
  it('is for nobody before ENDEX, and for everybody after', async () => {
    const id = await played({ over: false });
    for (const person of [MARA, SOFIA, PRIYA])
      expect(await report(person, id)).toMatchObject({ status: 409, body: { code: 'not-over' } });
    await ended(id);
    for (const person of [MARA, SOFIA, PRIYA]) expect((await report(person, id)).status).toBe(200);
    expect(await report(null as unknown as string, id)).toMatchObject({ status: 401 });
  });

  it('has figures of single persons for the staff of that drill alone', async () => {
    const id = await played();
    expect(await report(MARA, id, '?audience=staff')).toMatchObject({ status: 403, body: { code: 'for-staff' } });
    const staff = await report(JONAS, id, '?audience=staff&format=json');
    expect(AfterAction.parse(staff.body)).toMatchObject({ audience: 'staff', drill: id });
    const shared = await report(MARA, id, '?audience=anonymous&format=json');
    for (const name of ['Mara', 'mara-lindqvist', 'Sofia', 'Halden', 'Priya', 'claims-triage'])
      expect(shared.text).not.toContain(name);
  });

  it('is found again from the export alone, byte for byte', async () => {
    const id = await played();
    await say(TOMAS, id, { type: 'hot-wash', question: 1, text: 'The alarm told me.' });
    await say(MARA, id, { type: 'hot-wash', question: null, text: 'Good.' });
    await served.house.until(id, 'hot wash', (view) => (view.exercise?.hotWash.length ?? 0) === 2);
    for (const audience of ['team', 'staff'] as const) {
      const answer = await report(JONAS, id, `?format=json&audience=${audience}`);
      const exported = await served.call(JONAS, 'GET', `/api/incidents/${id}/timeline?format=jsonl`);
      const { script, events, redacted, head } = readDrillExport(exported.text);
      const { beside } = AfterAction.parse(answer.body);
      const again = afterActionOf({ script, events, redacted, head, score: scoreOf(script, events), beside, audience });
      expect(FORMS.json.of(again)).toBe(answer.text);
      expect(again.head?.seq).toBe(again.timeline.length);
      // As anybody does it who was handed the two files.
      writeFileSync(join(folder, `${id}.jsonl`), exported.text);
      writeFileSync(join(folder, 'report.json'), answer.text);
      const form = ['--format', 'json', '--audience', audience, '--with', 'report.json'];
      expect((await runOffline(folder, ['drill', 'report', `${id}.jsonl`, ...form])).out).toBe(answer.text);
    }
  });

  it('is a draft while the hot wash is open, and final when it is closed', async () => {
    const id = await played();
    const status = async () => AfterAction.parse((await report(MARA, id, '?format=json')).body).status;
    expect(await status()).toBe('draft');
    await say(SOFIA, id, { type: 'drill-close' });
    await expect.poll(status, { timeout: 20_000, interval: 200 }).toBe('final');
  });

  it('comes as a file in each form', async () => {
    const id = await played();
    const html = await report(MARA, id);
    expect(html).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
    expect(html.disposition).toBe(`attachment; filename="EXERCISE-${id}-after-action.html"`);
    expect((await report(MARA, id, '?format=md')).text).toMatch(/^# EXERCISE: /);
    expect((await report(MARA, id, '?format=pdf')).status).toBe(422);
  });

  it('goes by mail, as a draft, to those who ran, judged and planned it, within a minute of ENDEX', async () => {
    const id = await played();
    const over = Date.now();
    const mail = await maildev.awaitMail(
      ({ subject, text, to }) =>
        subject.includes('after-action report') && text.includes(id) && to[0]?.address === 'jonas.weber@halden.example',
    );
    expect(Date.now() - over).toBeLessThan(60_000);
    expect(mail.subject).toMatch(/^EXERCISE: /);
    expect(mail.text).toContain(`/drills/${id}/report`);
    expect(mail.text).toContain('> ## Ratings by objective');
    const all = (await maildev.mails()).filter(
      ({ subject, text }) => subject.includes('after-action') && text.includes(id),
    );
    const addresses = new Set(all.map(({ to }) => to[0]?.address));
    expect(
      [...addresses].every((one) => ['jonas.weber@halden.example', 'sofia.mendes@halden.example'].includes(one ?? '')),
    ).toBe(true);
  });

  it('stands in the console, with nothing that may run', async () => {
    const id = await played();
    const page = await served.call(MARA, 'GET', `/drills/${id}/report`);
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=UTF-8' });
    expect(page.text).toContain('To share outside');
    expect(page.text).not.toContain('For the staff');
  });
});
