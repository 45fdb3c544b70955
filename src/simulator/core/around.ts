import { z } from 'zod';
import type { ActFault, Call } from '../../engine/stage.ts';
import type { JsonObject } from '../../incident/json.ts';

/**
 * What stands around a simulated model: who may use it, what it may do, what it learns from and retrieves, who runs it for us. The
 * first half is what acts change; the second is the truth, which playbooks only learn by looking.
 */
export const Around = z.strictObject({
  credentials: z.enum(['valid', 'revoked']),
  agent: z.enum(['running', 'stopped']),
  tools: z.enum(['enabled', 'disabled']),
  filter: z.enum(['usual', 'strict']),
  data: z.enum(['in-use', 'quarantined']),
  pipeline: z.enum(['open', 'frozen']),
  route: z.enum(['primary', 'fallback']),
  index: z.string(),
  /** Artefacts under hold. They only grow: nothing in a playbook lifts a hold. */
  held: z.array(z.string()),

  /** Principals that nobody knows and that hold valid credentials. */
  strangers: z.number().int().min(0),
  /** Acts an hour that nobody asked for, while the agent runs and has its tools: of a bad version, or led on by planted texts. */
  unsanctioned: z.number().int().min(0),
  suspectRecords: z.number().int().min(0),
  /** Snapshots of the index by name: how many items in each were planted. */
  indexes: z.record(z.string(), z.number().int().min(0)),
  lastVerifiedIndex: z.string(),
  vendorChanged: z.boolean(),
});
export type Around = z.infer<typeof Around>;

export const WELL: Around = {
  credentials: 'valid',
  agent: 'running',
  tools: 'enabled',
  filter: 'usual',
  data: 'in-use',
  pipeline: 'open',
  route: 'primary',
  index: 'current',
  held: [],
  strangers: 0,
  unsanctioned: 0,
  suspectRecords: 0,
  indexes: { current: 0 },
  lastVerifiedIndex: 'current',
  vendorChanged: false,
};

/** As much as can go wrong around a model: something for every playbook to find. */
export const TROUBLED: Around = {
  ...WELL,
  index: 'monday',
  strangers: 2,
  unsanctioned: 14,
  suspectRecords: 37,
  indexes: { sunday: 0, monday: 5 },
  lastVerifiedIndex: 'sunday',
  vendorChanged: true,
};

/** What of a simulated system this file sees. */
type Seen = {
  versions: Readonly<Record<string, { passesValidation: boolean }>>;
  serving: string;
  around?: Around | undefined;
};
type Effect = { outputs: JsonObject; change?: { around: Around } };

const isPoisoned = ({ indexes, index }: Around): boolean => (indexes[index] ?? 0) > 0;

type State = 'credentials' | 'agent' | 'tools' | 'filter' | 'data' | 'pipeline' | 'route';
type Switch = { [S in State]: { state: S; to: Around[S]; says: (around: Around) => string } }[State];

/** Acts that turn one thing to one of its two states. */
const SWITCHES: Readonly<Record<string, Switch>> = {
  'access.revoke': { state: 'credentials', to: 'revoked', says: () => 'No credential of the system is let in.' },
  'access.restore': { state: 'credentials', to: 'valid', says: () => 'Known users hold new credentials.' },
  'agent.stop': { state: 'agent', to: 'stopped', says: () => 'No instance runs, no job is queued.' },
  'agent.resume': { state: 'agent', to: 'running', says: () => 'The agent runs.' },
  'tool.disable': { state: 'tools', to: 'disabled', says: () => 'Tools with side effects refuse every call.' },
  'tool.enable': { state: 'tools', to: 'enabled', says: () => 'All tools take calls.' },
  'filter.tighten': { state: 'filter', to: 'strict', says: () => 'Filters are strict.' },
  'filter.relax': { state: 'filter', to: 'usual', says: () => 'Filters are as usual.' },
  'data.quarantine': { state: 'data', to: 'quarantined', says: (a) => `${a.suspectRecords} records are out of use.` },
  'data.release': { state: 'data', to: 'in-use', says: (a) => `${a.suspectRecords} records are in use.` },
  'pipeline.freeze': { state: 'pipeline', to: 'frozen', says: () => 'Nothing is trained or promoted.' },
  'pipeline.unfreeze': { state: 'pipeline', to: 'open', says: () => 'Training and promotion run.' },
  'vendor.failover': { state: 'route', to: 'fallback', says: () => 'Requests go to the fallback.' },
  'vendor.failback': { state: 'route', to: 'primary', says: () => 'Requests go to the vendor.' },
};

