import { z } from 'zod';
import { BusinessCalendar } from '../../capabilities/business-time.ts';
import { answerCalendar, CALENDAR } from '../../capabilities/calendar.ts';
import type { ActFault, ActResult, Call } from '../../engine/stage.ts';
import { JsonObject } from '../../incident/json.ts';
import { planPath } from '../../incident/step-path.ts';
import { AROUND_TOOK_MS, Around, actAround, isAround, undoAround } from './around.ts';

/** One version of a simulated model: the truth about it, which playbooks only learn by looking. */
export const SimulatedVersion = z.strictObject({ signatureValid: z.boolean(), passesValidation: z.boolean() });

export const SimulatedSystem = z.strictObject({
  versions: z.record(z.string(), SimulatedVersion),
  serving: z.string(),
  lastKnownGood: z.string(),
  traffic: z.enum(['serving', 'cut']),
  /** Since when the version that serves is live, ISO 8601; unknown if absent. */
  since: z.string().optional(),
  /** What stands around the model. Absent, also in worlds that were kept before it was known: all is well there. */
  around: Around.optional(),
});
export type SimulatedSystem = z.infer<typeof SimulatedSystem>;

/** A fault befalls the next `times` matching calls. `lie`: the system answers with success and does nothing. */
export const Fault = z.strictObject({
  capability: z.string(),
  system: z.string().nullable(),
  /** Only calls of the step at this path, in all its rounds or in one; of any step if absent. */
  path: z.string().optional(),
  times: z.number().int().min(0),
  kind: z.enum(['error', 'lie']),
  retryable: z.boolean(),
  message: z.string(),
});
export type Fault = z.infer<typeof Fault>;

const Mail = z.strictObject({ to: z.string(), subject: z.string(), text: z.string(), at: z.number(), key: z.string() });

/** The simulated world: hidden state that capabilities change and look at. They never return scripted success. */
export const World = z.strictObject({
  format: z.literal(1),
  systems: z.record(z.string(), SimulatedSystem),
  mailbox: z.array(Mail),
  faults: z.array(Fault),
  /** When people work there. Absent: nobody has said it. */
  calendar: BusinessCalendar.optional(),
  /** Calls that had their effect, by key: a repeat changes nothing, and a read-back can tell. */
  applied: z.record(
    z.string(),
    z.strictObject({
      outputs: JsonObject,
      before: z
        .strictObject({ serving: z.string(), traffic: z.enum(['serving', 'cut']), around: Around.optional() })
        .nullable(),
    }),
  ),
});
export type World = z.infer<typeof World>;

/** How long acts take, scenario ms. */
const TOOK_MS: Record<string, number> = {
  'model.inspect': 2_000,
  'model.isolate': 4_000,
  'model.restore': 4_000,
  'model.rollback': 8_000,
  'model.validate': 6_000,
  'model.probe': 3_000,
  'model.verify': 3_000,
  'model.canary': 3_000,
  'notify.mail': 1_000,
  'notify.webhook': 1_000,
  ...AROUND_TOOK_MS,
};

export const tookMs = (capability: string): number => TOOK_MS[capability] ?? 1_000;

/** A fresh world for these systems: the newest version serves and is bad, the last known good one is good. */
export function newWorld(systems: Record<string, SimulatedSystem>): World {
  return { format: 1, systems, mailbox: [], faults: [], applied: {} };
}

/** The world with one system as it is now. */
function withSystem(world: World, id: string, system: SimulatedSystem): World {
  const systems = { ...world.systems };
  systems[id] = system;
  const after = { ...world };
  after.systems = systems;
  return after;
}

/** A copy that can be acted on while others hold the world. */
export const ownWorld = (world: World): World => ({ ...world, applied: { ...world.applied } });

type Effect = { outputs: JsonObject; change?: Partial<Pick<SimulatedSystem, 'serving' | 'traffic' | 'around'>> };

/**
 * What this call does to the world. Of the world given nothing is changed but `applied`, which only grows: whoever acts on a world
 * that others hold as well gives a copy of it (`ownWorld`).
 */
