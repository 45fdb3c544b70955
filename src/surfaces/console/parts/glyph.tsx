import type { Severity } from '../../../incident/severity.ts';
import type { Mark } from '../../model/tree.ts';

const GLYPHS = [
  'bell',
  'done',
  'todo',
  'run',
  'wait',
  'caution',
  'ask',
  'fail',
  'skip',
  'undo',
  'disrupt',
  'act',
  'alert',
  'say',
  'person',
  'pen',
  'clock',
  'pause',
  'info',
] as const;
export type GlyphName = (typeof GLYPHS)[number];

export const Glyph = ({ name }: { name: GlyphName }) => (
  <svg class="g" aria-hidden="true">
    <use href={`#${name}`} />
  </svg>
);

/** Square: wrong. Diamond: people are asked. Circle: a step. */
export const markGlyph = {
  done: 'done',
  running: 'run',
  'to-come': 'todo',
  'will-ask': 'ask',
  waiting: 'wait',
  failed: 'fail',
  skipped: 'skip',
  'taken-over': 'person',
  undone: 'undo',
  'not-reached': 'skip',
} as const satisfies Record<Mark, GlyphName>;

export const markWord = {
  done: 'done',
  running: 'running',
  'to-come': 'to come',
  'will-ask': 'will ask people',
  waiting: 'waits for people',
  failed: 'failed',
  skipped: 'skipped',
  'taken-over': 'taken over by hand',
  undone: 'undone',
  'not-reached': 'not reached',
} as const satisfies Record<Mark, string>;

export const markClass = {
  done: 'is-done',
  running: 'is-run',
  'to-come': 'is-todo',
  'will-ask': 'is-todo',
  waiting: 'is-wait',
  failed: 'is-fail',
  skipped: 'is-past',
  'taken-over': 'is-done',
  undone: 'is-past',
  'not-reached': 'is-todo',
} as const satisfies Record<Mark, string>;

const SHAPES = {
  sev1: <rect class="shape" x="2" y="2" width="24" height="24" rx="1.5" />,
  sev2: <path class="shape" d="M14 0.5 27.5 14 14 27.5 0.5 14z" />,
  sev3: <circle class="shape" cx="14" cy="14" r="12.5" />,
  sev4: <circle class="shape" cx="14" cy="14" r="12" />,
} as const satisfies Record<Severity, unknown>;

export const severityAdvice = {
  sev1: 'act now',
  sev2: 'act soon',
  sev3: 'advice',
  sev4: 'advice',
} as const satisfies Record<Severity, string>;

export function SeverityMark({ of }: { of: Severity }) {
  const number = of.slice(3);
  return (
    <span class={`sev sev-${number}`}>
      <svg viewBox="0 0 28 28" aria-hidden="true">
        {SHAPES[of]}
        <text x="14" y="19">
          {number}
        </text>
      </svg>
      <span>SEV {number}</span>
    </span>
  );
}

