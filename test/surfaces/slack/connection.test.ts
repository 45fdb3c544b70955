import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { freePort } from '../../../src/embedded/ports.ts';
import { PACE, pauseMs } from '../../../src/surfaces/slack/connection/pace.ts';
import { control } from '../../support/local-slack.ts';
import { BRISK, BUTTON, hold, isConnected, messageWithButton, openPatientSlack, settingsOf } from './line.ts';

/** A busy machine answers a heartbeat late; these tests are about sockets. */
const CALM = { ...BRISK, heartMs: 60_000 };

describe('over sockets', () => {
  it('opens two, says who we are, and hears clicks', async () => {
    const slack = await openPatientSlack();
    const { connection, until, heard } = hold(settingsOf(slack));
    expect(connection.state()).toMatchObject({ status: 'connecting', sockets: 0 });
    connection.start();
    expect(await until(isConnected)).toMatchObject({ sockets: 2, why: null });
    expect(connection.self()).toMatchObject({ team: 'T0TEST', app: slack.workspace.app.id });
    expect(connection.requests).toBeNull();
    const { press } = await messageWithButton(slack, connection.client);
    expect(await press('one')).toEqual({ ok: true });
    expect(heard).toEqual(['one']);
  });

  it('waits for a Slack that is away at start, and says so once', async () => {
    const port = await freePort();
    const settings = {
      botToken: 'xoxb-away',
      appToken: 'xapp-away',
      signingSecret: null,
      apiUrl: `http://127.0.0.1:${port}/api/`,
      local: true,
    };
    const { connection, until, lines, states } = hold(settings);
    connection.start();
    const away = await until(({ status }) => status === 'away');
    expect(away.why).toMatch(/^Slack cannot be reached: .*ECONNREFUSED/);
    const { botToken, appToken } = settings;
    const slack = await openPatientSlack({ port, app: { botToken, appToken } });
    await until(isConnected);
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(states.filter(({ status }) => status === 'away')).toHaveLength(1);
    const { press } = await messageWithButton(slack, connection.client);
    expect(await press('after')).toEqual({ ok: true });
  });

  it.each([
    ['bot token', { botToken: 'xoxb-wrong' }],
    ['app token', { appToken: 'xapp-wrong' }],
  ] as const)('a wrong %s is said once and clearly, tried again slowly, and kills nothing', async (token, wrong) => {
    const slack = await openPatientSlack();
    const { connection, until, lines } = hold(settingsOf(slack, wrong));
    connection.start();
    const { why } = await until(({ status }) => status === 'refused');
    expect(why).toContain(`the ${token} does not count (invalid_auth)`);
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toMatch(/wrong/);
    // Somebody makes it the right one, in Slack.
    Object.assign(slack.workspace.app, wrong);
    await until(isConnected);
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it.each(['refuse', '503', 'hang'] as const)(
    'comes back by itself after an outage (%s)',
    async (mode) => {
      const slack = await openPatientSlack();
      const { connection, until, heard } = hold(settingsOf(slack));
      connection.start();
      await until(isConnected);
      const { press } = await messageWithButton(slack, connection.client);
      await control(slack, { do: 'outage', mode });
      await until(({ status }) => status === 'away');
      await control(slack, { do: 'trouble', trouble: null });
      await until(isConnected);
      expect(await press('back')).toEqual({ ok: true });
      expect(heard).toEqual(['back']);
    },
    30_000,
  );

  it.each(['warning', 'refresh_requested'] as const)(
    'loses no click when Slack renews both sockets (%s)',
    async (reason) => {
      const slack = await openPatientSlack();
      const { connection, until, heard, states } = hold(settingsOf(slack), { pace: CALM });
      connection.start();
      await until(isConnected);
      const { press } = await messageWithButton(slack, connection.client);
      const clicks = Array.from({ length: 40 }, (_, i) => `click ${i}`);
      const outcomes = [];
      for (const [i, click] of clicks.entries()) {
        if (i === 10) await control(slack, { do: 'disconnect-warning', reason });
        outcomes.push(await press(click));
      }
      expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
      expect(heard).toEqual(clicks);
      expect(states.filter(({ status }) => status === 'away')).toEqual([]);
    },
  );

  it('opens new sockets when Slack closes both at once', async () => {
    const slack = await openPatientSlack();
    const { connection, until, heard, states } = hold(settingsOf(slack));
    connection.start();
    await until(isConnected);
    const before = states.length;
    const { press } = await messageWithButton(slack, connection.client);
    await control(slack, { do: 'disconnect-warning', reason: 'link_disabled' });
    await control(slack, { do: 'drop-sockets' });
    await until(() => states.slice(before).some(({ sockets }) => sockets === 0));
    await until(isConnected);
    expect(await press('back')).toEqual({ ok: true });
    expect(heard).toEqual(['back']);
  });

  it('works on with one socket while the other comes back', async () => {
    const sockets = openSockets();
    const slack = await openPatientSlack();
    const { connection, until, heard, states } = hold(settingsOf(slack), { pace: CALM });
    connection.start();
    await until(isConnected);
    const { press } = await messageWithButton(slack, connection.client);
    const clicks = Array.from({ length: 40 }, (_, i) => `click ${i}`);
    for (const [i, click] of clicks.entries()) {
      if (i === 10) sockets[0]?.close();
      await press(click);
    }
    expect([...new Set(heard)]).toEqual(clicks);
    expect(states.filter(({ status }) => status === 'away')).toEqual([]);
    await until(isConnected);
  });

  it('hears what Slack brings again: it may be the only delivery', async () => {
    const slack = await openPatientSlack();
    const { connection, until, heard } = hold(settingsOf(slack));
    connection.start();
    await until(isConnected);
    const { press } = await messageWithButton(slack, connection.client);
    await press('twice');
    await control(slack, { do: 'redeliver', last: 1 });
    expect(heard).toEqual(['twice', 'twice']);
  });

  it('bears whatever comes over a socket', async () => {
    const { settings, send } = await rudeSlack();
    const { connection, until, heard, lines } = hold(settings);
    connection.start();
    await until(isConnected);
    send('no JSON at all');
    send('null');
    send(Buffer.from([1, 2, 3]));
    send(JSON.stringify({ type: 'events_api', envelope_id: '1' }));
    send(JSON.stringify({ type: 'events_api', envelope_id: '2', payload: { event: null } }));
    send(JSON.stringify({ type: 'interactive', envelope_id: '3', payload: { type: 'block_actions', actions: [] } }));
    send(JSON.stringify({ type: 'interactive', envelope_id: '4', payload: null }));
    const actions = [{ type: 'button', action_id: BUTTON, value: 'still there' }];
    const payload = { type: 'block_actions', team: { id: 'T1' }, user: { id: 'U1' }, actions };
    const acknowledged = send(JSON.stringify({ type: 'interactive', envelope_id: 'good', payload }), 'good');
    await acknowledged;
    expect(heard).toEqual(['still there']);
    expect(lines.some(({ message }) => message === 'a message of Slack could not be read')).toBe(true);
  });

  it('a handler that fails is logged with its incident, and the next click is heard', async () => {
    const slack = await openPatientSlack();
    let failing = true;
    const { connection, until, lines } = hold(settingsOf(slack), {
      listen(app) {
        app.action(BUTTON, async ({ ack }) => {
          await ack();
          if (failing) throw new Error('the database is away');
        });
      },
    });
    connection.start();
    await until(isConnected);
    const { press } = await messageWithButton(slack, connection.client);
    await press('INC-2026-0007/1/0');
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { about: { incident: 'INC-2026-0007', what: BUTTON }, message: 'something people did in Slack failed' },
    ]);
    failing = false;
    expect(await press('INC-2026-0007/1/0')).toEqual({ ok: true });
  });

  it('finds no place among ten sockets, says so, and takes the first that becomes free', async () => {
    const slack = await openPatientSlack();
    const others = Array.from({ length: 5 }, () => hold(settingsOf(slack)));
    for (const { connection, until } of others) {
      connection.start();
      await until(isConnected);
    }
    const { connection, until } = hold(settingsOf(slack));
    connection.start();
    expect(await until(({ status }) => status === 'away')).toMatchObject({
      sockets: 0,
      why: 'Slack cannot be reached: it closes the socket before it greets',
    });
    await others[0]?.connection.stop();
    await until(isConnected);
  });

  it('stops for good: no socket stays, and what was begun is finished', async () => {
    const slack = await openPatientSlack();
    const finished: string[] = [];
    const begun = gate();
    const more = gate();
    const { connection, until } = hold(settingsOf(slack), {
      listen(app) {
        app.action(BUTTON, async ({ ack }) => {
          await ack();
          begun.open();
          await more.opened;
          finished.push('done');
        });
      },
    });
    connection.start();
    await until(isConnected);
    const { press } = await messageWithButton(slack, connection.client);
    const pressed = press('one');
    await begun.opened;
    const stopped = connection.stop();
    more.open();
    await stopped;
    await pressed;
    expect(finished).toEqual(['done']);
    expect(connection.state()).toMatchObject({ status: 'stopped', sockets: 0 });
    const { body } = await control(slack, { do: 'state' });
    expect(body).toMatchObject({ connections: 0 });
  });
});

