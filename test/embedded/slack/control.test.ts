import type { App } from '@slack/bolt';
import { expect, test } from 'vitest';
import { channelId, control, openLocalSlack, openSlackWithApp } from '../../support/local-slack.ts';

const yes = { type: 'button', action_id: 'yes', text: { type: 'plain_text', text: 'Yes' }, value: '1' };

test('a script without the key is refused', async () => {
  const slack = await openLocalSlack();
  expect(await control(slack, { do: 'state' }, 'wrong')).toMatchObject({ status: 401, body: { ok: false } });
  expect((await fetch(slack.controlUrl, { method: 'POST', body: '{"do":"state"}' })).status).toBe(401);
  expect(await control(slack, { do: 'state' })).toMatchObject({ status: 200, body: { ok: true } });
});

test('what is not understood is refused, with what would be', async () => {
  const slack = await openLocalSlack();
  const refused = async (command: unknown) => {
    const { status, body } = await control(slack, command);
    expect({ status, ok: body.ok, reason: body.reason }).toEqual({ status: 400, ok: false, reason: 'invalid' });
    return body.detail;
  };
  expect(await refused('{')).toMatch('not JSON');
  expect(await refused({ do: 'clik' })).toMatch(/"do" must be one of: "click", .*"reset"/);
  expect(await refused({ do: 'click', user: 'asha', on: 'modal' })).toMatch('actionId');
  expect(await refused({ do: 'clock', advanceMs: -1 })).toMatch('advanceMs');
  expect(await refused({ do: 'home', user: 'asha', chanel: 'x' })).toMatch('chanel');
  expect((await control(slack, { do: 'home', user: 'asa' })).body).toMatchObject({
    ok: false,
    reason: 'not-there',
    detail: expect.stringMatching(/no user "asa"; users: "asha", "ben"/),
  });
});

test('a script clicks, fills in, submits and closes as a person would', async () => {
  const said: string[] = [];
  const modal = {
    type: 'modal',
    callback_id: 'why',
    title: { type: 'plain_text', text: 'Why' },
    submit: { type: 'plain_text', text: 'Send' },
    blocks: [
      {
        type: 'input',
        block_id: 'why',
        label: { type: 'plain_text', text: 'Why' },
        element: { type: 'plain_text_input', action_id: 'text', max_length: 10 },
      },
    ],
  } as const;
  const { slack, app } = await openSlackWithApp('socket', (app: App) => {
    app.action('yes', async ({ ack, body, client }) => {
      await client.views.open({ trigger_id: (body as { trigger_id: string }).trigger_id, view: modal as never });
      await ack();
    });
    app.view('why', async ({ ack, view }) => {
      said.push(String(view.state.values.why?.text?.value));
      await ack();
    });
  });
  const channel = channelId(slack, 'incidents');
  await app.client.conversations.join({ channel });
  await app.client.chat.postMessage({ channel, text: 'Old', blocks: [{ type: 'actions', elements: [yes] }] as never });
  const ask = { ...yes, confirm: { title: yes.text, text: yes.text, confirm: yes.text, deny: yes.text } };
  const { ts } = await app.client.chat.postMessage({
    channel,
    text: 'New',
    blocks: [{ type: 'actions', elements: [ask] }] as never,
  });
  const click = { do: 'click', user: 'asha', channel: '#incidents', actionId: 'yes' };

  expect((await control(slack, click)).body).toMatchObject({
    ok: false,
    reason: 'invalid',
    detail: expect.stringContaining('confirm'),
  });
  expect((await control(slack, { ...click, confirmed: true })).body).toEqual({ ok: true });
  const submit = { do: 'submit', user: '@asha' };
  expect((await control(slack, { ...submit, values: { why: { text: 'far too long for this' } } })).body).toEqual({
    ok: true,
    errors: { why: 'Must be at most 10 characters.' },
  });
  expect((await control(slack, { ...submit, values: { wy: { text: 'x' } } })).body).toMatchObject({
    reason: 'not-there',
    detail: expect.stringContaining('"why/text"'),
  });
  expect((await control(slack, { ...submit, values: { why: { text: 'it is so' } } })).body).toEqual({ ok: true });
  expect(said).toEqual(['it is so']);

  expect((await control(slack, { ...click, ts, confirmed: true })).body).toEqual({ ok: true });
  expect((await control(slack, { do: 'state', user: 'asha', channel: 'incidents' })).body).toMatchObject({
    modals: [{ callback_id: 'why' }],
    messages: [{ text: 'Old' }, { text: 'New', replies: [] }],
    connections: 1,
    deliveries: [
      { what: 'block_actions', over: 'socket', result: 'ok' },
      { what: 'view_submission', over: 'socket', result: 'ok' },
      { what: 'block_actions', over: 'socket', result: 'ok' },
    ],
  });
  expect((await control(slack, { do: 'dismiss', user: 'asha' })).body).toEqual({ ok: true });
  expect((await control(slack, { do: 'dismiss', user: 'asha' })).body).toMatchObject({
    ok: false,
    reason: 'not-there',
  });
});

