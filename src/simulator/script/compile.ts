import type { SystemSnapshot } from '../../incident/events.ts';
import { milliseconds } from '../../playbook/duration.ts';
import type { Around } from '../core/around.ts';
import { WELL } from '../core/around.ts';
import {
  type Change,
  EVERYBODY,
  type Expectation,
  type Inject,
  type Persona,
  type Sought,
  type Trigger,
} from '../core/script.ts';
import type { Fault, SimulatedSystem } from '../core/world.ts';
import { type Ground, type ScriptDraft, timeIn } from './checking.ts';
import { PERSONAS } from './personas.ts';
import type { ExpectationSource, InjectSource, SimulationSource } from './source.ts';

type SystemSource = SimulationSource['world']['systems'][string];

/** The script of a checked simulation at one of its lengths. */
export function compileLength(value: SimulationSource, length: string, ground: Ground): ScriptDraft {
  const chosen = value.lengths[length] as SimulationSource['lengths'][string];
  const isPlayed = ({ only }: { only?: string[] | undefined }) => only === undefined || only.includes(length);
  const injects = value.injects.filter(isPlayed);
  const expectations = value.expectations.filter(isPlayed);
  const played = new Set(expectations.map(({ id }) => id));
  return {
    format: 1,
    simulation: value.simulation,
    title: value.title,
    version: value.version,
    length: { name: length, title: chosen.title, ms: milliseconds(chosen.lasts) },
    playbook: value.playbook,
    references: value.references ?? [],
    about: value.about,
    truth: value.truth,
    startsAt: Date.parse(value.starts),
    objectives: Object.entries(value.objectives).map(([id, { title, capability, tasks }]) => ({
      id,
      title,
      capability,
      tasks: Object.entries(tasks).map(([task, words]) => ({ id: task, title: words })),
    })),
    systems: Object.entries(value.world.systems).map(([id, system]) => ({
      snapshot: snapshotOf(id, system, ground),
      truth: truthOf(system),
    })),
    tookMs: Object.fromEntries(
      Object.entries(value.world.takes ?? {}).map(([name, took]) => [name, milliseconds(took)]),
    ),
    faults: (value.world.faults ?? []).map(faultOf),
    seats: Object.entries(value.players).map(([role, { brief, needed, persona }]) => ({
      role,
      brief,
      needed: needed ?? true,
      persona: persona ?? 'steady',
    })),
    personas: [...PERSONAS, ...Object.entries(value.personas ?? {}).map(personaOf)],
    away: (value.away ?? []).map(({ role, from, until, why }) => ({
      role,
      fromMs: timeIn(from, length),
      untilMs: until === undefined ? null : timeIn(until, length),
      why: why ?? null,
    })),
    answers: value.answers ?? {},
    injects: injects.map((inject) => injectOf(inject, length, played)),
    expectations: expectations.map((one) => expectationOf(one, length, injects)),
    debrief: value.debrief,
    guide: value.guide ?? null,
  };
}

function snapshotOf(id: string, system: SystemSource, { systems }: Ground): SystemSnapshot {
  const like = system.like === undefined ? undefined : systems[system.like];
  return {
    id,
    name: system.name ?? like?.name ?? id,
    tier: system.tier ?? like?.tier ?? 'standard',
    owner: system.owner ?? like?.owner ?? '',
    jurisdictions: system.jurisdictions ?? like?.jurisdictions ?? [],
    dataClasses: system['data-classes'] ?? like?.dataClasses ?? [],
    lastKnownGood: system['last-known-good'],
    dependants: system.dependants ?? like?.dependants ?? [],
  };
}

function truthOf(system: SystemSource): SimulatedSystem {
  return {
    versions: Object.fromEntries(
      Object.entries(system.versions).map(([name, { signature, validation }]) => [
        name,
        { signatureValid: signature !== 'invalid', passesValidation: validation !== 'fails' },
      ]),
    ),
    serving: system.serving,
    lastKnownGood: system['last-known-good'],
    traffic: 'serving',
    ...(system.since !== undefined && { since: system.since }),
    around: { ...WELL, ...given(system.around ?? {}) },
  };
}

