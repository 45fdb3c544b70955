// tiers: mlflow

import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IncidentView } from '../../src/incident/view.ts';
import { openDecisions } from '../../src/incident/view.ts';
import { INGRID, MARA, openStoryTown, type StoryTown, TOMAS } from './story-town.ts';
import { eventually, WITHIN_MS } from './wait.ts';

/** The story when something goes wrong in it. One world and one team for all; each incident is closed, as it holds the system. */
let story: StoryTown;
let pager: Pager;
let gate: Gate;

const PAGER_SECRET = `whsec_${Buffer.from('a secret of the pager, of this test').toString('base64')}`;

beforeAll(async () => {
  pager = await openPager();
  story = await openStoryTown({
    // Where people are waited for, seconds do.
    playbook: [
      [
        'within: 15m\n          remind: [5m]\n          escalate: { after: 10m,',
        'within: 12s\n          remind: [3s]\n          escalate: { after: 6s,',
      ],
      [
        '          do: model.rollback\n',
        '          do: model.rollback\n          retry: { attempts: 3, delay: 1s, factor: 1 }\n',
      ],
      ['remind: [48h, 24h, 6h, 1h]', 'remind: [20s]'],
    ],
    rule: [['limit: 72h', 'limit: 24s']],
    inventory(set, world) {
      const secret = join(world.inventory, '../secrets/pager');
      writeFileSync(secret, PAGER_SECRET, { mode: 0o600 });
      set(['connections', 'pager'], { kind: 'webhook', url: pager.url, private: true, secret: `file:${secret}` });
      set(['paging'], ['mail', 'pager']);
    },
  });
  gate = await openGate(story.world.urls.mlflow);
}, 180_000);
afterAll(async () => {
  await story?.close();
  await pager?.close();
  await gate?.close();
}, 60_000);

const PATHS = {
  contain: 'respond/recover/contain',
  isolate: 'respond/recover/isolate',
  rollback: 'respond/recover/rollback',
  validate: 'respond/recover/validate',
  reopen: 'respond/recover/reopen',
  counsel: 'respond/legal/counsel',
  notice: 'respond/legal/due/then/notice',
  send: 'respond/legal/due/then/send',
};

async function opened(): Promise<string> {
  const { body, status, text } = await story.town.call('daniel-achterberg', 'POST', '/api/incidents', {
    playbook: 'pii-leak-output',
    inputs: { system: story.world.system },
  });
  expect(status, text).toBe(201);
  return String(body.incident);
}

const failureAt = (incident: string, path: string) =>
  story.town.until(incident, `the question about ${path}`, (view) =>
    openDecisions(view).find((one) => one.question.path === path && one.question.kind === 'failure'),
  );

/** Whatever is still asked is called off; the way is opened again as the incident found it; the record is closed. */
async function over(incident: string): Promise<IncidentView> {
  const { town } = story;
  const post = (path: string, body?: unknown) => town.insist(MARA, 'POST', `/api/incidents/${incident}/${path}`, body);
  const view = await town.view(incident);
  if (!view.plan?.outcome) await post('stand-down', { reason: 'The story ends here.' });
  await town.until(incident, 'the end of its plan', (seen) => seen.plan?.outcome);
  for (const { number, met, waived } of (await town.view(incident)).obligations)
    if (!met && !waived)
      await post(`obligations/${number}`, { outcome: 'waived', text: 'A story of a test: nobody was harmed.' });
  await post('resolve', { summary: 'The story ends here.' });
  await post('close');
  return town.until(incident, 'its closing', (seen) => (seen.status === 'closed' ? seen : null));
}

const cut = async (incident: string): Promise<void> => {
  await story.answer(MARA, incident, PATHS.contain, 'approve');
  await story.answer(TOMAS, incident, PATHS.contain, 'approve');
};
const servedBy = async () => (await story.world.ask('How long does a refund take?')).model;

