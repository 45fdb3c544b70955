import { createServer, type IncomingHttpHeaders } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { signatureHeaders } from '../../../src/embedded/slack/delivery/signing.ts';
import {
  channelId,
  control,
  openLocalSlack,
  openSlackWithApp,
  requestUrl,
  startBolt,
} from '../../support/local-slack.ts';

const ASHA = 'U0ASHA';
const event = { type: 'team_join', user: { id: ASHA } };

type Heard = { headers: IncomingHttpHeaders; body: string };
type Reply = { status: number; headers?: Record<string, string>; body?: string };

/** An app that does as the test says, to see the requests themselves. */
async function bareApp(reply: (heard: Heard, nth: number) => Reply | Promise<Reply>) {
  const url = await requestUrl();
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = { headers: request.headers, body: Buffer.concat(chunks).toString() };
    heard.push(one);
    const { status, headers, body } = await reply(one, heard.length);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(Number(new URL(url).port), '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const slack = await openLocalSlack({ app: { requestUrl: url } });
  return { slack, heard };
}

test('requests carry the content types that bolt insists on, and a signature of exactly their bytes', async () => {
  const { slack, heard } = await bareApp(() => ({ status: 200 }));
  const channel = channelId(slack, 'incidents');
  await slack.interactions.event({ event });
  await slack.interactions.shortcut({ user: ASHA, callbackId: 'report' });
  await slack.interactions.command({ user: ASHA, channel, command: '/tocsin', text: 'open & “näher”' });

  expect(heard.map(({ headers }) => headers['content-type'])).toEqual([
    'application/json',
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded',
  ]);
  expect(JSON.parse(new URLSearchParams(heard[1]?.body).get('payload') ?? '')).toMatchObject({ type: 'shortcut' });
  expect(new URLSearchParams(heard[2]?.body).get('text')).toBe('open & “näher”');
  for (const { headers, body } of heard) {
    const stamp = Number(headers['x-slack-request-timestamp']);
    expect(Math.abs(stamp - Date.now() / 1000)).toBeLessThan(30);
    expect(signatureHeaders(slack.workspace.app.signingSecret, body, stamp)['X-Slack-Signature']).toBe(
      headers['x-slack-signature'],
    );
    expect(headers).not.toHaveProperty('x-slack-retry-num');
  }
});

test('bolt refuses what was tampered with, what is stale and what another secret signed', async () => {
  let heard = 0;
  const { slack } = await openSlackWithApp('http', (app) => {
    app.event('team_join', async () => {
      heard += 1;
    });
  });
  const { requestUrl: url, signingSecret, id, botUser } = slack.workspace.app;
  const body = JSON.stringify({
    type: 'event_callback',
    team_id: 'T0TEST',
    api_app_id: id,
    event,
    authorizations: [{ team_id: 'T0TEST', user_id: botUser, is_bot: true, is_enterprise_install: false }],
  });
  const now = Math.floor(Date.now() / 1000);
  const send = async (sent: string, headers: Record<string, string>) =>
    (
      await fetch(url as string, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: sent,
      })
    ).status;

  expect(await send(body.replace(ASHA, 'U0EVIL'), signatureHeaders(signingSecret, body, now))).toBe(401);
  expect(await send(body, signatureHeaders(signingSecret, body, now - 301))).toBe(401);
  expect(await send(body, signatureHeaders(`${signingSecret}x`, body, now))).toBe(401);
  expect(heard).toBe(0);
  expect(await send(body, signatureHeaders(signingSecret, body, now))).toBe(200);
  expect(heard).toBe(1);
});

test('an event that failed comes again at once, after one minute and after five, and says why', async () => {
  const { slack, heard } = await bareApp(() => ({ status: 500 }));
  const { clock } = slack.workspace;
  expect(await slack.interactions.event({ event })).toMatchObject({ ok: false, reason: 'refused' });
  clock.advance(60_000);
  await vi.waitFor(async () =>
    expect((await control(slack, { do: 'state' })).body.pending).toMatchObject([{ attempts: 3 }]),
  );
  clock.advance(240_000);
  await vi.waitFor(async () => expect((await control(slack, { do: 'state' })).body.pending).toEqual([]));
  const retries = heard.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]);
  expect(retries).toEqual([
    [undefined, undefined],
    ['1', 'http_error'],
    ['2', 'http_error'],
    ['3', 'http_error'],
  ]);
  expect(new Set(heard.map(({ body }) => JSON.parse(body).event_id)).size).toBe(1);
});

test('an app can take a retry, and can ask for none', async () => {
  const second = await bareApp((_, nth) => ({ status: nth === 1 ? 503 : 200 }));
  expect(await second.slack.interactions.event({ event })).toEqual({ ok: true });
  expect(second.heard).toHaveLength(2);
  const none = await bareApp(() => ({ status: 500, headers: { 'X-Slack-No-Retry': '1' } }));
  expect(await none.slack.interactions.event({ event })).toMatchObject({ ok: false, reason: 'refused' });
  expect(none.heard).toHaveLength(1);
});

test('an app that takes longer than three seconds has not answered', async () => {
  let reached: () => void = () => {};
  const arrived = new Promise<void>((resolve) => (reached = resolve));
  const { slack } = await bareApp(() => {
    reached();
    return new Promise(() => {});
  });
  const outcome = slack.interactions.shortcut({ user: ASHA, callbackId: 'report' });
  await arrived;
  slack.workspace.clock.advance(3_000);
  expect(await outcome).toMatchObject({ ok: false, reason: 'timeout' });
});

test('a request URL is verified by its challenge', async () => {
  const { slack } = await openSlackWithApp('http', () => {});
  expect((await control(slack, { do: 'verify-url' })).body).toEqual({ ok: true });
  const deaf = await bareApp(() => ({ status: 200, body: 'hello' }));
  expect((await control(deaf.slack, { do: 'verify-url' })).body).toMatchObject({ ok: false, reason: 'refused' });
});

test('Socket Mode wins over the request URL', async () => {
  const { slack, heard } = await bareApp(() => ({ status: 200 }));
  await startBolt(slack, 'socket', (app) => {
    app.shortcut('report', async ({ ack }) => ack());
  });
  expect(await slack.interactions.shortcut({ user: ASHA, callbackId: 'report' })).toEqual({ ok: true });
  expect(heard).toEqual([]);
});

test('nothing is sent to another machine', async () => {
  const slack = await openLocalSlack({ app: { requestUrl: 'http://192.0.2.1/slack/events' } });
  expect(await slack.interactions.shortcut({ user: ASHA, callbackId: 'report' })).toMatchObject({
    ok: false,
    reason: 'no-app',
    detail: expect.stringContaining('only calls apps on this machine'),
  });
});