type Look = (around: Around, system: Seen) => JsonObject;

const LOOKS: Readonly<Record<string, Look>> = {
  'access.inspect': ({ credentials, strangers }) => {
    const letIn = credentials === 'valid' ? strangers : 0;
    const tried = strangers - letIn;
    const refused = tried > 0 ? ` Calls of ${tried} are refused.` : '';
    return { credentials, strangers: letIn, detail: `Calls of ${letIn} unknown principals are let in.${refused}` };
  },
  'agent.inspect': (around, { versions, serving }) => {
    const { agent, tools } = around;
    const acts = agent === 'running' && tools === 'enabled';
    const misled = isPoisoned(around) || !versions[serving]?.passesValidation;
    const unsanctioned = acts && misled ? around.unsanctioned : 0;
    const detail = `The agent is ${agent}, its tools are ${tools}; ${unsanctioned} acts in the last hour are unexplained.`;
    return { agent, tools, unsanctioned, detail };
  },
  'data.inspect': ({ data, suspectRecords }) => {
    const suspect = data === 'in-use' ? suspectRecords : 0;
    const detail =
      suspect > 0
        ? `${suspect} records in use are from no approved source; the manifest does not match.`
        : 'All records in use are from approved sources; the manifest matches.';
    return { data, manifestMatches: suspect === 0, suspect, detail };
  },
  'index.inspect': ({ index: snapshot, indexes, lastVerifiedIndex: lastVerified }) => {
    const suspect = indexes[snapshot] ?? 0;
    const detail = `Snapshot ${snapshot} holds ${suspect} items that no approved source explains; last verified: ${lastVerified}.`;
    return { snapshot, lastVerified, suspect, detail };
  },
  'vendor.inspect': ({ route, vendorChanged }) => {
    const fingerprintMatches = !vendorChanged;
    const answers = fingerprintMatches ? 'as it did' : 'not as it did';
    return {
      route,
      fingerprintMatches,
      detail: `The vendor answers canary prompts ${answers}; requests go to the ${route}.`,
    };
  },
  'quality.compare': (_around, { versions, serving: version }) => {
    const inBand = versions[version]?.passesValidation ?? false;
    const [drift, accuracyDrop, selectionRatio] = inBand ? [0.04, 0.01, 0.94] : [0.31, 0.17, 0.71];
    const detail = `Version ${version}: drift ${drift}, ${accuracyDrop * 100} % of golden questions lost, selection ratio ${selectionRatio}.`;
    return { version, drift, accuracyDrop, selectionRatio, inBand, detail };
  },
};

type Strength = 'traffic' | 'listing' | 'read-back';
type Probe = { strength: Strength; vantage: string; finds: (around: Around) => string };

const PROBES: Readonly<Record<string, Probe>> = {
  'evidence.verify': {
    strength: 'read-back',
    vantage: 'simulated store under hold',
    finds: ({ held }) => (held.length > 0 ? 'held' : 'not held'),
  },
  'access.probe': { strength: 'traffic', vantage: 'simulated gateway', finds: (around) => around.credentials },
  'agent.probe': { strength: 'traffic', vantage: 'simulated task queue', finds: (around) => around.agent },
  'tool.probe': { strength: 'traffic', vantage: 'simulated tool', finds: (around) => around.tools },
  'filter.probe': { strength: 'traffic', vantage: 'simulated gateway', finds: (around) => around.filter },
  'data.probe': { strength: 'listing', vantage: 'simulated feature store', finds: (around) => around.data },
  'pipeline.probe': { strength: 'listing', vantage: 'simulated pipeline', finds: (around) => around.pipeline },
  'index.probe': {
    strength: 'traffic',
    vantage: 'simulated retriever',
    finds: (around) => (isPoisoned(around) ? 'not verified' : 'verified'),
  },
  'vendor.probe': { strength: 'traffic', vantage: 'simulated gateway', finds: (around) => around.route },
};

