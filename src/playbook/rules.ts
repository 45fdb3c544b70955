import type { Place } from './diagnostics.ts';
import {
  type AskStep,
  type DoStep,
  type EachStep,
  everyStep,
  type ObligeStep,
  type ParallelStep,
  type Step,
} from './plan.ts';
import type { Making, Report } from './unit.ts';
import { isRisky } from './uses.ts';

/** Rules about a whole plan, once every step is known. */
export function checkRules(steps: readonly Step[], making: Making, report: Report): void {
  const place = (path: string, key?: string): Place => {
    const at = making.places.get(path);
    if (!at) throw new Error(`no place is known for step ${path}`);
    return at(key);
  };
  const all = [...everyStep(steps)];
  const acts = new Map(all.flatMap((step) => (step.kind === 'do' ? [[step.path, step] as const] : [])));
  for (const step of all) {
    if (step.kind === 'ask') checkAsk(step, acts, making, place, report);
    if (step.kind === 'parallel') checkBranches(step, making, place, report);
    if (step.kind === 'each') checkRounds(step, making, place, report);
    if (step.kind === 'do') checkWayBack(step, all, making, place, report);
    if (step.kind === 'oblige') checkFulfilled(step, all, place, report);
  }
}

type PlaceOf = (path: string, key?: string) => Place;

/**
 * A deny is handled when the question says what happens then (`on-deny`, which may be empty). A question that covers no risky
 * act need not say so: after its deny the rest of its block is skipped, and nothing was about to be harmed.
 */
function checkAsk(
  ask: AskStep,
  acts: ReadonlyMap<string, DoStep>,
  making: Making,
  place: PlaceOf,
  report: Report,
): void {
  if (ask.covers.length > 0 && ask.onDeny === null)
    report(
      place(ask.path, 'ask'),
      'unhandled-deny',
      `nothing says what happens when this is denied, and ${names(ask.covers)} ${ask.covers.length > 1 ? 'depend' : 'depends'} on it`,
      { suggestion: 'on-deny: []' },
    );
  if (ask.otherwise !== 'approve') return;
  const final = ask.covers.filter((path) => {
    const act = acts.get(path);
    // Nothing undoes it: by its nature, or because its author says so.
    if (act?.undo === null) return true;
    return [act?.use, act?.undo].some(
      (use) => use && (use.risk === 'irreversible' || making.surroundings.contracts[use.capability]?.outside),
    );
  });
  if (final.length > 0)
    report(
      place(ask.path, 'otherwise'),
      'approve-by-silence',
      `silence cannot approve what cannot be undone or leaves the organisation: ${names(final)}`,
      { suggestion: 'otherwise: deny' },
    );
}

const names = (paths: readonly string[]): string => paths.map((path) => `"${path}"`).join(', ');

/** Two branches run at the same time: risky acts of both on one system could undo each other. */
function checkBranches(parallel: ParallelStep, making: Making, place: PlaceOf, report: Report): void {
  const first = new Map<string, { branch: string; path: string }>();
  for (const branch of parallel.branches)
    for (const step of everyStep(branch.steps)) {
      const target = making.targets.get(step.path);
      if (step.kind !== 'do' || !target || !isRisky(step.use.risk)) continue;
      const other = first.get(target);
      if (!other) first.set(target, { branch: branch.name, path: step.path });
      else if (other.branch !== branch.name)
        report(
          place(step.path),
          'parallel-conflict',
          `"${step.path}" acts on the same AI system as "${other.path}" at the same time; put them in one branch, one after the other`,
        );
    }
}

/** Rounds at the same time: a risky act that is not aimed at the item is aimed at one system by all of them. */
function checkRounds(each: EachStep, making: Making, place: PlaceOf, report: Report): void {
  if (each.atOnce === 1) return;
  const item = new RegExp(`(?<![\\w.])${each.as}(?!\\w)`);
  for (const step of everyStep(each.steps)) {
    const target = making.targets.get(step.path);
    if (step.kind !== 'do' || !target || !isRisky(step.use.risk) || item.test(target)) continue;
    report(
      place(step.path),
      'parallel-conflict',
      `"${step.path}" acts on the same AI system in every round, and ${each.atOnce} of them run at the same time; say at-once: 1, or act on ${each.as}`,
    );
  }
}

/** Whoever cuts a system must leave a way to bring it back: a later step, or an undo for when the incident is stood down. */
function checkWayBack(cut: DoStep, all: readonly Step[], making: Making, place: PlaceOf, report: Report): void {
  const contract = making.surroundings.contracts[cut.use.capability];
  if (contract?.expects !== 'cut') return;
  const back = contract.undo?.capability;
  const target = making.targets.get(cut.path);
  const later = all.slice(all.indexOf(cut) + 1);
  if (
    later.some((step) => step.kind === 'do' && step.use.capability === back && making.targets.get(step.path) === target)
  )
    return;
  if (cut.undo === null)
    report(
      place(cut.path, 'do'),
      'no-way-back',
      `${cut.use.capability} has no undo here, and no later step brings the system back`,
      {
        suggestion: `do: ${back}`,
      },
    );
  else
    report(
      place(cut.path, 'do'),
      'left-cut',
      `no later step brings the system back by ${back}: it stays cut until the incident is stood down`,
      { severity: 'warning' },
    );
}

/** A duty that no act of the plan meets stays open until somebody says that the notice was given. */
function checkFulfilled(duty: ObligeStep, all: readonly Step[], place: PlaceOf, report: Report): void {
  if (all.some((step) => step.kind === 'do' && step.fulfils === duty.path)) return;
  report(
    place(duty.path, 'oblige'),
    'unfulfilled',
    `no later step gives this notice: say "fulfils: ${duty.id}" where it is sent, or somebody must settle it by hand`,
    { severity: 'warning' },
  );
}
