import type { App, BlockAction } from '@slack/bolt';
import { describe, expect, test, vi } from 'vitest';
import type { LocalSlack } from '../../../src/embedded/slack/contract.ts';
import { standingClock } from '../../../src/embedded/slack/state/clock.ts';
import { channelId, openSlackWithApp, TRANSPORTS } from '../../support/local-slack.ts';

const ASHA = 'U0ASHA';
const BEN = 'U0BEN';

/** A decision in `#incidents`, as an app posts it. */
async function postButtons(slack: LocalSlack, app: App, elements: object[] = [approve]) {
  const channel = channelId(slack, 'incidents');
  await app.client.conversations.join({ channel });
  const blocks = [{ type: 'actions', block_id: 'decision', elements }] as never;
  const { ts } = await app.client.chat.postMessage({ channel, text: 'Decide', blocks });
  return { channel, ts: ts as string };
}

const approve = {
  type: 'button',
  action_id: 'decide.approve',
  text: { type: 'plain_text', text: 'Approve' },
  value: 'INC-2026-0001/1/0',
};

const form = (blocks: object[] = [reason], more: object = {}) =>
  ({
    type: 'modal',
    callback_id: 'answer',
    private_metadata: 'INC-2026-0001',
    title: { type: 'plain_text', text: 'Deny' },
    submit: { type: 'plain_text', text: 'Deny' },
    blocks,
    ...more,
  }) as never;

const reason = {
  type: 'input',
  block_id: 'reason',
  label: { type: 'plain_text', text: 'Why?' },
  element: { type: 'plain_text_input', action_id: 'text' },
};

const top = (slack: LocalSlack, user = ASHA) => slack.workspace.modals(user).at(-1);
const texts = (slack: LocalSlack, channel = channelId(slack, 'incidents')) =>
  slack.workspace.messages(channel, null).map(({ text, ephemeralTo }) => ({ text, ephemeralTo }));

