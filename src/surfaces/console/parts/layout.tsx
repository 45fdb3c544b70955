import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { hourText } from '../../model/clock.ts';
import type { Person } from '../../ports.ts';
import { Glyph, Sprite } from './glyph.tsx';
import { KeysDialog } from './keys.tsx';
import { flat, Words } from './text.tsx';

/** What every page needs to know of where it stands. */
export type Frame = {
  assets: string;
  now: number;
  person: Person | null;
  organisation: string;
  /** Alerts that fire and that nothing matched. */
  unmatched: number;
  /** Of a drill: the clock on the wall, and how fast `now`, which is the scenario's, runs. */
  clock?: { wall: number; rate: number };
};

/** What the band of an exercise says. `drill`: it has a page, and whoever reads this may see it. `noDuff`: they may stop it. */
export type Exercise = { drill: string | null; noDuff: boolean };

export type Section = 'now' | 'incidents' | 'alerts' | 'checks' | 'playbooks' | 'drills';

type PageProps = {
  frame: Frame;
  title: string;
  section?: Section;
  /** Address of the live stream of this page's parts. */
  live?: string;
  exercise?: Exercise | null;
  /** The name under which this tab keeps what is half typed here, while one of several forms is sent. */
  keep?: string;
  children?: Child;
};

export function Page({ frame, title, section, live, exercise, keep, children }: PageProps) {
  return (
    <Document frame={frame} title={title} exercise={exercise}>
      <header class="top">
        <a class="brand" href="/">
          <Glyph name="bell" />
          <span>Tocsin</span>
        </a>
        {frame.person && <Nav section={section} unmatched={frame.unmatched} />}
        <span class={live ? 'live' : 'live still'} data-live={live}>
          <span data-live-text>As of {hourText(frame.clock?.wall ?? frame.now, true)}</span>
          {live && (
            <a href="?" data-refresh>
              Refresh
            </a>
          )}
        </span>
        {frame.person && <Menu section={section} unmatched={frame.unmatched} />}
      </header>
      <main id="main" class="page" data-keep={keep}>
        {children}
      </main>
      <footer class="foot">
        <span>
          {frame.clock ? 'Times are the scenario’s, in UTC, as on the timeline.' : 'Times are UTC, as on the timeline.'}
        </span>
        <span>
          Tocsin, <Words of={frame.organisation} />
        </span>
        {frame.person && (
          <form method="post" action="/sign-out" class="inline">
            <span>
              Signed in as <Words of={frame.person.name} />.{' '}
            </span>
            <button class="linklike" type="submit">
              Sign out
            </button>
          </form>
        )}
        {frame.person && (
          <button class="linklike" type="button" data-keys hidden>
            <kbd>?</kbd> shows the keys
          </button>
        )}
      </footer>
      {frame.person && <KeysDialog />}
    </Document>
  );
}

type DocumentProps = { frame: Frame; title: string; exercise?: Exercise | null; children?: Child };

/** The bare document: head, sprite, skip link. A decision on a phone has no other frame. */
export function Document({ frame, title, exercise, children }: DocumentProps) {
  const base = `/assets/${frame.assets}`;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${exercise ? 'EXERCISE – ' : ''}${flat(title)} – Tocsin`}</title>
        <link rel="icon" href={`${base}/favicon.svg`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${base}/console.css`} />
        <script src={`${base}/console.js`} defer />
      </head>
      <body
        class={exercise ? 'exercise' : undefined}
        data-now={String(frame.now)}
        data-wall={frame.clock && String(frame.clock.wall)}
        data-rate={frame.clock && String(frame.clock.rate)}
      >
        <a class="skip" href="#main">
          Skip to the page
        </a>
        <Sprite />
        {exercise && <Band {...exercise} />}
        {children}
        <div class="sr" role="status" aria-live="polite" id="announce" />
      </body>
    </html>
  );
}

const Band = ({ drill, noDuff }: Exercise) => (
  <aside class="xband" aria-label="Exercise">
    <strong>EXERCISE</strong>
    <span>
      Nothing here is real.{' '}
      {drill && <span class="wide-only">No production system can be reached from this drill.</span>}
    </span>
    {drill && (
      <span class="end noprint">
        <a href={`/drills/${drill}`}>The drill</a>
        {noDuff && <a href={`/drills/${drill}/check?do=real`}>NO DUFF: stop, this is real</a>}
      </span>
    )}
  </aside>
);

/** The whole answer: a doctype, then the page. */
export const rendered = (page: unknown): string => String(html`<!doctype html>${page}`);

/** A part of a page, for the stream. Where there is nothing to show it is empty. */
export const part = (shown: unknown): string => (shown === null ? '' : String(shown));

const ITEMS: readonly { id: Section; href: string; name: string }[] = [
  { id: 'now', href: '/', name: 'Now' },
  { id: 'incidents', href: '/incidents', name: 'Incidents' },
  { id: 'alerts', href: '/alerts', name: 'Alerts' },
  { id: 'checks', href: '/checks', name: 'Checks' },
  { id: 'playbooks', href: '/playbooks', name: 'Playbooks' },
  { id: 'drills', href: '/drills', name: 'Drills' },
];

type LinksProps = { section: Section | undefined; unmatched: number };

const Links = ({ section, unmatched }: LinksProps) => (
  <ul>
    {ITEMS.map((item) => (
      <li>
        <a href={item.href} aria-current={item.id === section ? 'page' : undefined}>
          {item.name}
          {item.id === 'alerts' && unmatched > 0 && (
            <>
              {' '}
              <span class="quiet count">
                {unmatched}
                <span class="sr"> unmatched</span>
              </span>
            </>
          )}
        </a>
      </li>
    ))}
  </ul>
);

const Nav = (props: LinksProps) => (
  <nav class="nav" aria-label="Main">
    <Links {...props} />
  </nav>
);

const Menu = (props: LinksProps) => (
  <details class="menu">
    <summary>Menu</summary>
    <nav aria-label="Main, short screen">
      <Links {...props} />
    </nav>
  </details>
);
