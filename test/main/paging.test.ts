import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rememberingSecrets } from '../../src/connectors/secrets/redactor.ts';
import { createSecrets } from '../../src/connectors/secrets/secrets.ts';
import type { Connection } from '../../src/inventory/connections.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { createLog } from '../../src/main/log.ts';
import { createMessengers } from '../../src/main/messengers.ts';
import { createPager } from '../../src/main/paging.ts';
import { serve } from '../connectors/egress/servers.ts';
import { type Script, startStandIn } from '../connectors/smtp/stand-in.ts';

const PASSWORD = 'planted-mail-password';
const HOOK = 'planted-hook-secret';
const page = {
  incident: 'INC-2026-0001',
  role: 'ml-on-call',
  subject: 'Question 3 waits for you',
  text: 'Nobody has answered in time, and it was escalated to you.',
  key: 'INC-2026-0001:17:ml-on-call',
};

function pager(connections: Record<string, Connection>, paging = Object.keys(connections), withinMs = 2_000) {
  const { secrets, redact } = rememberingSecrets(createSecrets({ PASSWORD, HOOK }));
  const inventory = { ...loadInventory('tocsin.yaml'), connections, paging };
  const messengers = createMessengers({ inventory, secrets, redact, now: Date.now });
  onTestFinished(() => messengers.close());
  const stream = new PassThrough();
  const logged = () =>
    String(stream.read() ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const log = createLog({ name: 'worker', level: 'info', destination: stream });
  const notifier = createPager({
    inventory,
    messengers,
    redact,
    log,
    publicUrl: 'https://tocsin.halden.example',
    now: Date.now,
    withinMs,
  });
  return { page: notifier.page, logged };
}

const smtp = (port: number): Connection => ({
  kind: 'smtp',
  host: '127.0.0.1',
  port,
  tls: 'none',
  private: true,
  from: 'tocsin@halden.example',
  username: 'tocsin',
  password: 'env:PASSWORD',
});
const webhook = (origin: string): Connection => ({
  kind: 'webhook',
  url: `${origin}/page`,
  private: true,
  secret: 'env:HOOK',
});

async function receiver(status = 204) {
  const received: { id: string; body: Record<string, unknown> }[] = [];
  const server = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ id: String(request.headers['webhook-id']), body: JSON.parse(body) });
      response.writeHead(status).end();
    });
  });
  return { received, connection: webhook(server.origin) };
}
const mailServer = async (script: Script = {}) => {
  const server = await startStandIn({ extensions: ['AUTH PLAIN'], ...script });
  return { server, connection: smtp(server.port) };
};

describe('a page', () => {
  it('goes to those who hold the role, by mail and by webhook, and says where to answer', async () => {
    const mail = await mailServer();
    const hook = await receiver();
    const { page: send, logged } = pager({ mail: mail.connection, pager: hook.connection });
    await send(page);
    const [text = ''] = mail.server.mails;
    expect(text).toContain('Subject: [INC-2026-0001] Question 3 waits for you');
    expect(text).toContain('To: tomas.okafor@halden.example, priya.raman@halden.example');
    expect(text).toContain('https://tocsin.halden.example/incidents/INC-2026-0001');
    expect(hook.received[0]?.body).toMatchObject({
      type: 'page',
      data: {
        incident: 'INC-2026-0001',
        role: 'ml-on-call',
        people: ['tomas-okafor', 'priya-raman'],
        subject: 'Question 3 waits for you',
        text: 'Nobody has answered in time, and it was escalated to you.',
        url: 'https://tocsin.halden.example/incidents/INC-2026-0001',
      },
    });
    expect(logged()).toMatchObject([{ level: 40, msg: 'page: Question 3 waits for you', role: 'ml-on-call' }]);
  });

  it('that is repeated is known by its id; another one is not', async () => {
    const mail = await mailServer();
    const hook = await receiver();
    const { page: send } = pager({ mail: mail.connection, pager: hook.connection });
    await send(page);
    await send(page);
    await send({ ...page, key: 'INC-2026-0001:18:ml-on-call' });
    for (const ids of [
      hook.received.map(({ id }) => id),
      mail.server.mails.map((text) => /^Message-ID: (.*)$/im.exec(text)?.[1]),
    ]) {
      expect(ids[1]).toBe(ids[0]);
      expect(ids[2]).not.toBe(ids[0]);
    }
  });

  it('has gone out when one of several ways works; the log says what is wrong with the others', async () => {
    const mail = await mailServer({ auth: `535 wrong password ${PASSWORD}` });
    const hook = await receiver();
    const { page: send, logged } = pager({ mail: mail.connection, pager: hook.connection });
    await send(page);
    expect(hook.received).toHaveLength(1);
    const lines = logged();
    expect(lines.at(-1)).toMatchObject({
      level: 50,
      msg: 'no page went out here',
      connection: 'mail',
      code: 'login-refused',
      incident: 'INC-2026-0001',
    });
    expect(JSON.stringify(lines)).not.toContain('planted');
  });

  it('that goes out nowhere is thrown, so that it is tried again, and says no secret', async () => {
    const mail = await mailServer({ mail: '451 later' });
    const hook = await receiver(500);
    const { page: send, logged } = pager({ mail: mail.connection, pager: hook.connection });
    await expect(send(page)).rejects.toThrow('ml-on-call could not be paged through mail, pager.');
    expect(logged().filter(({ level }) => level === 50)).toMatchObject([{}, {}]);
  });

  it('does not wait for a way that hangs', async () => {
    const hanging = await mailServer({ greeting: 'silence' });
    const hook = await receiver();
    const { page: send, logged } = pager({ mail: hanging.connection, pager: hook.connection }, undefined, 200);
    const from = performance.now();
    await send(page);
    expect(performance.now() - from).toBeLessThan(1_500);
    expect(logged().at(-1)).toMatchObject({ connection: 'mail', code: 'timeout' });
  });

  it('goes out to the others when the mail server refuses one of the people', async () => {
    const mail = await mailServer({ rcpt: (address) => (address.startsWith('tomas') ? '550 gone' : '250 ok') });
    const { page: send, logged } = pager({ mail: mail.connection });
    await send(page);
    expect(mail.server.mails).toHaveLength(1);
    expect(logged().at(-1)).toMatchObject({ level: 50, missed: 1 });
  });

  it('to a role without an address goes by webhook only', async () => {
    const mail = await mailServer();
    const hook = await receiver();
    const { page: send, logged } = pager({ mail: mail.connection, pager: hook.connection });
    await send({ ...page, role: 'nobody-at-all' });
    expect(mail.server.connections()).toBe(0);
    expect(hook.received[0]?.body).toMatchObject({ data: { role: 'nobody-at-all', people: [] } });
    expect(logged().at(-1)).toMatchObject({ connection: 'mail', code: 'no-recipient' });
  });

  it('is a line in the log where nothing is set up', async () => {
    const { page: send, logged } = pager({});
    await send(page);
    expect(logged()).toMatchObject([{ level: 40, msg: 'page: Question 3 waits for you', incident: 'INC-2026-0001' }]);
  });
});
