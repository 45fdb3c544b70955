import type { NumberedEvent } from '../../incident/events.ts';
import { spanText } from '../../incident/phrases.ts';
import type { Script } from '../core/script.ts';
import type { Gate } from './score.ts';

/** A legal duty as the drill left it. `marginMs`: how long before its limit the notice was given; less than nothing where it was late. */
export type Deadline = {
  number: number;
  rule: string;
  whom: string;
  owner: string;
  awareAt: number;
  dueAt: number;
  state: 'given' | 'waived' | 'overdue' | 'running';
  marginMs: number | null;
  isBroken: boolean;
  cites: number[];
};

export function deadlinesOf(events: readonly NumberedEvent[]): Deadline[] {
  return events
    .filter((event) => event.type === 'obligation.opened')
    .map(({ seq, data }) => {
      const { number, rule, owner, awareAt, dueAt } = data;
      const own = events.filter((event) => 'number' in event.data && event.data.number === number);
      const met = own.find((event) => event.type === 'obligation.met');
      const waived = own.find((event) => event.type === 'obligation.waived');
      const overdue = own.find((event) => event.type === 'obligation.overdue');
      const givenAt = met && (met.data.givenAt ?? met.at);
      const state = met ? 'given' : waived ? 'waived' : overdue ? 'overdue' : 'running';
      return {
        ...({ number, rule: rule.id, whom: rule.whom, owner, awareAt, dueAt, state } as const),
        marginMs: givenAt === undefined ? null : dueAt - givenAt,
        isBroken: met ? met.data.late : state === 'overdue',
        cites: [seq, overdue?.seq, (met ?? waived)?.seq].filter((one) => one !== undefined).sort((a, b) => a - b),
      };
    });
}

/** One that was broken counts for the objectives that look at duties of its rule, or else for those that look at any. */
export function brokenDeadlines(objective: string, script: Script, events: readonly NumberedEvent[]): Gate[] {
  return deadlinesOf(events)
    .filter(({ isBroken, rule }) => isBroken && lookingAt(script, rule).includes(objective))
    .map(({ number, rule, whom, marginMs, cites }) => {
      const how = marginMs === null ? 'was not given in time' : `was given ${spanText(-marginMs)} after its limit`;
      const why = `A legal deadline was broken: notice ${number} (${rule}, to ${whom}) ${how}.`;
      return { rule: 'deadline', rating: 'M', why, cites };
    });
}

function lookingAt({ expectations }: Script, rule: string): string[] {
  const about = expectations.flatMap(({ sought, objective }) =>
    sought.what === 'duty' ? [{ ...sought, objective }] : [],
  );
  const same = about.filter((one) => one.rule === rule);
  return (same.length > 0 ? same : about).map(({ objective }) => objective);
}