describe('when something goes wrong in the story', { timeout: 3 * WITHIN_MS }, () => {
  it('one person denies: nothing is cut, and stakeholders are told that it keeps serving', async () => {
    const incident = await opened();
    await story.answer(TOMAS, incident, PATHS.contain, 'deny', {
      reason: 'Half the claims desk depends on it tonight.',
    });
    await story.town.until(incident, 'the deny', (view) => view.decisions.find((one) => one.made?.outcome === 'deny'));
    await story.answer(INGRID, incident, PATHS.counsel, 'not-due', { 'form.reason': 'No personal data was in it.' });
    const view = await over(incident);
    expect(view.plan?.outcome).toBe('completed');
    expect(view.steps[PATHS.isolate]?.status).toBe('skipped');
    expect(await servedBy()).toBe('support-v2');
    const told = story.world.mailbox
      .mails()
      .find(({ subject }) => subject === `${incident}: Support assistant keeps serving`);
    expect(told?.text).toContain('was not approved');
  });

  it('nobody answers: a reminder, then the manager is paged by mail and by signed webhook, then it counts as denied', async () => {
    const incident = await opened();
    const made = await story.town.until(incident, 'the default', (view) =>
      view.decisions.find((one) => one.question.path === PATHS.contain && one.made),
    );
    expect(made).toMatchObject({ made: { outcome: 'deny', by: 'default' } });
    expect(made.reminders).toHaveLength(1);
    expect(made.escalatedAt).toBeGreaterThan(0);
    const page = await eventually('the page', () => pager.heard().find(({ body }) => body.data.incident === incident));
    expect(page.body).toMatchObject({ data: { role: 'engineering-manager' } });
    expect(() => new Webhook(PAGER_SECRET).verify(page.raw, page.headers)).not.toThrow();
    const mailed = await eventually('the page by mail', () =>
      story.world.mailbox
        .mails()
        .find(({ to, subject }) => to.includes('sofia.mendes@halden.example') && subject.includes(incident)),
    );
    expect(mailed.text).toContain('Cut traffic');
    expect(await servedBy()).toBe('support-v2');
    await over(incident);
  });

  it('a gateway that says 200 and goes on serving is caught by the proof', async () => {
    story.edit((set) => {
      set(['connections', 'mlflow', 'url'], gate.url);
      set(['systems', story.world.system, 'serving', 'settle'], '4s');
    });
    await story.freshWorker();
    gate.lieAboutDeletes(true);
    const incident = await opened();
    await cut(incident);
    const { question } = await failureAt(incident, PATHS.isolate);
    // It lists no endpoint any more: only traffic tells.
    expect(question.failure).toMatchObject({ code: 'not-proved' });
    expect(question.failure?.message).toContain('support-v2');
    expect(await servedBy()).toBe('support-v2');
    gate.lieAboutDeletes(false);
    // The gateway tells the truth again: another try is enough.
    await story.answer(MARA, incident, PATHS.isolate, 'retry');
    await story.stepDone(incident, PATHS.isolate);
    await story.asked(incident, PATHS.reopen);
    expect((await story.world.ask('How long does a refund take?')).status).toBe(404);
    await over(incident);
    await back();
  });

  it('MLflow dies before a rollback: it is tried again, then people are asked, and their retry finishes it', async () => {
    const { town, world } = story;
    const held = town.desk.hold('before', 'model.rollback', world.system);
    const incident = await opened();
    await cut(incident);
    await held.held;
    const startAgain = await world.killMlflow();
    held.release();
    const { question } = await failureAt(incident, PATHS.rollback);
    expect(question.failure?.code).not.toBe('connector-error');
    const tries = town.desk
      .notes()
      .filter(({ key, what }) => key.startsWith(`${incident}:${PATHS.rollback}:act`) && what === 'act');
    expect(tries.length).toBe(3);
    await startAgain();
    await story.answer(MARA, incident, PATHS.rollback, 'retry');
    const view = await story.stepDone(incident, PATHS.rollback);
    expect(view.steps[PATHS.rollback]?.outputs).toMatchObject({ from: '2', to: '1' });
    await over(incident);
    await back();
  });

  it('the version that was put back does not pass: the commander is asked, and traffic stays cut', async () => {
    const { world } = story;
    story.edit((set) =>
      set(['systems', world.system, 'checks', 'golden', 0, 'must-contain'], 'words that nobody ever says'),
    );
    await story.freshWorker();
    const incident = await opened();
    await cut(incident);
    const { question } = await failureAt(incident, PATHS.validate);
    expect(question.failure).toMatchObject({ code: 'validation-failed' });
    expect(question.by).toEqual([{ role: 'incident-commander', count: 1 }]);
    expect((await world.ask('How long does a refund take?')).status).toBe(404);
    story.edit((set) => set(['systems', world.system, 'checks', 'golden', 0, 'must-contain'], '14 days'));
    await story.freshWorker();
    await story.answer(MARA, incident, PATHS.validate, 'retry');
    await story.asked(incident, PATHS.reopen);
    await over(incident);
    await back();
  });

  it('a worker dies while the notice is on its way: it is sent once, and people are asked; the clock reminds and runs out', async () => {
    const { town, world } = story;
    const incident = await opened();
    await story.answer(TOMAS, incident, PATHS.contain, 'deny', { reason: 'This story is about the notice.' });
    const held = town.desk.hold('after', 'notify.mail', 'supervisory-authority');
    await story.answer(INGRID, incident, PATHS.counsel, 'notify', {
      'form.aware': new Date().toISOString(),
      'form.reason': 'Policy numbers stood in answers.',
    });
    await story.answer(INGRID, incident, PATHS.notice, 'approve');
    await held.held;
    await town.kill('worker');
    held.release();
    const { question } = await failureAt(incident, PATHS.send);
    expect(question.failure?.code).toBe('ambiguous');
    const sent = () =>
      world.mailbox
        .mails()
        .filter(({ to, subject }) => to.includes('breaches@authority.example') && subject.includes(incident));
    expect(sent()).toHaveLength(1);
    const view = await town.until(incident, 'the end of the clock', (seen) =>
      seen.obligations[0]?.overdueAt ? seen : null,
    );
    expect(view.obligations[0]?.reminders).toHaveLength(1);
    const direct = story.slack.workspace.im(story.desk.user(INGRID)).id;
    await story.desk.see('that it is overdue, directly to counsel', () =>
      story.slack.workspace
        .messages(direct, null)
        .some((message) => /overdue/i.test(`${message.text} ${JSON.stringify(message.blocks)}`)),
    );
    // It did leave: counsel says so, and nothing is sent again.
    await story.answer(MARA, incident, PATHS.send, 'skip', { reason: 'The authority confirmed that it has come.' });
    const closed = await over(incident);
    expect(closed.obligations).toHaveLength(1);
    expect(sent()).toHaveLength(1);
  });

  /** The way leads straight to MLflow again, and version 2 is live. */
  async function back(): Promise<void> {
    story.edit((set) => {
      set(['connections', 'mlflow', 'url'], story.world.urls.mlflow);
      set(['systems', story.world.system, 'serving', 'settle'], '40s');
    });
    await story.world.goLive('2');
    await story.freshWorker();
  }
});

