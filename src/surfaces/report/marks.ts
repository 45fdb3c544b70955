import type { EventType } from '../../incident/events.ts';

/** Square: wrong. Diamond: people are asked or have decided. Circle: done. */
export const MARKS: Partial<Record<EventType, string>> = {
  'decision.asked': '◇',
  'decision.made': '◆',
  'decision.voted': '◇',
  'act.done': '●',
  'act.failed': '■',
  'step.failed': '■',
  'obligation.opened': '◇',
  'obligation.met': '◆',
  'obligation.waived': '◆',
  'obligation.overdue': '■',
  'incident.resolved': '●',
  'incident.closed': '●',
};
