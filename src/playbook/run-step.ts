import { hasErrors, sortDiagnostics } from './diagnostics.ts';
import { parsedPlaybook } from './embedded.ts';
import { compileValue, systemInput, type Typed } from './expressions.ts';
import { after, type Flow, perhaps, START } from './flow.ts';
import { didYouMean } from './names.ts';
import { accepts, compileOutputs, literalType } from './outputs.ts';
import type { InputType, Plan, RunStep, Value } from './plan.ts';
import type { PlaybookSource } from './schema.ts';
import type { RunSource } from './step-source.ts';
import { type Base, type Block, type Compiled, compileBlock } from './steps.ts';
import { typeInWords } from './types.ts';
import { inputReference, newUnit, reporter, soleSystemInput, type Unit } from './unit.ts';
import { targetOfInput } from './uses.ts';
import type { Key } from './yaml.ts';

/** Embeds another playbook, with variables and cover of its own: it must stand by itself. */
export function compileRun(
  unit: Unit,
  source: RunSource,
  base: Base,
  { path }: Block,
  flow: Flow,
): Compiled<RunStep> | null {
  const { making } = unit;
  const report = reporter(unit.diagnostics);
  const at = unit.source.place([...path, 'run']);
  const { playbooks } = making.library;
  if (making.running.includes(source.run)) {
    const chain = [...making.running, source.run].join(' → ');
    report(at, 'recursion', `a playbook cannot run itself: ${chain}`);
    return null;
  }
  if (!Object.hasOwn(playbooks, source.run)) {
    report(at, 'unknown-playbook', `unknown playbook "${source.run}"`, {
      suggestion: didYouMean(source.run, Object.keys(playbooks)),
    });
    return null;
  }
  const embedded = parsedPlaybook(making.library, source.run);
  if (!embedded.value) {
    report(at, 'broken-playbook', `playbook "${source.run}" has errors; check it first: ${embedded.source.file}`);
    return null;
  }
  const given = compileInputs(unit, source, embedded.value, path, flow);
  const inner = newUnit(making, embedded.source, embedded.value, `${base.path}/`, given.targets);
  making.running.push(source.run);
  const blocks = compilePlaybook(inner);
  making.running.pop();
  const problems = sortDiagnostics(inner.diagnostics.filter((one) => one.severity === 'error'));
  const [first] = problems;
  if (first && hasErrors(problems))
    report(
      at,
      'broken-playbook',
      `playbook "${source.run}" has errors (${problems.length}), the first at ${first.file}:${first.line}:${first.column}: ${first.message}`,
    );
  const step: RunStep = {
    ...base,
    title: base.title || embedded.value.title,
    kind: 'run',
    playbook: source.run,
    with: given.values,
    steps: blocks.steps,
    finally: blocks.finally,
    ...(blocks.outputs && {
      outputs: Object.fromEntries(Object.entries(blocks.outputs).map(([name, { value }]) => [name, value])),
    }),
  };
  return { step, sure: [step.id], maybe: [], handled: [], ends: false };
}

/** The steps of a playbook and those it runs whatever happened. Approvals given in the steps do not reach into `finally`. */
export function compilePlaybook(unit: Unit): Pick<Plan, 'steps' | 'finally' | 'outputs'> {
  const { value, prefix } = unit;
  const main = compileBlock(unit, value.steps, { path: ['steps'], prefix, cover: null }, START);
  const last = compileBlock(
    unit,
    value.finally ?? [],
    { path: ['finally'], prefix: `${prefix}finally/`, cover: null },
    perhaps([...main.sure, ...main.maybe]),
  );
  return { steps: main.steps, finally: last.steps, ...compileOutputs(unit, after(main.end, last.sure, last.maybe)) };
}

type Inputs = { values: Record<string, Value>; targets: Map<string, string> };

function compileInputs(
  unit: Unit,
  source: RunSource,
  embedded: PlaybookSource,
  path: readonly Key[],
  flow: Flow,
): Inputs {
  const report = reporter(unit.diagnostics);
  const specs = embedded.inputs ?? {};
  const result: Inputs = { values: {}, targets: new Map() };
  for (const [name, json] of Object.entries(source.with ?? {})) {
    const at = [...path, 'with', name];
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    const typed = compileValue(unit, json, at, flow);
    if (!spec)
      report(unit.source.place(at, { key: true }), 'unknown-input', `playbook "${source.run}" has no input "${name}"`, {
        suggestion: didYouMean(name, Object.keys(specs)),
      });
    else take(unit, result, name, spec.type, typed, at);
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (result.values[name] || Object.hasOwn(source.with ?? {}, name)) continue;
    const own = spec.type === 'ai-system' ? soleSystemInput(unit.inputs) : null;
    if (own) {
      result.values[name] = { cel: inputReference(own) };
      result.targets.set(name, targetOfInput(unit, own));
    } else if (spec.default !== undefined && spec.type !== 'ai-system') result.values[name] = { literal: spec.default };
    else
      report(
        unit.source.place([...path, 'run']),
        'missing-input',
        `playbook "${source.run}" needs "${name}" in "with"`,
      );
  }
  return result;
}

function take(
  unit: Unit,
  result: Inputs,
  name: string,
  wanted: InputType,
  { value, type }: Typed,
  path: readonly Key[],
): void {
  const report = reporter(unit.diagnostics);
  if (type === null) return;
  result.values[name] = value;
  if (wanted === 'ai-system') {
    const own = 'cel' in value ? systemInput(unit, value.cel) : null;
    if (own) result.targets.set(name, targetOfInput(unit, own));
    else report(unit.source.place(path), 'type', `"${name}" must be an ai-system input of this playbook`);
    return;
  }
  const actual = type === 'literal' && 'literal' in value ? literalType(value.literal) : type;
  if (!accepts(wanted, actual))
    report(unit.source.place(path), 'type', `"${name}" must be a ${wanted}, not ${typeInWords(actual)}`);
}