type Pager = {
  url: string;
  heard(): { raw: string; body: { data: Record<string, unknown> }; headers: Record<string, string> }[];
  close(): Promise<void>;
};

/** Takes pages as a pager's webhook does. */
async function openPager(): Promise<Pager> {
  const heard: ReturnType<Pager['heard']> = [];
  const server = createServer((request, response) => {
    let raw = '';
    request.on('data', (chunk: Buffer) => {
      raw += chunk.toString();
    });
    request.on('end', () => {
      heard.push({ raw, body: JSON.parse(raw), headers: request.headers as Record<string, string> });
      response.writeHead(202).end();
    });
  });
  return { url: `${await listening(server)}/page`, heard: () => heard, close: () => closed(server) };
}

type Gate = { url: string; lieAboutDeletes(lie: boolean): void; close(): Promise<void> };

/**
 * Stands before MLflow and passes everything on. When it lies it answers a DELETE with 200 and passes it on to nobody, and afterwards knows
 * of no endpoint that it is asked for.
 */
async function openGate(target: string): Promise<Gate> {
  let lies = false;
  let deleted = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (lies && request.method === 'DELETE') {
        deleted = true;
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      if (lies && deleted && request.url?.includes('/endpoints/get')) {
        const gone = { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no such endpoint' };
        response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(gone));
        return;
      }
      const body = Buffer.concat(chunks);
      fetch(new URL(request.url ?? '/', target), {
        method: request.method ?? 'GET',
        headers: Object.fromEntries(
          Object.entries(request.headers).filter(
            ([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name),
          ),
        ) as Record<string, string>,
        ...(body.length > 0 && { body }),
      }).then(
        async (answer) => {
          const type = answer.headers.get('content-type') ?? 'application/json';
          response.writeHead(answer.status, { 'content-type': type }).end(Buffer.from(await answer.arrayBuffer()));
        },
        () => response.destroy(),
      );
    });
  });
  return {
    url: await listening(server),
    lieAboutDeletes: (lie) => {
      lies = lie;
      deleted = false;
    },
    close: () => closed(server),
  };
}

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
const closed = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.closeAllConnections();
    server.close(() => done());
  });
