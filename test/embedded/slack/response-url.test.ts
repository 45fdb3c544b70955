import { expect, test, vi } from 'vitest';
import type { LocalSlack } from '../../../src/embedded/slack/contract.ts';
import { channelId, openSlackWithApp } from '../../support/local-slack.ts';

const ASHA = 'U0ASHA';

/** Asha has pressed a button in `#incidents`: where the app may answer. */
async function pressed(): Promise<{ slack: LocalSlack; url: string; ts: string; channel: string }> {
  const urls: string[] = [];
  const { slack, app } = await openSlackWithApp('socket', (app) => {
    app.action('go', async ({ ack, body }) => {
      urls.push((body as { response_url: string }).response_url);
      await ack();
    });
  });
  const channel = channelId(slack, 'incidents');
  await app.client.conversations.join({ channel });
  const button = { type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } };
  const { ts } = await app.client.chat.postMessage({
    channel,
    text: 'Decide',
    blocks: [{ type: 'actions', elements: [button] }] as never,
  });
  await slack.interactions.act({ user: ASHA, on: { channel, ts: ts as string }, actionId: 'go' });
  return { slack, url: urls[0] as string, ts: ts as string, channel };
}

async function post(url: string, body: unknown) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, said: text.startsWith('{') ? JSON.parse(text).error : text };
}

test('an app says something to one person, to all, and changes or removes the message', async () => {
  const { slack, url, ts, channel } = await pressed();
  const shown = () => slack.workspace.messages(channel, null).map(({ text, ephemeralTo }) => [text, ephemeralTo]);

  expect(await post(url, { text: 'Only you' })).toEqual({ status: 200, said: 'ok' });
  expect(await post(url, { text: 'All of you', response_type: 'in_channel' })).toEqual({ status: 200, said: 'ok' });
  expect(await post(url, { text: 'Decided', replace_original: true })).toEqual({ status: 200, said: 'ok' });
  expect(shown()).toEqual([
    ['Decided', undefined],
    ['Only you', ASHA],
    ['All of you', undefined],
  ]);
  expect(slack.workspace.message(channel, ts)).toMatchObject({ blocks: [], edited: expect.anything() });
  expect(await post(url, { delete_original: true })).toEqual({ status: 200, said: 'ok' });
  expect(slack.workspace.message(channel, ts)).toBeNull();
});

test('it serves five times', async () => {
  const { url } = await pressed();
  for (let n = 0; n < 5; n++) expect(await post(url, { text: 'x' })).toMatchObject({ status: 200 });
  expect(await post(url, { text: 'x' })).toEqual({ status: 404, said: 'used_url' });
});

test('it serves for thirty minutes', async () => {
  const { slack, url } = await pressed();
  slack.workspace.clock.advance(29 * 60_000);
  expect(await post(url, { text: 'x' })).toMatchObject({ status: 200 });
  slack.workspace.clock.advance(2 * 60_000);
  expect(await post(url, { text: 'x' })).toEqual({ status: 404, said: 'expired_url' });
});

test('what cannot be shown is refused and spends nothing', async () => {
  const { slack, url, channel } = await pressed();
  const long = [{ type: 'section', text: { type: 'plain_text', text: 'x'.repeat(3_001) } }];
  expect(await post(url, { text: 'x', blocks: long })).toEqual({ status: 400, said: 'invalid_blocks' });
  expect(await post(url, {})).toEqual({ status: 400, said: 'no_text' });
  expect(await post(url, 'not JSON')).toEqual({ status: 400, said: 'invalid_payload' });
  expect(await post(url, { text: 'x', response_type: 'to_the_world' })).toEqual({
    status: 400,
    said: 'invalid_payload',
  });
  for (let n = 0; n < 5; n++) expect(await post(url, { text: 'x' })).toMatchObject({ status: 200 });
  expect(slack.workspace.messages(channel, null)).toHaveLength(6);
});

test('an address that nobody was given is none', async () => {
  const { slack } = await pressed();
  expect(await post(`${new URL(slack.apiUrl).origin}/response/guess`, { text: 'x' })).toMatchObject({ status: 404 });
});

test('what is said to one person can be pressed by that person alone', async () => {
  const heard: Record<string, unknown>[] = [];
  const { slack } = await openSlackWithApp('socket', (app) => {
    app.command('/tocsin', async ({ ack }) => {
      const button = { type: 'button', action_id: 'sure', text: { type: 'plain_text' as const, text: 'Sure' } };
      await ack({ text: 'Sure?', blocks: [{ type: 'actions', elements: [button] }] as never });
    });
    app.action('sure', async ({ ack, body, respond }) => {
      heard.push(body as never);
      await ack();
      await respond({ replace_original: true, text: 'Done' });
    });
  });
  const channel = channelId(slack, 'incidents');
  await slack.interactions.command({ user: ASHA, channel, command: '/tocsin', text: '' });
  const on = { channel, ts: slack.workspace.messages(channel, null)[0]?.ts as string };

  expect(await slack.interactions.act({ user: 'U0BEN', on, actionId: 'sure' })).toMatchObject({ reason: 'not-there' });
  expect(await slack.interactions.act({ user: ASHA, on, actionId: 'sure' })).toEqual({ ok: true });
  expect(heard).toMatchObject([{ container: { is_ephemeral: true, message_ts: on.ts } }]);
  expect(heard[0]).not.toHaveProperty('message');
  await vi.waitFor(() => expect(slack.workspace.message(channel, on.ts)).toMatchObject({ text: 'Done', blocks: [] }));
});
