import { milliseconds } from './duration.ts';
import { checkCel, checkCondition, inYaml } from './expressions.ts';
import { after, type Flow, withLocals } from './flow.ts';
import type { EachStep, RepeatStep } from './plan.ts';
import { ALL_ROOTS } from './references.ts';
import type { EachSource, RepeatSource, StepSource } from './step-source.ts';
import { type Base, type Block, type Compiled, compileBlock } from './steps.ts';
import { FAILURE, typeInWords } from './types.ts';
import { reporter, type Unit } from './unit.ts';

/** Nothing in a round is known outside it. */
export function compileEach(unit: Unit, source: EachSource, base: Base, block: Block, flow: Flow): Compiled<EachStep> {
  const { path } = block;
  const { as = 'item' } = source;
  const cel = source.each.trim();
  checkItemName(unit, as, [...path, source.as === undefined ? 'each' : 'as'], flow);
  const checked = checkCel(unit, source.each, inYaml(unit, [...path, 'each']), flow);
  if (checked && checked.type !== 'dyn' && !checked.type.startsWith('list'))
    reporter(unit.diagnostics)(
      unit.source.place([...path, 'each']),
      'type',
      `each needs a list, not ${typeInWords(checked.type)}: ${cel}`,
    );
  const inner = compileRounds(unit, source.steps, base, block, withLocals(flow, { [as]: itemType(checked?.type) }));
  return {
    step: {
      ...base,
      title: base.title || `For each ${as} of ${cel}`,
      kind: 'each',
      cel,
      as,
      atOnce: source['at-once'] ?? 1,
      steps: inner.steps,
    },
    sure: [base.id],
    maybe: [],
    handled: [],
    ends: false,
  };
}

/** What the last round has done stays known. A question that is denied ends the whole. */
export function compileRepeat(
  unit: Unit,
  source: RepeatSource,
  base: Base,
  block: Block,
  flow: Flow,
): Compiled<RepeatStep> {
  const { path } = block;
  const { until, times, every } = source.repeat;
  const inner = compileRounds(unit, source.steps, base, block, flow);
  const at = [...path, 'repeat', 'until'];
  const checked = checkCondition(unit, until, inYaml(unit, at), after(flow, inner.sure, inner.maybe));
  const report = reporter(unit.diagnostics);
  if (checked?.constant === false)
    report(unit.source.place(at), 'unreachable', 'this can only fail: its condition is always false');
  if (checked?.constant === true)
    report(unit.source.place(at), 'needless', 'this condition is always true: there is one round', {
      severity: 'warning',
    });
  return {
    step: {
      ...base,
      title: base.title || `Repeat until ${until.trim()}`,
      kind: 'repeat',
      until: until.trim(),
      times,
      everyMs: every === undefined ? 0 : milliseconds(every),
      steps: inner.steps,
    },
    sure: [base.id, ...inner.sure],
    maybe: inner.maybe,
    handled: [],
    ends: false,
  };
}

/** A duty of one round cannot be met from outside it. */
function compileRounds(unit: Unit, steps: readonly StepSource[], base: Base, block: Block, flow: Flow) {
  const outside = new Set(unit.obligations.keys());
  const at = { path: [...block.path, 'steps'], prefix: `${base.path}/*/`, cover: block.cover };
  const inner = compileBlock(unit, steps, at, flow);
  for (const id of [...unit.obligations.keys()]) if (!outside.has(id)) unit.obligations.delete(id);
  return inner;
}

const itemType = (list: string | undefined): string =>
  /^list<(string|double|int|bool)>$/.exec(list ?? '')?.[1] ?? 'dyn';

const WORDS = ['true', 'false', 'null', 'in', 'has', FAILURE];

function checkItemName(unit: Unit, as: string, path: readonly (string | number)[], flow: Flow): void {
  const report = reporter(unit.diagnostics);
  if ((ALL_ROOTS as readonly string[]).includes(as) || WORDS.includes(as))
    report(unit.source.place(path), 'name', `"${as}" has a meaning of its own in expressions; call the item otherwise`);
  else if (flow.locals?.[as] !== undefined)
    report(unit.source.place(path), 'name', `"${as}" is the item of another each around this one; say which by "as"`);
}
