import type { JsonObject } from '../incident/json.ts';
import { holdsFor } from '../playbook/opening.ts';
import type { Plan } from '../playbook/plan.ts';
import { isDatabaseAway } from '../store/pool.ts';
import type { AlertInbox, Outcome, Unsettled } from './alert-inbox.ts';
import { type Awaited, awaitedBy, isAwaited } from './awaited.ts';
import { playbookFor } from './open.ts';
import type { Playbooks, Reader, Responses } from './ports.ts';
import { Problem } from './problem.ts';

export type MatchPorts = {
  inbox: Pick<AlertInbox, 'inTurn' | 'unsettled' | 'settle' | 'opening'>;
  reader: Reader;
  playbooks: Playbooks;
  responses: Responses;
  now(): number;
  warn(message: string, about: Record<string, unknown>): void;
};

export type Matcher = {
  /**
   * Finds or opens the incident of every new alert about this system, and of those of `again` that nothing matched so far. Calls that
   * come while it is at it share the next round.
   */
  match(system: string | null, again: readonly string[]): Promise<void>;
};

/** Systems that are matched at a time: each keeps a connection to the database until its incidents are opened. */
const SYSTEMS_AT_ONCE = 3;
const OPEN_INCIDENTS_MAX = 1_000;

export function createMatcher(ports: MatchPorts): Matcher {
  const lanes = new Map<string | null, Lane>();
  const seats = createSeats(SYSTEMS_AT_ONCE);
  const round = async (system: string | null, lane: Lane): Promise<void> => {
    const again = [...lane.again];
    lane.again.clear();
    lane.next = null;
    await seats(() => matchAll(ports, system, again));
  };
  return {
    match(system, again) {
      const lane = lanes.get(system) ?? { running: null, next: null, again: new Set<string>() };
      lanes.set(system, lane);
      for (const id of again) lane.again.add(id);
      if (lane.next) return lane.next;
      const begin = (): Promise<void> => {
        const running = round(system, lane).finally(() => {
          if (lane.running === running) lane.running = null;
        });
        lane.running = running;
        return running;
      };
      if (lane.running === null) return begin();
      // Whatever became of the round before, those who wait get theirs.
      lane.next = lane.running.then(begin, begin);
      return lane.next;
    },
  };
}

type Lane = { running: Promise<void> | null; next: Promise<void> | null; again: Set<string> };
type OpenIncident = { incident: string; plan: Plan | null; waits: readonly Awaited[] };

function createSeats(count: number) {
  let free = count;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

async function matchAll(ports: MatchPorts, system: string | null, again: readonly string[]): Promise<void> {
  await ports.inbox.inTurn(system, async () => {
    for (let rows = await ports.inbox.unsettled(system, again); rows.length > 0; ) {
      // As of now they are compared: an incident that is opened from here on is news to them.
      const at = ports.now();
      const open = system === null ? [] : await openAbout(ports, system);
      const plans = (await ports.playbooks.list()).map(({ plan }) => plan);
      const done: Outcome[] = [];
      try {
        for (const row of rows) done.push(await outcomeOf(ports, row, plans, open));
      } finally {
        if (done.length > 0) await ports.inbox.settle(done, at);
      }
      rows = await ports.inbox.unsettled(system, []);
    }
  });
}

/** Open incidents about this system, the newest first: also those that alerts have opened so lately that no timeline shows them. */
async function openAbout({ inbox, reader, playbooks }: MatchPorts, system: string): Promise<OpenIncident[]> {
  // In this order: one that comes onto its timeline between the two looks is then in both, and not in neither.
  const opening = await inbox.opening(system);
  const views = await reader.incidents({ status: ['open'], limit: OPEN_INCIDENTS_MAX });
  const shown = views.flatMap((view) =>
    // What is said in a drill about a system of this name is not about the real one.
    view.system?.id === system && view.mode !== 'exercise'
      ? [{ incident: view.id, plan: view.playbook?.hash ?? null, waits: awaitedBy(view) }]
      : [],
  );
  const all = [...opening.map((one) => ({ ...one, waits: [] })), ...shown];
  return Promise.all(
    all.map(async ({ incident, plan: hash, waits }) => {
      const published = hash === null ? null : await playbooks.published(hash);
      return { incident, plan: published?.plan ?? null, waits };
    }),
  );
}

async function outcomeOf(ports: MatchPorts, row: Unsettled, plans: Plan[], open: OpenIncident[]): Promise<Outcome> {
  const { id, alert } = row;
  try {
    const running =
      open.find(({ waits }) => isAwaited(waits, alert)) ??
      open.find(({ plan }) => plan !== null && joins(ports, plan, alert));
    if (running) return { id, status: 'joined', incident: running.incident };
    const plan = playbookFor(plans, alert, ports.warn);
    if (!plan) return { id, status: 'unmatched', because: 'No playbook opens on this alert.' };
    const { incident } = await ports.responses.open({
      title: null,
      playbook: plan.playbook,
      system: null,
      severity: null,
      inputs: {},
      requester: row.requester,
      alert,
      key: `alert ${id}`,
    });
    open.unshift({ incident, plan, waits: [] });
    return { id, status: 'opened', incident, plan: plan.hash, told: row.count };
  } catch (error) {
    return { id, status: 'unmatched', because: reasonOf(ports, id, error) };
  }
}

/** Why an alert cannot be used: that is for people to read. What may pass is thrown on, and the alert stays new. */
function reasonOf(ports: MatchPorts, alert: string, error: unknown): string {
  if (error instanceof Problem ? error.status >= 500 : isDatabaseAway(error)) throw error;
  if (error instanceof Problem) {
    ports.warn('alert kept without an incident', { alert, code: error.code });
    return [error.message, error.next].filter(Boolean).join(' ');
  }
  // One alert that we fail over must not keep the others from being matched.
  ports.warn('an alert could not be matched', { alert, error: String(error) });
  return 'Tocsin failed while it opened an incident on this alert; its log says why. Open one by hand.';
}

const joins = (ports: MatchPorts, plan: Plan, alert: JsonObject): boolean => {
  const cel = plan.joinsOn ?? plan.opensOn;
  return cel !== null && holdsFor(ports.warn, plan, cel, alert);
};
