import { createHash } from 'node:crypto';
import type { JsonObject } from '../incident/json.ts';
import type { Severity } from '../incident/severity.ts';
import type { AlertInbox, Kept, Noticed } from './alert-inbox.ts';
import { createMatcher, type MatchPorts } from './alert-match.ts';
import { tellIncidents } from './alert-news.ts';
import { alertTitle } from './model/alert.ts';
import type { InboxAlert } from './ports.ts';
import { notFound, Problem } from './problem.ts';

/** Alerts from monitors: kept raw in the inbox first, then matched. What nothing matches is kept, too. */
export interface AlertDesk {
  /** One alert. Fails when it cannot be matched now; it is kept all the same. */
  receive(alert: JsonObject, from: From & { key: string | null }): Promise<Received>;
  /** A batch, in its order. What cannot be matched now is `new`: it is matched a little later, without its monitor. */
  receiveBatch(alerts: readonly Noticed[], from: From & { once?: boolean }): Promise<Received[]>;
  list(filter: { status: InboxAlert['status'] | null; limit: number }): Promise<InboxAlert[]>;
  get(id: string): Promise<InboxAlert>;
  /** How many alerts fire that nothing matched, as of the last sweep. */
  unmatched(): number;
  /** A person opens an incident from an alert that led to none, with a playbook of their choice or none. */
  open(id: string, how: OpenFromAlert): Promise<string>;
  /** Matches what was left: by a worker, by a server that died over it, or unmatched before its incident was opened. Call it about once a second. */
  sweep(): Promise<void>;
  /** Tells running incidents of the alerts that joined them, one message an incident. Call it about once a second. */
  tellIncidents(): Promise<void>;
}

/** `requester`: the person who sends it; null for a monitor. */
type From = { source: string; requester: string | null };

export type OpenFromAlert = {
  playbook: string | null;
  system: string | null;
  severity: Severity | null;
  person: string;
};

export type Received = {
  /** Null for what is over and never fired here. */
  id: string | null;
  status: 'new' | 'opened' | 'joined' | 'unmatched' | 'resolved';
  incident: string | null;
  /** How often this alert came, this time included. */
  count: number;
  /** Why nothing was opened. */
  because: string | null;
};

export type AlertPorts = MatchPorts & {
  inbox: AlertInbox;
  /** Whether the inventory has this AI system. */
  knowsSystem(id: string): boolean;
};

/** What nothing matched is compared with the playbooks again when it comes again, but not more often than this. */
const MATCH_AGAIN_AFTER_MS = 5_000;
/** For so long a batch waits to say what came of it. */
const ANSWER_WITHIN_MS = 8_000;

export function createAlertDesk(ports: AlertPorts): AlertDesk {
  const { inbox, now } = ports;
  const matcher = createMatcher(ports);
  let unmatched = 0;

  const keep = async (alerts: readonly Noticed[], from: From & { once?: boolean }) => {
    const known = alerts.map((one) => ({ ...one, system: systemOf(ports, one.alert) }));
    return inbox.receive({ ...from, alerts: known, at: now() });
  };
  const match = async (kept: readonly (Kept | null)[]): Promise<void> => {
    const due = kept.filter((one) => one !== null).filter((one) => isDue(one, now()));
    const systems = new Set(due.map(({ system }) => system));
    await Promise.all(
      [...systems].map((system) =>
        matcher.match(
          system,
          due.filter((one) => one.system === system && one.status === 'unmatched').map(({ id }) => id),
        ),
      ),
    );
  };
  const outcomes = async (
    alerts: readonly Noticed[],
    first: readonly (Kept | null)[],
    once = false,
  ): Promise<Received[]> => {
    const ids = first.flatMap((one) => (one && one.incident === null ? [one.id] : []));
    const settled = new Map((ids.length > 0 ? await inbox.kept([...new Set(ids)]) : []).map((one) => [one.id, one]));
    const lines = linesOf(first);
    return first.map((one, i) => {
      if (one === null || alerts[i]?.endsAt != null) return ended(one);
      const { status, incident, because } = settled.get(one.id) ?? one;
      // The line with which an alert came for the first time is the one that opened something.
      const line = lines.get(one.id);
      const repeated = !once && (one.incident !== null || line?.first !== i || line.times < one.count);
      return {
        id: one.id,
        status: repeated && incident !== null ? 'joined' : status,
        incident,
        count: one.count,
        because,
      };
    });
  };

  return {
    async receive(alert, { key, ...from }) {
      const over = alert.status === 'resolved';
      const noticed = {
        key: key ?? fingerprint(from.source, alert),
        alert,
        system: null,
        startsAt: null,
        endsAt: over ? now() : null,
      };
      const kept = await keep([noticed], from);
      await match(kept);
      return (await outcomes([noticed], kept))[0] as Received;
    },
    async receiveBatch(alerts, from) {
      const kept = await keep(alerts, from);
      // They are kept: whatever goes wrong now is ours to mend, and nothing their monitor could do better by sending them again.
      const matched = match(kept).catch((error) => ports.warn('alerts are matched later', { error: String(error) }));
      await Promise.race([matched, after(ANSWER_WITHIN_MS)]);
      return outcomes(alerts, kept, from.once);
    },
    list: ({ status, limit }) => inbox.list({ ...(status ? { status: [status] } : {}), limit }),
    get: async (id) => (await inbox.get(id)) ?? noAlert(id),
    unmatched: () => unmatched,
    open: (id, how) => openByPerson(ports, id, how),
    async sweep() {
      await inbox.reconsider();
      unmatched = await inbox.unmatched();
      await Promise.all((await inbox.waiting()).map((system) => matcher.match(system, [])));
    },
    tellIncidents: () => ports.inbox.telling(() => tellIncidents(ports)),
  };
}

