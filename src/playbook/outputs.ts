import { compileValue } from './expressions.ts';
import type { Flow } from './flow.ts';
import type { InputType, OutputSpec } from './plan.ts';
import type { PlaybookSource } from './schema.ts';
import { typeInWords } from './types.ts';
import { reporter, type Unit } from './unit.ts';

const ACCEPTS: Record<Exclude<InputType, 'ai-system'>, string[]> = {
  string: ['string'],
  duration: ['string'],
  number: ['double', 'int'],
  boolean: ['bool'],
  list: ['list'],
};

/** Whether an expression, or a literal, of this type can be given where the other is wanted. */
export const accepts = (wanted: Exclude<InputType, 'ai-system'>, actual: string): boolean =>
  actual === 'dyn' || ACCEPTS[wanted].some((one) => actual.startsWith(one));

export function literalType(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (value === null) return 'null';
  return { string: 'string', number: 'double', boolean: 'bool' }[typeof value as string] ?? 'map';
}

/** What a playbook leaves to the one that runs it, looked at when its steps are completed. */
export function compileOutputs(unit: Unit, flow: Flow): { outputs?: Record<string, OutputSpec> } {
  const { outputs } = unit.value;
  if (!outputs || Object.keys(outputs).length === 0) return {};
  return { outputs: Object.fromEntries(Object.keys(outputs).map((name) => [name, compileOutput(unit, name, flow)])) };
}

function compileOutput(unit: Unit, name: string, flow: Flow): OutputSpec {
  const spec = unit.value.outputs?.[name] as NonNullable<PlaybookSource['outputs']>[string];
  const report = reporter(unit.diagnostics);
  const path = ['outputs', name, 'value'];
  if (name === 'outcome')
    report(
      unit.source.place(['outputs', name], { key: true }),
      'name',
      '"outcome" is what every playbook leaves; call this output something else',
    );
  const { value, type } = compileValue(unit, spec.value, path, flow);
  const actual = type === 'literal' && 'literal' in value ? literalType(value.literal) : type;
  if (actual !== null && !accepts(spec.type, actual))
    report(unit.source.place(path), 'type', `"${name}" must be a ${spec.type}, not ${typeInWords(actual)}`);
  return { type: spec.type, value };
}
