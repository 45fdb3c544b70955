import type { NumberedEvent } from '../../incident/events.ts';
import { quoted } from '../../incident/phrases.ts';
import { WELL } from '../core/around.ts';
import type { Script } from '../core/script.ts';
import type { DrillMeasures, Finding } from './measures.ts';
import type { Outcome } from './score.ts';

type Ground = { script: Script; events: readonly NumberedEvent[]; outcomes: readonly Outcome[] };

/** What was done and must not be, what was undone again, and what was done to a system that nothing was wrong with. */
export function wrongActs({ script, events, outcomes }: Ground): Finding[] {
  return [...brokenRules(script, outcomes), ...onSoundSystems(script, events), ...undone(events)];
}

function brokenRules({ expectations }: Script, outcomes: readonly Outcome[]): Finding[] {
  const never = new Set(expectations.flatMap((one) => (one.never ? [one.id] : [])));
  return outcomes
    .filter(({ standing, trap, expectation }) => standing === 'missed' && (trap !== null || never.has(expectation)))
    .map(({ title, trap, cites, why }) =>
      trap === null
        ? { kind: 'forbidden', what: `${quoted(title)} was broken. ${why}`, cites }
        : { kind: 'trap', what: `The team fell for this: ${trap} ${why}`, cites },
    );
}

const RISKY: ReadonlySet<string> = new Set(['disruptive', 'irreversible']);

function onSoundSystems(script: Script, events: readonly NumberedEvent[]): Finding[] {
  const sound = new Map(
    script.systems.filter((one) => isSound(one, script)).map(({ snapshot }) => [snapshot.id, snapshot.name]),
  );
  return events.flatMap((event) => {
    if (event.type !== 'act.started' || event.data.purpose !== 'act' || !RISKY.has(event.data.risk)) return [];
    const { capability, risk, with: input } = event.data;
    const name = typeof input.system === 'string' ? sound.get(input.system) : undefined;
    if (name === undefined) return [];
    const what = `${capability} (${risk}) was used on ${name}, with which nothing was wrong.`;
    return [{ kind: 'sound-system', what, cites: [event.seq] }];
  });
}

/** Nothing is wrong with it from beginning to end, no alert names it, and nobody is expected to touch it. */
function isSound({ snapshot: { id }, truth }: Script['systems'][number], { injects, expectations }: Script): boolean {
  const version = truth.versions[truth.serving];
  const { strangers, unsanctioned, suspectRecords, indexes, index, vendorChanged, ...states } = truth.around ?? WELL;
  const isWell =
    strangers + unsanctioned + suspectRecords + (indexes[index] ?? 0) === 0 &&
    !vendorChanged &&
    (['credentials', 'agent', 'tools', 'filter', 'data', 'pipeline', 'route'] as const).every(
      (one) => states[one] === WELL[one],
    );
  const isTouched = injects.some(({ changes, alert }) => changes?.systems[id] !== undefined || alert?.system === id);
  const isWanted = expectations.some(({ sought, never }) => !never && sought.what === 'act' && sought.system === id);
  return version?.signatureValid === true && version.passesValidation && isWell && !isTouched && !isWanted;
}

function undone(events: readonly NumberedEvent[]): Finding[] {
  return events.flatMap((event) => {
    if (event.type !== 'act.done' || event.data.purpose !== 'undo') return [];
    const act = events.findLast(
      (one) => one.seq < event.seq && one.path === event.path && one.type === 'act.done' && one.data.purpose === 'act',
    );
    const what = `What ${act?.type === 'act.done' ? act.data.capability : event.path} did at ${quoted(event.path)} was undone.`;
    return [{ kind: 'undone', what, cites: [...(act ? [act.seq] : []), event.seq] }];
  });
}

/** What went otherwise than the playbook has it, by people. */
export function deviations(events: readonly NumberedEvent[]): Finding[] {
  return events.flatMap((event): Finding[] => {
    const cites = [event.seq];
    const at = quoted(event.path);
    if (event.type === 'step.skipped' && event.data.by === 'person')
      return [{ kind: 'skipped', what: `${at} was skipped: ${event.data.reason}`, cites }];
    if (event.type === 'step.taken-over')
      return [{ kind: 'taken-over', what: `${at} was done by hand: ${event.data.reason}`, cites }];
    if (event.type === 'plan.added') {
      const { playbook, reason } = event.data;
      return [{ kind: 'added', what: `${quoted(playbook.title)} was added: ${reason}`, cites }];
    }
    if (event.type === 'plan.finished' && (event.data.outcome === 'stopped' || event.data.outcome === 'unwound'))
      return [{ kind: 'stopped', what: `The playbook ended ${event.data.outcome}.`, cites }];
    if (event.type === 'incident.stood-down')
      return [{ kind: 'stood-down', what: `The incident was stood down: ${event.data.reason}`, cites }];
    return [];
  });
}

const PRESERVES = 'evidence.preserve';

/** Of the evidence that was to be kept: what was proved to be under hold. */
export function evidenceOf(events: readonly NumberedEvent[]): DrillMeasures['evidence'] {
  const all = events.flatMap((event) => {
    if (event.type !== 'act.started' || event.data.capability !== PRESERVES || event.data.purpose !== 'act') return [];
    if (event.data.attempt > 1) return [];
    const { path, seq } = event;
    const { system } = event.data.with;
    const proof = events.find(
      (one) =>
        one.seq > seq &&
        one.path === path &&
        one.type === 'act.done' &&
        one.data.purpose === 'prove' &&
        one.data.outputs.proved === true,
    );
    const cites = [seq, ...(proof ? [proof.seq] : [])];
    return [{ path, system: typeof system === 'string' ? system : null, proved: proof !== undefined, cites }];
  });
  return { begun: all.length, proved: all.filter(({ proved }) => proved).length, all };
}
