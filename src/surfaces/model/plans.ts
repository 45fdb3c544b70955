import { planNumber } from '../../incident/step-path.ts';
import type { IncidentView, PlanView } from '../../incident/view.ts';
import { everyPlanStep, type Plan, type Step } from '../../playbook/plan.ts';
import type { AddedPlan } from '../ports.ts';
import { countedSteps, type Node, planTree, type Tree } from './tree.ts';

/** The plans of one incident: the one that it was opened with, and those that people added. */
type Plans = { plan: Plan | null; added?: readonly AddedPlan[] | undefined };

/** The plan whose step stands at a path of the timeline, with its paths as they stand there. */
export function planFor({ plan, added = [] }: Plans, path: string): Plan | null {
  const number = planNumber(path);
  return number === 0 ? plan : (added.find((one) => one.number === number)?.plan ?? null);
}

/** Every step of every plan, by where it stands on the timeline. */
export function* everyStepOf({ plan, added = [] }: Plans): Generator<Step> {
  if (plan) yield* everyPlanStep(plan);
  for (const one of added) yield* everyPlanStep(one.plan);
}

/** How one plan of an incident stands. `tree`: null where the plan is not on the shelf. */
export type PlanStanding = {
  number: number;
  playbook: NonNullable<IncidentView['playbook']>;
  state: PlanView | null;
  /** Who added it, when and why; null for the one that the incident was opened with. */
  added: { person: string | null; at: number; reason: string } | null;
  plan: Plan | null;
  tree: Tree | null;
};

export function plansOf(view: IncidentView, plans: Plans): PlanStanding[] {
  const first = view.playbook && {
    number: 0,
    playbook: view.playbook,
    state: view.plan,
    added: null,
    plan: plans.plan,
    tree: plans.plan && planTree(plans.plan, view),
  };
  const others = view.added.map(({ number, playbook, person, addedAt, reason, plan: state }) => {
    const plan = planFor(plans, `+${number}`);
    // A tree tells from the view whether its plan is over.
    const tree = plan && planTree(plan, { ...view, plan: state });
    return { number, playbook, state, added: { person, at: addedAt, reason }, plan, tree };
  });
  return first ? [first, ...others] : others;
}

/** All plans as one: what is under way and what follows, wherever it stands. Null where none can be drawn. */
export function wholeTree(plans: readonly PlanStanding[]): Tree | null {
  const trees = plans.flatMap(({ tree }) => (tree ? [tree] : []));
  if (trees.length === 0) return null;
  return { nodes: trees.flatMap(({ nodes }) => nodes), finally: trees.flatMap((tree) => tree.finally) };
}

export type StepsLeft = { done: number; of: number; now: Node[]; then: Node[] };

/** What is done, what is under way, and what is still to come, in the order of the plan. */
export function stepsLeft(tree: Tree): StepsLeft {
  const steps = countedSteps(tree);
  const marked = (...marks: Node['mark'][]) => steps.filter(({ mark }) => marks.includes(mark));
  return {
    done: marked('done', 'taken-over').length,
    of: steps.length,
    now: marked('running', 'waiting', 'failed'),
    then: marked('to-come', 'will-ask'),
  };
}

const STATES = {
  completed: 'completed',
  denied: 'ended: denied',
  failed: 'failed',
  stopped: 'stopped',
  'stood-down': 'stood down',
  unwound: 'undone',
} as const satisfies Record<NonNullable<PlanView['outcome']>, string>;

export function planState({ state }: Pick<PlanStanding, 'state'>, paused: boolean): string {
  if (state?.outcome) return STATES[state.outcome];
  return paused ? 'paused' : 'running';
}

/** `5 of 14 steps done`. */
export const doneWords = ({ done, of }: Pick<StepsLeft, 'done' | 'of'>): string => `${done} of ${of} steps done`;
