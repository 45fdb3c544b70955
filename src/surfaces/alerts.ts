import { createHash } from 'node:crypto';
import type { JsonObject } from '../incident/json.ts';
import type { Plan } from '../playbook/plan.ts';
import { playbookFor } from './open.ts';
import type { InboxAlert, Playbooks, Reader, Responses } from './ports.ts';
import { Problem } from './problem.ts';

/** Alerts from monitors: kept raw in the inbox first, then matched. What nothing matches is kept, too. */
export interface AlertDesk {
  receive(alert: JsonObject, from: { source: string; key: string | null; requester: string | null }): Promise<Received>;
  list(filter: { status: InboxAlert['status'] | null; limit: number }): Promise<InboxAlert[]>;
}

export type Received = {
  id: string;
  status: 'opened' | 'joined' | 'unmatched';
  incident: string | null;
  /** How often this alert came, this time included. */
  count: number;
  /** Why nothing was opened. */
  because: string | null;
};

export type AlertPorts = {
  inbox: {
    /** Keeps it; one with the same source and key is counted while its incident is open. */
    receive(alert: { source: string; key: string; alert: JsonObject; at: number }): Promise<InboxAlert>;
    settle(id: string, status: 'opened' | 'joined' | 'unmatched', incident: string | null): Promise<void>;
    list(filter: { status: InboxAlert['status'] | null; limit: number }): Promise<InboxAlert[]>;
  };
  reader: Reader;
  playbooks: Playbooks;
  responses: Responses;
  now(): number;
  warn(message: string, about: Record<string, unknown>): void;
};

/** A running incident hears of its alerts at most this often, with their number. */
const DIGEST_EVERY_MS = 1_000;

export function createAlertDesk(ports: AlertPorts): AlertDesk {
  const digests = createDigests(ports);
  const inTurn = createTurns();
  return {
    list: (filter) => ports.inbox.list(filter),
    async receive(alert, from) {
      const key = from.key ?? fingerprint(from.source, alert);
      const kept = await ports.inbox.receive({ source: from.source, key, alert, at: ports.now() });
      // Two alerts about one system that come together open one incident.
      return inTurn(String(alert.system ?? key), async () => {
        const open = kept.incident ?? (await incidentAbout(ports, alert));
        if (open !== null) {
          await ports.inbox.settle(kept.id, kept.incident === open ? keptAs(kept) : 'joined', open);
          digests.add(open, alert);
          return { id: kept.id, status: 'joined', incident: open, count: kept.count, because: null };
        }
        return openOrKeep(ports, kept, alert, from.requester);
      });
    },
  };
}

const keptAs = (kept: InboxAlert): 'opened' | 'joined' => (kept.status === 'opened' ? 'opened' : 'joined');

async function openOrKeep(
  ports: AlertPorts,
  kept: InboxAlert,
  alert: JsonObject,
  requester: string | null,
): Promise<Received> {
  const unmatched = async (because: string): Promise<Received> => {
    await ports.inbox.settle(kept.id, 'unmatched', null);
    return { id: kept.id, status: 'unmatched', incident: null, count: kept.count, because };
  };
  try {
    const plan = await playbookFor(ports, alert);
    if (!plan) return await unmatched('No playbook opens on this alert.');
    const { incident } = await ports.responses.open({
      title: null,
      playbook: plan.playbook,
      system: null,
      severity: null,
      inputs: {},
      requester,
      alert,
      key: `alert ${kept.id}`,
    });
    await ports.inbox.settle(kept.id, 'opened', incident);
    return { id: kept.id, status: 'opened', incident, count: kept.count, because: null };
  } catch (error) {
    // An alert that cannot be used is kept for people; one that cannot be handled now is sent again by its monitor.
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    ports.warn('alert kept without an incident', { alert: kept.id, code: error.code });
    return unmatched([error.message, error.next].filter(Boolean).join(' '));
  }
}

/** An open incident that the same playbook opened about the same system. */
async function incidentAbout(ports: AlertPorts, alert: JsonObject): Promise<string | null> {
  if (typeof alert.system !== 'string') return null;
  const open = await ports.reader.incidents({ status: ['open'] });
  const about = open.filter((view) => view.system?.id === alert.system && view.playbook !== null);
  if (about.length === 0) return null;
  const plan = await matching(ports, alert);
  return about.find((view) => view.playbook?.id === plan?.playbook)?.id ?? null;
}

async function matching(ports: AlertPorts, alert: JsonObject): Promise<Plan | null> {
  try {
    return await playbookFor(ports, alert);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** What makes two alerts the same, when their monitor gives no key of its own. */
const fingerprint = (source: string, alert: JsonObject): string =>
  createHash('sha256')
    .update(JSON.stringify([source, alert.kind ?? null, alert.system ?? null]))
    .digest('hex')
    .slice(0, 32);

/** Tells each incident of its alerts at once, then at most once a second with their number. The inbox counts every one. */
function createDigests(ports: AlertPorts) {
  const waiting = new Map<string, { alert: JsonObject; count: number }>();
  const tell = async (incident: string, alert: JsonObject, count: number) => {
    const id = `alert ${incident} ${ports.now()} ${Math.random().toString(36).slice(2)}`;
    try {
      await ports.responses.send(incident, { type: 'alert', id, person: 'tocsin', at: ports.now(), alert, count });
    } catch (error) {
      ports.warn('an alert could not be passed on to its incident', { incident, count, error: String(error) });
    }
  };
  const later = (incident: string) => {
    setTimeout(() => {
      const digest = waiting.get(incident);
      waiting.delete(incident);
      if (!digest || digest.count === 0) return;
      waiting.set(incident, { alert: digest.alert, count: 0 });
      later(incident);
      void tell(incident, digest.alert, digest.count);
    }, DIGEST_EVERY_MS).unref();
  };
  return {
    add(incident: string, alert: JsonObject): void {
      const digest = waiting.get(incident);
      if (digest) {
        waiting.set(incident, { alert, count: digest.count + 1 });
        return;
      }
      waiting.set(incident, { alert, count: 0 });
      later(incident);
      void tell(incident, alert, 1);
    },
  };
}

/** Runs tasks of one key one after another. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const turn = (last.get(key) ?? Promise.resolve()).then(task, task);
    last.set(key, turn);
    const forget = () => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(forget, forget);
    return turn;
  };
}
