import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { minutesWords } from '../../simulator/exchange/msel.ts';
import type { CheckedSimulation } from '../../simulator/script/library.ts';
import { flat, Words } from '../console/parts/text.tsx';
import { documentStyle } from '../report/style.ts';

export type Script = NonNullable<CheckedSimulation['scripts']>[string];

type Paper = { script: Script; kind: string; lede: string; facts: readonly [string, string][]; children: Child };

/** A document of a drill as one file that needs nothing but itself: no script, no network; for screens, the dark and paper. */
export function paperHtml({ script, kind, lede, facts, children }: Paper): string {
  const { css, policy } = documentStyle([new URL('./assets/papers.css', import.meta.url)]);
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`EXERCISE – ${kind} – ${flat(script.title)}`}</title>
        {/* Ours, and nothing of it comes from outside. */}
        <style>{raw(css)}</style>
      </head>
      <body class="exercise">
        <aside class="xband" aria-label="Exercise">
          <strong>EXERCISE</strong> Nothing here is real.
        </aside>
        <main class="doc">
          <header>
            <p class="front">
              <span>
                <span class="xtag">EXERCISE</span> {kind}
              </span>
              <span>
                version {script.version} · script {script.hash.slice(0, 12)}
              </span>
            </p>
            <h1>
              <Words of={script.title} />
            </h1>
            <p class="lede">
              <Words of={lede} />
            </p>
            <dl class="over">
              {facts.map(([label, value]) => (
                <div>
                  <dt>{label}</dt>
                  <dd>
                    <Words of={value} />
                  </dd>
                </div>
              ))}
            </dl>
          </header>
          {children}
        </main>
      </body>
    </html>
  );
  return String(html`<!doctype html>${page}`);
}

// A line as long as an editor's goes on in the next one; a short one, or one before a list, was broken on purpose.
const BROKEN_BY_EDITOR = /([^\n]{70,})\n(?=[^\s\-*•\d])/g;

/** A text of several paragraphs. */
export const Prose = ({ of }: { of: string }) => (
  <>
    {of
      .trim()
      .replace(BROKEN_BY_EDITOR, '$1 ')
      .split(/\n{2,}/)
      .map((part) => (
        <p class="words">
          <Words of={part} />
        </p>
      ))}
  </>
);

/** Chapter of a paper. */
export const Chapter = ({ title, children }: { title: string; children?: Child }) => (
  <section>
    <h2>{title}</h2>
    {children}
  </section>
);

export const roleWords = (role: string): string => role.replaceAll('-', ' ');

/** The scenario's clock at STARTEX: `2026-03-06, 14:20 UTC`. */
export const startWords = ({ startsAt }: Script): string => {
  const iso = new Date(startsAt).toISOString();
  return `${iso.slice(0, 10)}, ${iso.slice(11, 16)} UTC`;
};

export const lengthWords = ({ length }: Script): string => `${length.title}, ${minutesWords(length.ms)}`;

/** How a drill is played; for everybody. */
export const RULES: readonly string[] = [
  'Nothing real is touched: the AI systems, the world and everybody outside are simulated. Acts, messages and duties stay within the drill.',
  'Everything of the drill says EXERCISE. Say so too when you speak of it to somebody who does not play.',
  'Open, decide and report with the same commands, pages and messages as in an incident.',
  'Do what you would do, with what you know. Ask whom you would ask; the outside world is played by the facilitator.',
  'Your time is real. A scenario may run faster than the clock, what people need is never scaled.',
  'Nobody is tested: the playbook, the tools and the preparation are.',
  'Whoever learns of a real incident says NO DUFF, and the drill stops at once.',
];

export const Rules = () => (
  <ol class="rules">
    {RULES.map((rule) => (
      <li>{rule}</li>
    ))}
  </ol>
);
