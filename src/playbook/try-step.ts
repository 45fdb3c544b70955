import { after, type Flow, withLocals } from './flow.ts';
import type { TryStep } from './plan.ts';
import type { StepSource, TrySource } from './step-source.ts';
import { type Base, type Block, type Compiled, compileBlock } from './steps.ts';
import { FAILURE, FAILURE_FIELDS } from './types.ts';
import { reporter, type Unit } from './unit.ts';

/** Where any of the tried steps may have failed, all of them are only perhaps done; what `finally` does is certain. */
export function compileTry(unit: Unit, source: TrySource, base: Base, block: Block, flow: Flow): Compiled<TryStep> {
  const { path } = block;
  const compile = (
    key: 'try' | 'on-failure' | 'finally',
    steps: readonly StepSource[],
    at: Flow,
    cover: string | null,
  ) => compileBlock(unit, steps, { path: [...path, key], prefix: `${base.path}/${key}/`, cover }, at);
  const handler = source['on-failure'];
  if (handler === undefined && source.finally === undefined)
    reporter(unit.diagnostics)(
      unit.source.place([...path, 'try'], { key: true }),
      'needless',
      'this says neither what to do on a failure nor what to do in any case',
      { suggestion: 'on-failure: […]' },
    );
  const tried = compile('try', source.try, flow, block.cover);
  const afterTried = after(flow, [], [...tried.sure, ...tried.maybe]);
  const handled =
    handler && compile('on-failure', handler, withLocals(afterTried, { [FAILURE]: FAILURE_FIELDS }), block.cover);
  const mayHave = [...tried.sure, ...tried.maybe, ...(handled ? [...handled.sure, ...handled.maybe] : [])];
  // Runs on a stand-down as well: what was approved before does not reach into it.
  const last = compile('finally', source.finally ?? [], after(flow, [], mayHave), null);
  return {
    step: {
      ...base,
      title: base.title || 'Try',
      kind: 'try',
      steps: tried.steps,
      onFailure: handled?.steps ?? null,
      finally: last.steps,
    },
    sure: [base.id, ...(handled ? [] : tried.sure), ...last.sure],
    maybe: [...(handled ? mayHave : tried.maybe), ...last.maybe],
    handled: [],
    ends: false,
  };
}
