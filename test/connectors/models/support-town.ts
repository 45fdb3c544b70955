import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ChatModel, Gateway, ModelRegistry } from '../../../src/connectors/contract.ts';
import { createEgress } from '../../../src/connectors/egress/egress.ts';
import { createMlflowApi } from '../../../src/connectors/mlflow/api.ts';
import { createMlflowGateway } from '../../../src/connectors/mlflow/gateway.ts';
import { createMlflowRegistry } from '../../../src/connectors/mlflow/registry.ts';
import type { ModelPorts } from '../../../src/connectors/models/ports.ts';
import { createChat, vantageOf } from '../../../src/connectors/openai/chat.ts';
import { createSecrets } from '../../../src/connectors/secrets/secrets.ts';
import { defineModel, openEndpoint, pointAlias, registerModel } from '../../../src/demo/mlflow-setup.ts';
import { signFolder } from '../../../src/demo/sign.ts';
import { testFolder } from '../../support/folder.ts';
import { openAiLike, testMlflow } from '../../support/mlflow.ts';
import { newKey, verifierOf, writeFiles } from '../model-signing/made.ts';
import { goodReply, leakyReply, SECRET, supportSystem } from './support-system.ts';

/** A team's assistant in a real MLflow: version 1 is good and signed; version 2 was changed after signing, leaks, and is live. */
export type SupportTown = {
  ports: ModelPorts;
  registry: ModelRegistry;
  gateway: Gateway;
  chat: ChatModel;
  mlflow: string;
  name: string;
  definitions: [string, string];
  /** What was asked of each version's server. */
  asked: [string[], string[]];
  goLive(version: string): Promise<void>;
};

export async function openSupportTown({
  replies = [goodReply, leakyReply],
  through,
}: {
  replies?: [(question: string) => string, (question: string) => string];
  /** An address that stands before MLflow, such as a proxy that lies, made for the real one. */
  through?: (mlflow: string) => Promise<string>;
} = {}): Promise<SupportTown> {
  const { url: mlflow } = await testMlflow();
  const name = `support-${randomUUID().slice(0, 8)}`;
  const { privateKey, publicKey } = newKey();
  const sound = await signedArtefacts('1', privateKey);
  const tampered = { ...(await signedArtefacts('2', privateKey)), 'behaviour.json': '{"version":2,"backdoor":true}' };
  await registerModel(mlflow, name, [sound, tampered], { name: 'production', version: '2' });
  const backends = [await openAiLike('support-1', replies[0]), await openAiLike('support-2', replies[1])] as const;
  const definitions: string[] = [];
  for (const [i, backend] of backends.entries()) {
    onTestFinished(backend.close);
    definitions.push(
      await defineModel(mlflow, {
        name: `${name}-v${i + 1}`,
        backend: `${backend.url}/v1`,
        modelName: `support-${i + 1}`,
      }),
    );
  }
  await openEndpoint(mlflow, name, definitions[1] as string);
  const url = (await through?.(mlflow)) ?? mlflow;
  const egress = createEgress({ origin: url, private: true });
  onTestFinished(() => egress.close());
  const secrets = createSecrets({ NOTES: SECRET });
  const api = createMlflowApi({ kind: 'mlflow', url, private: true }, egress, secrets);
  const registry = createMlflowRegistry(api, { model: name, alias: 'production', now: Date.now });
  const gateway = createMlflowGateway(api, { endpoint: name, definitions: {}, model: name });
  const openai = { kind: 'openai', url: `${url}/gateway/mlflow/v1`, private: true } as const;
  const chat = createChat(openai, egress, secrets);
  const ports: ModelPorts = {
    system: supportSystem(name),
    registry,
    gateway,
    chat,
    vantage: vantageOf(openai),
    signatures: verifierOf({ keys: [publicKey] }),
    secrets,
    ...realTime,
  };
  const goLive = (version: string) => pointAlias(mlflow, name, { name: 'production', version });
  return {
    ports,
    registry,
    gateway,
    chat,
    mlflow,
    name,
    definitions: definitions as [string, string],
    asked: [backends[0].asked, backends[1].asked],
    goLive,
  };
}

export const realTime: Pick<ModelPorts, 'now' | 'pause'> = {
  now: Date.now,
  pause: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

async function signedArtefacts(version: string, key: Parameters<typeof signFolder>[1]) {
  const folder = testFolder();
  writeFiles(folder, { 'behaviour.json': `{"version":${version}}`, 'tokenizer/vocab.txt': 'a\nb\n' });
  await signFolder(folder, key);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(names.map((path) => [path.slice(folder.length + 1), readFileSync(path)]));
}
