import { z } from 'zod';
import { counted, listed, quoted } from '../../incident/phrases.ts';
import type { Coverage, Known, PlaybookCoverage } from './coverage.ts';

/** `simulation`: what would do it; null: there is none yet. */
export const Advice = z.strictObject({
  because: z.enum(['never', 'changed', 'overdue', 'role', 'way', 'system']),
  what: z.string(),
  why: z.string(),
  simulation: z.string().nullable(),
});
export type Advice = z.infer<typeof Advice>;

/** A playbook that nobody drilled for longer than a quarter is overdue. */
const QUARTER_MS = 92 * 24 * 60 * 60_000;
const WAYS_NAMED = 3;

type Rows = Omit<Coverage, 'drills' | 'next'>;

/** The most pressing first: what was never drilled, changed since, is overdue, who was never seated, what was never taken, never touched. */
export function nextOf(rows: Rows, known: Known): Advice[] {
  const of = (because: Advice['because'], all: readonly (Omit<Advice, 'because'> | null)[]): Advice[] =>
    all.flatMap((one) => (one === null ? [] : [{ because, ...one }]));
  const { playbooks, roles, systems } = rows;
  return [
    ...of('never', playbooks.map(never)),
    ...of('changed', playbooks.map(changed)),
    ...of('overdue', overdue(playbooks, known.now)),
    ...of(
      'role',
      roles.map((role) => unseated(role, known)),
    ),
    ...of('way', playbooks.map(untaken)),
    ...of('system', systems.map(untouched)),
  ];
}

const named = ({ title, version }: PlaybookCoverage): string => `${quoted(title)} v${version}`;
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function never(playbook: PlaybookCoverage): Omit<Advice, 'because'> | null {
  const { drilled, earlier, simulations } = playbook;
  if (drilled.length > 0 || earlier) return null;
  const simulation = simulations[0] ?? null;
  const none = simulation === null ? ' There is no simulation of it yet: write one.' : '';
  return { what: named(playbook), why: `It was never drilled with people.${none}`, simulation };
}

function changed(playbook: PlaybookCoverage): Omit<Advice, 'because'> | null {
  const { drilled, earlier, simulations, publishedAt } = playbook;
  if (drilled.length > 0 || !earlier) return null;
  const why = `It was published on ${day(publishedAt)}; last drilled was v${earlier.version}, on ${day(earlier.at)} (${earlier.drill}).`;
  return { what: named(playbook), why, simulation: simulations[0] ?? null };
}

/** The one that waits longest first. */
function overdue(playbooks: readonly PlaybookCoverage[], now: number): Omit<Advice, 'because'>[] {
  return playbooks
    .flatMap((playbook) => {
      const last = playbook.drilled.at(-1);
      return last && now - last.at > QUARTER_MS ? [{ playbook, last }] : [];
    })
    .sort((a, b) => a.last.at - b.last.at)
    .map(({ playbook, last }) => ({
      what: named(playbook),
      why: `It was last drilled on ${day(last.at)} (${last.drill}), more than a quarter ago.`,
      simulation: playbook.simulations[0] ?? null,
    }));
}

function unseated(
  { id, title, drilled }: Rows['roles'][number],
  { simulations }: Known,
): Omit<Advice, 'because'> | null {
  if (drilled.length > 0) return null;
  const seat = simulations.find(({ seats }) => seats.some(({ role }) => role === id));
  return { what: title, why: 'No person ever played this role in a drill.', simulation: seat?.simulation ?? null };
}

function untaken(playbook: PlaybookCoverage): Omit<Advice, 'because'> | null {
  const left = playbook.ways.filter(({ drilled }) => drilled.length === 0);
  if (playbook.drilled.length === 0 || left.length === 0) return null;
  const some = left.slice(0, WAYS_NAMED).map(({ path, way }) => `${way} at ${quoted(path)}`);
  const more = left.length > WAYS_NAMED ? [`${left.length - WAYS_NAMED} more`] : [];
  const why = `${counted(left.length, 'way')} through it never taken: ${listed([...some, ...more])}.`;
  return { what: named(playbook), why, simulation: playbook.simulations[0] ?? null };
}

const untouched = ({ title, drilled }: Rows['systems'][number]): Omit<Advice, 'because'> | null =>
  drilled.length > 0 ? null : { what: title, why: 'No drill was ever about this AI system.', simulation: null };
