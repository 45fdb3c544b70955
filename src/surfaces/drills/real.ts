import type { NumberedEvent } from '../../incident/events.ts';
import { BY_ITSELF } from '../../incident/exercise-messages.ts';
import { Severity, severityLabel } from '../../incident/severity.ts';
import type { IncidentView } from '../../incident/view.ts';
import type { Reader } from '../ports.ts';
import type { Drill, DrillRuns, DrillStore } from './contract.ts';

/** Real incidents beside drills: a bad one ends them, others are told of. */
const ENDS: readonly string[] = ['sev1', 'sev2'];
/** More incidents at once than this are beyond people, and beyond one look. */
const LOOKED_AT_MAX = 2_000;

/** The incidents that were opened while this drill ran, the first one first. */
export const openedDuring = (drill: Pick<Drill, 'startedAt'>, incidents: readonly IncidentView[]): IncidentView[] =>
  incidents
    .filter(({ mode, openedAt }) => mode !== 'exercise' && drill.startedAt !== null && openedAt >= drill.startedAt)
    .sort((a, b) => a.openedAt - b.openedAt);

/** Whether it was raised, or opened again, while this drill ran. */
const worsenedDuring = ({ startedAt }: Pick<Drill, 'startedAt'>, events: readonly NumberedEvent[]): boolean =>
  events.some(
    (event) =>
      startedAt !== null &&
      event.at >= startedAt &&
      (event.type === 'incident.reopened' ||
        (event.type === 'incident.severity-changed' && isWorse(event.data.to, event.data.from))),
  );

const isWorse = (one: Severity, other: Severity): boolean =>
  Severity.options.indexOf(one) < Severity.options.indexOf(other);

/** `A real incident SEV 3 is open: INC-2026-0147, Refunds to strangers`. */
export const realWords = ({ id, severity, title }: Pick<IncidentView, 'id' | 'severity' | 'title'>): string =>
  `A real incident ${severityLabel(severity)} is open: ${id}, ${title}`;

/** What is told to those who are in a drill that goes on. */
export async function realDuring(
  reader: Pick<Reader, 'incidents'>,
  drill: Pick<Drill, 'startedAt'>,
): Promise<IncidentView[]> {
  return openedDuring(drill, await reader.incidents({ status: ['open'], limit: LOOKED_AT_MAX }));
}

export type NoDuffDeps = {
  store: Pick<DrillStore, 'list'>;
  runs: Pick<DrillRuns, 'tell'>;
  reader: Pick<Reader, 'incidents'> & { events(id: string, afterSeq: number): Promise<readonly NumberedEvent[]> };
  now(): number;
  warn(message: string, about: Record<string, unknown>): void;
};

/**
 * Looks for drills that run beside a real incident of SEV 1 or SEV 2, and ends them. Nothing is remembered and the message names
 * the incident, so that several servers can look, and one that was away looks again.
 */
export function createNoDuff({ store, runs, reader, now, warn }: NoDuffDeps): { look(): Promise<void> } {
  return {
    async look() {
      const running = await store.list({ status: ['running'] });
      if (running.length === 0) return;
      const incidents = await reader.incidents({ status: ['open', 'resolved'], limit: LOOKED_AT_MAX });
      for (const drill of running) {
        const worst = await firstBad(drill, incidents);
        if (worst) await end(drill, worst);
      }
    },
  };

  /** What was as bad before the drill began, people knew of. */
  async function firstBad(drill: Drill, incidents: readonly IncidentView[]): Promise<IncidentView | null> {
    const bad = incidents.filter(({ mode, severity }) => mode !== 'exercise' && ENDS.includes(severity));
    const [opened] = openedDuring(drill, bad);
    if (opened) return opened;
    for (const one of bad) if (worsenedDuring(drill, await reader.events(one.id, 0))) return one;
    return null;
  }

  async function end({ id }: Drill, incident: IncidentView): Promise<void> {
    const about = { drill: id, incident: incident.id };
    const endex = { type: 'endex', because: 'real', reason: realWords(incident), incident: incident.id } as const;
    try {
      const result = await runs.tell(id, { ...endex, id: `no-duff:${incident.id}`, person: BY_ITSELF, at: now() });
      if (result.status === 'accepted') warn('NO DUFF: a drill was ended, because a real incident was declared', about);
      // It may be over already, or not have begun: the next look tells.
    } catch (error) {
      // One that cannot be reached keeps no other from being ended.
      warn('a drill beside a real incident could not be ended', { ...about, error: String(error) });
    }
  }
}
