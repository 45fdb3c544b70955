import { effectOf } from '../../capabilities/effects.ts';
import type { NumberedEvent } from '../../incident/events.ts';
import { type Measure, type Measures, measuresOf, type Unmeasured } from '../../incident/measures.ts';
import { momentText } from '../../incident/moment.ts';
import type { ObligationView } from '../../incident/obligation.ts';
import { type DecisionView, emptyView, evolve, type IncidentView, type StepStatus } from '../../incident/view.ts';
import { QuestionIds } from './record.ts';
import type { Replay } from './replay.ts';

/** One thing as it was, and as it would have been; null: it is not there. */
export type Both<T> = { was: T; whatIf: T };

export type StepStanding = { status: StepStatus; afterMs: number | null };
export type DecisionStanding = {
  number: number;
  /** Since the opening. */
  askedMs: number;
  /** From the asking to the decision. */
  latencyMs: number | null;
  outcome: string | null;
  by: 'votes' | 'default' | 'withdrawn' | null;
};
export type DutyStanding = { number: number; marginMs: number | null; state: 'met' | 'waived' | 'open' };

export type Comparison = {
  measures: Both<Measures>;
  decisions: ({ path: string; question: string } & Both<DecisionStanding | null>)[];
  duties: ({ path: string; rule: string } & Both<DutyStanding | null>)[];
  /** Those that stand otherwise, or at another time, by more than a second. */
  steps: ({ path: string } & Both<StepStanding | null>)[];
};

const NOISE_MS = 1_000;

/** `until`: when a replay that was cut off was cut off. */
export function compareRuns(record: readonly NumberedEvent[], other: Replay, until: number | null): Comparison {
  const { events } = other;
  const [was, whatIf] = [folded(record), folded(events)];
  return {
    measures: { was: measuresOf(record, effectOf), whatIf: known(measuresOf(events, effectOf), other, until) },
    decisions: decisionsOf(was, whatIf),
    duties: dutiesOf(was, whatIf),
    steps: stepsOf(was, whatIf),
  };
}

function folded(events: readonly NumberedEvent[]): IncidentView {
  const view = emptyView();
  // A fold keeps what it is given.
  for (const event of structuredCopy(events)) evolve(view, event);
  return view;
}

const structuredCopy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Of what would have come after a replay ends nothing is known: what was reached before stands, what was not may have been. */
function known(measures: Measures, { stopped, cut }: Replay, until: number | null): Measures {
  if (!stopped && !cut) return measures;
  const why = stopped
    ? `It cannot say: the replay ends at ${stopped.path}, whose outcome nobody knows.`
    : `Not by ${momentText(until ?? 0)}: it is replayed no further.`;
  const unknown: Unmeasured = { ms: null, why };
  const reached = (measure: Measure): Measure => (measure.ms === null ? unknown : measure);
  return {
    detect: measures.detect,
    acknowledge: reached(measures.acknowledge),
    contain: reached(measures.contain),
    // Something may be taken away again, and another notice become the latest. The record of an open incident is no other.
    recover: stopped ? unknown : reached(measures.recover),
    notify: stopped ? unknown : measures.notify,
  };
}

function decisionsOf(was: IncidentView, whatIf: IncidentView): Comparison['decisions'] {
  const [left, right] = [byId(was), byId(whatIf)];
  return [...new Set([...left.keys(), ...right.keys()])].map((id) => {
    const [one, other] = [left.get(id), right.get(id)];
    const { path, question } = (one ?? other)?.question ?? { path: '', question: '' };
    return {
      path,
      question,
      was: one ? decisionStanding(one, was.openedAt) : null,
      whatIf: other ? decisionStanding(other, whatIf.openedAt) : null,
    };
  });
}

function byId({ decisions }: IncidentView): Map<string, DecisionView> {
  const ids = new QuestionIds();
  return new Map(decisions.map((one) => [ids.next(one.question), one]));
}

function decisionStanding({ question, made, withdrawn }: DecisionView, openedAt: number): DecisionStanding {
  const { number, askedAt } = question;
  const askedMs = askedAt - openedAt;
  if (made) return { number, askedMs, latencyMs: made.at - askedAt, outcome: made.outcome, by: made.by };
  return { number, askedMs, latencyMs: null, outcome: null, by: withdrawn ? 'withdrawn' : null };
}

function dutiesOf(was: IncidentView, whatIf: IncidentView): Comparison['duties'] {
  const [left, right] = [dutiesById(was), dutiesById(whatIf)];
  return [...new Set([...left.keys(), ...right.keys()])].map((id) => {
    const [one, other] = [left.get(id), right.get(id)];
    const { path, rule } = (one ?? other) as ObligationView;
    return { path, rule: rule.id, was: one ? dutyStanding(one) : null, whatIf: other ? dutyStanding(other) : null };
  });
}

function dutiesById({ obligations }: IncidentView): Map<string, ObligationView> {
  const counts = new Map<string, number>();
  return new Map(
    obligations.map((one) => {
      const count = (counts.get(one.path) ?? 0) + 1;
      counts.set(one.path, count);
      return [`${one.path} ${count}`, one];
    }),
  );
}

function stepsOf(was: IncidentView, whatIf: IncidentView): Comparison['steps'] {
  const paths = [...new Set([...Object.keys(was.steps), ...Object.keys(whatIf.steps)])];
  return paths.flatMap((path) => {
    const [one, other] = [stepStanding(was, path), stepStanding(whatIf, path)];
    const apart = Math.abs((one?.afterMs ?? 0) - (other?.afterMs ?? 0));
    return one?.status === other?.status && apart < NOISE_MS ? [] : [{ path, was: one, whatIf: other }];
  });
}

function stepStanding({ steps, openedAt }: IncidentView, path: string): StepStanding | null {
  const step = Object.hasOwn(steps, path) ? steps[path] : undefined;
  if (!step) return null;
  return { status: step.status, afterMs: step.endedAt === undefined ? null : step.endedAt - openedAt };
}

function dutyStanding({ number, dueAt, met, waived }: ObligationView): DutyStanding {
  const marginMs = met ? dueAt - (met.givenAt ?? met.at) : null;
  return { number, marginMs, state: met ? 'met' : waived ? 'waived' : 'open' };
}
