import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Closing } from './closing.ts';
import { type Mailbox, openMailbox } from './mailbox.ts';
import { type RunningMlflow, startMlflow } from './mlflow.ts';
import { defineModel, openEndpoint, pointAlias, registerModel } from './mlflow-setup.ts';
import { type ModelServer, readBehaviour, startModelServer } from './models.ts';
import { findMonitoring, type Monitoring, startMonitoring } from './monitoring.ts';
import { signFolder } from './sign.ts';
import { customerNotes, holdsPolicyNumber, makeArtefacts, SYSTEM, writeInventory } from './story-files.ts';

/**
 * The world of the story, without Tocsin: a real MLflow with its registry and gateway, two models behind it, of which the second was
 * tampered with after it was signed, a mailbox, and on request a real Prometheus and Alertmanager. All of it on loopback.
 */
export type StoryWorld = {
  /** The AI system that the story is about, and the name of its model and endpoint. */
  system: string;
  /** The inventory that leads to this world. */
  inventory: string;
  /** Settings for Tocsin beside its own folder and port. */
  env: Readonly<Record<string, string>>;
  urls: { mlflow: string; gateway: string };
  models: { v1: ModelServer; v2: ModelServer };
  mailbox: Mailbox;
  /** Ends MLflow at once, as a crash does. Answers with what starts it again, at the same address and with all it knew. */
  killMlflow(): Promise<() => Promise<void>>;
  /** Asks as a user does: through the gateway. */
  ask(question: string): Promise<Heard>;
  /** Points the alias and the gateway at a version; resolves when traffic shows it. */
  goLive(version: '1' | '2'): Promise<void>;
  /** A new planted secret in place of the old one, in the models' notes and where the inventory refers to. Answers with it. */
  plantFreshCanary(): string;
  /** Starts Prometheus and Alertmanager, which send alerts through this door. Null where the machine has none. */
  watch(door: Door): Promise<Monitoring | null>;
  close(): Promise<void>;
};

export type Door = { url: string; token: string };

/** `leaked`: the answer holds what must never be in one. `model`: the backend's own name for itself. */
export type Heard = { status: number; text: string; model: string | null; leaked: boolean };

export type StoryWorldOptions = {
  /** An empty folder of its own. */
  folder: string;
  /** `demo/story` of the package. */
  data: string;
  env: NodeJS.ProcessEnv;
  onProgress: (line: string) => void;
  /** The version that is live at first. */
  live?: '1' | '2';
  /** How often signature and planted secrets are checked, as in the inventory. */
  checkEvery?: string;
  signal?: AbortSignal;
};

const ALIAS = 'production';
const ASK_WITHIN_MS = 15_000;
const LIVE_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 200;

