import { compileAsk } from './ask-step.ts';
import { compileAct } from './do-step.ts';
import { checkCondition, inYaml } from './expressions.ts';
import { after, type Flow } from './flow.ts';
import { compileFulfils, compileOblige } from './oblige-step.ts';
import type { DoStep, IfStep, ParallelStep, Step } from './plan.ts';
import { guards } from './references.ts';
import { compileEach, compileRepeat } from './rounds-step.ts';
import { compileRun } from './run-step.ts';
import { compileSay } from './say-step.ts';
import type { DoSource, IfSource, ParallelSource, StepSource } from './step-source.ts';
import { compileTask } from './task-step.ts';
import { compileTry } from './try-step.ts';
import { branchesOf, kindOf, reporter, type Unit } from './unit.ts';
import { isRisky, targetOf } from './uses.ts';
import { compileWait } from './wait-step.ts';
import type { Key } from './yaml.ts';

export const STEPS_MAX = 5_000;

/** Where a block stands: in the text, in the plan, and which question's approval holds there. */
export type Block = { path: readonly Key[]; prefix: string; cover: string | null };

/** Ids that a block leaves behind for what follows it. */
export type Left = { sure: string[]; maybe: string[] };

/** What a step leaves behind: `handled`, done only when the block then ends; `ends`, it may end the block early. */
export type Compiled<S extends Step = Step> = {
  step: S;
  sure: string[];
  maybe: string[];
  handled: string[];
  ends: boolean;
};
export type Base = { id: string; path: string; title: string; when: { cel: string } | null };

/** Compiles the steps of one block in order; each sees what is done before it. `end`: what is done when none of them ended it early. */
export function compileBlock(
  unit: Unit,
  sources: readonly StepSource[],
  block: Block,
  before: Flow,
): { steps: Step[]; end: Flow } & Left {
  let flow = before;
  let cover = block.cover;
  let mayHaveEnded = false;
  const steps: Step[] = [];
  const sure: string[] = [];
  const maybe: string[] = [];
  for (const [i, source] of sources.entries()) {
    const compiled = compileStep(unit, source, { ...block, path: [...block.path, i], cover }, flow);
    if (!compiled) {
      // Its own problem is told; what refers to it should not be blamed as well.
      flow = after(flow, [unit.ids.get(source) as string]);
      continue;
    }
    const { step, handled, ends } = compiled;
    const own = step.when ? { sure: [], maybe: [...compiled.sure, ...compiled.maybe] } : compiled;
    steps.push(step);
    flow = after(flow, own.sure, own.maybe);
    // What ends its block by `on-failure` has not done what it was to do.
    if (ends && (step.kind !== 'ask' || step.task)) mayHaveEnded = true;
    if (mayHaveEnded) maybe.push(...own.sure);
    else sure.push(...own.sure);
    maybe.push(...own.maybe, ...handled);
    if (ends) mayHaveEnded = true;
    // A question that may be skipped covers nothing; nor does one that nobody can deny, or a task.
    if (step.kind === 'ask' && !step.when && !step.options && !step.task) cover = step.path;
  }
  return { steps, sure, maybe, end: flow };
}

function compileStep(unit: Unit, source: StepSource, block: Block, flow: Flow): Compiled | null {
  const { making } = unit;
  const { path } = block;
  if (++making.steps > STEPS_MAX) {
    if (making.steps === STEPS_MAX + 1)
      reporter(unit.diagnostics)(unit.source.place(path), 'too-large', `the plan has more than ${STEPS_MAX} steps`);
    return null;
  }
  const id = unit.ids.get(source) as string;
  const base: Base = {
    id,
    path: `${block.prefix}${id}`,
    title: source.title ?? '',
    when: source.when === undefined ? null : { cel: source.when.trim() },
  };
  making.places.set(base.path, (key) =>
    unit.source.place(key === undefined ? path : [...path, key], { key: key !== undefined }),
  );
  const inside = source.when === undefined ? flow : whenFlow(unit, source.when, path, flow);
  const compiled = compileKind(unit, source, base, block, inside);
  if (compiled && !compiled.step.title) compiled.step.title = sentence(id);
  return compiled;
}

function whenFlow(unit: Unit, when: string, path: readonly Key[], flow: Flow): Flow {
  const checked = checkCondition(unit, when, inYaml(unit, [...path, 'when']), flow);
  if (!checked) return flow;
  const report = reporter(unit.diagnostics);
  const at = unit.source.place([...path, 'when']);
  if (checked.constant === false) report(at, 'unreachable', 'this step can never run: its condition is always false');
  if (checked.constant === true) report(at, 'needless', 'this condition is always true', { severity: 'warning' });
  return after(flow, guards(checked.tree));
}

function compileKind(unit: Unit, source: StepSource, base: Base, block: Block, flow: Flow): Compiled | null {
  if ('do' in source) return compileDo(unit, source, base, block, flow);
  if ('ask' in source) return compileAsk(unit, source, base, block, flow);
  if ('task' in source) return compileTask(unit, source, base, block, flow);
  if ('say' in source) return compileSay(unit, source, base, block, flow);
  if ('wait' in source) return compileWait(unit, source, base, block, flow);
  if ('if' in source) return compileIf(unit, source, base, block, flow);
  if ('parallel' in source) return compileParallel(unit, source, base, block, flow);
  if ('oblige' in source) return compileOblige(unit, source, base, block, flow);
  if ('run' in source) return compileRun(unit, source, base, block, flow);
  if ('try' in source) return compileTry(unit, source, base, block, flow);
  if ('each' in source) return compileEach(unit, source, base, block, flow);
  return compileRepeat(unit, source, base, block, flow);
}

