import type { Question, Vote } from './decision.ts';
import type { EventData, NumberedEvent, SystemSnapshot } from './events.ts';
import { type ExerciseView, evolveExercise } from './exercise-view.ts';
import type { JsonObject } from './json.ts';
import type { ObligationView } from './obligation.ts';
import type { Severity } from './severity.ts';
import { planNumber } from './step-path.ts';

export type StepStatus = 'to-come' | 'running' | 'waiting' | 'done' | 'failed' | 'skipped' | 'taken-over' | 'undone';

export type StepView = {
  status: StepStatus;
  startedAt?: number;
  endedAt?: number;
  outputs?: JsonObject;
  /** Proved by this capability's outputs. */
  proof?: JsonObject;
  error?: { code: string; message: string };
  branch?: string;
  question?: number;
  until?: number;
  /** Of a step that waits: what ends it before `until`. `alerts`: it is about alerts; `known` is what else it looks at. */
  waitsFor?: { cel: string; alerts?: { resolved: boolean; known: JsonObject } | undefined };
};

export type DecisionView = {
  question: Question;
  votes: Vote[];
  reminders: number[];
  escalatedAt?: number;
  made?: {
    at: number;
    outcome: string;
    by: 'votes' | 'default';
    people: string[];
    reason: string | null;
    answers?: JsonObject | undefined;
  };
  withdrawn?: { at: number; because: string };
};

export type PlanView = { startedAt: number; finishedAt?: number; outcome?: EventData<'plan.finished'>['outcome'] };

/** A playbook that was added to the incident. Its steps stand under `+<number>/`. */
export type AddedPlanView = EventData<'plan.added'> & { addedAt: number; person: string | null; plan: PlanView | null };

/** What a reader sees of an incident, folded from its timeline. */
export type IncidentView = {
  id: string;
  title: string;
  status: 'open' | 'resolved' | 'closed';
  paused: boolean;
  severity: Severity;
  system: SystemSnapshot | null;
  requester: string | null;
  mode: EventData<'incident.opened'>['mode'];
  playbook: EventData<'incident.opened'>['playbook'];
  openedAt: number;
  resolvedAt?: number;
  closedAt?: number;
  plan: PlanView | null;
  /** Of a drill alone. */
  exercise?: ExerciseView;
  /** Playbooks that were added, in that order. */
  added: AddedPlanView[];
  roles: Record<string, string>;
  /** By step path. A step that has not begun is absent. */
  steps: Record<string, StepView>;
  decisions: DecisionView[];
  /** Duties to notify, in the order in which they were opened. */
  obligations: ObligationView[];
  unwinding: boolean;
  /** What is being undone: of one plan, by its path, or of all that were stood down. Absent while nothing was. */
  undoing?: { path: string; because: EventData<'undo.started'>['because'] }[];
  warnings: { at: number; code: string; message: string }[];
  seq: number;
};

export function emptyView(): IncidentView {
  return {
    id: '',
    title: '',
    status: 'open',
    paused: false,
    severity: 'sev3',
    system: null,
    requester: null,
    mode: 'live',
    playbook: null,
    openedAt: 0,
    plan: null,
    added: [],
    roles: {},
    steps: {},
    decisions: [],
    obligations: [],
    unwinding: false,
    warnings: [],
    seq: 0,
  };
}