export function actOnWorld(world: World, call: Call, now: number): { world: World; result: ActResult; tookMs: number } {
  const took = tookMs(call.capability);
  const refused = refusedFor(call);
  if (refused) return { world, result: { ok: false, fault: refused }, tookMs: took };
  // Who only looks leaves nothing to find again.
  const earlier = call.risk === 'read' ? undefined : world.applied[call.key];
  if (earlier) return { world, result: { ok: true, outputs: earlier.outputs }, tookMs: took };
  const struck = strike(world, call);
  if (struck?.fault.kind === 'error') {
    const { message, retryable } = struck.fault;
    return { world: struck.world, result: failed('simulated-fault', message, 'none', retryable), tookMs: took };
  }
  const current = struck?.world ?? world;
  if (call.capability === 'notify.mail') return { ...sendMail(current, call, now), tookMs: took };
  if (call.capability === CALENDAR)
    return { world: current, result: answerCalendar(current.calendar ?? null, call.with, now), tookMs: took };
  if (call.capability === 'notify.webhook') return { ...sendWebhook(current, call, now), tookMs: took };
  const id = String(call.with.system ?? '');
  const system = current.systems[id];
  if (!system)
    return {
      world: current,
      result: failed('unknown-system', `The simulated world has no system "${id}".`, 'none'),
      tookMs: took,
    };
  const effect = effectOf(current, system, call);
  if ('code' in effect) return { world: current, result: { ok: false, fault: effect }, tookMs: took };
  const lies = struck?.fault.kind === 'lie';
  const after = effect.change && !lies ? withSystem(current, id, Object.assign({ ...system }, effect.change)) : current;
  if (call.risk !== 'read') {
    const { serving, traffic, around } = system;
    const before = isAround(call.capability) ? { serving, traffic, ...(around && { around }) } : { serving, traffic };
    after.applied[call.key] = { outputs: effect.outputs, before };
  }
  return { world: after, result: { ok: true, outputs: effect.outputs }, tookMs: took };
}

/** As a worker refuses it, which verifies the votes too: here there is nobody who could forge them. */
function refusedFor({ risk, approval, capability, path }: Call): ActFault | null {
  if (approval !== null || (risk !== 'disruptive' && risk !== 'irreversible')) return null;
  const message = `${capability} at ${path} needs a decision, and none came with it.`;
  return fault('approval-refused', message, 'none');
}

function effectOf(world: World, system: SimulatedSystem, call: Call): Effect | ActFault {
  if (isAround(call.capability)) {
    if (call.undoes === null) return actAround(system, call);
    const before = world.applied[call.undoes]?.before;
    return undoAround(system, call, before ? { around: before.around } : null);
  }
  return call.undoes === null ? effectOn(system, call) : undoEffect(world, system, call, call.undoes);
}

function effectOn(system: SimulatedSystem, call: Call): Effect | ActFault {
  const truth = system.versions[system.serving];
  switch (call.capability) {
    case 'model.inspect': {
      const signatureValid = truth?.signatureValid ?? false;
      const detail = `Version ${system.serving} is ${system.traffic === 'cut' ? 'cut off' : 'serving'}; its signature ${signatureValid ? 'verifies' : 'does not verify'}.`;
      const { serving: version, lastKnownGood, traffic, since } = system;
      const lastKnownGoodValid = system.versions[lastKnownGood]?.signatureValid ?? false;
      return {
        outputs: {
          version,
          since: since ?? 'unknown',
          lastKnownGood,
          signatureValid,
          lastKnownGoodValid,
          traffic,
          detail,
        },
      };
    }
    case 'model.verify': {
      const version = versionMeant(system, String(call.with.version ?? 'live'));
      const valid = system.versions[version]?.signatureValid ?? false;
      const detail = `Version ${version}: its signature ${valid ? 'verifies' : 'does not verify'}.`;
      return { outputs: { version, valid, signer: valid ? 'simulated key' : '', detail } };
    }
    case 'model.canary': {
      const leaked = truth?.passesValidation ? [] : ['planted'];
      const detail =
        leaked.length > 0
          ? `Version ${system.serving} gave away 1 of 1 planted secrets.`
          : `Version ${system.serving} kept all planted secrets.`;
      return { outputs: { version: system.serving, asked: 1, leaked, detail } };
    }
    case 'model.isolate':
      return { outputs: { detail: `Traffic to version ${system.serving} is cut.` }, change: { traffic: 'cut' } };
    case 'model.restore':
      return {
        outputs: { detail: `Traffic reaches version ${system.serving} again.` },
        change: { traffic: 'serving' },
      };
    case 'model.rollback':
      return rollBack(system, call);
    case 'model.validate':
      if (!truth?.passesValidation)
        return fault(
          'validation-failed',
          `Version ${system.serving} does not pass: a canary prompt gets the planted answer.`,
          'none',
        );
      return {
        outputs: {
          version: system.serving,
          checks: ['signature', 'golden questions', 'canary prompts'],
          detail: `Version ${system.serving} passes 3 of 3 checks.`,
        },
      };
    case 'model.probe': {
      const expect = String(call.with.expect ?? 'serving');
      const answered = system.traffic === 'serving' ? 200 : 0;
      const proved = expect === system.traffic;
      const detail = `200 probes through the gateway, ${answered} answered by version ${system.serving}.`;
      return { outputs: { proved, vantage: 'simulated gateway', strength: 'traffic', detail } };
    }
    default:
      return fault('unbound', `The simulated world cannot do "${call.capability}".`, 'none');
  }
}

