import type { ASTNode } from '@marcbachmann/cel-js';
import { linkOf, stepNamed } from './links.ts';
import { didYouMean } from './names.ts';
import type { StepSource } from './step-source.ts';
import type { Unit } from './unit.ts';

export type Comparison = { at: number; message: string; suggestion: string | undefined };

/**
 * What a step's outcome, or a choice in its form, is compared with and can never be: a misspelt answer would be false for ever,
 * in silence.
 */
export function impossible(node: Extract<ASTNode, { op: '==' | '!=' | 'in' }>, unit: Unit): Comparison[] {
  const [left, right] = node.args;
  const literals = node.op === 'in' && right.op === 'list' ? right.args : [right];
  const onLeft = wordsAsked(left, unit);
  const { what, words } = onLeft ?? ((node.op !== 'in' && wordsAsked(right, unit)) || { what: '', words: [] });
  if (words.length === 0) return [];
  return (onLeft ? literals : [left]).flatMap((one) => {
    if (one.op !== 'value' || typeof one.args !== 'string' || words.includes(one.args)) return [];
    const suggestion = didYouMean(one.args, words) ?? words.join(' or ');
    return [{ at: one.start, message: `${what} is never "${one.args}"`, suggestion }];
  });
}

type Asked = { what: string; words: readonly string[] };

/** `steps.next.outcome`, `steps.next.answers.how`: the words that it can be. */
function wordsAsked(node: ASTNode, unit: Unit): Asked | null {
  const link = linkOf(node);
  if (!link) return null;
  const { owner, name } = link;
  const id = stepNamed(owner);
  if (id !== null)
    return name === 'outcome' ? asked(`the outcome of step "${id}"`, outcomes(sourceOf(unit, id))) : null;
  const form = linkOf(owner);
  const asker = form?.name === 'answers' ? stepNamed(form.owner) : null;
  return asker === null ? null : asked(`"${name}"`, choices(sourceOf(unit, asker), name));
}

const asked = (what: string, words: readonly string[] | null): Asked | null => words && { what, words };

function outcomes(source: StepSource | undefined): readonly string[] | null {
  if (!source) return null;
  if ('ask' in source) return source.options ? Object.keys(source.options) : ['approve', 'deny'];
  if ('run' in source || 'try' in source) return ['completed', 'denied', 'failed'];
  return 'repeat' in source ? ['completed', 'denied'] : null;
}

function choices(source: StepSource | undefined, field: string): readonly string[] | null {
  const form = source && ('ask' in source || 'task' in source) ? source.form : undefined;
  const choices = form && Object.hasOwn(form, field) ? form[field]?.choices : undefined;
  return choices ? Object.keys(choices) : null;
}

const known = new WeakMap<Unit['ids'], ReadonlyMap<string, StepSource>>();

function sourceOf({ ids }: Unit, id: string): StepSource | undefined {
  const sources = known.get(ids) ?? new Map([...ids].map(([source, one]) => [one, source]));
  known.set(ids, sources);
  return sources.get(id);
}
