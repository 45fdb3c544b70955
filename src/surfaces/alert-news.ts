import { createHash } from 'node:crypto';
import type { JsonObject } from '../incident/json.ts';
import type { Message } from '../incident/messages.ts';
import type { IncidentView } from '../incident/view.ts';
import type { AlertInbox, Digest, Resolution } from './alert-inbox.ts';
import { awaitedBy, isAwaited } from './awaited.ts';
import type { Responses } from './ports.ts';

export type NewsPorts = {
  inbox: Pick<AlertInbox, 'digests' | 'told' | 'resolutions' | 'toldResolved'>;
  responses: Responses;
  reader: { incident(id: string): Promise<{ view: IncidentView } | null> };
  now(): number;
  warn(message: string, about: Record<string, unknown>): void;
};

/** More kinds of alerts than this, waiting to be told to one incident, are told in one sum. */
const KINDS_TOLD_APART = 5;
const KINDS_NAMED = 20;

/** One message to each incident about what joined it, and one about what is over; what is left waits for the next time. */
export async function tellIncidents(ports: NewsPorts): Promise<void> {
  const digests = await ports.inbox.digests();
  await Promise.all([...byIncident(digests)].map(([incident, all]) => tellJoined(ports, incident, all)));
  const over = await ports.inbox.resolutions();
  await Promise.all([...byIncident(over)].map(([incident, all]) => tellResolved(ports, incident, all)));
}

async function tellJoined(ports: NewsPorts, incident: string, all: readonly Digest[]): Promise<void> {
  const { chosen, alert } = (await awaitedOne(ports, incident, all, false)) ?? oneKind(all);
  const id = idOf(chosen.map(({ id, upTo }) => `${id}:${upTo}`));
  const count = chosen.reduce((sum, digest) => sum + digest.count, 0);
  if (await tell(ports, incident, { type: 'alert', id, person: 'tocsin', at: ports.now(), alert, count }))
    await ports.inbox.told(chosen);
}

async function tellResolved(ports: NewsPorts, incident: string, all: readonly Resolution[]): Promise<void> {
  const { chosen, alert } = (await awaitedOne(ports, incident, all, true)) ?? oneKind(all);
  const ids = chosen.map(({ id }) => id);
  const more = ids.length > 1 ? { count: ids.length } : {};
  const id = idOf(['resolved', ...ids]);
  if (await tell(ports, incident, { type: 'alert-resolved', id, person: 'tocsin', at: ports.now(), alert, ...more }))
    await ports.inbox.toldResolved(ids);
}

/** One that a step of the incident waits for goes by itself: in a sum with others the step would not see it. */
async function awaitedOne<T extends { alert: JsonObject }>(
  { reader }: NewsPorts,
  incident: string,
  all: readonly T[],
  resolved: boolean,
): Promise<{ chosen: readonly T[]; alert: JsonObject } | null> {
  if (all.length === 1) return null;
  const found = await reader.incident(incident);
  const waits = found ? awaitedBy(found.view).filter((wait) => wait.resolved === resolved) : [];
  const one = all.find(({ alert }) => isAwaited(waits, alert));
  return one ? { chosen: [one], alert: one.alert } : null;
}

/** Those of the kind that has waited longest; all of them when there are too many kinds to tell apart. */
function oneKind<T extends { alert: JsonObject }>(all: readonly T[]): { chosen: readonly T[]; alert: JsonObject } {
  const kinds = grouped(all, ({ alert }) => String(alert.kind ?? ''));
  const chosen = kinds.size > KINDS_TOLD_APART ? all : ([...kinds.values()][0] ?? []);
  const alert = chosen.at(-1)?.alert ?? {};
  return {
    chosen,
    alert: chosen === all && kinds.size > 1 ? { ...alert, kinds: [...kinds.keys()].slice(0, KINDS_NAMED) } : alert,
  };
}

/** Whether that is done with: an incident that does not take it now will not take it later. */
async function tell({ responses, warn }: NewsPorts, incident: string, message: Message): Promise<boolean> {
  try {
    const result = await responses.send(incident, message);
    if (result.status === 'refused') warn('an incident did not take its alerts', { incident, code: result.code });
    return true;
  } catch (error) {
    warn('an incident could not be told of its alerts; it is tried again', { incident, error: String(error) });
    return false;
  }
}

/** The same news has the same id: told twice (two servers, a crash in between) it counts once. */
const idOf = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 40);

const byIncident = <T extends { incident: string }>(all: readonly T[]): Map<string, T[]> =>
  grouped(all, ({ incident }) => incident);

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