/** An undo puts back what the act found, which is not always the opposite of what the act does. */
function undoEffect(world: World, system: SimulatedSystem, call: Call, key: string): Effect {
  const before = world.applied[key]?.before;
  if (!before)
    return { outputs: undoOutputs(call, system, system, 'The act had no effect; there is nothing to undo.') };
  const detail = `Version ${before.serving} is ${before.traffic} again, as before.`;
  return { outputs: undoOutputs(call, system, before, detail), change: before };
}

type Serving = { serving: string };
/** What the undoing capability declares, and no more. */
const undoOutputs = ({ capability }: Call, from: Serving, to: Serving, detail: string): JsonObject =>
  capability === 'model.rollback' ? { from: from.serving, to: to.serving, detail } : { detail };

function versionMeant(system: SimulatedSystem, wanted: string): string {
  if (wanted === 'live') return system.serving;
  return wanted === 'last-known-good' ? system.lastKnownGood : wanted;
}

function rollBack(system: SimulatedSystem, call: Call): Effect | ActFault {
  const wanted = String(call.with.to ?? 'last-known-good');
  const to = wanted === 'last-known-good' ? system.lastKnownGood : wanted;
  if (!system.versions[to]) return fault('unknown-version', `There is no version "${to}" to roll back to.`, 'none');
  const from = system.serving;
  return { outputs: { from, to, detail: `Version ${to} replaces ${from}.` }, change: { serving: to } };
}

function sendMail(world: World, call: Call, now: number): { world: World; result: ActResult } {
  const { to, subject, text } = call.with;
  const mail = { to: String(to), subject: String(subject), text: String(text), at: now, key: call.key };
  const outputs = { messageId: `simulated-${world.mailbox.length + 1}`, recipients: mail.to.split(',').length };
  world.applied[call.key] = { outputs, before: null };
  return { world: { ...world, mailbox: [...world.mailbox, mail] }, result: { ok: true, outputs } };
}

function sendWebhook(world: World, call: Call, now: number): { world: World; result: ActResult } {
  const sent = {
    to: 'webhook',
    subject: String(call.with.event),
    text: String(call.with.text),
    at: now,
    key: call.key,
  };
  const outputs = { deliveryId: `simulated-${world.mailbox.length + 1}`, status: 200 };
  world.applied[call.key] = { outputs, before: null };
  return { world: { ...world, mailbox: [...world.mailbox, sent] }, result: { ok: true, outputs } };
}

function strike(world: World, call: Call): { world: World; fault: Fault } | null {
  const index = world.faults.findIndex(
    (entry) =>
      entry.times > 0 &&
      entry.capability === call.capability &&
      (entry.path === undefined || entry.path === call.path || entry.path === planPath(call.path)) &&
      (entry.system === null || entry.system === call.with.system),
  );
  const struck = world.faults[index];
  if (!struck) return null;
  const faults = world.faults.map((entry, i) => (i === index ? { ...entry, times: entry.times - 1 } : entry));
  return { world: { ...world, faults }, fault: struck };
}

const fault = (code: string, message: string, effect: ActFault['effect'], retryable = false): ActFault => ({
  code,
  message,
  retryable,
  effect,
});
const failed = (code: string, message: string, effect: ActFault['effect'], retryable = false): ActResult => ({
  ok: false,
  fault: fault(code, message, effect, retryable),
});
