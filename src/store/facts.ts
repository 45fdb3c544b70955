import type { NumberedEvent } from '../incident/events.ts';
import { emptyView } from '../incident/view.ts';

/** What the row of an incident takes over from its events. Absent: as it was. */
export type Facts = {
  title?: string;
  mode?: string;
  system?: string | null;
  playbook?: string | null;
  plan_hash?: string | null;
  opened_at?: number;
  severity?: string;
  status?: 'open' | 'resolved' | 'closed';
  closed_at?: number | null;
};

/** jsonb cannot hold these. */
const plain = (text: string): string => text.replace(/\p{Cs}|\0/gu, '\ufffd');

export function factsOf(events: readonly NumberedEvent[]): Facts {
  const facts: Facts = {};
  for (const event of events) Object.assign(facts, change(event));
  return facts;
}

function change(event: NumberedEvent): Facts {
  switch (event.type) {
    case 'incident.opened': {
      const { title, severity, mode, system, playbook } = event.data;
      // In an exercise: the row keeps what STARTEX says, and names no AI system, so that no real alert is ever taken to belong to it.
      if (event.seq > 1) return { severity };
      return {
        title: plain(title),
        severity,
        mode,
        system: system?.id ?? null,
        playbook: playbook?.id ?? null,
        plan_hash: playbook?.hash ?? null,
        opened_at: event.at,
      };
    }
    case 'exercise.started': {
      const { title, playbook } = event.data;
      const { id, hash } = playbook;
      // Until its incident is opened.
      const { severity } = emptyView();
      return { title: plain(title), severity, mode: 'exercise', playbook: id, plan_hash: hash, opened_at: event.at };
    }
    case 'exercise.ended':
      return { status: 'closed', closed_at: event.at };
    case 'incident.severity-changed':
      return { severity: event.data.to };
    case 'incident.resolved':
      return { status: 'resolved' };
    case 'incident.closed':
      return { status: 'closed', closed_at: event.at };
    case 'incident.reopened':
      return { status: 'open', closed_at: null };
    default:
      return {};
  }
}
