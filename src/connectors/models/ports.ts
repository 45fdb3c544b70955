import type { AiSystem } from '../../inventory/inventory.ts';
import type { Serving } from '../../inventory/serving.ts';
import type { ChatModel, Gateway, ModelRegistry, Secrets, SignatureVerifier } from '../contract.ts';

/** What the capabilities of one AI system are made of. `main` wires one of these for each system that has a real connection. */
export type ModelPorts = {
  system: AiSystem & { serving: Serving };
  registry: ModelRegistry;
  gateway: Gateway;
  /** Asks through the way that people use, or through a trial way. Null: nothing says through what it is asked. */
  chat: ChatModel | null;
  /** The address that `chat` asks, as a proof names it: without query and credentials. "" without `chat`. */
  vantage: string;
  /** Null: nothing says whose keys its artefacts must be signed with. */
  signatures: SignatureVerifier | null;
  secrets: Secrets;
  /** Epoch ms. */
  now(): number;
  pause(ms: number, signal: AbortSignal): Promise<void>;
};
