import type { Context } from 'hono';
import type { Interactions, Shared } from '../contract.ts';
import type { Assets } from './assets.ts';
import { knownZone } from './dates.ts';
import { type Eye, eyeOf } from './eye.ts';
import type { Notes } from './notes.ts';
import type { Reads } from './reads.ts';

/** What the handlers share. */
export type Site = Pick<Shared, 'workspace' | 'log' | 'baseUrl'> & {
  interactions: Interactions;
  assets: Assets;
  notes: Notes;
  reads: Reads;
};

/** The person of this address; null for nobody who can be at a screen. */
export function eyeIn(site: Site, c: Context): Eye | null {
  const user = site.workspace.user(c.req.param('user') ?? '');
  if (user === null || user.is_bot || user.deleted) return null;
  return eyeOf(site.workspace, { ...user, tz: knownZone(user.tz || 'UTC') }, site.baseUrl);
}

/** Where to return to after a form: an address of this same person, without what the last form had to say. */
export function backOf(eye: Eye, given: unknown): string {
  const start = eye.base;
  if (typeof given !== 'string' || !URL.canParse(given, 'http://here')) return start;
  const url = new URL(given, 'http://here');
  const own = url.pathname === start || url.pathname.startsWith(`${start}/`);
  if (url.origin !== 'http://here' || !own) return start;
  url.searchParams.delete('note');
  return `${url.pathname}${url.search}`;
}

const withNote = (back: string, note: string): string => `${back}${back.includes('?') ? '&' : '?'}note=${note}`;

export const leadBack = (c: Context, back: string, note: string | null, anchor = ''): Response =>
  c.redirect(`${note === null ? back : withNote(back, note)}${anchor}`, 303);
