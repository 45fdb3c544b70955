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
  readonly steps = new Map<string, Step>();

  constructor(number: number, plan: Plan, state: PlanState, addedBy: string | null = null) {
    this.number = number;
    this.plan = planUnder(plan, number);
    this.state = state;
    this.addedBy = addedBy;
    this.path = number === 0 ? '' : addedPath(number);
    for (const step of everyPlanStep(this.plan)) this.steps.set(planPath(step.path), step);
    if (state.cancelled) this.main.cancel(state.cancelled);
  }

  get running(): boolean {
    return this.state.phase !== 'ended';
  }
}