describe.each(TRANSPORTS)('an app on bolt over %s', (transport) => {
  test('hears who pressed which button of which message, and what it stands for', async () => {
    const heard: BlockAction[] = [];
    const { slack, app } = await openSlackWithApp(transport, (app) => {
      app.action('decide.approve', async ({ ack, body }) => {
        heard.push(body as BlockAction);
        await ack();
      });
    });
    const on = await postButtons(slack, app);

    expect(await slack.interactions.act({ user: ASHA, on, actionId: 'decide.approve' })).toEqual({ ok: true });

    expect(heard).toMatchObject([
      {
        type: 'block_actions',
        user: { id: ASHA, username: 'asha', team_id: 'T0TEST' },
        team: { id: 'T0TEST', domain: 'test' },
        channel: { id: on.channel, name: 'incidents' },
        container: { type: 'message', message_ts: on.ts, channel_id: on.channel, is_ephemeral: false },
        message: { ts: on.ts, text: 'Decide', user: slack.workspace.app.botUser },
        actions: [{ type: 'button', action_id: 'decide.approve', block_id: 'decision', value: 'INC-2026-0001/1/0' }],
        state: { values: {} },
      },
    ]);
    expect(heard[0]?.response_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/response\/\w+$/);
  });

  test('hears what is chosen in a message, with the state of the whole message', async () => {
    const heard: BlockAction[] = [];
    const { slack, app } = await openSlackWithApp(transport, (app) => {
      app.action(/.*/, async ({ ack, body }) => {
        heard.push(body as BlockAction);
        await ack();
      });
    });
    const option = (value: string) => ({ text: { type: 'plain_text', text: value.toUpperCase() }, value });
    const on = await postButtons(slack, app, [
      approve,
      { type: 'static_select', action_id: 'model', options: [option('a'), option('b')] },
      { type: 'datepicker', action_id: 'until', initial_date: '2026-01-31' },
      { type: 'overflow', action_id: 'more', options: [option('c'), option('d')] },
    ]);
    const act = (actionId: string, value?: unknown) => slack.interactions.act({ user: BEN, on, actionId, value });

    expect(await act('model', 'b')).toEqual({ ok: true });
    expect(await act('more', 'd')).toEqual({ ok: true });
    expect(await act('decide.approve')).toEqual({ ok: true });
    expect(await act('model', 'z')).toMatchObject({
      ok: false,
      reason: 'invalid',
      detail: expect.stringMatching(/"a", "b"/),
    });

    expect(heard.map(({ actions }) => actions[0])).toMatchObject([
      { type: 'static_select', selected_option: { value: 'b' } },
      { type: 'overflow', selected_option: { value: 'd' } },
      { type: 'button' },
    ]);
    expect(heard[2]?.state?.values).toEqual({
      decision: {
        model: { type: 'static_select', selected_option: option('b') },
        until: { type: 'datepicker', selected_date: '2026-01-31' },
      },
    });
  });

  test('opens a modal, refuses a field, changes the modal and lets it close', async () => {
    const submitted: unknown[] = [];
    const { slack, app } = await openSlackWithApp(transport, (app) => {
      app.action('decide.approve', async ({ ack, body, client }) => {
        await client.views.open({ trigger_id: (body as BlockAction).trigger_id, view: form() });
        await ack();
      });
      app.view('answer', async ({ ack, view, body }) => {
        const text = { value: view.state.values.reason?.text?.value };
        submitted.push({ user: body.user.id, said: text.value, metadata: view.private_metadata });
        if (text.value === 'no') return ack({ response_action: 'errors', errors: { reason: 'Say more.' } });
        if (text.value === 'more')
          return ack({
            response_action: 'update',
            view: form([reason], { title: { type: 'plain_text', text: 'Once more' } }),
          });
        await ack();
      });
    });
    const on = await postButtons(slack, app);
    const submit = (value: string) =>
      slack.interactions.submit({ user: ASHA, values: { reason: { text: { value, type: 'plain_text_input' } } } });

    await slack.interactions.act({ user: ASHA, on, actionId: 'decide.approve' });
    const opened = top(slack);
    expect(opened).toMatchObject({ callback_id: 'answer', private_metadata: 'INC-2026-0001' });

    expect(await slack.interactions.submit({ user: ASHA, values: {} })).toEqual({
      ok: true,
      errors: { reason: 'Please complete this required field.' },
    });
    expect(await submit('no')).toEqual({ ok: true, errors: { reason: 'Say more.' } });
    expect(await submit('more')).toEqual({ ok: true });
    expect(top(slack)).toMatchObject({ id: opened?.id, title: { text: 'Once more' } });
    expect(top(slack)?.hash).not.toBe(opened?.hash);
    expect(await submit('because')).toEqual({ ok: true });
    expect(slack.workspace.modals(ASHA)).toEqual([]);
    expect(submitted).toEqual(
      ['no', 'more', 'because'].map((said) => ({ user: ASHA, said, metadata: 'INC-2026-0001' })),
    );
  });

  test('stacks modals, hears that one was closed, and can clear them all', async () => {
    const closed: { id: string; cleared: boolean }[] = [];
    const { slack } = await openSlackWithApp(transport, (app) => {
      app.shortcut('report', async ({ ack, body, client }) => {
        await ack();
        await client.views.open({
          trigger_id: body.trigger_id,
          view: form([reason], { callback_id: 'first', notify_on_close: true }),
        });
      });
      app.view('first', async ({ ack }) => {
        await ack({ response_action: 'push', view: form([reason], { callback_id: 'second', notify_on_close: true }) });
      });
      app.view('second', async ({ ack }) => {
        await ack({ response_action: 'clear' });
      });
      app.view({ callback_id: /first|second/, type: 'view_closed' }, async ({ ack, view, body }) => {
        closed.push({ id: view.callback_id, cleared: 'is_cleared' in body && body.is_cleared });
        await ack();
      });
    });
    const submit = () =>
      slack.interactions.submit({ user: ASHA, values: { reason: { text: { type: 'plain_text_input', value: 'x' } } } });
    const open = async () => {
      await slack.interactions.shortcut({ user: ASHA, callbackId: 'report' });
      await vi.waitFor(() => expect(slack.workspace.modals(ASHA)).toHaveLength(1));
      expect(await submit()).toEqual({ ok: true });
      expect(slack.workspace.modals(ASHA).map((view) => view.callback_id)).toEqual(['first', 'second']);
    };
    await open();
    expect(top(slack)).toMatchObject({ previous_view_id: slack.workspace.modals(ASHA)[0]?.id });
    expect(await slack.interactions.dismiss({ user: ASHA })).toEqual({ ok: true });
    expect(slack.workspace.modals(ASHA).map((view) => view.callback_id)).toEqual(['first']);
    expect(closed).toEqual([{ id: 'second', cleared: false }]);

    await open();
    expect(await slack.interactions.dismiss({ user: ASHA, all: true })).toEqual({ ok: true });
    expect(slack.workspace.modals(ASHA)).toEqual([]);
    expect(closed.slice(1)).toEqual(
      expect.arrayContaining([
        { id: 'first', cleared: true },
        { id: 'second', cleared: true },
      ]),
    );

    await open();
    expect(await submit()).toEqual({ ok: true });
    expect(slack.workspace.modals(ASHA)).toEqual([]);
    expect(closed).toHaveLength(3);
  });

  test('is told that a modal which clears all on closing took the others along', async () => {
    const closed: string[] = [];
    const { slack } = await openSlackWithApp(transport, (app) => {
      app.shortcut('report', async ({ ack, body, client }) => {
        await client.views.open({ trigger_id: body.trigger_id, view: form([reason], { notify_on_close: true }) });
        await ack();
      });
      app.view('answer', async ({ ack }) => {
        await ack({ response_action: 'push', view: form([reason], { callback_id: 'last', clear_on_close: true }) });
      });
      app.view({ callback_id: 'answer', type: 'view_closed' }, async ({ ack, view }) => {
        closed.push(view.callback_id);
        await ack();
      });
    });
    await slack.interactions.shortcut({ user: ASHA, callbackId: 'report' });
    const values = { reason: { text: { type: 'plain_text_input', value: 'x' } } };
    expect(await slack.interactions.submit({ user: ASHA, values })).toEqual({ ok: true });
    expect(slack.workspace.modals(ASHA)).toHaveLength(2);
    expect(await slack.interactions.dismiss({ user: ASHA })).toEqual({ ok: true });
    expect(slack.workspace.modals(ASHA)).toEqual([]);
    expect(closed).toEqual(['answer']);
  });

  test('answers a command to its person alone, or to the channel, at once and later', async () => {
    const { slack } = await openSlackWithApp(transport, (app) => {
      app.command('/tocsin', async ({ ack, command, respond }) => {
        switch (command.text) {
          case 'alone':
            return ack(`${command.user_name} in ${command.channel_name}`);
          case 'all':
            return ack({ response_type: 'in_channel', text: 'Seen by all' });
          default:
            await ack();
            await respond({ response_type: 'in_channel', text: 'Later' });
        }
      });
    });
    const channel = channelId(slack, 'incidents');
    const slash = (text: string) => slack.interactions.command({ user: BEN, channel, command: '/tocsin', text });

    expect(await slash('alone')).toEqual({ ok: true });
    expect(await slash('all')).toEqual({ ok: true });
    expect(await slash('later')).toEqual({ ok: true });
    await vi.waitFor(() => expect(texts(slack)).toHaveLength(3));
    expect(texts(slack)).toEqual([
      { text: 'ben in incidents', ephemeralTo: BEN },
      { text: 'Seen by all', ephemeralTo: undefined },
      { text: 'Later', ephemeralTo: undefined },
    ]);
    expect(await slack.interactions.command({ user: BEN, channel, command: '/toxin', text: '' })).toMatchObject({
      ok: false,
      reason: 'not-there',
      detail: expect.stringMatching('"/tocsin"'),
    });
  });

  test('gets the names that are written after a command as Slack writes them, if it asks for that', async () => {
    const heard: string[] = [];
    const { slack } = await openSlackWithApp(
      transport,
      (app) => {
        app.command(/.*/, async ({ ack, command }) => {
          heard.push(command.text);
          await ack();
        });
      },
      {
        app: {
          commands: [
            { command: '/tocsin', description: '', usageHint: '', shouldEscape: true },
            { command: '/plain', description: '', usageHint: '' },
          ],
        },
      },
    );
    const channel = channelId(slack, 'incidents');
    const text = 'role lead @asha, @safety and @nobody in #incidents (a@example.com) ü&<';
    await slack.interactions.command({ user: BEN, channel, command: '/tocsin', text });
    await slack.interactions.command({ user: BEN, channel, command: '/plain', text });
    expect(heard).toEqual([
      `role lead <@U0ASHA|asha>, <!subteam^S0SAFETY|@safety> and @nobody in <#${channel}|incidents> (a@example.com) ü&<`,
      text,
    ]);
  });

  test('hears shortcuts, of messages with the message', async () => {
    const heard: Record<string, unknown>[] = [];
    const { slack } = await openSlackWithApp(transport, (app) => {
      app.shortcut(/report/, async ({ ack, body }) => {
        heard.push(body as never);
        await ack();
      });
    });
    const channel = channelId(slack, 'incidents');
    const { ts } = slack.workspace.say(channel, BEN, 'The model leaks');

    expect(await slack.interactions.shortcut({ user: ASHA, callbackId: 'report' })).toEqual({ ok: true });
    expect(
      await slack.interactions.shortcut({ user: ASHA, callbackId: 'report-message', message: { channel, ts } }),
    ).toEqual({ ok: true });
    expect(heard).toMatchObject([
      { type: 'shortcut', callback_id: 'report', user: { id: ASHA }, trigger_id: expect.any(String) },
      {
        type: 'message_action',
        callback_id: 'report-message',
        channel: { id: channel, name: 'incidents' },
        message: { text: 'The model leaks', user: BEN, ts },
        message_ts: ts,
        response_url: expect.any(String),
      },
    ]);
    expect(await slack.interactions.shortcut({ user: ASHA, callbackId: 'report-message' })).toMatchObject({
      ok: false,
      reason: 'not-there',
    });
  });

  test('publishes Home when it is opened, and hears what is pressed there', async () => {
    const heard: BlockAction[] = [];
    const { slack } = await openSlackWithApp(transport, (app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        const blocks = [{ type: 'actions', elements: [approve] }] as never;
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
      });
      app.action('decide.approve', async ({ ack, body }) => {
        heard.push(body as BlockAction);
        await ack();
      });
    });
    expect(await slack.interactions.act({ user: ASHA, on: 'home', actionId: 'decide.approve' })).toMatchObject({
      ok: false,
      reason: 'not-there',
    });
    expect(await slack.interactions.openHome({ user: ASHA })).toEqual({ ok: true });
    await vi.waitFor(() => expect(slack.workspace.home(ASHA)).not.toBeNull());
    expect(await slack.interactions.act({ user: ASHA, on: 'home', actionId: 'decide.approve' })).toEqual({ ok: true });
    expect(heard).toMatchObject([
      { container: { type: 'view' }, view: { type: 'home', id: slack.workspace.home(ASHA)?.id } },
    ]);
    expect(heard[0]).not.toHaveProperty('response_url');
    expect(heard[0]).not.toHaveProperty('channel');
  });

  test('offers options for what was typed', async () => {
    const { slack, app } = await openSlackWithApp(transport, (app) => {
      app.options('model', async ({ ack, payload }) => {
        await ack({ options: [{ text: { type: 'plain_text', text: `${payload.value}-1` }, value: 'm1' }] });
      });
      app.action('model', async ({ ack }) => ack());
    });
    const on = await postButtons(slack, app, [{ type: 'external_select', action_id: 'model' }]);

    const { options, ...outcome } = (await slack.interactions.suggest({
      user: ASHA,
      on,
      actionId: 'model',
      typed: 'triage',
    })) as never as { ok: true; options: object[] };
    expect(outcome).toEqual({ ok: true });
    expect(options).toEqual([{ text: { type: 'plain_text', text: 'triage-1' }, value: 'm1' }]);
    expect(await slack.interactions.act({ user: ASHA, on, actionId: 'model', value: options[0] })).toEqual({
      ok: true,
    });
  });

  test('hears everybody who clicks at the same moment, each once', async () => {
    const heard: string[] = [];
    const users = Array.from({ length: 300 }, (_, n) => ({
      id: `U${n}`,
      name: `person-${n}`,
      real_name: `Person ${n}`,
    }));
    const { slack, app } = await openSlackWithApp(
      transport,
      (app) => {
        app.action('decide.approve', async ({ ack, body }) => {
          heard.push(body.user.id);
          await ack();
        });
      },
      // A clock that stands: how fast this machine is does not matter here.
      { users, groups: [], clock: standingClock(Date.now()) },
    );
    const on = await postButtons(slack, app);
    const outcomes = await Promise.all(
      users.map(({ id }) => slack.interactions.act({ user: id, on, actionId: 'decide.approve' })),
    );
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(heard.sort()).toEqual(users.map(({ id }) => id).sort());
  });

  test('that does not answer within three seconds has failed the person, and its late answer changes nothing', async () => {
    const late: (() => Promise<void>)[] = [];
    const { slack, app } = await openSlackWithApp(transport, (app) => {
      app.action('decide.approve', async ({ ack }) => {
        late.push(() => ack());
      });
      app.command('/tocsin', async ({ ack }) => {
        late.push(() => ack('too late'));
      });
    });
    const on = await postButtons(slack, app);
    const failed = async (outcome: Promise<unknown>) => {
      const before = late.length;
      await vi.waitFor(() => expect(late).toHaveLength(before + 1));
      slack.workspace.clock.advance(3_000);
      expect(await outcome).toMatchObject({ ok: false, reason: 'timeout' });
    };

    await failed(slack.interactions.act({ user: ASHA, on, actionId: 'decide.approve' }));
    await failed(slack.interactions.command({ user: ASHA, channel: on.channel, command: '/tocsin', text: '' }));
    await Promise.allSettled(late.map((answer) => answer()));
    expect(texts(slack)).toEqual([{ text: 'Decide', ephemeralTo: undefined }]);
  });

  test('that is not there has failed the person', async () => {
    const { slack, app, stop } = await openSlackWithApp(transport, () => {});
    const on = await postButtons(slack, app);
    await stop();
    if (transport === 'socket')
      await vi.waitFor(async () =>
        expect(await slack.interactions.act({ user: ASHA, on, actionId: 'decide.approve' })).toMatchObject({
          reason: 'no-app',
        }),
      );
    expect(await slack.interactions.act({ user: ASHA, on, actionId: 'decide.approve' })).toMatchObject({
      ok: false,
      reason: 'no-app',
    });
  });
});
