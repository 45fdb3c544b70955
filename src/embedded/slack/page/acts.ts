import type { Context, Hono } from 'hono';
import { SlackError } from '../slack-error.ts';
import { writtenText } from './compose.ts';
import { channelPath, type Eye, maySee } from './eye.ts';
import { nobody, notHere } from './look.tsx';
import { modalRoute } from './modal-act.ts';
import type { PendingAct } from './notes.ts';
import { field, press, type Spot, told } from './press.ts';
import { backOf, eyeIn, leadBack, type Site } from './site.ts';

type Handler = (c: Context, eye: Eye, form: FormData) => Promise<Response> | Response;

/** What people do: plain forms, each answered by leading back to the page it came from. */
export function actRoutes(app: Hono, site: Site): void {
  const post = (path: string, handle: Handler): void => {
    app.post(`/as/:user/${path}`, async (c) => {
      const eye = eyeIn(site, c);
      return eye === null ? nobody(c, site) : handle(c, eye, await c.req.formData());
    });
  };
  post('say', (c, eye, form) => say(site, c, eye, form));
  post('join', (c, eye, form) => join(site, c, eye, form));
  post('act', (c, eye, form) => act(site, c, eye, form));
  post('modal', (c, eye, form) => modalRoute(site, c, eye, form));
  post('shortcut', (c, eye, form) => shortcut(site, c, eye, form));
}

const COMMAND = /^(\/[^\s/]+)(?:\s+([\s\S]*))?$/;

async function say(site: Site, c: Context, eye: Eye, form: FormData) {
  const back = backOf(eye, form.get('back'));
  const channel = site.workspace.channel(field(form, 'channel'));
  if (channel === null || !maySee(eye, channel)) return notHere(c, site, eye, 'You see no such channel.');
  const thread = field(form, 'thread') || undefined;
  const text = field(form, 'text').replace(/\r\n/g, '\n').trim();
  if (text === '') return leadBack(c, back, null);
  const place: Spot = { where: 'composer', ts: thread, draft: text };
  const refuse = (detail: string): Response =>
    leadBack(c, back, told(site, eye, { ok: false, reason: 'invalid', detail }, place));
  const [, command, rest = ''] = COMMAND.exec(text) ?? [];
  if (command !== undefined && thread !== undefined) return refuse('Commands do not work in threads, as in Slack.');
  if (command !== undefined) {
    const outcome = await site.interactions.command({
      user: eye.me.id,
      channel: channel.id,
      command,
      text: rest.trim(),
    });
    return leadBack(c, back, told(site, eye, outcome, place));
  }
  if (channel.kind !== 'im' && !channel.members.includes(eye.me.id)) return refuse('Join the channel to write in it.');
  try {
    site.workspace.say(channel.id, eye.me.id, writtenText(text, site.workspace), thread);
    return leadBack(c, back, null);
  } catch (error) {
    if (error instanceof SlackError) return refuse(error.message);
    throw error;
  }
}

function join(site: Site, c: Context, eye: Eye, form: FormData) {
  const channel = site.workspace.channel(field(form, 'channel'));
  if (channel === null || channel.kind !== 'public' || !maySee(eye, channel))
    return notHere(c, site, eye, 'You see no such channel.');
  if (!channel.members.includes(eye.me.id)) site.workspace.join(channel.id, eye.me.id);
  return leadBack(c, channelPath(eye, channel.id), null);
}

async function shortcut(site: Site, c: Context, eye: Eye, form: FormData): Promise<Response> {
  const [channel, ts] = [field(form, 'channel'), field(form, 'ts')];
  const outcome = await site.interactions.shortcut({
    user: eye.me.id,
    callbackId: field(form, 'callback'),
    ...(ts !== '' && { message: { channel, ts } }),
  });
  const place: Spot = ts === '' ? { where: 'composer' } : { where: 'message', ts };
  return leadBack(c, backOf(eye, form.get('back')), told(site, eye, outcome, place));
}

/** A button, a list or a date in a message, in Home or (confirmed) in a modal. */
async function act(site: Site, c: Context, eye: Eye, form: FormData): Promise<Response> {
  const on = field(form, 'on');
  const pending: PendingAct = {
    on: on === 'home' || on === 'modal' ? on : 'message',
    channel: field(form, 'channel'),
    ts: field(form, 'ts'),
    block: field(form, 'block'),
    action: field(form, 'action'),
    value: form.getAll('value').filter((value) => typeof value === 'string'),
    back: backOf(eye, form.get('back')),
  };
  return press(site, c, eye, pending, field(form, 'confirmed') === 'yes');
}
