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
  /** Tells running incidents of the alerts that joined them, one message an incident. Call it about once a second. */
  tellIncidents(): Promise<void>;
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

/** Growth of an alert that its incident has not been told of. */
type Digest = { id: string; incident: string; alert: JsonObject; count: number; upTo: number };

export type AlertPorts = {
  inbox: {
    receive(alert: { source: string; key: string; alert: JsonObject; at: number }): Promise<InboxAlert>;
    /** `count`: how many of it the incident knows of. */
    settle(
      alert: { id: string; count: number },
      outcome: { status: 'opened' | 'joined'; incident: string } | { status: 'unmatched' },
    ): Promise<void>;
    list(filter: { status?: InboxAlert['status'][]; limit?: number }): Promise<InboxAlert[]>;
    digests(): Promise<Digest[]>;
    told(digest: Digest): Promise<void>;
  };
  reader: Reader;
  playbooks: Playbooks;
  responses: Responses;
  now(): number;
  warn(message: string, about: Record<string, unknown>): void;
};

export function createAlertDesk(ports: AlertPorts): AlertDesk {
  const inTurn = createTurns();
  return {
    list: ({ status, limit }) => ports.inbox.list({ ...(status ? { status: [status] } : {}), limit }),
    tellIncidents: () => tellIncidents(ports),
    async receive(alert, { source, key, requester }) {
      const kept = await ports.inbox.receive({
        source,
        key: key ?? fingerprint(source, alert),
        alert,
        at: ports.now(),
      });
      if (kept.incident !== null)
        return { id: kept.id, status: 'joined', incident: kept.incident, count: kept.count, because: null };
      // Two alerts about one system that come together open one incident.
      return inTurn(String(alert.system ?? kept.id), () => match(ports, kept, alert, requester));
    },
  };
}

async function match(
  ports: AlertPorts,
  kept: InboxAlert,
  alert: JsonObject,
  requester: string | null,
): Promise<Received> {
  const { id, count } = kept;
  try {
    const plan = await playbookFor(ports, alert);
    if (!plan) throw unmatched('No playbook opens on this alert.');
    const running = await incidentAbout(ports.reader, alert, plan);
    if (running !== null) {
      await ports.inbox.settle({ id, count: 0 }, { status: 'joined', incident: running });
      return { id, status: 'joined', incident: running, count, because: null };
    }
    const { incident } = await ports.responses.open({
      title: null,
      playbook: plan.playbook,
      system: null,
      severity: null,
      inputs: {},
      requester,
      alert,
      key: `alert ${id}`,
    });
    await ports.inbox.settle({ id, count }, { status: 'opened', incident });
    return { id, status: 'opened', incident, count, because: null };
  } catch (error) {
    // An alert that cannot be used is kept for people; one that cannot be handled now is sent again by its monitor.
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    await ports.inbox.settle({ id, count }, { status: 'unmatched' });
    ports.warn('alert kept without an incident', { alert: id, code: error.code });
    const because = [error.message, error.next].filter(Boolean).join(' ');
    return { id, status: 'unmatched', incident: null, count, because };
  }
}

const unmatched = (message: string) => new Problem({ status: 422, code: 'unmatched', message });

/** An open incident that the same playbook runs about the same system. */
async function incidentAbout(reader: Reader, alert: JsonObject, plan: Plan): Promise<string | null> {
  if (typeof alert.system !== 'string') return null;
  const open = await reader.incidents({ status: ['open'] });
  return open.find((view) => view.system?.id === alert.system && view.playbook?.id === plan.playbook)?.id ?? null;
}

/** What makes two alerts the same, when their monitor gives no key of its own. */
const fingerprint = (source: string, alert: JsonObject): string =>
  sha256(JSON.stringify([source, alert.kind ?? null, alert.system ?? null])).slice(0, 32);

async function tellIncidents(ports: AlertPorts): Promise<void> {
  const all = await ports.inbox.digests();
  for (const incident of new Set(all.map((digest) => digest.incident))) {
    const digests = all.filter((digest) => digest.incident === incident);
    const last = digests.at(-1);
    if (!last) continue;
    // The same growth has the same id: told twice (two servers, a crash in between) it counts once.
    const id = sha256(digests.map(({ id, upTo }) => `${id}:${upTo}`).join(' ')).slice(0, 40);
    const count = digests.reduce((sum, digest) => sum + digest.count, 0);
    try {
      const message = { type: 'alert', id, person: 'tocsin', at: ports.now(), alert: last.alert, count } as const;
      const result = await ports.responses.send(incident, message);
      if (result.status === 'refused')
        ports.warn('an incident did not take its alerts', { incident, code: result.code });
      for (const digest of digests) await ports.inbox.told(digest);
    } catch (error) {
      ports.warn('an incident could not be told of its alerts; it is tried again', { incident, error: String(error) });
    }
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

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