test('a script has people speak, join, leave and change groups', async () => {
  const slack = await openLocalSlack();
  const said = await control(slack, { do: 'say', user: 'ben', channel: '#incidents', text: 'It leaks' });
  expect(said.body).toMatchObject({ ok: true, channel: channelId(slack, 'incidents') });
  expect(slack.workspace.message(channelId(slack, 'incidents'), String(said.body.ts))).toMatchObject({
    text: 'It leaks',
  });

  expect(
    (await control(slack, { do: 'add-user', name: 'chen', real_name: 'Chen Li', is_restricted: true })).body,
  ).toMatchObject({
    ok: true,
    user: { name: 'chen', is_restricted: true },
  });
  expect((await control(slack, { do: 'group', group: '@safety', users: ['ben', 'chen'] })).body).toMatchObject({
    ok: true,
    group: { id: 'S0SAFETY', users: ['U0BEN', expect.stringMatching(/^U/)] },
  });
  expect((await control(slack, { do: 'group', group: 'legal', name: 'Legal', users: ['asha'] })).body).toMatchObject({
    group: { handle: 'legal', users: ['U0ASHA'] },
  });
  expect((await control(slack, { do: 'group', group: 'press' })).body).toMatchObject({ reason: 'not-there' });

  await control(slack, { do: 'change-user', user: 'ben', change: { deleted: true } });
  expect((await control(slack, { do: 'home', user: 'ben' })).body).toMatchObject({
    reason: 'invalid',
    detail: expect.stringContaining('deactivated'),
  });
  expect((await control(slack, { do: 'home', user: slack.workspace.app.botUser })).body).toMatchObject({
    detail: expect.stringContaining('bot'),
  });
});

test('nobody acts where they cannot see', async () => {
  const slack = await openLocalSlack();
  const slash = { do: 'slash', user: 'asha', channel: '@ben', command: '/tocsin' };
  expect((await control(slack, slash)).body).toMatchObject({ ok: false, reason: 'not-there' });
});

test('a script brings trouble, moves the clock and ends it all', async () => {
  const { slack, app } = await openSlackWithApp('http', () => {});
  const ask = () =>
    app.client.auth.test().then(
      () => 'ok',
      (error: { code: string }) => error.code,
    );
  for (const trouble of [
    { do: 'outage', mode: '503' },
    { do: 'rate-limit', retryAfterS: 1, times: 1 },
    { do: 'trouble', trouble: { kind: 'lose-answers', times: 1 } },
  ]) {
    expect((await control(slack, trouble)).body).toEqual({ ok: true });
    if (trouble.do !== 'rate-limit') expect(await ask()).not.toBe('ok');
    expect((await control(slack, { do: 'trouble', trouble: null })).body).toEqual({ ok: true });
    expect(await ask()).toBe('ok');
  }
  const before = slack.workspace.clock.now();
  const { body } = await control(slack, { do: 'clock', advanceMs: 60_000 });
  expect(Number(body.now) - before).toBeGreaterThanOrEqual(60_000);

  await control(slack, { do: 'say', user: 'ben', channel: '#incidents', text: 'x' });
  expect((await control(slack, { do: 'reset' })).body).toEqual({ ok: true });
  expect(slack.workspace.messages(channelId(slack, 'incidents'), null)).toEqual([]);
});

test('what a script reads holds no secret of the app', async () => {
  const slack = await openLocalSlack();
  const { body } = await control(slack, { do: 'state' });
  const { botToken, appToken, signingSecret } = slack.workspace.app;
  for (const secret of [botToken, appToken, signingSecret, slack.key])
    expect(JSON.stringify(body)).not.toContain(secret);
});
