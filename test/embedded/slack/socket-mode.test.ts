import type { App } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { LocalSlack } from '../../../src/embedded/slack/contract.ts';
import { standingClock } from '../../../src/embedded/slack/state/clock.ts';
import { channelId, control, openLocalSlack, openSlackWithApp, startBolt } from '../../support/local-slack.ts';

const ASHA = 'U0ASHA';

type Frame = Record<string, unknown> & { type: string };
/** A connection whose every frame the test sees and answers itself. */
type Line = {
  socket: WebSocket;
  frames: Frame[];
  next(type: string): Promise<Frame>;
  ack(frame: Frame, payload?: unknown): void;
};

async function connect(slack: LocalSlack): Promise<Line> {
  const { url } = await new WebClient(slack.workspace.app.appToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
  }).apps.connections.open();
  const socket = new WebSocket(url as string);
  const frames: Frame[] = [];
  const taken = new Set<Frame>();
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
  onTestFinished(() => socket.terminate());
  return {
    socket,
    frames,
    next: (type) =>
      vi.waitFor(
        () => {
          const frame = frames.find((candidate) => candidate.type === type && !taken.has(candidate));
          if (frame === undefined) throw new Error(`no ${type} yet`);
          taken.add(frame);
          return frame;
        },
        { timeout: 5_000, interval: 10 },
      ),
    ack: ({ envelope_id }, payload) => socket.send(JSON.stringify({ envelope_id, payload })),
  };
}

const connections = async (slack: LocalSlack) => (await control(slack, { do: 'state' })).body.connections;
const happened = (slack: LocalSlack) => slack.interactions.event({ event: { type: 'team_join', user: { id: ASHA } } });
const slash = (slack: LocalSlack) =>
  slack.interactions.command({
    user: ASHA,
    channel: channelId(slack, 'incidents'),
    command: '/tocsin',
    text: 'status',
  });

test('a connection is greeted, says how many there are, and its link serves once', async () => {
  const slack = await openLocalSlack();
  const first = await connect(slack);
  expect(await first.next('hello')).toMatchObject({
    num_connections: 1,
    connection_info: { app_id: slack.workspace.app.id },
    debug_info: { host: expect.any(String), approximate_connection_time: expect.any(Number) },
  });
  const second = await connect(slack);
  expect(await second.next('hello')).toMatchObject({ num_connections: 2 });

  const again = new WebSocket(first.socket.url);
  const status = await new Promise((resolve) => {
    again.once('unexpected-response', (_, response) => resolve(response.statusCode));
    again.once('error', () => {});
  });
  expect(status).toBe(401);
});

test('an eleventh connection is turned away', async () => {
  const slack = await openLocalSlack({ limits: { tier1: 100 } });
  for (let n = 0; n < 10; n++) await (await connect(slack)).next('hello');
  const eleventh = await connect(slack);
  expect(await eleventh.next('disconnect')).toMatchObject({ reason: 'too_many_websockets' });
  expect(await connections(slack)).toBe(10);
});

test('envelopes are as Slack sends them: which may be answered, and which attempt it is', async () => {
  const slack = await openLocalSlack();
  const line = await connect(slack);
  await line.next('hello');

  const event = happened(slack);
  const told = await line.next('events_api');
  expect(told).toEqual({
    envelope_id: expect.any(String),
    type: 'events_api',
    accepts_response_payload: false,
    retry_attempt: 0,
    retry_reason: '',
    payload: expect.objectContaining({
      type: 'event_callback',
      team_id: 'T0TEST',
      api_app_id: slack.workspace.app.id,
      event_id: expect.stringMatching(/^Ev/),
      authorizations: [expect.objectContaining({ team_id: 'T0TEST', is_enterprise_install: false, is_bot: true })],
    }),
  });
  line.ack(told);
  expect(await event).toEqual({ ok: true });

  const command = slash(slack);
  const asked = await line.next('slash_commands');
  expect(asked).toEqual({
    envelope_id: expect.any(String),
    type: 'slash_commands',
    accepts_response_payload: true,
    payload: expect.objectContaining({ command: '/tocsin', text: 'status', user_id: ASHA, channel_name: 'incidents' }),
  });
  line.ack(asked, { text: 'All is quiet' });
  expect(await command).toEqual({ ok: true });
  expect(slack.workspace.messages(channelId(slack, 'incidents'), null)).toMatchObject([
    { text: 'All is quiet', ephemeralTo: ASHA },
  ]);
});

test('an event that is not acknowledged comes again at once, after one minute, after five, and then no more', async () => {
  const slack = await openLocalSlack({ clock: standingClock(Date.now()) });
  const { clock } = slack.workspace;
  const line = await connect(slack);
  await line.next('hello');
  const ignored = async (): Promise<Frame> => {
    const frame = await line.next('events_api');
    clock.advance(3_000);
    return frame;
  };

  /** What is to come, and how long after the event. */
  const pending = async () => {
    const { body } = await control(slack, { do: 'state' });
    const [first] = body.deliveries as { at: number }[];
    const waiting = body.pending as { attempts: number; nextAt: number }[];
    return waiting.map(({ attempts, nextAt }) => ({ attempts, afterMs: nextAt - Number(first?.at) }));
  };

  const outcome = happened(slack);
  const attempts = [await ignored(), await ignored()];
  expect(await outcome).toMatchObject({ ok: false, reason: 'timeout' });
  expect(await pending()).toEqual([{ attempts: 2, afterMs: 60_000 }]);
  clock.advance(60_000);
  attempts.push(await ignored());
  await vi.waitFor(async () => expect(await pending()).toEqual([{ attempts: 3, afterMs: 300_000 }]));
  clock.advance(240_000);
  attempts.push(await ignored());
  await vi.waitFor(async () => expect(await pending()).toEqual([]));
  clock.advance(3_600_000);
  expect(attempts.map(({ retry_attempt, retry_reason }) => [retry_attempt, retry_reason])).toEqual([
    [0, ''],
    [1, 'timeout'],
    [2, 'timeout'],
    [3, 'timeout'],
  ]);
  expect(new Set(attempts.map(({ payload }) => (payload as { event_id: string }).event_id)).size).toBe(1);
  expect(line.frames.filter(({ type }) => type === 'events_api')).toHaveLength(4);
});