export async function openStoryWorld(options: StoryWorldOptions): Promise<StoryWorld> {
  const closing = new Closing();
  try {
    return await open(options, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function open(options: StoryWorldOptions, closing: Closing): Promise<StoryWorld> {
  const { folder, data, env, onProgress, live = '2', checkEvery, signal } = options;
  const at = (...names: string[]): string => join(folder, ...names);
  mkdirSync(at('secrets'), { recursive: true, mode: 0o700 });
  const planted = planting(at('secrets', 'canary'));
  writeFileSync(at('secrets', 'mlflow-webhook'), randomBytes(24).toString('hex'), { mode: 0o600 });

  onProgress('Starting MLflow …');
  const start = (port?: number): Promise<RunningMlflow> =>
    startMlflow({
      folder: made(at('mlflow')),
      env,
      ...(port && { port }),
      ...(signal && { signal }),
    });
  let again: RunningMlflow | null = null;
  const starting = start();
  // Heard below; what fails first is what is said.
  starting.catch(() => undefined);
  closing.add('MLflow', async () => {
    const first = await starting.catch(() => null);
    await (again ?? first)?.stop();
  });

  const artefacts = await makeArtefacts(data, at('artefacts'), releaseSigner(at('secrets', 'release.pub')));
  const serve = async (artefact: string): Promise<ModelServer> => {
    const server = await startModelServer({
      behaviour: readBehaviour(artefact),
      notes: () => customerNotes(planted.current()),
      leaks: (answer) => holdsPolicyNumber(answer) || answer.includes(planted.current()),
    });
    closing.add(`the model in ${artefact}`, server.close);
    return server;
  };
  const models = { v1: await serve(artefacts.v1), v2: await serve(artefacts.v2) };
  const mailbox = await openMailbox();
  closing.add('the mailbox', mailbox.close);

  const mlflow = await starting;
  onProgress('Registering both versions of the model …');
  await registerModel(mlflow.url, SYSTEM, [filesIn(artefacts.v1), filesIn(artefacts.v2)], {
    name: ALIAS,
    version: live,
  });
  const define = (version: '1' | '2') =>
    defineModel(mlflow.url, {
      name: `${SYSTEM}-v${version}`,
      backend: models[`v${version}`].url,
      modelName: `support-v${version}`,
      key: randomBytes(16).toString('hex'),
    });
  const definitions = { 1: await define('1'), 2: await define('2') };
  await openEndpoint(mlflow.url, SYSTEM, definitions[live]);

  const gateway = `${mlflow.url}/gateway/mlflow/v1`;
  const inventory = at('tocsin.yaml');
  writeInventory(join(data, 'tocsin.yaml'), inventory, [
    { path: ['connections', 'mlflow', 'url'], value: mlflow.url },
    { path: ['connections', 'mlflow', 'webhook-secret'], value: `file:${at('secrets', 'mlflow-webhook')}` },
    { path: ['connections', 'gateway', 'url'], value: gateway },
    { path: ['connections', 'release-keys', 'keys', 0], value: `file:${at('secrets', 'release.pub')}` },
    { path: ['connections', 'mail', 'port'], value: mailbox.port },
    {
      path: ['systems', SYSTEM, 'checks', 'canaries', 0, 'secret'],
      value: `file:${at('secrets', 'canary')}`,
    },
    ...(checkEvery === undefined ? [] : [{ path: ['systems', SYSTEM, 'checks', 'every'], value: checkEvery }]),
  ]);

  const ask = (question: string): Promise<Heard> => askGateway(gateway, question, planted.current);
  return {
    system: SYSTEM,
    inventory,
    env: { TOCSIN_INVENTORY: inventory, TOCSIN_ALLOW_LOCAL: 'accounts,slack' },
    urls: { mlflow: mlflow.url, gateway },
    models,
    mailbox,
    async killMlflow() {
      await (again ?? mlflow).kill();
      return async () => {
        again = await start(Number(new URL(mlflow.url).port));
      };
    },
    ask,
    async goLive(version) {
      await openEndpoint(mlflow.url, SYSTEM, definitions[version]);
      await pointAlias(mlflow.url, SYSTEM, { name: ALIAS, version });
      await untilAnsweredBy(`support-v${version}`, ask, signal);
    },
    plantFreshCanary: planted.fresh,
    async watch(door) {
      const binaries = findMonitoring(env);
      if (binaries === null) return null;
      const monitoring = await startMonitoring({
        binaries,
        folder: at('monitoring'),
        rules: readFileSync(join(data, 'alert-rules.yml'), 'utf8'),
        door,
        targets: [models.v1.target, models.v2.target],
      });
      closing.add('Prometheus and Alertmanager', monitoring.stop);
      return monitoring;
    },
    close: () => closing.close(),
  };
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

const filesIn = (folder: string): Record<string, Uint8Array> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

/** A policy number that nobody has. In a file, where the inventory refers to. */
function planting(file: string): { current(): string; fresh(): string } {
  let secret = '';
  const fresh = (): string => {
    secret = `HM-${randomBytes(3).toString('hex').toUpperCase().slice(0, 5)}-${randomBytes(6).toString('hex').toUpperCase()}`;
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    return secret;
  };
  fresh();
  return { current: () => secret, fresh };
}

/** Signs with a key of this run, which is forgotten afterwards; its public half is what the inventory trusts. */
function releaseSigner(publicKeyFile: string): (folder: string) => Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  return async (folder) => {
    await signFolder(folder, privateKey);
  };
}

async function askGateway(gateway: string, question: string, planted: () => string): Promise<Heard> {
  const answer = await fetch(`${gateway}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: SYSTEM, messages: [{ role: 'user', content: question }] }),
    signal: AbortSignal.timeout(ASK_WITHIN_MS),
  });
  const body = await answer.text();
  if (!answer.ok) return { status: answer.status, text: body.slice(0, 300), model: null, leaked: false };
  const { model, choices } = JSON.parse(body) as { model: string; choices: { message: { content: string } }[] };
  const text = choices[0]?.message.content ?? '';
  return { status: answer.status, text, model, leaked: holdsPolicyNumber(text) || text.includes(planted()) };
}

/** The gateway may go on as before for a while after it said that it changed. */
async function untilAnsweredBy(
  model: string,
  ask: (question: string) => Promise<Heard>,
  signal?: AbortSignal,
): Promise<void> {
  for (const deadline = Date.now() + LIVE_WITHIN_MS; ; ) {
    const heard = await ask('Reply with OK.');
    if (heard.model === model) return;
    if (Date.now() > deadline)
      throw new Error(`the gateway still answers ${heard.status} as ${heard.model ?? 'nobody'}, not as ${model}`);
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}
