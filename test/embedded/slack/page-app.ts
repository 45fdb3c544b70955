import type { App } from '@slack/bolt';
import type { View } from '@slack/types';
import type { LocalSlack } from '../../../src/embedded/slack/contract.ts';
import { channelId, openSlackWithApp } from '../../support/local-slack.ts';

export const ASHA = 'U0ASHA';
export const BEN = 'U0BEN';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (value: string, text = value) => ({ text: plain(text), value });
const input = (block_id: string, label: string, element: object, more: object = {}) => ({
  type: 'input',
  block_id,
  label: plain(label),
  element: { action_id: 'a', ...element },
  ...more,
});

/** A window with every kind of field. */
export const everyField: View = {
  type: 'modal',
  callback_id: 'every-field',
  title: plain('Report'),
  submit: plain('Report it'),
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: 'Three *plain* questions.' } },
    input(
      'what',
      'What happened?',
      { type: 'plain_text_input', multiline: true },
      { hint: plain('In your own words.') },
    ),
    input('title', 'Title', { type: 'plain_text_input', min_length: 5 }),
    input('system', 'Which AI system?', {
      type: 'static_select',
      options: [option('chat', 'Chat'), option('ocr', 'OCR')],
    }),
    input('who', 'Who saw it?', { type: 'users_select' }, { optional: true }),
    input('where', 'Where?', { type: 'channels_select' }, { optional: true }),
    input('harm', 'Is anybody harmed?', { type: 'radio_buttons', options: [option('yes', 'Yes'), option('no', 'No')] }),
    input('tags', 'What is it about?', {
      type: 'checkboxes',
      options: [option('bias', 'Bias'), option('leak', 'Leak')],
    }),
    input('day', 'Which day?', { type: 'datepicker' }, { optional: true }),
    input('hour', 'What time?', { type: 'timepicker' }, { optional: true }),
    input('moment', 'Since when?', { type: 'datetimepicker' }, { optional: true }),
    input('users', 'How many people?', { type: 'number_input', is_decimal_allowed: false }, { optional: true }),
    input('mail', 'Your mail address', { type: 'email_text_input' }, { optional: true }),
    input('link', 'A link', { type: 'url_text_input' }, { optional: true }),
    {
      type: 'actions',
      block_id: 'more',
      elements: [{ type: 'button', action_id: 'next-window', text: plain('Who is told?') }],
    },
  ],
} as View;

const nextWindow: View = {
  type: 'modal',
  callback_id: 'next',
  title: plain('Who is told'),
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'The safety leads.' } }],
};

/** What the app heard, for tests to await. */
export type Heard = { what: string; by: string; detail: unknown };

export type PageApp = { slack: LocalSlack; app: App; channel: string; heard: Heard[]; stop(): Promise<void> };

/** A small app on the unmodified bolt that answers all that people can do. */
export async function openPageApp(): Promise<PageApp> {
  const heard: Heard[] = [];
  const { slack, app, stop } = await openSlackWithApp('socket', (app) => handlers(app, heard), {
    users: [
      { id: ASHA, name: 'asha', real_name: 'Asha Rao', title: 'Incident commander', tz: 'Europe/Berlin' },
      { id: BEN, name: 'ben', real_name: 'Ben Okafor', title: 'Safety lead', tz: 'Europe/London' },
      { id: 'U0GONE', name: 'gone', real_name: 'Gina Gone', deleted: true },
      { id: 'U0GUEST', name: 'guest', real_name: 'Gus Guest', is_restricted: true },
    ],
    channels: [
      { name: 'incidents', topic: 'Where incidents are announced' },
      { name: 'board', private: true },
    ],
    limits: { channelPerS: 1000, channelBurst: 1000 },
    app: {
      scopes: [
        'chat:write',
        'commands',
        'channels:read',
        'channels:join',
        'channels:manage',
        'groups:read',
        'groups:write',
        'im:write',
        'users:read',
        'pins:write',
        'reactions:write',
        'files:write',
      ],
    },
  });
  const channel = channelId(slack, 'incidents');
  await app.client.conversations.join({ channel });
  return { slack, app, channel, heard, stop };
}

