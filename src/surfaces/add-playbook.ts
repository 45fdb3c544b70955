import type { JsonObject } from '../incident/json.ts';
import type { Plan } from '../playbook/plan.ts';
import { type Accepted, type CommandDeps, incidentOr404, send } from './commands.ts';
import { resolveInputs } from './inputs.ts';
import { publishedPlan } from './open.ts';
import type { Person, Playbooks } from './ports.ts';

const NOT_ADDED = 'No playbook was added.';

export type AddPlaybook = {
  incident: string;
  playbook: string;
  inputs: JsonObject;
  reason: string;
  /** Makes a repeat harmless; see `messageId`. */
  id: string;
};

/** Adds a published playbook to an open incident: its latest version, about the incident's AI system unless an input says otherwise. */
export async function addPlaybook(
  deps: CommandDeps & { playbooks: Playbooks },
  person: Person,
  { incident, playbook, inputs, reason, id }: AddPlaybook,
): Promise<Accepted> {
  const { view, events } = await incidentOr404(deps.reader, incident);
  const plan = await publishedPlan(deps.playbooks, playbook, NOT_ADDED);
  const opened = events.find((event) => event.type === 'incident.opened');
  const alert = opened?.data.alert ?? null;
  const given = { inputs, system: systemFor(plan, view.system?.id ?? null), alert };
  return send(deps, incident, {
    type: 'add-playbook',
    id,
    person: person.id,
    at: deps.now(),
    plan: plan as unknown as JsonObject, // a plan is JSON; its type says more
    inputs: resolveInputs(deps.directory, plan, given, NOT_ADDED),
    reason,
  });
}

/** Where a playbook is about several systems, the incident's own cannot be meant for each of them. */
function systemFor({ inputs }: Plan, system: string | null): string | null {
  return Object.values(inputs).filter(({ type }) => type === 'ai-system').length === 1 ? system : null;
}
