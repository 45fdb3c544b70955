import { type ChatAnswer, type ChatModel, ConnectorError, type Gateway, type ModelRegistry } from '../contract.ts';
import { noLiveVersion } from './live.ts';
import type { ModelPorts } from './ports.ts';

/** Asking the model of an AI system, through the way that people use or through a trial way behind a cut. */

/** What asking takes. An endpoint alone, without a registry or a gateway, can be asked too. */
export type AskPorts = Pick<ModelPorts, 'system' | 'chat' | 'vantage' | 'secrets' | 'now' | 'pause'> & {
  registry: ModelRegistry | null;
  gateway: Gateway | null;
};

export type Way = {
  /** The endpoint's name. */
  endpoint: string;
  /** The version it should lead to; null when nothing says which. */
  version: string | null;
  /** The name under which that version answers; null when unknown. */
  modelName: string | null;
  trial: boolean;
  ask(text: string, signal: AbortSignal): Promise<ChatAnswer>;
};

const END_TRIAL_WITHIN_MS = 10_000;

export function chatOf({ system, chat }: AskPorts): ChatModel {
  if (chat !== null) return chat;
  throw new ConnectorError(
    'unbound',
    `Nothing says through what ${system.id} is asked: add a connection of kind openai to tocsin.yaml, and name it in "serving: { ask-through: … }".`,
  );
}

/** The way that people use, whether it is open or not. Its version is the one that the registry calls live. */
export async function publicWay(ports: AskPorts, signal: AbortSignal): Promise<Way> {
  const version = (await ports.registry?.live(signal))?.version ?? null;
  return { ...anyWay(ports), version, modelName: await nameOf(ports, version, signal) };
}

/** The same, whichever version it should lead to. */
export function anyWay(ports: AskPorts): Way {
  const chat = chatOf(ports);
  const { endpoint } = ports.system.serving;
  return {
    endpoint,
    version: null,
    modelName: null,
    trial: false,
    ask: (text, signal) => chat.ask({ model: endpoint, text }, signal),
  };
}

export type Asked<T> = {
  result: T;
  way: Way;
  /** The version to which the gateway says the way leads; null when it does not say. */
  listed: string | null;
  /** A sentence about a trial way that could not be removed, else "". */
  left: string;
};

/** Works with the way that people use, or, where that is cut, with a trial way that is gone afterwards. */
export async function withWay<T>(
  ports: AskPorts,
  signal: AbortSignal,
  work: (way: Way) => Promise<T>,
): Promise<Asked<T>> {
  const { gateway } = ports;
  const open = await publicWay(ports, signal);
  const listed = gateway === null ? { endpoint: true, version: null, since: null } : await gateway.listed(signal);
  if (gateway === null || listed.endpoint)
    return { result: await work(open), way: open, listed: listed.version, left: '' };
  const { version } = open;
  if (version === null) throw noLiveVersion(ports.system);
  const way = await trialWay(chatOf(ports), gateway, open, version, signal);
  let result: T;
  try {
    result = await work(way);
  } catch (error) {
    await endTrial(gateway, version);
    throw error;
  }
  const ended = await endTrial(gateway, version);
  const left = ended ? '' : ` The trial endpoint ${way.endpoint} could not be removed: remove it by hand.`;
  return { result, way, listed: version, left };
}

async function trialWay(
  chat: ChatModel,
  gateway: Gateway,
  open: Way,
  version: string,
  signal: AbortSignal,
): Promise<Way> {
  const endpoint = await gateway.trial(version, signal);
  return {
    ...open,
    endpoint,
    trial: true,
    async ask(text, signal) {
      const answer = await chat.ask({ model: endpoint, text }, signal);
      if (answer.outcome !== 'refused') return answer;
      // Another check may have ended the trial way that both used: open one again, once.
      const again = await gateway.trial(version, signal);
      return chat.ask({ model: again, text }, signal);
    },
  };
}

/** Even when the act was aborted: a way to a model that is cut off must not stay behind. */
async function endTrial(gateway: Gateway, version: string): Promise<boolean> {
  try {
    await gateway.endTrial(version, AbortSignal.timeout(END_TRIAL_WITHIN_MS));
    return true;
  } catch {
    // Said in words by who asked; whether the model is sound does not depend on it.
    return false;
  }
}

const nameOf = async ({ gateway }: AskPorts, version: string | null, signal: AbortSignal): Promise<string | null> =>
  gateway === null || version === null ? null : gateway.modelName(version, signal);

/** Providers answer with a dated name for the one asked for: `gpt-4o-2024-08-06` for `gpt-4o`. */
export const isNameOf = (name: string, answered: string): boolean =>
  answered === name ||
  (answered.startsWith(`${name}-`) && /^\d{4}(-?\d{2}-?\d{2})?$/.test(answered.slice(name.length + 1)));
