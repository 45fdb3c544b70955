import { z } from 'zod';
import { ConnectorError } from '../contract.ts';

/** What an endpoint of the gateway is made of, and how to make another that leads to one version of the model only. */

const Number64 = z.union([z.number(), z.string()]).transform(Number);

const Mapping = z.object({
  model_definition_id: z.string(),
  model_definition: z.object({ name: z.string() }).optional(),
  weight: z.number().default(1),
  linkage_type: z.enum(['PRIMARY', 'FALLBACK']),
  fallback_order: Number64.optional(),
  /** Epoch ms: since when the endpoint leads there. */
  created_at: Number64.optional(),
});

export const Endpoint = z.object({
  endpoint_id: z.string(),
  name: z.string(),
  model_mappings: z.array(Mapping).default([]),
  tags: z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]),
  routing_strategy: z.string().optional(),
  fallback_config: z.object({ strategy: z.string().optional(), max_attempts: Number64.optional() }).optional(),
  experiment_id: z.string().optional(),
  usage_tracking: z.boolean().optional(),
});
export type Endpoint = z.infer<typeof Endpoint>;

export const GuardrailUse = z.object({ guardrail_id: z.string(), execution_order: Number64.optional() });

/** All that an endpoint is, but its name. Kept as JSON in a note while the way is cut. */
export const Configuration = Endpoint.omit({ endpoint_id: true, name: true }).extend({
  guardrails: z.array(GuardrailUse).default([]),
});
export type Configuration = z.infer<typeof Configuration>;

/** An endpoint that nothing is known of but where it leads. Its use is not counted: that would need an experiment of somebody's choice. */
export const PLAIN: Configuration = { model_mappings: [], tags: [], guardrails: [], usage_tracking: false };

/** How the gateway calls the versions of one model. */
export type Names = { definitionOf(version: string): string; versionOf(definition: string): string | null };

export function createNames(model: string, definitions: Readonly<Record<string, string>>): Names {
  const prefix = `${model}-v`;
  const named = new Map(Object.entries(definitions).map(([version, definition]) => [definition, version]));
  return {
    definitionOf: (version) =>
      Object.hasOwn(definitions, version) ? (definitions[version] as string) : prefix + version,
    versionOf: (definition) =>
      named.get(definition) ??
      (definition.startsWith(prefix) && definition.length > prefix.length ? definition.slice(prefix.length) : null),
  };
}

/** The one version that an endpoint leads to first; null when it leads to several, or to something that is no version of this model. */
export function versionServed({ model_mappings }: Pick<Endpoint, 'model_mappings'>, names: Names): string | null {
  const versions = new Set(
    model_mappings
      .filter((mapping) => mapping.linkage_type === 'PRIMARY')
      .map(({ model_definition }) => names.versionOf(model_definition?.name ?? '')),
  );
  const [only = null] = versions;
  return versions.size === 1 ? only : null;
}

/** Since when an endpoint leads to the version that it leads to, epoch ms; null when the gateway does not say. */
export function servedSince({ model_mappings }: Pick<Endpoint, 'model_mappings'>): number | null {
  const times = model_mappings.flatMap(({ linkage_type, created_at }) =>
    linkage_type === 'PRIMARY' && created_at !== undefined ? [created_at] : [],
  );
  return times.length > 0 ? Math.max(...times) : null;
}

/**
 * The same way, but to one version. Other models that share it or stand in for it stay; every other version of this one goes, also where
 * it would only stand in. `definition`: the id and name of what serves the version.
 */
export function leadingTo(from: Configuration, definition: { id: string; name: string }, names: Names): Configuration {
  const target = { model_definition_id: definition.id, model_definition: { name: definition.name } };
  if (from.model_mappings.length === 0)
    return { ...from, model_mappings: [{ ...target, weight: 1, linkage_type: 'PRIMARY' }] };
  const ours = from.model_mappings.filter(
    ({ model_definition }) => names.versionOf(model_definition?.name ?? '') !== null,
  );
  const replaced = ours.filter((mapping) => mapping.linkage_type === 'PRIMARY');
  if (replaced.length === 0)
    throw new ConnectorError(
      'unknown-mapping',
      `The endpoint leads to ${from.model_mappings.map(({ model_definition }) => model_definition?.name ?? 'something without a name').join(', ')}, and none of these is known as a version of the model. Say what the gateway calls its versions: "serving: { definitions: … }" in tocsin.yaml.`,
    );
  const weight = replaced.reduce((sum, mapping) => sum + mapping.weight, 0);
  const others = from.model_mappings.filter((mapping) => !ours.includes(mapping));
  return { ...from, model_mappings: [{ ...target, weight, linkage_type: 'PRIMARY' }, ...others] };
}

/** Whether two ways lead alike. */
export function leadAlike(a: Pick<Endpoint, 'model_mappings'>, b: Pick<Endpoint, 'model_mappings'>): boolean {
  const line = ({ model_mappings }: Pick<Endpoint, 'model_mappings'>) =>
    model_mappings
      .map(({ model_definition_id: id, linkage_type, weight }) => `${linkage_type} ${id} ${weight}`)
      .sort()
      .join('\n');
  return line(a) === line(b);
}
