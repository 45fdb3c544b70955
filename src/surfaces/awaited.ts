import type { JsonObject } from '../incident/json.ts';
import type { IncidentView } from '../incident/view.ts';
import { evaluateCondition } from '../playbook/cel.ts';
import { ExpressionError } from '../playbook/expression-error.ts';

/** What a step of a running incident waits for: alerts of which `cel` holds, or (`resolved`) that they are over. */
export type Awaited = { cel: string; resolved: boolean; known: JsonObject };

export const awaitedBy = ({ steps }: IncidentView): Awaited[] =>
  Object.values(steps).flatMap(({ waitsFor }) => (waitsFor?.alerts ? [{ cel: waitsFor.cel, ...waitsFor.alerts }] : []));

/** As the waiting step itself will see it. An alert that lacks what the condition looks at is not the one. */
export function isAwaited(waits: readonly Awaited[], alert: JsonObject): boolean {
  return waits.some(({ cel, known }) => {
    try {
      return evaluateCondition(cel, { inputs: {}, steps: {}, incident: {}, ...known, alert });
    } catch (error) {
      if (error instanceof ExpressionError) return false;
      throw error;
    }
  });
}
