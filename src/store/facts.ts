import type { NumberedEvent } from '../incident/events.ts';

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

export function factsOf(events: readonly NumberedEvent[]): Facts {
  const facts: Facts = {};
  for (const event of events) Object.assign(facts, change(event));
  return facts;
}

function change(event: NumberedEvent): Facts {
  switch (event.type) {
    case 'incident.opened': {
      const { title, severity, mode, system, playbook } = event.data;
      return {
        // jsonb cannot hold these.
        title: title.replace(/\p{Cs}|\0/gu, '\ufffd'),
        severity,
        mode,
        system: system?.id ?? null,
        playbook: playbook?.id ?? null,
        plan_hash: playbook?.hash ?? null,
        opened_at: event.at,
      };
    }
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