/** Without what was left out. */
const given = (around: { [K in keyof Around]?: Around[K] | undefined }): Partial<Around> =>
  Object.fromEntries(Object.entries(around).filter(([, value]) => value !== undefined));

type FaultSource = NonNullable<SimulationSource['world']['faults']>[number];
const faultOf = ({ capability, system, kind, times, retryable, message }: FaultSource): Fault => ({
  capability,
  system: system ?? null,
  times: times ?? 1,
  kind,
  retryable: retryable ?? false,
  message: message ?? '',
});

type PersonaSource = NonNullable<SimulationSource['personas']>[string];
const personaOf = ([id, { title, reacts, diligence, approvals, failures }]: [string, PersonaSource]): Persona => ({
  id,
  title,
  medianMs: milliseconds(reacts.median),
  spread: reacts.spread ?? 2,
  diligence: diligence ?? 1,
  approvals: approvals ?? 'wise',
  failures: failures ?? 'retry',
});

function triggerOf({ at, after, when, delay }: InjectSource, length: string): Trigger {
  const delayOf = (text: typeof delay) => (text === undefined ? 0 : timeIn(text, length));
  if (at !== undefined) return { on: 'time', atMs: timeIn(at, length) };
  if (after) return { on: 'inject', inject: after.inject, delayMs: delayOf(after.delay) };
  if (when !== undefined) return { on: 'condition', cel: when.trim(), delayMs: delayOf(delay) };
  return { on: 'hand' };
}

function injectOf(inject: InjectSource, length: string, played: ReadonlySet<string>): Inject {
  const { id, title, kind, by, from, changes } = inject;
  return {
    id,
    title,
    kind,
    trigger: triggerOf(inject, length),
    unless: inject.unless?.trim() ?? null,
    unlessMet: inject['unless-met'] ?? null,
    by,
    from,
    to: inject.to ?? [EVERYBODY],
    subject: inject.subject ?? title,
    text: inject.text ?? '',
    alert: inject.alert ?? null,
    attachments: inject.attachments ?? [],
    objective: inject.objective ?? null,
    expects: (inject.expects ?? []).filter((one) => played.has(one)),
    changes: changes ? changeOf(changes) : null,
    hint: inject.hint ?? null,
    notes: inject.notes ?? null,
  };
}

const changeOf = ({ systems, faults }: NonNullable<InjectSource['changes']>): Change => ({
  systems: Object.fromEntries(
    Object.entries(systems ?? {}).map(([id, { around, ...rest }]) => [
      id,
      { ...rest, ...(around && { around: given(around) }) },
    ]),
  ),
  faults: (faults ?? []).map(faultOf),
});

function soughtOf(one: ExpectationSource): Sought {
  if (one.opened) return { what: 'opened' };
  if (one.acknowledged) return { what: 'acknowledged' };
  if (one.act !== undefined) return { what: 'act', capability: one.act, system: one.system ?? null };
  if (one.decided) {
    const { step, answer, people } = one.decided;
    return { what: 'decided', step, answer: answer ?? null, people: people ?? 1 };
  }
  if (one.told) return { what: 'told', to: one.told.to, holds: one.told.holds ?? null };
  if (one.duty) return { what: 'duty', rule: one.duty.rule, state: one.duty.state ?? 'met' };
  if (one.resolved) return { what: 'resolved' };
  if (one.noted !== undefined) return { what: 'noted', holds: one.noted };
  if (one.event !== undefined) return { what: 'event', cel: one.event.trim() };
  return { what: 'judged', text: one.judged as string };
}

function expectationOf(one: ExpectationSource, length: string, injects: readonly InjectSource[]): Expectation {
  const never = one.never ?? false;
  return {
    id: one.id,
    title: one.title,
    objective: one.objective,
    task: one.task ?? null,
    sought: soughtOf(one),
    never,
    since: one.since ?? injects.find(({ expects }) => expects?.includes(one.id))?.id ?? null,
    withinMs: one.within === undefined ? null : timeIn(one.within, length),
    before: one.before ?? null,
    gate: one.gate ?? (never ? 'sound' : 'achieve'),
    ...(one.trap !== undefined && { trap: one.trap }),
  };
}