test('what a connection took along when it broke comes again if it is an event, and fails the person if not', async () => {
  // The clock stands: only the break itself can tell.
  const slack = await openLocalSlack({ clock: standingClock(Date.now()) });
  const breaking = await connect(slack);
  await breaking.next('hello');
  const event = happened(slack);
  const command = slash(slack);
  await breaking.next('events_api');
  await breaking.next('slash_commands');
  const other = await connect(slack);
  await other.next('hello');
  breaking.socket.terminate();

  const again = await other.next('events_api');
  expect(again).toMatchObject({ retry_attempt: 1 });
  other.ack(again);
  expect(await event).toEqual({ ok: true });
  expect(await command).toMatchObject({ ok: false, reason: 'timeout' });
  expect(other.frames.filter(({ type }) => type === 'slash_commands')).toEqual([]);
});

test('an event with nobody connected waits for its next attempt', async () => {
  const slack = await openLocalSlack();
  expect(await happened(slack)).toMatchObject({ ok: false, reason: 'no-app' });
  const line = await connect(slack);
  await line.next('hello');
  slack.workspace.clock.advance(60_000);
  const told = await line.next('events_api');
  expect(told).toMatchObject({ retry_attempt: 2 });
  line.ack(told);
});

test('payloads go to both of two connections, each to one of them', async () => {
  const slack = await openLocalSlack();
  const lines = [await connect(slack), await connect(slack)];
  for (const line of lines) {
    await line.next('hello');
    line.socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.type === 'events_api') line.ack(frame);
    });
  }
  const outcomes = await Promise.all(Array.from({ length: 60 }, () => happened(slack)));
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
  const got = lines.map(({ frames }) => frames.filter(({ type }) => type === 'events_api').length);
  expect(got.reduce((sum, n) => sum + n)).toBe(60);
  expect(Math.min(...got)).toBeGreaterThan(0);
});

test('with two connections of bolt, one may be lost and no click is', async () => {
  const hear = (app: App): void => app.command('/tocsin', async ({ ack }) => ack('heard'));
  const { slack } = await openSlackWithApp('socket', hear);
  const second = await startBolt(slack, 'socket', hear);
  expect(await connections(slack)).toBe(2);
  await second.stop();
  await vi.waitFor(async () => expect(await connections(slack)).toBe(1));
  for (let n = 0; n < 5; n++) expect(await slash(slack)).toEqual({ ok: true });
});

test('bolt comes back after its sockets were dropped, and after it was asked to leave', {
  timeout: 40_000,
}, async () => {
  const { slack } = await openSlackWithApp('socket', (app) => {
    app.command('/tocsin', async ({ ack }) => ack('heard'));
  });
  const backAfter = async (command: object): Promise<void> => {
    expect((await control(slack, command)).body).toMatchObject({ ok: true });
    await vi.waitFor(async () => expect(await connections(slack)).toBe(0));
    expect(await slash(slack)).toMatchObject({ ok: false, reason: 'no-app' });
    await vi.waitFor(async () => expect(await connections(slack)).toBe(1), { timeout: 15_000, interval: 100 });
    expect(await slash(slack)).toEqual({ ok: true });
  };
  await backAfter({ do: 'drop-sockets' });
  await backAfter({ do: 'disconnect-warning', reason: 'refresh_requested' });
});

test('the same envelope can come again', async () => {
  const heard: string[] = [];
  const { slack } = await openSlackWithApp('socket', (app) => {
    app.command('/tocsin', async ({ ack, command }) => {
      heard.push(command.trigger_id);
      await ack();
    });
  });
  await slash(slack);
  expect((await control(slack, { do: 'redeliver' })).body).toEqual({ ok: true, attempts: [{ ok: true }] });
  expect(heard).toHaveLength(2);
  expect(heard[0]).toBe(heard[1]);
});

test('an outage cuts the line, and a click meanwhile goes nowhere', async () => {
  const slack = await openLocalSlack();
  const line = await connect(slack);
  await line.next('hello');
  const closed = new Promise((resolve) => line.socket.once('close', resolve));
  slack.troubles.impose({ kind: 'outage', mode: '503' });
  await closed;
  expect(await slash(slack)).toMatchObject({ ok: false, reason: 'no-app', detail: expect.stringContaining('outage') });
  slack.troubles.clear();
  const next = await connect(slack);
  await next.next('hello');
  const command = slash(slack);
  next.ack(await next.next('slash_commands'));
  expect(await command).toEqual({ ok: true });
});

test('a line that hangs stays up and silent, and is cut when the outage ends', async () => {
  const slack = await openLocalSlack();
  const line = await connect(slack);
  await line.next('hello');
  slack.troubles.impose({ kind: 'outage', mode: 'hang' });
  expect(await slash(slack)).toMatchObject({ ok: false, reason: 'no-app' });
  expect(line.socket.readyState).toBe(WebSocket.OPEN);
  const closed = new Promise((resolve) => line.socket.once('close', resolve));
  slack.troubles.clear();
  await closed;
});