/** All glyphs, once a page. */
export const Sprite = () => (
  <svg width="0" height="0" class="sr" aria-hidden="true" focusable="false">
    <defs>
      <symbol id="bell" viewBox="0 0 24 24">
        <path
          d="M3.5 18h17c-2.2-1.8-2.9-4-3-8a5.5 5.5 0 0 0-11 0c-.1 4-.8 6.2-3 8z"
          fill="currentColor"
          stroke="none"
        />
        <path d="M12 4.5V2M14.5 20.5l3.5 2" stroke-linecap="round" />
      </symbol>
      <symbol id="done" viewBox="0 0 20 20">
        <circle cx="10" cy="10" r="8.5" fill="currentColor" stroke="none" />
        <path d="M6 10.4l2.8 2.7L14 7.4" stroke="var(--sheet)" stroke-width="2" />
      </symbol>
      <symbol id="todo" viewBox="0 0 20 20">
        <circle cx="10" cy="10" r="7" />
      </symbol>
      <symbol id="run" viewBox="0 0 20 20">
        <circle cx="10" cy="10" r="7.5" />
        <circle cx="10" cy="10" r="3.6" fill="currentColor" stroke="none" />
      </symbol>
      <symbol id="wait" viewBox="0 0 20 20">
        <path
          d="M10 .8 19.2 10 10 19.2.8 10z"
          fill="var(--soon)"
          stroke="currentColor"
          stroke-width="1.6"
          stroke-linejoin="round"
        />
        <path
          d="M7.9 7.9a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.4"
          stroke="var(--on-soon)"
          stroke-width="1.6"
          stroke-linecap="round"
        />
        <circle cx="10" cy="13.6" r="1.05" fill="var(--on-soon)" stroke="none" />
      </symbol>
      <symbol id="caution" viewBox="0 0 20 20">
        <path
          d="M10 .8 19.2 10 10 19.2.8 10z"
          fill="var(--soon)"
          stroke="currentColor"
          stroke-width="1.6"
          stroke-linejoin="round"
        />
        <path d="M10 5.4v5.4" stroke="var(--on-soon)" stroke-width="2" stroke-linecap="round" />
        <circle cx="10" cy="14" r="1.2" fill="var(--on-soon)" stroke="none" />
      </symbol>
      <symbol id="ask" viewBox="0 0 20 20">
        <path d="M10 2 18 10 10 18 2 10z" stroke-linejoin="round" />
      </symbol>
      <symbol id="fail" viewBox="0 0 20 20">
        <rect x="2" y="2" width="16" height="16" rx="1" fill="currentColor" stroke="none" />
        <path d="M6.7 6.7l6.6 6.6M13.3 6.7l-6.6 6.6" stroke="var(--on-act)" stroke-width="2" stroke-linecap="round" />
      </symbol>
      <symbol id="skip" viewBox="0 0 20 20">
        <circle cx="10" cy="10" r="7" />
        <path d="M6.5 10h7" />
      </symbol>
      <symbol id="undo" viewBox="0 0 20 20">
        <path d="M6.5 3.5 3 7l3.5 3.5M3.4 7H12a4.7 4.7 0 0 1 0 9.4H7" stroke-linejoin="round" stroke-linecap="round" />
      </symbol>
      <symbol id="disrupt" viewBox="0 0 20 20">
        <path d="M1 10h6M13 10h6" stroke-linecap="round" />
        <path d="M8.5 5.5v9M11.5 5.5v9" />
      </symbol>
      <symbol id="act" viewBox="0 0 20 20">
        <path d="M4 10h11M11 5.5 15.5 10 11 14.5" stroke-linecap="round" stroke-linejoin="round" />
      </symbol>
      <symbol id="alert" viewBox="0 0 20 20">
        <path d="M2 12h4l2.2-7 3.6 11 2.2-6H18" stroke-linejoin="round" stroke-linecap="round" />
      </symbol>
      <symbol id="say" viewBox="0 0 20 20">
        <path d="M3 4h14v9H9l-4 3.5V13H3z" stroke-linejoin="round" />
      </symbol>
      <symbol id="person" viewBox="0 0 20 20">
        <circle cx="10" cy="6.5" r="3.3" />
        <path d="M3.5 17c.6-4 3-5.6 6.5-5.6s5.9 1.6 6.5 5.6" stroke-linecap="round" />
      </symbol>
      <symbol id="pen" viewBox="0 0 20 20">
        <path d="M3 17l.8-3.8L13.5 3.5l3 3L6.8 16.2z" stroke-linejoin="round" />
      </symbol>
      <symbol id="clock" viewBox="0 0 20 20">
        <circle cx="10" cy="10" r="7.5" />
        <path d="M10 5.5V10l3 2" stroke-linecap="round" />
      </symbol>
      <symbol id="pause" viewBox="0 0 20 20">
        <path d="M6.5 4v12M13.5 4v12" stroke-width="3" />
      </symbol>
      <symbol id="info" viewBox="0 0 20 20">
        <circle cx="10" cy="10" r="7.5" />
        <path d="M10 9v5" stroke-linecap="round" />
        <circle cx="10" cy="6.2" r="1.1" fill="currentColor" stroke="none" />
      </symbol>
    </defs>
  </svg>
);
