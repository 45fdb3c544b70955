import { seatsInWords } from '../../incident/decision.ts';
import { listed, quoted } from '../../incident/phrases.ts';
import { type Way, waysOf } from '../graph/ways.ts';
import { callsOff, givenTo, line, recipientOf, span, titleOf, valueInWords } from '../graph/words.ts';
import type { DoStep, Step, WaitStep } from '../plan.ts';
import { endsEarly, longestOf } from '../wait-words.ts';

/** One line of the order of events. `path` is null where it says how the steps below it are reached. */
export type Line = { depth: number; path: string | null; text: string };

export function linesOf(steps: readonly Step[], depth = 0): Line[] {
  return steps.flatMap((step) => [
    {
      depth,
      path: step.path,
      text: line(`${step.when ? `Only if ${step.when.cel}: ` : ''}${stepInWords(step)}`, 1_000),
    },
    ...waysOf(step).flatMap((way) => [
      { depth: depth + 1, path: null, text: line(wayInWords(way), 200) },
      ...linesOf(way.steps, depth + 2),
    ]),
  ]);
}

function wayInWords({ kind, name }: Way): string {
  switch (kind) {
    case 'exit':
      return `${name}, and then the rest of the block is skipped:`;
    case 'lane':
      return `Branch ${name}:`;
    case 'choice':
    case 'part':
      return `${name}:`;
    default:
      return kind satisfies never;
  }
}

function stepInWords(step: Step): string {
  switch (step.kind) {
    case 'do':
      return actInWords(step);
    case 'ask':
      if (step.task) return `Task for the ${seatsInWords(step.by)}: ${quoted(valueInWords(step.question))}`;
      return `Ask the ${seatsInWords(step.by)}: ${quoted(valueInWords(step.question))}`;
    case 'say':
      return `Message to ${recipientOf(step)}: ${titleOf(step)}.`;
    case 'wait':
      return `${waited(step)}: ${titleOf(step)}.`;
    case 'if':
      return step.title === `If ${step.cel}` ? `${step.title}.` : `${titleOf(step)} (if ${step.cel})`;
    case 'parallel':
      return `${titleOf(step)}: ${step.branches.length} branches at the same time; ${listed(callsOff(step)) || 'all run to their end'}.`;
    case 'run':
      return `${titleOf(step)}: the playbook ${step.playbook}.`;
    case 'each':
      return `${titleOf(step)}: for each ${step.as} of ${step.cel}${step.atOnce > 1 ? `, at most ${step.atOnce} at the same time` : ''}.`;
    case 'repeat':
      return `${titleOf(step)}: until ${step.until}, at most ${step.times} rounds${step.everyMs > 0 ? `, every ${span(step.everyMs)}` : ''}.`;
    case 'try':
      return `${titleOf(step)}.`;
    case 'oblige':
      return `${titleOf(step)}: the clock of ${step.rule.article} starts, ${span(step.rule.limitMs)}.`;
    default:
      return step satisfies never;
  }
}

function waited(step: WaitStep): string {
  const early = endsEarly(step);
  return `Wait ${early === null ? '' : `${early}, at most `}${longestOf(step, span)}`;
}

function actInWords(step: DoStep): string {
  const given = givenTo(step);
  const more = [
    step.use.risk,
    ...(step.retry.attempts > 1
      ? [`up to ${step.retry.attempts} tries${step.retry.on ? `, only after ${step.retry.on.join(' or ')}` : ''}`]
      : []),
    ...(step.coveredBy ? [`after the approval of ${step.coveredBy}`] : []),
    ...(step.unattended ? [`nobody decides: ${step.unattended}`] : []),
    ...(step.prove ? [`done when ${step.prove.capability} proves it`] : []),
  ];
  return `${titleOf(step)}: ${step.use.capability}${given ? ` with ${given}` : ''} (${listed(more)}).`;
}
