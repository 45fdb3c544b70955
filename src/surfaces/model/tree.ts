import type { DecisionView, IncidentView, StepView } from '../../incident/view.ts';
import type { EachStep, Plan, RepeatStep, Step } from '../../playbook/plan.ts';
import { stepsInRound } from '../../playbook/rounds.ts';

/** How one step of the plan stands, for a reader. A word and a shape each; see `parts/glyph.tsx`. */
export type Mark =
  | 'done'
  | 'running'
  | 'to-come'
  | 'will-ask'
  | 'waiting'
  | 'failed'
  | 'skipped'
  | 'taken-over'
  | 'undone'
  | 'not-reached';

/** `taken`: null while nobody knows yet. `lane`: runs beside its siblings. */
export type Way = { name: string; lane: boolean; taken: boolean | null; nodes: Node[] };
export type Node = {
  step: Step;
  mark: Mark;
  view: StepView | null;
  decision: DecisionView | null;
  ways: Way[];
};
export type Tree = { nodes: Node[]; finally: Node[] };

export function planTree(plan: Plan, view: IncidentView): Tree {
  return { nodes: nodesOf(plan.steps, view), finally: nodesOf(plan.finally, view) };
}

const nodesOf = (steps: readonly Step[], view: IncidentView): Node[] => steps.map((step) => nodeOf(step, view));

function nodeOf(step: Step, view: IncidentView): Node {
  const state = view.steps[step.path] ?? null;
  const decision = view.decisions.findLast((d) => d.question.path === step.path) ?? null;
  const ways = waysOf(step, state, decision, view);
  return { step, view: state, decision, ways, mark: markOf(step, state, ways, view) };
}

function waysOf(step: Step, state: StepView | null, decision: DecisionView | null, view: IncidentView): Way[] {
  const way = (name: string, steps: readonly Step[] | null, taken: boolean | null, lane = false): Way[] =>
    steps === null || steps.length === 0 ? [] : [{ name, lane, taken, nodes: nodesOf(steps, view) }];
  switch (step.kind) {
    case 'if': {
      const branch = state?.branch;
      return [
        ...way('If it holds', step.then, branch === undefined ? null : branch === 'then'),
        ...way('Otherwise', step.else, branch === undefined ? null : branch === 'else'),
      ];
    }
    case 'parallel':
      return step.branches.flatMap((branch) => way(branch.name, branch.steps, true, true));
    case 'run':
      return way(step.playbook, [...step.steps, ...step.finally], true);
    case 'do':
      return way('If it fails', step.onFailure, begun(step.onFailure, view) || (settled(state) ? false : null));
    case 'ask': {
      const denied = decision?.question.kind === 'approval' && decision.made ? decision.made.outcome === 'deny' : null;
      const failed = step.onFailure ?? null;
      return [
        ...way('If denied', step.onDeny, denied),
        ...way('If it is not done', failed, begun(failed, view) || (settled(state) ? false : null)),
      ];
    }
    case 'try': {
      const caught = state?.branch === 'on-failure' || (begun(step.finally, view) || over(view) ? false : null);
      return [
        ...way('Try', step.steps, true),
        ...way('If one fails', step.onFailure, caught),
        ...way('In any case', step.finally, true),
      ];
    }
    case 'each':
    case 'repeat':
      return roundsOf(step, state, view);
    case 'say':
    case 'wait':
    case 'oblige':
      return [];
    default:
      return step satisfies never;
  }
}

/** The rounds that have begun; before that, what a round does. */
function roundsOf(step: EachStep | RepeatStep, state: StepView | null, view: IncidentView): Way[] {
  const inside = `${step.path}/`;
  const begun = new Set(
    Object.keys(view.steps).flatMap((path) =>
      path.startsWith(inside) ? [path.slice(inside.length).split('/')[0] as string] : [],
    ),
  );
  if (begun.size === 0)
    return [{ name: 'Each round', lane: false, taken: state === null ? null : true, nodes: nodesOf(step.steps, view) }];
  return [...begun].sort().map((round) => ({
    name: `Round ${Number.parseInt(round, 10)}`,
    lane: false,
    taken: true,
    nodes: nodesOf(stepsInRound(step.steps, step.path, round), view),
  }));
}

