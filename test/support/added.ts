import type { JsonObject } from '../../src/incident/json.ts';
import type { Message } from '../../src/incident/messages.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import { START } from './plans.ts';

/** A person adds a playbook, so many scenario milliseconds after the opening. */
export const adding = (plan: Plan, at: number, inputs: JsonObject = {}): { at: number; message: Message } => ({
  at: START + at,
  message: {
    id: `add-${plan.hash.slice(0, 8)}-${at}`,
    person: 'ana',
    at: 0,
    type: 'add-playbook',
    plan: plan as unknown as JsonObject,
    inputs,
    reason: 'more is needed',
  },
});
