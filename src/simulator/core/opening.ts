import type { Opening } from '../../engine/perform.ts';
import type { SystemSnapshot } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import { didYouMean } from '../../playbook/names.ts';
import { findInputs, holdsFor, type Systems, severityOf } from '../../playbook/opening.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { Script } from './script.ts';

type Raised = { id: string; plan: Plan; script: Script; alert: JsonObject };

/** What an alert opens, as it would for real; null: the playbook is not for it, or its inputs cannot be found in it. */
export function openingByAlert({ id, plan, script, alert }: Raised): Opening | null {
  const ignore = () => undefined;
  if (plan.opensOn === null || !holdsFor(ignore, plan, plan.opensOn, alert)) return null;
  const systems = systemsOf(script);
  const { inputs, faults } = findInputs(systems, plan, { inputs: {}, system: null, alert });
  if (faults.length > 0) return null;
  const system = aboutOf(plan, inputs) ?? (typeof alert.system === 'string' ? systems.system(alert.system) : null);
  return {
    incident: id,
    title: plan.title,
    severity: severityOf(ignore, plan, { inputs, alert, system }),
    system,
    requester: null,
    alert,
    mode: 'exercise',
    inputs,
  };
}

type Asked = { id: string; plan: Plan; script: Script; title: string; system: string | null; person: string };

/** What a person opens, as in an incident; `faults`: what is missing. */
export function openingByPerson({ id, plan, script, title, system, person }: Asked): Opening | { faults: string[] } {
  const ignore = () => undefined;
  const systems = systemsOf(script);
  const named = system === null ? null : systems.system(system);
  const { inputs, faults } = findInputs(systems, plan, { inputs: {}, system, alert: null });
  if (system !== null && !named) return { faults: [unknown(system, systems)] };
  if (faults.length > 0) return { faults };
  const about = named ?? aboutOf(plan, inputs);
  const severity = severityOf(ignore, plan, { inputs, alert: null, system: about });
  return { incident: id, title, severity, system: about, requester: person, alert: null, mode: 'exercise', inputs };
}

function unknown(system: string, systems: Systems): string {
  const known = systems.systems().map(({ id }) => id);
  const meant = didYouMean(system, known);
  return `there is no AI system "${system}": ${meant === undefined ? `one of ${known.join(', ')}` : `did you mean "${meant}"?`}`;
}

export const systemsOf = ({ systems }: Script): Systems => ({
  system: (id) => systems.find(({ snapshot }) => snapshot.id === id)?.snapshot ?? null,
  systems: () => systems.map(({ snapshot }) => snapshot),
});

/** The only AI system among the inputs. */
function aboutOf(plan: Plan, inputs: JsonObject): SystemSnapshot | null {
  const names = Object.keys(plan.inputs).filter((name) => plan.inputs[name]?.type === 'ai-system');
  return names.length === 1 ? (inputs[names[0] as string] as unknown as SystemSnapshot) : null;
}
