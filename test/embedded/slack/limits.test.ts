import { request } from 'node:http';
import { ErrorCode } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { ASHA, clientOf, opened, refused, section } from './workspace.ts';

const limited = expect.objectContaining({ code: ErrorCode.RateLimitedError, retryAfter: 1 });

describe('rate limits', () => {
  test('a channel takes one message a second, after a few at once; other channels do not wait', async () => {
    const { client, slack, channel } = await opened({ limits: {} });
    const say = (to: string) => client.chat.postMessage({ channel: to, text: 'x' });
    for (let n = 0; n < 3; n += 1) await say(channel);
    await expect(say(channel)).rejects.toEqual(limited);
    await say(ASHA);
    slack.workspace.clock.advance(1_000);
    await say(channel);
    await expect(say('#incidents')).rejects.toEqual(limited);
    expect(slack.workspace.messages(channel, null)).toHaveLength(4);
  });

  test('a method takes as many calls a minute as its tier says', async () => {
    const { client, slack, channel } = await opened({ limits: { tier3: 5 } });
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x' });
    const update = () => client.chat.update({ channel, ts, text: 'y' });
    for (let n = 0; n < 5; n += 1) await update();
    await expect(update()).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 12 });
    slack.workspace.clock.advance(12_000);
    await update();
  });

  test('the limits of Slack hold when nobody says otherwise', async () => {
    const { client, channel } = await opened({ limits: {} });
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x' });
    const calls = Array.from({ length: 51 }, () => client.chat.update({ channel, ts, text: 'y' }));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  test('a limit can be imposed on a method and a channel, for so many calls', async () => {
    const { client, slack, channel } = await opened();
    slack.troubles.impose({ kind: 'rate-limit', method: 'chat.postMessage', channel, retryAfterS: 7, times: 2 });
    const say = () => client.chat.postMessage({ channel, text: 'x' });
    for (let n = 0; n < 2; n += 1) await expect(say()).rejects.toMatchObject({ retryAfter: 7 });
    await client.chat.postMessage({ channel: ASHA, text: 'x' });
    await say();
    slack.troubles.impose({ kind: 'rate-limit', method: null, channel: null, retryAfterS: 1, times: 9 });
    await expect(client.auth.test()).rejects.toEqual(limited);
    slack.troubles.clear();
    await client.auth.test();
  });
});

describe('troubles', () => {
  test('a call whose answer is lost has taken effect', async () => {
    const { client, slack, channel } = await opened();
    slack.troubles.impose({ kind: 'lose-answers', method: 'chat.postMessage', times: 1 });
    const lost = client.chat.postMessage({ channel, text: 'once' });
    await expect(lost).rejects.toMatchObject({ code: ErrorCode.RequestError });
    expect(slack.workspace.messages(channel, null).map(({ text }) => text)).toEqual(['once']);
    await client.chat.postMessage({ channel, text: 'twice' });
  });

  test('in an outage nothing comes through, and afterwards everything does', async () => {
    const { client, slack, channel } = await opened();
    const say = () => client.chat.postMessage({ channel, text: 'x' });
    slack.troubles.impose({ kind: 'outage', mode: 'refuse' });
    await expect(say()).rejects.toMatchObject({ code: ErrorCode.RequestError });
    slack.troubles.impose({ kind: 'outage', mode: '503' });
    await expect(say()).rejects.toMatchObject({ code: ErrorCode.HTTPError, statusCode: 503 });
    slack.troubles.impose({ kind: 'outage', mode: 'hang' });
    const hanging = fetch(`${slack.apiUrl}auth.test`, { method: 'POST', signal: AbortSignal.timeout(300) });
    await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(slack.workspace.messages(channel, null)).toEqual([]);
    slack.troubles.clear();
    await say();
  });
});