const isDue = ({ status, triedAt }: Kept, now: number): boolean =>
  status === 'new' || (status === 'unmatched' && now - (triedAt ?? 0) >= MATCH_AGAIN_AFTER_MS);

/** Where each alert stands in a batch for the first time, and how often it does. */
function linesOf(all: readonly (Kept | null)[]): Map<string, { first: number; times: number }> {
  const lines = new Map<string, { first: number; times: number }>();
  for (const [i, one] of all.entries()) {
    const line = one && lines.get(one.id);
    if (line) line.times += 1;
    else if (one) lines.set(one.id, { first: i, times: 1 });
  }
  return lines;
}

const ended = (kept: Kept | null): Received =>
  kept
    ? { id: kept.id, status: 'resolved', incident: kept.incident, count: kept.count, because: null }
    : { id: null, status: 'resolved', incident: null, count: 0, because: 'It never fired here.' };

/** Alerts about one system are matched in turn; what names no system of the inventory is about none. */
function systemOf({ knowsSystem }: AlertPorts, { system }: JsonObject): string | null {
  return typeof system === 'string' && knowsSystem(system) ? system : null;
}

async function openByPerson(ports: AlertPorts, id: string, how: OpenFromAlert): Promise<string> {
  // Ids are numbers of PostgreSQL's own; what is none cannot be asked for.
  const { system } = (/^\d{1,18}$/.test(id) ? (await ports.inbox.kept([id]))[0] : undefined) ?? noAlert(id);
  return ports.inbox.inTurn(system, async () => {
    const { alert, count, incident: taken } = (await ports.inbox.get(id)) ?? noAlert(id);
    if (taken !== null)
      throw new Problem({
        status: 409,
        code: 'alert-taken',
        message: `This alert has led to ${taken} already.`,
        notDone: 'No incident was opened.',
        next: `Look at ${taken}.`,
        extra: { incident: taken },
      });
    const { incident } = await ports.responses.open({
      title: how.playbook === null ? alertTitle(alert) : null,
      playbook: how.playbook,
      withoutPlaybook: how.playbook === null,
      system: how.system,
      severity: how.severity,
      inputs: {},
      // Whoever opens it chose the playbook, so others decide on its acts.
      requester: how.person,
      alert,
      key: `alert ${id}`,
    });
    const plan = how.playbook === null ? null : await ports.playbooks.latest(how.playbook);
    await ports.inbox.settle(
      [{ id, status: 'opened', incident, plan: plan?.plan.hash ?? null, told: count }],
      ports.now(),
    );
    return incident;
  });
}

function noAlert(id: string): never {
  throw notFound(`alert ${JSON.stringify(id.slice(0, 40))}`, 'See the inbox: tocsin alert list.');
}

/** What makes two alerts the same, when their monitor gives no key of its own. */
const fingerprint = (source: string, alert: JsonObject): string =>
  createHash('sha256')
    .update(JSON.stringify([source, alert.kind ?? null, alert.system ?? null]))
    .digest('hex')
    .slice(0, 32);

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
