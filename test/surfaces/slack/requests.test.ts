import { createHmac } from 'node:crypto';
import { serve } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { App } from '@slack/bolt';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../src/embedded/ports.ts';
import { type AppEnv, type Deps, guards } from '../../../src/surfaces/http/context.ts';
import { asProblem, problemResponse } from '../../../src/surfaces/http/problem.ts';
import { signedBySlack, slackRoutes } from '../../../src/surfaces/http/slack.ts';
import { REPLY_TIMEOUT_MS } from '../../../src/surfaces/slack/connection/http.ts';
import { control } from '../../support/local-slack.ts';
import { BUTTON, type Held, hold, messageWithButton, openPatientSlack, settingsOf } from './line.ts';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const NOW = Date.UTC(2026, 10, 19, 2, 14);

/** A server of ours with its guards, and Slack that sends to it. */
async function openHttp(more: { listen?: (app: App) => void; start?: boolean } = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/slack/events`;
  const slack = await openPatientSlack({ app: { requestUrl: url } });
  let now = Date.now;
  const held = hold(settingsOf(slack, { appToken: null, signingSecret: slack.workspace.app.signingSecret }), {
    now: () => now(),
    ...(more.listen ? { listen: more.listen } : {}),
  });
  const server = serve({ fetch: routesOf(held).fetch, port, hostname: '127.0.0.1' });
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  if (more.start !== false) {
    held.connection.start();
    await held.until(({ status }) => status === 'connected');
  }
  const secret = slack.workspace.app.signingSecret;
  const send = (body: string, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const clockAt = (ms: number) => {
    now = () => ms;
  };
  return { slack, url, ...held, send, secret, clockAt };
}

function routesOf({ connection: { requests } }: Held) {
  const app = new OpenAPIHono<AppEnv>();
  const nobody = { bySession: async () => null, byToken: async () => null };
  // The guards ask for no more than this of whoever is not signed in.
  const deps = {
    identity: nobody,
    publicUrl: 'http://127.0.0.1:7373',
    hosts: [],
    now: Date.now,
    slack: requests,
  } as unknown as Deps;
  app.use('*', ...guards(deps));
  app.use('*', signedBySlack(deps));
  slackRoutes(app, deps);
  app.onError((error, c) => problemResponse(c, asProblem(error)));
  return app;
}

/** As Slack signs. */
function signed(body: string, secret: string, atMs: number): Record<string, string> {
  const stamp = String(Math.floor(atMs / 1000));
  const signature = createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': stamp, 'x-slack-signature': `v0=${signature}` };
}

const click = (value: string, team = 'T0TEST') =>
  new URLSearchParams({
    payload: JSON.stringify({
      type: 'block_actions',
      team: { id: team },
      user: { id: 'U0ASHA' },
      actions: [{ type: 'button', action_id: BUTTON, value }],
    }),
  }).toString();

it('hears clicks, commands and events that Slack signed, and answers its check of the address', async () => {
  const { slack, connection, heard } = await openHttp();
  expect(connection.state()).toMatchObject({ status: 'connected', sockets: null });
  const { press } = await messageWithButton(slack, connection.client);
  expect(await press('over http')).toEqual({ ok: true });
  expect(heard).toEqual(['over http']);
  expect((await control(slack, { do: 'verify-url' })).body).toMatchObject({ ok: true });
});

it('passes words back in the answer: errors of a form, a reply to a command', async () => {
  const { slack } = await openHttp({
    listen: (app) => app.command('/tocsin', async ({ ack }) => ack({ text: 'All quiet.' })),
  });
  const channel = slack.workspace.channels().find(({ name }) => name === 'incidents')?.id ?? '';
  expect(await slack.interactions.command({ user: 'U0ASHA', channel, command: '/tocsin', text: '' })).toEqual({
    ok: true,
  });
  expect(slack.workspace.messages(channel, null).map(({ text }) => text)).toEqual(['All quiet.']);
});

it('what was not signed by Slack is refused, and nothing happens', async () => {
  const { send, secret, heard, clockAt } = await openHttp();
  clockAt(NOW);
  const body = click('forged');
  const good = signed(body, secret, NOW);
  const refusals = {
    unsigned: await send(body),
    'another secret': await send(body, signed(body, SECRET, NOW)),
    'another body': await send(click('tampered'), good),
    'another time': await send(body, { ...good, 'x-slack-request-timestamp': String(NOW / 1000 + 1) }),
    'no version': await send(body, { ...good, 'x-slack-signature': good['x-slack-signature']?.slice(3) ?? '' }),
    'no time': await send(body, { 'x-slack-signature': good['x-slack-signature'] ?? '' }),
    'a time that is none': await send(body, { ...good, 'x-slack-request-timestamp': 'NaN' }),
    stale: await send(body, signed(body, secret, NOW - 301_000)),
    'of the future': await send(body, signed(body, secret, NOW + 301_000)),
  };
  for (const [what, response] of Object.entries(refusals)) {
    expect(response.status, what).toBe(401);
    expect(await response.json(), what).toMatchObject({ code: 'not-signed-by-slack', notDone: 'Nothing was done.' });
  }
  expect(heard).toEqual([]);
  for (const skewMs of [-299_000, 0, 299_000]) {
    const late = click(`skew ${skewMs}`);
    expect((await send(late, signed(late, secret, NOW + skewMs))).status).toBe(200);
  }
  expect(heard).toHaveLength(3);
});

it('a signed request that is replayed is answered alike and handled once', async () => {
  const { send, secret, heard, clockAt } = await openHttp();
  clockAt(NOW);
  const body = click('once');
  const headers = signed(body, secret, NOW);
  const answers = await Promise.all([send(body, headers), send(body, headers)]);
  answers.push(await send(body, headers));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(heard).toEqual(['once']);
  // Slack signs a delivery of its own anew.
  clockAt(NOW + 60_000);
  await send(body, signed(body, secret, NOW + 60_000));
  expect(heard).toEqual(['once', 'once']);
});

it('a request that failed is handled again when Slack repeats it', async () => {
  let tries = 0;
  const { send, secret, clockAt } = await openHttp({
    listen: (app) =>
      app.action(BUTTON, async ({ ack }) => {
        tries += 1;
        if (tries === 1) throw new Error('the database is away');
        await ack();
      }),
  });
  clockAt(NOW);
  const body = click('again');
  const headers = signed(body, secret, NOW);
  expect((await send(body, headers)).status).toBe(500);
  expect((await send(body, headers)).status).toBe(200);
  expect(tries).toBe(2);
});

it('answers within the three seconds of Slack, and goes on with the work', async () => {
  let done = () => {};
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { send, secret, clockAt, lines } = await openHttp({
    listen: (app) =>
      app.action(BUTTON, async ({ ack }) => {
        await held;
        await ack();
        done();
      }),
  });
  clockAt(NOW);
  const body = click('slow');
  expect((await send(body, signed(body, secret, NOW))).status).toBe(504);
  expect(REPLY_TIMEOUT_MS).toBeLessThan(3_000);
  expect(lines.map(({ message }) => message)).toContain('an answer to Slack came too late');
  goOn();
  await finished;
});

it('says "not ready" until Slack has said who we are, so that Slack brings events again', async () => {
  const { send, secret, clockAt } = await openHttp({ start: false });
  clockAt(NOW);
  const body = click('early');
  expect((await send(body, signed(body, secret, NOW))).status).toBe(503);
});

it('what Slack would never send is refused although it is signed', async () => {
  const { send, secret, clockAt } = await openHttp();
  clockAt(NOW);
  const bodies: [string, string][] = [
    ['text/plain', 'hello'],
    ['application/json', '[1'],
    ['application/json', '"words"'],
    ['application/x-www-form-urlencoded', 'payload=%7B'],
  ];
  for (const [type, body] of bodies)
    expect((await send(body, { ...signed(body, secret, NOW), 'content-type': type })).status, body).toBe(400);
});
