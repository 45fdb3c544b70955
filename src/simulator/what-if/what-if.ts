import type { BusinessCalendar } from '../../capabilities/business-time.ts';
import type { NumberedEvent, SystemSnapshot } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import { findInputs } from '../../playbook/opening.ts';
import type { Plan } from '../../playbook/plan.ts';
import { asItWas } from './as-it-was.ts';
import { assumptionsOf } from './assumptions.ts';
import { BadChange, type Changes } from './changes.ts';
import { type Comparison, compareRuns } from './compare.ts';
import { readChanges, type Written } from './read-changes.ts';
import { type Numbered, type Recorded, recordedIn } from './record.ts';
import { type NamedWorld, type Replay, replay, type Unknown } from './replay.ts';
import { saidIn } from './said.ts';
import { type Parting, partingOf } from './same.ts';

export type WhatIfOptions = {
  events: readonly NumberedEvent[];
  /** Numbers of events of which nobody knows what they said. */
  redacted: ReadonlySet<number>;
  /** When the timeline was read. */
  readAt: number;
  planByHash: (hash: string) => Plan;
  /** Inputs of the playbook that were given by hand: the timeline does not hold them. */
  inputs: JsonObject;
  written: Written;
  named: (NamedWorld & { name: string }) | null;
  calendar: BusinessCalendar | null;
  /** AI systems as the inventory has them now: of others than the incident's the timeline tells nothing. */
  systems: readonly SystemSnapshot[];
};

export type WhatIf = {
  recorded: Recorded;
  plans: readonly (Plan | null)[];
  /** Until when it was replayed: an incident whose plan still runs no further than it has come. */
  until: number | null;
} & (
  | { faithful: false; parting: Parting }
  | {
      faithful: true;
      changes: Changes;
      replayed: readonly NumberedEvent[];
      /** Null: nothing differs. */
      difference: Parting | null;
      comparison: Comparison;
      stopped: Unknown | null;
      /** That it was contained is proved in the named world alone. */
      containedInWorld: boolean;
      assumptions: string[];
    }
);

/** Replays an incident as it was, and, where that agrees with the record, with something changed. Throws BadChange. */
export async function whatIf(options: WhatIfOptions): Promise<WhatIf> {
  const { events, redacted, readAt, planByHash, written, named, calendar } = options;
  const opened = openedIn(events);
  const recorded = recordedIn(events, opened);
  const plans = plansIn(opened, events, planByHash);
  const changes = readChanges(written, recorded, plans);
  const inputs = inputsOf(opened, plans[0], options);
  const lastAt = events.at(-1)?.at ?? opened.at;
  const open = !recorded.closed;
  const common = { recorded, said: saidIn(events, planByHash), plans, inputs, calendar };
  const first = await asItWas({ ...common, until: open ? lastAt : null }, { redacted, open });
  // What people do in a plan that has ended is known, however late it would have come.
  const running = isRunning(events);
  const until = open ? Math.max(readAt, lastAt) : null;
  const about = { recorded, plans, until: running ? until : null };
  if (first.parting) return { ...about, faithful: false, parting: first.parting };
  const other = await replay({ ...common, changes, named, until, toTheEnd: !running, breaks: [] });
  const comparison = compareRuns(events, other, until);
  return {
    ...about,
    faithful: true,
    changes,
    replayed: other.events,
    difference: partingOf(events, other.events, { redacted, open: false }),
    comparison,
    stopped: other.stopped,
    containedInWorld: restsOnWorld(comparison, other),
    assumptions: assumptionsOf({
      recorded,
      changes,
      other,
      comparison,
      named,
      until,
      running,
      breaks: first.breaks.length,
      inputs: options.inputs,
    }),
  };
}

function isRunning(events: readonly NumberedEvent[]): boolean {
  const count = (type: NumberedEvent['type']) => events.filter((event) => event.type === type).length;
  return count('plan.started') > count('plan.finished');
}

function openedIn(events: readonly NumberedEvent[]): Numbered<'incident.opened'> {
  const opened = events.find((event): event is Numbered<'incident.opened'> => event.type === 'incident.opened');
  if (opened) return opened;
  throw new BadChange('No incident is opened in this timeline.', 'Its first event may be redacted.');
}

function plansIn(
  opened: Numbered<'incident.opened'>,
  events: readonly NumberedEvent[],
  planByHash: WhatIfOptions['planByHash'],
): [Plan | null, ...Plan[]] {
  const { playbook } = opened.data;
  const added = events.flatMap((event) => (event.type === 'plan.added' ? [planByHash(event.data.playbook.hash)] : []));
  return [playbook ? planByHash(playbook.hash) : null, ...added];
}

/** As they are found when an incident is opened, with what the timeline tells of its AI system. */
function inputsOf(
  { data }: Numbered<'incident.opened'>,
  plan: Plan | null,
  { inputs: given, systems: known }: WhatIfOptions,
): JsonObject {
  if (!plan) return {};
  const { system, alert } = data;
  const there = [...(system ? [system] : []), ...known.filter(({ id }) => id !== system?.id)];
  const systems = { system: (id: string) => there.find((one) => one.id === id) ?? null, systems: () => there };
  const { inputs, faults } = findInputs(systems, plan, { inputs: given, system: system?.id ?? null, alert });
  if (faults.length === 0) return inputs;
  throw new BadChange(
    `The timeline does not say with which inputs ${plan.playbook} began: ${faults.join('; ')}.`,
    "Say them as they were: --inputs '{…}'.",
  );
}

function restsOnWorld({ measures }: Comparison, { fromWorld }: Replay): boolean {
  const { contain } = measures.whatIf;
  return contain.ms !== null && fromWorld.some((seq) => seq <= contain.to);
}