/** Folds one event into the view, in place (a view belongs to its fold). Exhaustive over the event types. */
export function evolve(view: IncidentView, event: NumberedEvent): IncidentView {
  view.seq = event.seq;
  const step = (): StepView => (view.steps[event.path] ??= { status: 'running' });
  const decision = (number: number): DecisionView | undefined =>
    view.decisions.find((d) => d.question.number === number);
  const obligation = (number: number): ObligationView | undefined =>
    view.obligations.find((one) => one.number === number);
  switch (event.type) {
    case 'incident.opened': {
      const { incident, ...facts } = event.data;
      Object.assign(view, { id: incident, title: facts.title, severity: facts.severity, system: facts.system });
      Object.assign(view, {
        requester: facts.requester,
        mode: facts.mode,
        playbook: facts.playbook,
        openedAt: event.at,
      });
      break;
    }
    case 'incident.severity-changed':
      view.severity = event.data.to;
      break;
    case 'incident.paused':
      view.paused = true;
      break;
    case 'incident.resumed':
      view.paused = false;
      break;
    case 'incident.stood-down':
      view.paused = false;
      break;
    case 'incident.resolved':
      view.status = 'resolved';
      view.resolvedAt = event.at;
      break;
    case 'incident.closed':
      view.status = 'closed';
      view.closedAt = event.at;
      break;
    case 'incident.reopened':
      view.status = 'open';
      delete view.resolvedAt;
      delete view.closedAt;
      break;
    case 'role.assigned':
      view.roles[event.data.role] = event.data.assignee;
      break;
    case 'plan.started':
      setPlan(view, event.path, { startedAt: event.at });
      break;
    case 'plan.finished':
      foldPlanFinished(view, event);
      break;
    case 'plan.added':
      view.added.push({ ...event.data, addedAt: event.at, person: personOf(event), plan: null });
      break;
    case 'step.skipped':
      Object.assign(step(), { status: 'skipped', endedAt: event.at });
      break;
    case 'step.taken-over':
      Object.assign(step(), { status: 'taken-over', endedAt: event.at, outputs: event.data.outputs ?? undefined });
      break;
    case 'step.failed':
      Object.assign(step(), { status: 'failed', endedAt: event.at, error: event.data });
      break;
    case 'branch.taken':
      // The question which way to go is answered; how its branch fares is told by the steps in it.
      Object.assign(step(), { branch: event.data.branch, status: 'done', startedAt: event.at, endedAt: event.at });
      break;
    case 'act.started':
      if (event.data.purpose === 'act' || event.data.purpose === 'say') {
        const { startedAt } = step();
        Object.assign(step(), { status: 'running', startedAt: startedAt ?? event.at });
        delete step().error;
      }
      break;
    case 'act.done':
      foldActDone(view, event);
      break;
    case 'act.failed':
      step().error = { code: event.data.code, message: event.data.message };
      break;
    case 'decision.asked':
      view.decisions.push({ question: event.data, votes: [], reminders: [] });
      if (event.data.kind !== 'failure')
        Object.assign(step(), { status: 'waiting', startedAt: event.at, question: event.data.number });
      else Object.assign(step(), { question: event.data.number });
      break;
    case 'decision.voted':
      decision(event.data.number)?.votes.push(event.data.vote);
      break;
    case 'decision.reminded':
      decision(event.data.number)?.reminders.push(event.at);
      break;
    case 'decision.escalated': {
      const escalated = decision(event.data.number);
      if (escalated) escalated.escalatedAt = event.at;
      break;
    }
    case 'decision.made': {
      const made = decision(event.data.number);
      if (made) {
        const { number: _, ...rest } = event.data;
        made.made = { at: event.at, ...rest };
        if (made.question.kind !== 'failure') Object.assign(step(), { status: 'done', endedAt: event.at });
      }
      break;
    }
    case 'decision.withdrawn':
      withdraw(view, event.data.number, event.at, event.data.because);
      break;
    case 'obligation.opened': {
      const { number, rule, awareAt, dueAt, owner, remindAt } = event.data;
      view.obligations.push({ number, path: event.path, rule, awareAt, dueAt, owner, remindAt, reminders: [] });
      Object.assign(step(), { status: 'done', startedAt: event.at, endedAt: event.at });
      break;
    }
    case 'obligation.reminded':
      obligation(event.data.number)?.reminders.push(event.at);
      break;
    case 'obligation.overdue':
      Object.assign(obligation(event.data.number) ?? {}, { overdueAt: event.at });
      break;
    case 'obligation.met': {
      const { how, late, givenAt } = event.data;
      const when = givenAt === undefined ? {} : { givenAt };
      const met = { at: event.at, how, person: personOf(event), late, ...when };
      Object.assign(obligation(event.data.number) ?? {}, { met });
      break;
    }
    case 'obligation.waived': {
      const { reason } = event.data;
      Object.assign(obligation(event.data.number) ?? {}, { waived: { at: event.at, reason, person: personOf(event) } });
      break;
    }
    case 'wait.started':
      foldWaitStarted(step(), event);
      break;
    case 'wait.ended':
      Object.assign(step(), { status: event.data.because === 'called-off' ? 'skipped' : 'done', endedAt: event.at });
      delete step().waitsFor;
      break;
    case 'act.held':
    case 'round.started':
    case 'run.started':
      Object.assign(step(), { status: 'running', startedAt: event.at });
      break;
    case 'rounds.finished':
    case 'run.finished':
      Object.assign(step(), { status: 'done', endedAt: event.at });
      break;
    case 'undo.started':
      view.undoing = [...(view.undoing ?? []), { path: event.path, because: event.data.because }];
      view.unwinding = true;
      break;
    case 'undo.finished':
      view.undoing = view.undoing?.filter(({ path }) => path !== event.path) ?? [];
      view.unwinding = view.undoing.length > 0;
      break;
    case 'system.warned':
      view.warnings.push({ at: event.at, code: event.data.code, message: event.data.message });
      break;
    case 'exercise.started':
      Object.assign(view, { id: event.data.incident, title: event.data.title, mode: 'exercise', openedAt: event.at });
      view.playbook = event.data.playbook;
      Object.assign(view, { exercise: evolveExercise(undefined, event) });
      break;
    case 'exercise.ended':
      Object.assign(view, { status: 'closed', closedAt: event.at });
      // Timelines that were written before ENDEX withdrew what was asked.
      for (const { question } of openDecisions(view)) withdraw(view, question.number, event.at, 'The exercise is over');
      evolveExercise(view.exercise, event);
      break;
    case 'exercise.clock':
    case 'inject.delivered':
    case 'inject.skipped':
    case 'inject.seen':
    case 'inject.edited':
    case 'inject.added':
    case 'hint.given':
    case 'voice.said':
    case 'voice.answered':
    case 'observation.recorded':
    case 'hot-wash.answered':
    case 'seat.away':
    case 'seat.back':
      evolveExercise(view.exercise, event);
      break;
    case 'note.added':
    case 'alert.joined':
    case 'alert.resolved':
    case 'undo.registered':
    case 'amendment.added':
      break;
    default:
      event satisfies never;
  }
  return view;
}