const over = (view: IncidentView): boolean => view.plan?.finishedAt !== undefined;

const settled = (state: StepView | null): boolean =>
  state !== null && ['done', 'skipped', 'taken-over', 'undone'].includes(state.status);

function begun(steps: readonly Step[] | null, view: IncidentView): boolean {
  return (steps ?? []).some((step) => view.steps[step.path] !== undefined);
}

function markOf(step: Step, state: StepView | null, ways: readonly Way[], view: IncidentView): Mark {
  if (isComposite(step) && state?.status !== 'skipped' && state?.status !== 'failed')
    return betweenRounds(step, state, view) ? 'running' : compositeMark(answering(step, ways), state, view);
  // A wait or a question that a stand-down cut short has no end of its own on the timeline.
  const cutShort = state?.status === 'running' || state?.status === 'waiting';
  if (cutShort && view.plan?.finishedAt !== undefined) return 'skipped';
  if (state) return state.status;
  if (view.plan?.finishedAt !== undefined) return 'not-reached';
  return step.kind === 'ask' ? 'will-ask' : 'to-come';
}

/** Steps that hold others, and do nothing themselves. */
export const isComposite = ({ kind }: Step): boolean =>
  kind === 'if' || kind === 'parallel' || kind === 'run' || kind === 'try' || isRounds(kind);
const isRounds = (kind: Step['kind']): boolean => kind === 'each' || kind === 'repeat';

/** All that has begun may be done while a round is still to come. */
const betweenRounds = ({ kind }: Step, state: StepView | null, view: IncidentView): boolean =>
  isRounds(kind) && state?.status === 'running' && !over(view);

/** A failure that was caught is no failure of the whole: then what was done about it counts. */
function answering(step: Step, ways: readonly Way[]): readonly Way[] {
  const caught = step.kind === 'try' && ways.some((way) => way.name === 'If one fails' && way.taken === true);
  return caught ? ways.filter((way) => way.name !== 'Try') : ways;
}

/** Steps that hold others have no end of their own on the timeline: they stand as their contents stand. */
function compositeMark(ways: readonly Way[], state: StepView | null, view: IncidentView): Mark {
  const inside = ways.filter((way) => way.taken !== false).flatMap((way) => way.nodes);
  const marks = inside.map((node) => node.mark);
  const over = view.plan?.finishedAt !== undefined;
  const idle = (mark: Mark): boolean => mark === 'to-come' || mark === 'will-ask' || mark === 'not-reached';
  if (marks.includes('failed')) return 'failed';
  if (marks.every(idle) && state === null) return over ? 'not-reached' : 'to-come';
  if (state?.status === 'done' || marks.every((mark) => !idle(mark) && mark !== 'running' && mark !== 'waiting'))
    return 'done';
  return over ? 'not-reached' : 'running';
}

/** The steps that count for "6 of 17 done": what acts, asks, says or waits on the ways that are open or taken. */
export function countedSteps(tree: Tree): Node[] {
  return [...tree.nodes, ...tree.finally].flatMap(counted);
}

function counted(node: Node): Node[] {
  const exception = node.step.kind === 'do' || node.step.kind === 'ask' || node.step.kind === 'try';
  const undecidedElse = (way: Way): boolean => way.taken === null && way.name === 'Otherwise' && node.ways.length > 1;
  const ways = node.ways.filter((way) => (exception ? way.taken === true : way.taken !== false && !undecidedElse(way)));
  const inside = ways.flatMap((way) => way.nodes).flatMap(counted);
  return isComposite(node.step) ? inside : [node, ...inside];
}

export type Progress = { done: number; of: number; failed: number; waiting: number; running: number };

export function progressOf(nodes: readonly Node[]): Progress {
  const count = (...marks: Mark[]): number => nodes.filter((node) => marks.includes(node.mark)).length;
  return {
    done: count('done', 'taken-over'),
    of: nodes.length,
    failed: count('failed'),
    waiting: count('waiting'),
    running: count('running'),
  };
}

export function progressWords({ done, of, failed, waiting, running }: Progress): string {
  const parts = [`${done} of ${of} steps done`];
  if (waiting > 0) parts.push(`${waiting} ${waiting === 1 ? 'waits' : 'wait'} for people`);
  if (running > 0) parts.push(`${running} running`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(', ');
}
