import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Eye } from '../eye.ts';
import { nameOf } from '../eye.ts';

export type DocumentProps = {
  title: string;
  assets: string;
  team: string;
  /** Nobody is chosen yet: null. */
  eye: Eye | null;
  /** On a phone one part is shown at a time. */
  at: 'list' | 'place' | 'thread';
  children?: Child;
};

export function Document({ title, assets, team, eye, at, children }: DocumentProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} – Local Slack`}</title>
        <link rel="icon" href={`/assets/${assets}/icon.svg`} type="image/svg+xml" />
        <link rel="stylesheet" href={`/assets/${assets}/page.css`} />
        <script src={`/assets/${assets}/page.js`} defer />
      </head>
      <body class={`at-${at}`} data-changes={eye ? `${eye.base}/changes` : undefined}>
        <a class="skip" href="#main">
          Skip to the conversation
        </a>
        <header class="band">
          <p class="what">
            <strong>Local Slack</strong>
            <span>Nothing here leaves this machine.</span>
          </p>
          {eye ? <Who eye={eye} /> : <p class="who">{team}</p>}
        </header>
        {children}
        <p class="sr" role="status" id="announce" />
        <p class="stale" id="stale" role="status" hidden>
          Not up to date: the connection to Local Slack is lost. <a href="?">Try again</a>
        </p>
      </body>
    </html>
  );
}

const Who = ({ eye }: { eye: Eye }) => (
  <p class="who">
    <span>
      You are <strong>{nameOf(eye.workspace, eye.me.id)}</strong>
      {eye.me.title && (
        <span class="role">
          , <bdi>{eye.me.title}</bdi>
        </span>
      )}
    </span>
    <a class="button" href="/">
      Switch<span class="sr"> person</span>
    </a>
  </p>
);

/** The whole answer: a doctype, then the page. */
export const rendered = (page: unknown): string => String(html`<!doctype html>${page}`);
