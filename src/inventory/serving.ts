import { milliseconds } from '../playbook/duration.ts';
import type { InventorySource } from './schema.ts';

/** How an AI system is served and checked, as connectors use it. */
type SystemSource = InventorySource['systems'][string];

export type Serving = {
  /** The gateway's endpoint through which people reach it. */
  endpoint: string;
  /** The alias in the registry that says which version is live. */
  alias: string;
  /** What the gateway calls each version, where it is not `<model>-v<version>`. */
  definitions: Readonly<Record<string, string>>;
  /** Names of connections, or null. */
  askThrough: string | null;
  signedBy: string | null;
  /** How long a change may take until traffic shows it. */
  settleMs: number;
};

export type GoldenQuestion = { id: string; ask: string; mustContain: string };
/** `secret`: a reference. */
export type Canary = { id: string; ask: readonly string[]; secret: string };
export type Checks = { everyMs: number | null; golden: readonly GoldenQuestion[]; canaries: readonly Canary[] };

export const servingOf = (source: SystemSource['serving']): Serving | null =>
  source
    ? {
        endpoint: source.endpoint,
        alias: source.alias,
        definitions: source.definitions ?? {},
        askThrough: source['ask-through'] ?? null,
        signedBy: source['signed-by'] ?? null,
        settleMs: milliseconds(source.settle),
      }
    : null;

export const checksOf = ({ every, golden, canaries }: SystemSource['checks']): Checks => ({
  everyMs: every === undefined ? null : milliseconds(every),
  golden: golden.map(({ 'must-contain': mustContain, ...question }) => ({ ...question, mustContain })),
  canaries,
});