describe('how often it is tried', () => {
  const failure = (kind: 'refused' | 'limited' | 'away', retryAfterMs: number | null = null) => ({
    kind,
    code: 'x',
    words: 'x',
    retryAfterMs,
  });

  it('an outage of any length ends within ten seconds of its end', () => {
    for (const failures of [1, 5, 60, 5_000])
      expect(pauseMs(PACE, failures, failure('away'), () => 1)).toBeLessThanOrEqual(10_000);
    expect(pauseMs(PACE, 5_000, failure('away'), () => 0)).toBe(5_000);
  });

  it('a refusal is tried once a minute, and Slack is waited for as long as it asks', () => {
    expect(pauseMs(PACE, 3, failure('refused'))).toBe(60_000);
    expect(pauseMs(PACE, 1, failure('limited', 30_000), () => 0)).toBe(30_000);
  });

  it('after a socket that lasted the next is opened at once', () => {
    expect(pauseMs(BRISK, 0, null)).toBe(0);
  });
});

function gate(): { opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** A Slack that sends what a real one never would. */
async function rudeSlack() {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(sockets, 'listening');
  const ws = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
  const api = createServer((request, response) => {
    request.resume();
    const answers: Record<string, object> = {
      '/api/auth.test': { team_id: 'T1', team: 'Rude', user_id: 'U0BOT', bot_id: 'B1' },
      '/api/bots.info': { bot: { app_id: 'A1' } },
      '/api/apps.connections.open': { url: ws },
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, ...answers[request.url ?? ''] }));
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const open: WebSocket[] = [];
  const acknowledged = new Map<string, () => void>();
  sockets.on('connection', (socket) => {
    open.push(socket);
    socket.on('message', (data) => acknowledged.get(String(JSON.parse(String(data)).envelope_id))?.());
    socket.send(JSON.stringify({ type: 'hello' }));
  });
  onTestFinished(() => {
    for (const socket of open) socket.terminate();
    sockets.close();
    api.close();
  });
  const send = (data: string | Buffer, id = '') => {
    const acked = new Promise<void>((resolve) => acknowledged.set(id, resolve));
    open[0]?.send(data);
    return acked;
  };
  const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}/api/`;
  const settings = { botToken: 'xoxb-1', appToken: 'xapp-1', signingSecret: null, apiUrl, local: true };
  return { settings, send };
}

/** Every WebSocket that this process opens. */
function openSockets(): { close(): void }[] {
  const sockets: { close(): void }[] = [];
  const note = (message: unknown) => void sockets.push((message as { websocket: { close(): void } }).websocket);
  subscribe('undici:websocket:open', note);
  onTestFinished(() => void unsubscribe('undici:websocket:open', note));
  return sockets;
}