const HOLDS = 'evidence.preserve';
const ROLLS_BACK = 'index.rollback';

/** How long acts take, scenario ms. */
export const AROUND_TOOK_MS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.keys(SWITCHES).map((name) => [name, 4_000])),
  ...Object.fromEntries(Object.keys(LOOKS).map((name) => [name, 2_000])),
  ...Object.fromEntries(Object.keys(PROBES).map((name) => [name, 3_000])),
  [HOLDS]: 10_000,
  [ROLLS_BACK]: 8_000,
};

/** Whether a capability acts on what stands around a model. */
export const isAround = (capability: string): boolean => Object.hasOwn(AROUND_TOOK_MS, capability);

/** What this call finds or changes. */
export function actAround(system: Seen, call: Call): Effect | ActFault {
  const around = system.around ?? WELL;
  const { capability } = call;
  const look = LOOKS[capability];
  if (look) return { outputs: look(around, system) };
  const probe = PROBES[capability];
  if (probe) return { outputs: probed(probe, around, call) };
  if (capability === HOLDS) return hold(around, call);
  if (capability === ROLLS_BACK) return rollBack(around, call);
  const turn = SWITCHES[capability] as Switch;
  return { outputs: turned(capability, around, turn.says(around)), change: { around: withState(around, turn) } };
}

/** Puts back what the act found, and only what it changed: other acts may have changed the rest since. */
export function undoAround(system: Seen, call: Call, before: { around: Around | undefined } | null): Effect {
  const around = system.around ?? WELL;
  const { capability } = call;
  if (!before) {
    const detail = 'The act had no effect; there is nothing to undo.';
    return {
      outputs:
        capability === ROLLS_BACK
          ? { from: around.index, to: around.index, detail }
          : turned(capability, around, detail),
    };
  }
  const found = before.around ?? WELL;
  if (capability === ROLLS_BACK) {
    const detail = `Snapshot ${found.index} is served again, as before.`;
    return {
      outputs: { from: around.index, to: found.index, detail },
      change: { around: { ...around, index: found.index } },
    };
  }
  const { state } = SWITCHES[capability] as Switch;
  const detail = `The ${state} ${state === 'tools' || state === 'credentials' ? 'are' : 'is'} ${found[state]} again, as before.`;
  return {
    outputs: turned(capability, around, detail),
    change: {
      around: { ...around, [state]: found[state], ...(state === 'credentials' && { strangers: found.strangers }) },
    },
  };
}

/** New credentials go to known users only: a stranger's do not come back with them. */
const withState = (around: Around, { state, to }: Switch): Around => ({
  ...around,
  [state]: to,
  ...(state === 'credentials' && to === 'valid' && { strangers: 0 }),
});

const turned = (capability: string, { suspectRecords }: Around, detail: string): JsonObject =>
  capability.startsWith('data.') ? { records: suspectRecords, detail } : { detail };

function probed({ strength, vantage, finds }: Probe, around: Around, call: Call): JsonObject {
  const found = finds(around);
  const proved = found === call.with.expect;
  return { proved, vantage, strength, detail: `Seen from the ${vantage}: ${found}.` };
}

function hold(around: Around, call: Call): Effect {
  const artefacts = Array.isArray(call.with.artefacts) ? call.with.artefacts.map(String) : [];
  const held = [...around.held, ...artefacts.filter((one) => !around.held.includes(one))];
  return {
    outputs: {
      holdId: `hold-${call.key}`,
      items: artefacts.length,
      detail: `${artefacts.length} artefacts are copied and under hold.`,
    },
    change: { around: { ...around, held } },
  };
}

function rollBack(around: Around, call: Call): Effect | ActFault {
  const wanted = String(call.with.to ?? 'last-verified');
  const to = wanted === 'last-verified' ? around.lastVerifiedIndex : wanted;
  if (!Object.hasOwn(around.indexes, to))
    return {
      code: 'unknown-snapshot',
      message: `There is no snapshot "${to}" to go back to.`,
      retryable: false,
      effect: 'none',
    };
  const from = around.index;
  return {
    outputs: { from, to, detail: `Snapshot ${to} replaces ${from}.` },
    change: { around: { ...around, index: to } },
  };
}
