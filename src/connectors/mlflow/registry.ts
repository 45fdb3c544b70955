import { z } from 'zod';
import { ConnectorError, type ModelRegistry } from '../contract.ts';
import { type MlflowApi, REGISTRY } from './api.ts';
import { downloadArtefacts } from './artefacts.ts';
import { createNotes, RegisteredModel } from './notes.ts';

const Version = z.object({
  model_version: z.object({
    creation_timestamp: z.union([z.number(), z.string()]).transform(Number).optional(),
  }),
});
const Uri = z.object({ artifact_uri: z.string() });
const Pointed = z.object({ version: z.string(), at: z.number() });

/** One registered model of MLflow, whose live version an alias names. */
export function createMlflowRegistry(
  api: MlflowApi,
  { model, alias, now }: { model: string; alias: string; now: () => number },
): ModelRegistry {
  const notes = createNotes(api, model);
  // MLflow does not keep when an alias was set. What Tocsin itself set, it notes.
  const pointedKey = `alias.${alias}`;

  const pointsTo = async (signal: AbortSignal): Promise<string | null> => {
    const { registered_model } = await api.get({
      path: `${REGISTRY}/registered-models/get`,
      query: { name: model },
      answer: RegisteredModel,
      signal,
    });
    return registered_model.aliases.find((entry) => entry.alias === alias)?.version ?? null;
  };

  const version = (number: string, signal: AbortSignal) =>
    api.get({
      path: `${REGISTRY}/model-versions/get`,
      query: { name: model, version: number },
      answer: Version,
      signal,
    });

  return {
    async live(signal) {
      const live = await pointsTo(signal);
      if (live === null) return null;
      const { model_version } = await version(live, signal);
      const noted = parsed(await notes.read(pointedKey, signal));
      return {
        version: live,
        since: noted?.version === live ? noted.at : null,
        registeredAt: model_version.creation_timestamp ?? null,
      };
    },
    async has(number, signal) {
      try {
        await version(number, signal);
        return true;
      } catch (error) {
        // A version that is no number is refused as a bad parameter.
        if (error instanceof ConnectorError && (error.code === 'not-found' || error.code === 'bad-request'))
          return false;
        throw error;
      }
    },
    async point(number, signal) {
      if ((await pointsTo(signal)) === number) return;
      await api.change({
        method: 'POST',
        path: `${REGISTRY}/registered-models/alias`,
        body: { name: model, alias, version: number },
        answer: z.object({}),
        signal,
      });
      const found = await pointsTo(signal);
      if (found !== number)
        throw new ConnectorError(
          'not-effective',
          `${api.name} said yes to alias ${alias} of ${model} at version ${number}, but it points to ${found ?? 'nothing'}.`,
          { effect: 'unknown' },
        );
      await notes.write(pointedKey, JSON.stringify({ version: number, at: now() }), signal);
    },
    async download(number, folder, signal) {
      const { artifact_uri } = await api.get({
        path: `${REGISTRY}/model-versions/get-download-uri`,
        query: { name: model, version: number },
        answer: Uri,
        signal,
      });
      return downloadArtefacts(api, { uri: artifact_uri, folder, what: `${model} version ${number}` }, signal);
    },
    note: notes.read,
    setNote: notes.write,
  };
}

/** Anybody with rights in MLflow may have written it. */
function parsed(note: string | null): z.infer<typeof Pointed> | null {
  if (note === null) return null;
  try {
    return Pointed.safeParse(JSON.parse(note)).data ?? null;
  } catch {
    return null;
  }
}
