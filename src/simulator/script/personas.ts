import type { Persona } from '../core/script.ts';

const MINUTE_MS = 60_000;

/** The personas that Tocsin brings, as people meet them on call. A simulation may have others of its own. */
export const PERSONAS: readonly Persona[] = [
  {
    id: 'steady',
    title: 'Answers in good time, and as the trade would',
    medianMs: 2 * MINUTE_MS,
    spread: 1.6,
    diligence: 1,
    approvals: 'wise',
    failures: 'retry',
  },
  {
    id: 'hesitant',
    title: 'Reads everything twice, and then once more',
    medianMs: 9 * MINUTE_MS,
    spread: 2,
    diligence: 0.9,
    approvals: 'wise',
    failures: 'retry',
  },
  {
    id: 'hasty',
    title: 'Approves what is asked, at once',
    medianMs: MINUTE_MS / 3,
    spread: 1.5,
    diligence: 1,
    approvals: 'approve',
    failures: 'skip',
  },
  {
    id: 'wary',
    title: 'Says no when in doubt',
    medianMs: 4 * MINUTE_MS,
    spread: 1.8,
    diligence: 1,
    approvals: 0.4,
    failures: 'stop',
  },
  {
    id: 'busy',
    title: 'In another meeting: answers late, or not at all',
    medianMs: 14 * MINUTE_MS,
    spread: 2.5,
    diligence: 0.6,
    approvals: 'wise',
    failures: 'ignore',
  },
];
