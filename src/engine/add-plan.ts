import type { Actor } from '../incident/events.ts';
import type { Message } from '../incident/messages.ts';
import { addedPath } from '../incident/step-path.ts';
import { Plan } from '../playbook/plan.ts';
import type { Conductor } from './conductor.ts';
import type { Refused } from './messages.ts';
import { newPlanState } from './state.ts';

type Addition = Extract<Message, { type: 'add-playbook' }>;

/** More than people can follow at once. */
export const ADDED_MAX = 10;
/** As JSON, of all added plans and their inputs: they travel with the incident, beside its own plan and state. */
export const ADDED_CHARS_MAX = 1_000_000;

export function refuseToAdd({ state, opening, runs }: Conductor, { plan, inputs }: Addition): Refused | null {
  const { incident } = opening;
  if (state.status === 'resolved')
    return { code: 'resolved', message: `${incident} is resolved. Reopen it first, and add the playbook then.` };
  if (runs.some((run) => run.state.phase === 'unwinding' || (run.running && run.state.cancelled)))
    return { code: 'unwinding', message: 'What was done is being undone. Add the playbook when that has ended.' };
  const { added = [] } = state;
  if (added.length >= ADDED_MAX)
    return {
      code: 'too-many-playbooks',
      message: `${ADDED_MAX} playbooks were added to ${incident} already, the most it takes.`,
    };
  const [issue] = Plan.safeParse(plan).error?.issues ?? [];
  if (issue) return { code: 'not-a-plan', message: `This is no plan: ${issue.path.join('.')}: ${issue.message}` };
  const chars = [...added.map((one) => [one.plan, one.scope.inputs]), [plan, inputs]].reduce(
    (sum, one) => sum + JSON.stringify(one).length,
    0,
  );
  if (chars > ADDED_CHARS_MAX)
    return {
      code: 'no-room',
      message: `${incident} has no room for this playbook: those that were added would take ${chars} characters, and it carries ${ADDED_CHARS_MAX}. Open an incident of its own for it.`,
    };
  return null;
}

/** It begins at once, beside the others. */
export function addPlan(
  conductor: Conductor,
  { plan: given, inputs, reason, person: by }: Addition,
  actor: Actor,
): void {
  const { state } = conductor;
  const plan = Plan.parse(given);
  state.added ??= [];
  const number = state.added.length + 1;
  const added = { number, plan, by, ...newPlanState(inputs), phase: 'steps' as const };
  state.added.push(added);
  const { playbook: id, version, title, hash } = plan;
  const path = addedPath(number);
  conductor.record(path, 'plan.added', { number, playbook: { id, version, title, hash }, inputs, reason }, actor);
  conductor.record(path, 'plan.started', { steps: conductor.adopt(added).steps.size });
}
