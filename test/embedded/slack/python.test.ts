import { describe, expect, test, vi } from 'vitest';
import {
  channelId,
  control,
  openLocalSlack,
  requestUrl,
  TRANSPORTS,
  type Transport,
} from '../../support/local-slack.ts';
import { startPython } from '../../support/python-slack.ts';

const ASHA = 'U0ASHA';
const event = { type: 'team_join', user: { id: ASHA } };

const openFor = async (transport: Transport) =>
  openLocalSlack({ app: { requestUrl: transport === 'http' ? await requestUrl() : null } });

describe.each(TRANSPORTS)('Python over %s', (transport) => {
  test('slack_bolt answers a command, a click, a form, a shortcut and an event', async () => {
    const slack = await openFor(transport);
    const python = await startPython(slack, 'bolt_app.py', transport);
    const channel = channelId(slack, 'incidents');
    const { interactions } = slack;

    expect(await interactions.command({ user: ASHA, channel, command: '/tocsin', text: 'status “now”' })).toEqual({
      ok: true,
    });
    expect(await python.next('command')).toEqual({ command: 'status “now”', user: ASHA });
    const [decide] = slack.workspace.messages(channel, null);
    expect(decide).toMatchObject({ text: 'Decide' });

    expect(await interactions.act({ user: ASHA, on: { channel, ts: String(decide?.ts) }, actionId: 'yes' })).toEqual({
      ok: true,
    });
    expect(await python.next('action')).toEqual({ action: '1', channel });
    expect(slack.workspace.modals(ASHA)).toMatchObject([{ callback_id: 'why' }]);

    const submit = (value: string) =>
      interactions.submit({ user: ASHA, values: { why: { text: { type: 'plain_text_input', value } } } });
    expect(await submit('no')).toEqual({ ok: true, errors: { why: 'Say more.' } });
    expect(await submit('because')).toEqual({ ok: true });
    expect(slack.workspace.modals(ASHA)).toEqual([]);

    expect(await interactions.shortcut({ user: ASHA, callbackId: 'report' })).toEqual({ ok: true });
    expect(await python.next('shortcut')).toEqual({ shortcut: 'report' });
    expect(await interactions.event({ event })).toEqual({ ok: true });
    expect(await python.next('event')).toMatchObject({ event: 'team_join' });
  });

  test('slack_sdk calls the Web API, and takes what is sent', async () => {
    const slack = await openFor(transport);
    const python = await startPython(slack, 'sdk_app.py', transport);
    const channel = channelId(slack, 'incidents');
    const web = await python.next('bot');
    expect(web).toMatchObject({ bot: slack.workspace.app.botUser, error: 'channel_not_found' });
    expect(web.users).toEqual(expect.arrayContaining(['asha', 'ben']));
    expect(slack.workspace.message(channel, String(web.ts))).toMatchObject({ text: 'From Python, edited' });

    expect(await slack.interactions.event({ event })).toEqual({ ok: true });
    expect((await control(slack, { do: 'redeliver' })).body).toEqual({ ok: true, attempts: [{ ok: true }] });
    expect(await slack.interactions.command({ user: ASHA, channel, command: '/tocsin', text: '' })).toEqual({
      ok: true,
    });
    if (transport === 'socket') {
      expect(await python.next('envelope')).toEqual({ envelope: 'events_api', retry: 0, reason: '' });
      expect(await python.next('envelope')).toEqual({ envelope: 'events_api', retry: 1, reason: 'timeout' });
      expect(await python.next('envelope')).toMatchObject({ envelope: 'slash_commands' });
      expect(slack.workspace.messages(channel, null).at(-1)).toMatchObject({
        text: 'Heard by Python',
        ephemeralTo: ASHA,
      });
    } else {
      expect(await python.next('valid')).toEqual({ valid: true, type: 'application/json', retry: null });
      expect(await python.next('valid')).toEqual({ valid: true, type: 'application/json', retry: '1' });
      expect(await python.next('valid')).toMatchObject({ valid: true, type: 'application/x-www-form-urlencoded' });
    }
  });
});

test('slack_bolt in Python comes back when asked to connect anew, and after its socket was dropped', {
  timeout: 60_000,
}, async () => {
  const slack = await openLocalSlack({ limits: { tier1: 100 } });
  const python = await startPython(slack, 'bolt_app.py', 'socket');
  const connections = async () => (await control(slack, { do: 'state' })).body.connections;
  const hears = async () => {
    expect(await slack.interactions.event({ event })).toEqual({ ok: true });
    expect(await python.next('event')).toMatchObject({ event: 'team_join' });
  };

  expect((await control(slack, { do: 'disconnect-warning' })).body).toEqual({ ok: true, told: 1 });
  // The line that it was asked to leave goes for good.
  slack.workspace.clock.advance(10_000);
  await vi.waitFor(hears, { timeout: 20_000, interval: 200 });

  expect((await control(slack, { do: 'drop-sockets' })).body).toMatchObject({ ok: true });
  await vi.waitFor(async () => expect(await connections()).toBe(0));
  expect(await slack.interactions.event({ event })).toMatchObject({ ok: false, reason: 'no-app' });
  await vi.waitFor(async () => expect(await connections()).toBe(1), { timeout: 40_000, interval: 100 });
  slack.workspace.clock.advance(60_000);
  expect(await python.next('event')).toMatchObject({ event: 'team_join' });
});
