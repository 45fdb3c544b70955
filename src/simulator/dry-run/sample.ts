import { z } from 'zod';
import type { CapabilityContract } from '../../capabilities/contract.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import { bare } from '../../playbook/types.ts';

/** What is known of an AI system without asking anything. */
export type Facts = { live: string | null; lastKnownGood: string | null };

/**
 * What an act may answer when nobody asks the world: values of the declared types, as on a day on which all goes well. What the
 * inventory knows stands in for what it knows.
 */
export function sampleOutputs({ output }: CapabilityContract, input: JsonObject, facts: Facts): JsonObject {
  return Object.fromEntries(
    Object.entries(output.shape as Record<string, z.ZodType>).map(([name, field]) => [
      name,
      known(name, input, facts) ?? sample(name, field),
    ]),
  );
}

function known(name: string, input: JsonObject, facts: Facts): string | null {
  if (name === 'lastKnownGood') return facts.lastKnownGood;
  if (name === 'version') return facts.live;
  // A rollback says where it went.
  if (name === 'to' && input.to === 'last-known-good') return facts.lastKnownGood;
  return null;
}

function sample(name: string, field: z.ZodType): Json {
  if (field instanceof z.ZodNullable) return null;
  const inner = bare(field);
  if (inner instanceof z.ZodEnum) return String(inner.options[0]);
  if (inner instanceof z.ZodBoolean) return true;
  if (inner instanceof z.ZodNumber) return 0;
  if (inner instanceof z.ZodArray) return [];
  if (inner instanceof z.ZodObject)
    return Object.fromEntries(
      Object.entries(inner.shape as Record<string, z.ZodType>).map(([key, value]) => [key, sample(key, value)]),
    );
  return inner instanceof z.ZodString ? `<${name}>` : null;
}