/** The playbook that was added whose step is at a path of the timeline. */
export const addedAt = (view: IncidentView, path: string): AddedPlanView | undefined =>
  view.added.find((one) => one.number === planNumber(path));

function withdraw(view: IncidentView, number: number, at: number, because: string): void {
  const decision = view.decisions.find(({ question }) => question.number === number);
  if (!decision) return;
  decision.withdrawn = { at, because };
  const { kind, path } = decision.question;
  if (kind !== 'failure') view.steps[path] = { ...view.steps[path], status: 'skipped', endedAt: at };
}

function setPlan(view: IncidentView, path: string, plan: PlanView): void {
  const added = addedAt(view, path);
  if (added) added.plan = plan;
  else view.plan = plan;
}

function foldPlanFinished(
  view: IncidentView,
  { path, at, data }: Extract<NumberedEvent, { type: 'plan.finished' }>,
): void {
  const plan = planViewAt(view, path);
  if (plan) Object.assign(plan, { finishedAt: at, outcome: data.outcome });
}

function foldWaitStarted(step: StepView, { at, data }: Extract<NumberedEvent, { type: 'wait.started' }>): void {
  Object.assign(step, { status: 'running', startedAt: at, until: data.until });
  // Working out when working time is over was an act of this step, which is not done for that.
  delete step.endedAt;
  if (data.for !== null) step.waitsFor = { cel: data.for, ...(data.awaits && { alerts: data.awaits }) };
}

function foldActDone(view: IncidentView, event: Extract<NumberedEvent, { type: 'act.done' }>): void {
  const { purpose, outputs } = event.data;
  // Proofs and undos carry the path of the step they belong to.
  const step = (view.steps[event.path] ??= { status: 'running' });
  if (purpose === 'prove') Object.assign(step, { proof: outputs, status: 'done', endedAt: event.at });
  else if (purpose === 'undo') Object.assign(step, { status: 'undone', endedAt: event.at });
  else Object.assign(step, event.data.provedBy ? { outputs } : { status: 'done', endedAt: event.at, outputs });
}

const personOf = ({ actor }: NumberedEvent): string | null => (actor.kind === 'person' ? actor.id : null);

/** How the plan stands whose step is at a path of the timeline. */
export const planViewAt = (view: IncidentView, path: string): PlanView | null =>
  planNumber(path) === 0 ? view.plan : (addedAt(view, path)?.plan ?? null);

/** The playbook whose step is at a path of the timeline. */
export const playbookAt = (view: IncidentView, path: string): IncidentView['playbook'] =>
  planNumber(path) === 0 ? view.playbook : (addedAt(view, path)?.playbook ?? null);

/** Whether one of its plans still runs. */
export const plansRunning = (view: IncidentView): boolean =>
  [view.plan, ...view.added.map(({ plan }) => plan)].some((plan) => plan !== null && plan.finishedAt === undefined);

/** Whether a plan still plays that is not being undone: then there is something to stand down. */
export function canStandDown({ plan, added, undoing = [] }: IncidentView): boolean {
  if (undoing.some(({ because }) => because === 'stand-down')) return false;
  const plans = [{ number: 0, plan }, ...added];
  return plans.some(
    (one) => one.plan && !one.plan.finishedAt && !undoing.some(({ path }) => planNumber(path) === one.number),
  );
}

export const openDecisions = (view: IncidentView): DecisionView[] =>
  view.decisions.filter((decision) => !decision.made && !decision.withdrawn);