function handlers(app: App, heard: Heard[]): void {
  const note = (what: string, by: string, detail: unknown = null): void => {
    heard.push({ what, by, detail });
  };
  app.action('approve', async ({ ack, body, respond }) => {
    await ack();
    note('approve', body.user.id);
    await respond({ replace_original: true, text: `Approved by <@${body.user.id}>` });
  });
  app.action('approve-home', async ({ ack, body }) => {
    await ack();
    note('approve', body.user.id);
  });
  app.action('choose', async ({ ack, body }) => {
    await ack();
    note('choose', body.user.id, 'actions' in body ? body.actions[0] : null);
  });
  app.action('late', async ({ ack, body, client }) => {
    await ack();
    const channel = body.channel?.id ?? '';
    await client.chat.postEphemeral({ channel, user: body.user.id, text: 'This was decided at 10:04 by Ben.' });
  });
  app.action('next-window', async ({ ack, body, client }) => {
    await ack();
    if (!('view' in body) || !('trigger_id' in body)) throw new Error('not in a window');
    note('state', body.user.id, body.view?.state.values);
    await client.views.push({ trigger_id: body.trigger_id, view: nextWindow });
  });
  app.action('open', async ({ ack, body }) => {
    await ack();
    note('open', body.user.id);
  });
  app.view('every-field', async ({ ack, view, body }) => {
    if (view.state.values.title?.a?.value === 'wrong') {
      await ack({ response_action: 'errors', errors: { title: 'There is an incident of that name.' } });
      return;
    }
    await ack();
    note('report', body.user.id, view.state.values);
  });
  app.command('/tocsin', async ({ ack, command }) => {
    note('command', command.user_id, command.text);
    await ack(`Two incidents are open, you asked: ${command.text}`);
  });
  app.shortcut('report', async ({ ack, body, client }) => {
    await ack();
    note('shortcut', body.user.id);
    await client.views.open({ trigger_id: body.trigger_id, view: everyField });
  });
  app.shortcut('report-message', async ({ ack, body }) => {
    await ack();
    note('message-shortcut', body.user.id, 'message' in body ? body.message.text : null);
  });
  app.event('app_home_opened', async ({ event, client }) => {
    note('home', event.user);
    const blocks = [
      { type: 'header', text: plain('Waiting for you') },
      { type: 'section', text: { type: 'mrkdwn', text: 'Take the model *out of service*?' } },
      {
        type: 'actions',
        block_id: 'h',
        elements: [{ type: 'button', action_id: 'approve-home', text: plain('Approve') }],
      },
    ];
    await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } as View });
  });
}

/** A decision as an app would post it. */
export const decision = [
  { type: 'header', text: plain('Take the model out of service?') },
  { type: 'section', text: { type: 'mrkdwn', text: 'Needs *one* of <!subteam^S0SAFETY>. Asked <@U0BEN>.' } },
  {
    type: 'section',
    fields: [
      { type: 'mrkdwn', text: '*What*\nIsolate the model' },
      { type: 'mrkdwn', text: '*Undo*\nPut it back' },
      { type: 'mrkdwn', text: '*Risk*\nDisruptive' },
      { type: 'mrkdwn', text: '*If nobody answers*\nIt counts as deny at <!date^1780000000^{time}|21:26>' },
    ],
  },
  {
    type: 'actions',
    block_id: 'decide',
    elements: [
      {
        type: 'button',
        action_id: 'approve',
        text: plain('Approve'),
        confirm: {
          title: plain('Take it out of service?'),
          text: { type: 'mrkdwn', text: 'People *lose* the assistant until it is put back.' },
          confirm: plain('Take it out'),
          deny: plain('Go back'),
        },
      },
      { type: 'button', action_id: 'late', text: plain('Deny') },
      { type: 'button', action_id: 'open', text: plain('Open the console'), url: 'https://tocsin.example/incidents/1' },
      {
        type: 'static_select',
        action_id: 'choose',
        placeholder: plain('Severity'),
        options: [option('1', 'SEV 1'), option('2', 'SEV 2')],
      },
    ],
  },
  { type: 'divider' },
  { type: 'context', elements: [{ type: 'mrkdwn', text: 'INC-2026-0001 · asked by _Asha_' }] },
];

export async function postDecision({ app, channel }: Pick<PageApp, 'app' | 'channel'>): Promise<string> {
  const { ts } = await app.client.chat.postMessage({
    channel,
    text: 'Take the model out of service?',
    blocks: decision as never,
  });
  return ts as string;
}
