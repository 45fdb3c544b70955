import type { Opening } from '../engine/perform.ts';
import type { SystemSnapshot } from '../incident/events.ts';
import type { Json, JsonObject } from '../incident/json.ts';
import { didYouMean } from '../playbook/names.ts';
import { holdsFor, severityOf, worstOf } from '../playbook/opening.ts';
import type { Plan } from '../playbook/plan.ts';
import { resolveInputs } from './inputs.ts';
import type { Directory, OpenRequest, Playbooks, Responses } from './ports.ts';
import { Problem } from './problem.ts';

/** Opening an incident: which playbook, on what, how bad; then one workflow. The same for a person, an alert and the API. */
export type OpenPorts = {
  directory: Directory;
  playbooks: Playbooks;
  /** The same key gives the same incident. */
  allocate(key: string, year: number): Promise<string>;
  /** Starts the workflow, unless it runs already. */
  start(opening: Opening, plan: Plan | null): Promise<{ created: boolean }>;
  now(): number;
  /** What went wrong without keeping the incident from opening. */
  warn(message: string, about: Record<string, unknown>): void;
};

const NOT_OPENED = 'No incident was opened.';

export function createOpener(ports: OpenPorts): Responses['open'] {
  return async (request) => {
    const plan = await choosePlaybook(ports, request);
    const opening = prepare(ports, request, plan);
    const incident = await ports.allocate(request.key, new Date(ports.now()).getUTCFullYear());
    const { created } = await ports.start({ ...opening, incident }, plan);
    return { incident, created };
  };
}

async function choosePlaybook(ports: OpenPorts, request: OpenRequest): Promise<Plan | null> {
  if (request.playbook !== null) return publishedPlan(ports.playbooks, request.playbook, NOT_OPENED);
  if (request.alert === null || request.withoutPlaybook) return null;
  const plans = (await ports.playbooks.list()).map(({ plan }) => plan);
  return playbookFor(plans, request.alert, ports.warn);
}

/** The latest version of a published playbook. Throws Problem. */
export async function publishedPlan(playbooks: Playbooks, name: string, notDone: string): Promise<Plan> {
  const found = await playbooks.latest(name);
  if (found) return found.plan;
  const known = (await playbooks.list()).map(({ plan }) => plan.playbook);
  const none = 'Publish one first: tocsin playbook publish.';
  throw new Problem({
    status: 422,
    code: 'unknown-playbook',
    message: `There is no published playbook "${name}".`,
    notDone,
    next: known.length > 0 ? whichInstead(name, 'Published', known) : none,
  });
}

/** The playbook that opens on this alert, or null. Several of the same priority are for people to choose from. */
export function playbookFor(plans: readonly Plan[], alert: JsonObject, warn: OpenPorts['warn']): Plan | null {
  const matching = plans.filter((plan) => plan.opensOn !== null && holdsFor(warn, plan, plan.opensOn, alert));
  const top = Math.max(...matching.map((plan) => plan.priority));
  const [first, ...others] = matching.filter((plan) => plan.priority === top);
  if (others.length === 0) return first ?? null;
  const names = [first, ...others].map((plan) => plan?.playbook);
  throw new Problem({
    status: 409,
    code: 'several-playbooks',
    message: `This alert matches several playbooks of the same priority: ${names.join(', ')}.`,
    notDone: NOT_OPENED,
    next: 'Open it with one of them, or give one a higher priority.',
    extra: { playbooks: names },
  });
}

function prepare(ports: OpenPorts, request: OpenRequest, plan: Plan | null): Omit<Opening, 'incident'> {
  const inputs = plan
    ? resolveInputs(ports.directory, plan, request, NOT_OPENED)
    : refuseInputsWithoutPlaybook(request.inputs);
  const system = systemOf(ports.directory, request, plan, inputs);
  const title = request.title ?? plan?.title ?? textOf(request.alert?.title);
  if (title === null)
    throw new Problem({
      status: 422,
      code: 'title',
      message: 'An incident without a playbook needs a title.',
      notDone: NOT_OPENED,
      next: 'Say in a few words what is wrong.',
    });
  return {
    title,
    severity:
      request.severity ??
      worstOf(
        plan ? severityOf(ports.warn, plan, { inputs, alert: request.alert, system }) : 'sev3',
        request.severityAtLeast,
      ),
    system,
    requester: request.requester,
    alert: request.alert,
    mode: ports.directory.simulated(system?.id ?? null) ? 'simulated-inventory' : 'live',
    inputs,
  };
}

/** The system the incident is about: named, or the playbook's only AI system, or the alert's. */
function systemOf(
  directory: Directory,
  request: OpenRequest,
  plan: Plan | null,
  inputs: JsonObject,
): SystemSnapshot | null {
  if (request.system !== null) return directory.system(request.system) ?? unknownSystem(directory, request.system);
  const given = Object.entries(plan?.inputs ?? {}).filter(([, spec]) => spec.type === 'ai-system');
  const [only] = given;
  if (only && given.length === 1) {
    const { id } = inputs[only[0]] as { id: string }; // resolveInputs has put a snapshot there
    return directory.system(id);
  }
  const named = textOf(request.alert?.system);
  return named === null ? null : directory.system(named);
}

function unknownSystem(directory: Directory, id: string): never {
  throw new Problem({
    status: 422,
    code: 'unknown-system',
    message: `There is no AI system "${id}" in the inventory.`,
    notDone: NOT_OPENED,
    next: whichInstead(
      id,
      'Systems',
      directory.systems().map((system) => system.id),
    ),
  });
}

function whichInstead(name: string, what: string, known: readonly string[]): string {
  const meant = didYouMean(name, known);
  return meant === undefined ? `${what}: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
}

function refuseInputsWithoutPlaybook(inputs: JsonObject): JsonObject {
  if (Object.keys(inputs).length === 0) return {};
  throw new Problem({
    status: 422,
    code: 'inputs',
    message: 'Inputs were given, but no playbook that takes them.',
    notDone: NOT_OPENED,
    next: 'Name the playbook.',
  });
}

const textOf = (value: Json | undefined): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 300) : null;
