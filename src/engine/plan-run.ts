import { addedPath, planPath } from '../incident/step-path.ts';
import { everyPlanStep, type Plan, type Step } from '../playbook/plan.ts';
import { planUnder } from '../playbook/rounds.ts';
import { CancelScope } from './cancel.ts';
import type { PlanState } from './state.ts';

/** One plan of an incident, and where it stands. `number`: 0 for the one that it was opened with, 1, 2, 3 … for those added. */
export class PlanRun {
  readonly number: number;
  /** With its paths as they stand on the timeline. */
  readonly plan: Plan;
  readonly state: PlanState;
  /** Of what concerns it as a whole. */
  readonly path: string;
  /** Calls off its steps; its `finally` and unwinding have scopes of their own. */
  readonly main = new CancelScope();
  /** Who added it; null for the plan that the incident was opened with. */
  readonly addedBy: string | null;
  /** By their paths in the plan. */
  readonly steps: ReadonlyMap<string, Step>;

  constructor(number: number, plan: Plan, state: PlanState, addedBy: string | null = null) {
    this.number = number;
    this.plan = planUnder(plan, number);
    this.state = state;
    this.addedBy = addedBy;
    this.path = number === 0 ? '' : addedPath(number);
    this.steps = stepsOf(this.plan);
    if (state.cancelled) this.main.cancel(state.cancelled);
  }

  get running(): boolean {
    return this.state.phase !== 'ended';
  }
}

/** Kept with the plan, which thousands of rehearsals share. */
const kept = new WeakMap<Plan, ReadonlyMap<string, Step>>();
function stepsOf(plan: Plan): ReadonlyMap<string, Step> {
  let steps = kept.get(plan);
  if (!steps) {
    steps = new Map([...everyPlanStep(plan)].map((step) => [planPath(step.path), step]));
    kept.set(plan, steps);
  }
  return steps;
}
