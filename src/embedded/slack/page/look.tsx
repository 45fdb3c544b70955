import type { Context, Hono } from 'hono';
import type { SlackMessage } from '../contract.ts';
import { type Eye, maySee, seenBy } from './eye.ts';
import { rendered } from './parts/layout.tsx';
import { ChannelScreen, HomeScreen, NotHereScreen, NowhereScreen, PickScreen } from './parts/screens.tsx';
import { messagePath } from './permalink.ts';
import { told } from './press.ts';
import { threadPlace } from './reads.ts';
import { eyeIn, leadBack, type Site } from './site.ts';

/** The pages that people look at. */
export function lookRoutes(app: Hono, site: Site): void {
  app.get('/', (c) => show(c, <PickScreen site={site} />));

  app.get('/archives/:channel/:stamp', (c) => {
    const to = messagePath(new URL(c.req.url));
    return to === null ? notHere(c, site, null, 'There is no such page.') : show(c, <PickScreen site={site} to={to} />);
  });

  app.get('/as/:user', (c) => {
    const eye = eyeIn(site, c);
    return eye ? show(c, <NowhereScreen {...around(site, eye, c)} />) : nobody(c, site);
  });

  app.get('/as/:user/home', async (c) => {
    const eye = eyeIn(site, c);
    if (eye === null) return nobody(c, site);
    // The app hears of it; what it then shows is brought by the stream.
    const outcome = isGoneTo(c) ? await site.interactions.openHome({ user: eye.me.id }) : null;
    if (outcome?.ok === false) return leadBack(c, c.req.path, told(site, eye, outcome, { where: 'home' }));
    return show(c, <HomeScreen {...around(site, eye, c)} />);
  });

  const channel = (c: Context) => {
    const eye = eyeIn(site, c);
    if (eye === null) return nobody(c, site);
    const channel = site.workspace.channel(c.req.param('channel') ?? '');
    if (channel === null || !maySee(eye, channel)) return notHere(c, site, eye, 'You see no such channel.');
    const ts = c.req.param('thread');
    const thread = ts === undefined ? null : site.workspace.message(channel.id, ts);
    if (ts !== undefined && (thread === null || !seenBy(eye, thread)))
      return notHere(c, site, eye, 'The message that this thread belonged to is gone.');
    const seen = (message: SlackMessage): boolean => seenBy(eye, message);
    const messages = site.workspace.messages(channel.id, null).filter(seen);
    const replies = thread ? site.workspace.messages(channel.id, thread.ts).filter(seen) : [];
    // A page in a hidden tab is kept current, and nobody has read it.
    if (c.req.header('x-hidden') !== 'yes') {
      markRead(site, eye, channel.id, messages);
      if (thread) markRead(site, eye, threadPlace(channel.id, thread.ts), replies);
    }
    const props = { channel, thread, messages, replies, all: c.req.query('all') === 'yes' };
    return show(c, <ChannelScreen {...around(site, eye, c)} {...props} />);
  };
  app.get('/as/:user/c/:channel', channel);
  app.get('/as/:user/c/:channel/t/:thread', channel);

  app.get('/as/:user/files/:channel/:ts/:file', (c) => download(c, site));
}

/** By a link, its address or a reload: not fetched by the script to be kept current, and nothing to be said about a press. */
const isGoneTo = (c: Context): boolean =>
  (c.req.header('sec-fetch-dest') ?? 'document') === 'document' && c.req.query('note') === undefined;

const around = (site: Site, eye: Eye, c: Context) => {
  const all = c.req.query('all') === 'yes' ? '?all=yes' : '';
  return { site, eye, back: `${c.req.path}${all}`, note: site.notes.get(eye.me.id, c.req.query('note')) };
};

function markRead(site: Site, eye: Eye, place: string, messages: readonly SlackMessage[]): void {
  const last = messages.at(-1);
  if (last) site.reads.mark(eye.me.id, place, last.ts);
}

function show(c: Context, page: unknown, status: 200 | 404 = 200): Response | Promise<Response> {
  c.header('cache-control', 'no-store');
  return c.html(rendered(page), status);
}

export const nobody = (c: Context, site: Site) =>
  notHere(c, site, null, 'Nobody of that name is at a screen here: they are unknown, deactivated or a bot.');

export const notHere = (c: Context, site: Site, eye: Eye | null, what: string) =>
  show(c, <NotHereScreen site={site} eye={eye} what={what} />, 404);

/** A file is reached through a message that this person sees; it is saved, never opened in the page's own origin. */
function download(c: Context, site: Site) {
  const eye = eyeIn(site, c);
  if (eye === null) return nobody(c, site);
  const channel = site.workspace.channel(c.req.param('channel') ?? '');
  const message = channel && maySee(eye, channel) ? site.workspace.message(channel.id, c.req.param('ts') ?? '') : null;
  const file = message && seenBy(eye, message) ? message.files.find(({ id }) => id === c.req.param('file')) : undefined;
  const content = file ? site.workspace.fileContent(file.id) : null;
  if (!file || content === null) return notHere(c, site, eye, 'You see no such file.');
  return new Response(new Uint8Array(content), {
    headers: {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, escape)}`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}
