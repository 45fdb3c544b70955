import type { Step } from '../plan.ts';

/**
 * How the blocks of steps inside a step are reached. `choice`: one of them, by a condition. `lane`: all, at the same time.
 * `part`: always, one after the other. `exit`: instead of the rest of the block.
 */
export type WayKind = 'choice' | 'lane' | 'part' | 'exit';
export type Way = { kind: WayKind; name: string; steps: readonly Step[] };

/** The blocks inside a step, as a reader meets them. The one place that knows where each kind keeps its steps. */
export function waysOf(step: Step): Way[] {
  switch (step.kind) {
    case 'do':
      return some('exit', 'If it fails', step.onFailure);
    case 'ask':
      return [...some('exit', 'If denied', step.onDeny), ...some('exit', 'If it is not done', step.onFailure ?? null)];
    case 'if':
      return [...some('choice', 'If it holds', step.then), ...some('choice', 'Otherwise', step.else)];
    case 'parallel':
      return step.branches.map(({ name, steps }) => ({ kind: 'lane', name, steps }));
    case 'run':
      return [
        ...some('part', `Playbook ${step.playbook}`, step.steps),
        ...some('part', 'Always, at its end', step.finally),
      ];
    case 'try':
      return [
        ...some('part', 'Steps to try', step.steps),
        ...some('choice', 'If one of them fails', step.onFailure),
        ...some('part', 'In any case', step.finally),
      ];
    case 'each':
      return some('part', `For each ${step.as}`, step.steps);
    case 'repeat':
      return some('part', 'Each round', step.steps);
    case 'say':
    case 'wait':
    case 'oblige':
      return [];
    default:
      return step satisfies never;
  }
}

const some = (kind: WayKind, name: string, steps: readonly Step[] | null): Way[] =>
  steps === null || steps.length === 0 ? [] : [{ kind, name, steps }];