describe('who gets in', () => {
  /** With headers that fetch does not let one set. */
  function ask(
    port: number,
    path: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> },
  ) {
    return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      });
      asked.once('error', reject).end();
    });
  }

  test('only names of this machine are answered', async () => {
    const { slack } = await opened();
    for (const host of [`127.0.0.1:${slack.port}`, `localhost:${slack.port}`, 'localhost']) {
      expect((await ask(slack.port, '/api/api.test', { method: 'POST', headers: { host } })).status).toBe(200);
    }
    for (const host of [`evil.example:${slack.port}`, 'evil.example', '127.0.0.1:1', 'localhost.evil.example']) {
      expect((await ask(slack.port, '/api/api.test', { method: 'POST', headers: { host } })).status).toBe(403);
    }
  });

  test('pages of other sites can send nothing', async () => {
    const { slack } = await opened();
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${slack.port + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      expect((await ask(slack.port, '/api/api.test', { method: 'POST', headers })).status).toBe(403);
      const authorization = `Bearer ${slack.key}`;
      const control = { method: 'POST', headers: { ...headers, authorization } };
      expect((await ask(slack.port, '/_control', control)).status).toBe(403);
    }
  });

  test('the page opens with the key, which then leaves the address for a cookie', async () => {
    const { slack } = await opened();
    expect((await ask(slack.port, '/', {})).status).toBe(401);
    expect((await ask(slack.port, '/?key=guess', {})).status).toBe(401);
    const { pathname, search } = new URL(slack.pageUrl);
    const entered = await ask(slack.port, `${pathname}${search}`, {});
    expect(entered).toMatchObject({ status: 303, headers: { location: '/' } });
    const [set = ''] = entered.headers['set-cookie'] ?? [];
    expect(set).toMatch(/; HttpOnly; SameSite=Lax; Path=\/$/);
    const [cookie = ''] = set.split(';');
    expect((await ask(slack.port, '/', { headers: { cookie } })).status).toBe(200);
    expect((await ask(slack.port, `//evil.example/?key=${slack.key}`, {})).headers.location).not.toMatch(/^\/\//);
    expect((await ask(slack.port, '/_control', { method: 'POST', headers: { cookie } })).status).toBe(401);
  });

  test('a socket needs a ticket, which serves once', async () => {
    const { slack } = await opened();
    const { url = '' } = await clientOf(slack, slack.workspace.app.appToken).apps.connections.open({});
    const connect = (address: string, headers: Record<string, string> = {}) =>
      new Promise<number>((resolve, reject) => {
        const target = new URL(address);
        const upgrade = {
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        };
        const asked = request({
          host: '127.0.0.1',
          port: slack.port,
          path: target.pathname + target.search,
          headers: { ...upgrade, ...headers },
        });
        asked.once('upgrade', (_response, socket) => {
          socket.destroy();
          resolve(101);
        });
        asked.once('response', (response) => resolve(response.statusCode ?? 0));
        asked.once('error', reject).end();
      });
    expect(await connect(url, { origin: 'https://evil.example' })).toBe(403);
    expect(await connect(url)).toBe(101);
    expect(await connect(url)).toBe(401);
    expect(await connect(url.replace(/ticket=\w+/, 'ticket=guess'))).toBe(401);
  });

  test('a call may come as JSON or as a form, with the token in its header or in the form', async () => {
    const { slack, channel } = await opened();
    const { botToken } = slack.workspace.app;
    const call = async (init: RequestInit) =>
      (await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', ...init })).json();
    const authorization = `Bearer ${botToken}`;
    const type = { 'content-type': 'application/json; charset=utf-8' };
    const blocks = [section('x')];
    const json = await call({
      headers: { authorization, ...type },
      body: JSON.stringify({ channel, text: 'a', blocks }),
    });
    expect(json).toMatchObject({ ok: true });
    const form = new URLSearchParams({ token: botToken, channel, text: 'b', blocks: JSON.stringify(blocks) });
    expect(await call({ body: form })).toMatchObject({ ok: true });
    expect(await call({ headers: { authorization, ...type }, body: '{' })).toMatchObject({ error: 'invalid_json' });
    expect(await call({ headers: { authorization, ...type }, body: '[]' })).toMatchObject({ error: 'json_not_object' });
    expect(await call({ headers: { authorization, 'content-type': 'text/plain' }, body: 'x' })).toMatchObject({
      error: 'invalid_post_type',
    });
    expect(await call({})).toMatchObject({ error: 'not_authed' });
    const huge = JSON.stringify({ channel, text: 'x'.repeat(1_600_000) });
    expect(await call({ headers: { authorization, ...type }, body: huge })).toMatchObject({
      error: 'request_too_large',
    });
  });

  test('the answer names the scopes of the app', async () => {
    const { slack } = await opened({ scopes: ['users:read'] });
    const answer = await fetch(`${slack.apiUrl}auth.test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.workspace.app.botToken}` },
    });
    expect(answer.headers.get('x-oauth-scopes')).toBe('users:read');
    const without = await refused(clientOf(slack).chat.postMessage({ channel: 'C0INC', text: 'x' }));
    expect(without).toMatchObject({ error: 'missing_scope', needed: 'chat:write', provided: 'users:read' });
  });
});
