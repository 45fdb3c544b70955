import type { DecisionView } from '../../incident/view.ts';
import { hourText } from './clock.ts';

export type FuseTick = {
  percent: number;
  at: number;
  word: string;
  labelled: boolean;
  /** There is room for the label on a phone too. */
  roomy: boolean;
  anchor: 'start' | 'middle' | 'end';
};
export type Fuse = { burntPercent: number; ticks: FuseTick[]; label: string };

// Two labels nearer than this run into each other, and on a phone already nearer than the second.
const LABEL_GAP_PERCENT = 16;
const PHONE_GAP_PERCENT = 38;

/** One line from asked to default, with ticks at reminders and escalation, and the place of now. */
export function fuseOf(decision: DecisionView, now: number): Fuse {
  const { askedAt, until, remindAt, escalate, otherwise } = decision.question;
  const percentOf = (at: number): number =>
    until <= askedAt ? 100 : Math.min(100, Math.max(0, Math.round(((at - askedAt) / (until - askedAt)) * 1000) / 10));
  const moments = [
    { at: askedAt, word: 'asked' },
    ...remindAt.map((at) => ({ at, word: at <= now ? 'reminded' : 'reminds' })),
    ...(escalate ? [{ at: escalate.at, word: decision.escalatedAt === undefined ? 'escalates' : 'escalated' }] : []),
    { at: until, word: `counts as ${otherwise}` },
  ].sort((a, b) => a.at - b.at);
  const ticks = moments.map(({ at, word }): FuseTick => {
    const percent = percentOf(at);
    return {
      percent,
      at,
      word,
      labelled: false,
      roomy: true,
      anchor: percent === 0 ? 'start' : percent === 100 ? 'end' : 'middle',
    };
  });
  labelWithoutOverlap(ticks);
  const facts = moments.map(({ at, word }) => `${word} ${hourText(at, true)}`);
  return { burntPercent: percentOf(now), ticks, label: `Now ${hourText(now, true)}: ${facts.join(', ')}.` };
}

/** Both ends always, then escalation, then reminders, as far as there is room. */
function labelWithoutOverlap(ticks: FuseTick[]): void {
  const order = [ticks[0], ticks.at(-1), ...ticks.filter((tick) => tick.word.startsWith('escalate')), ...ticks];
  const labelled: number[] = [];
  for (const tick of order) {
    if (!tick || tick.labelled) continue;
    const room = labelled.every((percent) => Math.abs(percent - tick.percent) >= LABEL_GAP_PERCENT);
    if (labelled.length >= 2 && !room) continue;
    tick.labelled = true;
    tick.roomy = labelled.every((percent) => Math.abs(percent - tick.percent) >= PHONE_GAP_PERCENT);
    labelled.push(tick.percent);
  }
}