const sentence = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`;

function compileDo(unit: Unit, source: DoSource, base: Base, block: Block, flow: Flow): Compiled<DoStep> | null {
  const { making } = unit;
  const act = compileAct(unit, source, block.path, flow);
  const handler = source['on-failure'];
  const failure =
    handler &&
    compileBlock(
      unit,
      handler,
      { path: [...block.path, 'on-failure'], prefix: `${base.path}/on-failure/`, cover: block.cover },
      flow,
    );
  if (!act) return null;
  const risky = isRisky(act.use.risk);
  const unattended = risky ? act.unattended : null;
  const coveredBy = risky && unattended === null ? block.cover : null;
  const step: DoStep = {
    ...base,
    title: base.title || (making.surroundings.contracts[source.do]?.title ?? ''),
    kind: 'do',
    ...act,
    unattended,
    coveredBy,
    onFailure: failure?.steps ?? null,
    ...compileFulfils(unit, source, block.path, flow),
  };
  const target = targetOf(unit, act.use);
  if (target) making.targets.set(step.path, target);
  if (coveredBy !== null) making.asks.get(coveredBy)?.covers.push(step.path);
  if (risky && unattended === null && coveredBy === null) reportUncovered(unit, source, block.path);
  return {
    step,
    sure: [step.id],
    maybe: [],
    handled: failure ? [...failure.sure, ...failure.maybe] : [],
    ends: failure !== undefined,
  };
}

function reportUncovered(unit: Unit, source: DoSource, path: readonly Key[]): void {
  const risk = unit.making.surroundings.contracts[source.do]?.risk;
  reporter(unit.diagnostics)(
    unit.source.place([...path, 'do']),
    'uncovered',
    `${source.do} is ${risk}, and nobody has approved it: put an ask before it, in the same block or around it and without "when", or say unattended: <reason>`,
  );
}

function compileIf(unit: Unit, source: IfSource, base: Base, block: Block, flow: Flow): Compiled<IfStep> {
  const { path, cover } = block;
  const report = reporter(unit.diagnostics);
  const checked = checkCondition(unit, source.if, inYaml(unit, [...path, 'if']), flow);
  if (checked?.constant === false)
    report(
      unit.source.place([...path, 'then'], { key: true }),
      'unreachable',
      'these steps can never run: the condition is always false',
    );
  if (checked?.constant === true && source.else)
    report(
      unit.source.place([...path, 'else'], { key: true }),
      'unreachable',
      'these steps can never run: the condition is always true',
    );
  const compile = (key: 'then' | 'else', steps: readonly StepSource[], at: Flow) =>
    compileBlock(unit, steps, { path: [...path, key], prefix: `${base.path}/${key}/`, cover }, at);
  const yes = compile('then', source.then, checked ? after(flow, guards(checked.tree)) : flow);
  const no = compile('else', source.else ?? [], flow);
  const cel = source.if.trim();
  return {
    step: { ...base, title: base.title || `If ${cel}`, kind: 'if', cel, then: yes.steps, else: no.steps },
    sure: [base.id],
    maybe: [...yes.sure, ...yes.maybe, ...no.sure, ...no.maybe],
    handled: [],
    ends: false,
  };
}

function compileParallel(
  unit: Unit,
  source: ParallelSource,
  base: Base,
  block: Block,
  flow: Flow,
): Compiled<ParallelStep> {
  const report = reporter(unit.diagnostics);
  const at = [...block.path, 'parallel'];
  const sources = branchesOf(source.parallel);
  if (sources.length < 2)
    report(unit.source.place(at), 'needless', 'one branch alone is not parallel; write its steps in the block', {
      severity: sources.length === 0 ? 'error' : 'warning',
    });
  for (const [name] of sources)
    if (unit.steps.has(name) && kindOf(source) === 'parallel')
      report(
        unit.source.place([...at, name], { key: true }),
        'id-twice',
        `branch "${name}" is called like a step; rename one of them`,
      );
  const branches = sources.map(([name, steps]) => ({
    name,
    ...compileBlock(unit, steps, { path: [...at, name], prefix: `${base.path}/${name}/`, cover: block.cover }, flow),
  }));
  return {
    step: {
      ...base,
      title: base.title || 'At the same time',
      kind: 'parallel',
      branches: branches.map(({ name, steps }) => ({ name, steps })),
      ...(source.until === 'any' && { any: true }),
      ...(source['fail-fast'] && { failFast: true }),
    },
    // Which branch comes first is not known before.
    sure: [base.id, ...(source.until === 'any' ? [] : branches.flatMap((branch) => branch.sure))],
    maybe: branches.flatMap((branch) => [...branch.maybe, ...(source.until === 'any' ? branch.sure : [])]),
    handled: [],
    ends: source['fail-fast'] === true,
  };
}
