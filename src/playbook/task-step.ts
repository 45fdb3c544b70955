import { compileForm, compileSeats, compileTiming } from './ask-step.ts';
import { textOf } from './expressions.ts';
import type { Flow } from './flow.ts';
import type { AskStep } from './plan.ts';
import type { TaskSource } from './step-source.ts';
import { type Base, type Block, type Compiled, compileBlock } from './steps.ts';
import type { Unit } from './unit.ts';
import { wordingOf } from './wording.ts';

/** Something that people do themselves. Whoever opened the incident may do it too: it decides nothing, and covers nothing. */
export function compileTask(unit: Unit, source: TaskSource, base: Base, block: Block, flow: Flow): Compiled<AskStep> {
  const { path, cover } = block;
  const question = textOf(unit, source.task, [...path, 'task'], flow).value;
  const handler = source['on-failure'];
  const failure =
    handler &&
    compileBlock(unit, handler, { path: [...path, 'on-failure'], prefix: `${base.path}/on-failure/`, cover }, flow);
  const step: AskStep = {
    ...base,
    title: base.title || ('literal' in question ? String(question.literal) : ''),
    kind: 'ask',
    task: true,
    question,
    details: source.details === undefined ? null : wordingOf(unit, source.details, [...path, 'details'], flow).value,
    by: compileSeats(unit, source.by, [...path, 'by']),
    requesterMayDecide: true,
    ...compileTiming(unit, source, path),
    otherwise: 'not-done',
    ...compileForm(unit, source, path),
    ...(failure && { onFailure: failure.steps }),
    onDeny: null,
    covers: [],
  };
  return {
    step,
    sure: [step.id],
    maybe: [],
    handled: failure ? [...failure.sure, ...failure.maybe] : [],
    ends: failure !== undefined,
  };
}
