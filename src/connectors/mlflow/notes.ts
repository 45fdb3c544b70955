import { z } from 'zod';
import { type MlflowApi, REGISTRY } from './api.ts';

/** Tags of the registered model that belong to Tocsin. Whoever may change the alias may set them, and nobody else needs them. */
export type Notes = {
  read(key: string, signal: AbortSignal): Promise<string | null>;
  write(key: string, value: string, signal: AbortSignal): Promise<void>;
};

const PREFIX = 'tocsin.';

/** MLflow leaves out what is empty. */
export const RegisteredModel = z.object({
  registered_model: z.object({
    tags: z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]),
    aliases: z
      .array(z.object({ alias: z.string(), version: z.union([z.string(), z.number()]).transform(String) }))
      .default([]),
  }),
});

export function createNotes(api: MlflowApi, model: string): Notes {
  return {
    async read(key, signal) {
      const { registered_model } = await api.get({
        path: `${REGISTRY}/registered-models/get`,
        query: { name: model },
        answer: RegisteredModel,
        signal,
      });
      return registered_model.tags.find((tag) => tag.key === PREFIX + key)?.value ?? null;
    },
    async write(key, value, signal) {
      await api.change({
        method: 'POST',
        path: `${REGISTRY}/registered-models/set-tag`,
        body: { name: model, key: PREFIX + key, value },
        answer: z.object({}),
        signal,
      });
    },
  };
}
