import type { Measure } from '../../incident/measures.ts';
import { text } from '../../incident/phrases.ts';
import { longSpan } from '../model/duties.ts';
import type { ActLine } from './acts.ts';
import type { DecisionLine } from './decisions.ts';
import type { Facts } from './report.ts';

/** A bar over the life of an incident: a phase, a question to people, or an act with its proof. */
export type ChartRow = {
  kind: 'phase' | 'question' | 'act';
  label: string;
  from: number;
  to: number;
  /** It goes on. */
  open: boolean;
  /** When it was proved. */
  provedAt: number | null;
  words: string;
};

/** Beyond this a chart is no picture any more; the tables hold them all. */
const ROWS_MAX = 10;

export function chartRows(told: Facts, decisions: readonly DecisionLine[], acts: readonly ActLine[]): ChartRow[] {
  return [
    ...phases(told),
    ...decisions.slice(0, ROWS_MAX).map((one) => questionRow(one, told.madeAt)),
    ...acts
      .filter(({ capability }) => !capability.startsWith('notify.'))
      .slice(0, ROWS_MAX)
      .map((one) => actRow(one, told.madeAt)),
  ];
}

/** From one measured moment to the next; what has no figure has no bar. */
function phases({ view, events, measures, madeAt }: Facts): ChartRow[] {
  const { openedAt } = view;
  const startedAt = measures.detect.ms === null ? null : openedAt - measures.detect.ms;
  const containedAt = momentOf(measures.contain, openedAt);
  const recoveredAt = momentOf(measures.recover, openedAt);
  const over = view.resolvedAt ?? view.closedAt ?? null;
  const last = over ?? Math.max(madeAt, events.at(-1)?.at ?? madeAt);
  const row = (label: string, from: number | null, to: number | null, until = last): ChartRow[] => {
    if (from === null || (to === null && from >= until)) return [];
    const end = Math.max(from, to ?? until);
    const open = to === null && over === null;
    return [{ kind: 'phase', label, from, to: end, open, provedAt: null, words: longSpan(end - from) }];
  };
  return [
    ...(startedAt === null ? [] : row('Unnoticed', startedAt, openedAt)),
    ...row('Until contained', openedAt, containedAt),
    ...(containedAt === null ? [] : row('Until recovered', containedAt, recoveredAt)),
    ...(recoveredAt === null || over === null ? [] : row('Until resolved', recoveredAt, over)),
  ];
}

const momentOf = (measure: Measure, openedAt: number): number | null =>
  measure.ms === null ? null : openedAt + measure.ms;

function questionRow({ number, question, askedAt, endedAt, outcome }: DecisionLine, now: number): ChartRow {
  const to = endedAt ?? Math.max(now, askedAt);
  const words = `${outcome}, ${longSpan(to - askedAt)}`;
  const label = `${number}. ${question}`;
  return { kind: 'question', label, from: askedAt, to, open: endedAt === null, provedAt: null, words };
}

function actRow({ step, title, startedAt, endedAt, proof, outcome }: ActLine, now: number): ChartRow {
  const to = endedAt ?? Math.max(now, startedAt);
  const provedAt = proof?.proved ? proof.at : null;
  const words = `${outcome === 'done' ? (provedAt === null ? 'done' : 'proved') : outcome}, ${longSpan(to - startedAt)}`;
  return { kind: 'act', label: step || title, from: startedAt, to, open: endedAt === null, provedAt, words };
}

/** The span that all rows share; never nothing. */
export function chartSpan(rows: readonly ChartRow[]): { from: number; to: number } {
  const from = Math.min(...rows.map((row) => row.from));
  const to = Math.max(...rows.map((row) => row.to));
  return { from, to: Math.max(to, from + 1_000) };
}

/** What an alert calls itself. */
export const alertTitle = (alert: Parameters<typeof text>[0]): string =>
  text(alert, 'title') ?? text(alert, 'kind') ?? 'of an unnamed kind';
