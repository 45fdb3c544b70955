import type { ASTNode } from '@marcbachmann/cel-js';
import { parse } from './cel.ts';
import { ExpressionError } from './expression-error.ts';
import { linkOf, stepNamed } from './links.ts';
import { guards } from './references.ts';

/** What one way through a plan tells about its steps: whether a step was done, or with which outcome. The latest first. */
export type Facts = { scope: string; id: string; value: boolean | string; before: Facts | null };

export const learnt = (before: Facts | null, scope: string, id: string, value: boolean | string): Facts => ({
  scope,
  id,
  value,
  before,
});

/** Whether a condition holds on that way, as far as its steps alone decide it; null when nobody can know. */
export function conditionKnown(cel: string, scope: string, facts: Facts | null): boolean | null {
  try {
    return known(parse(cel), (id) => factOf(facts, scope, id));
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

type Look = (id: string) => boolean | string | undefined;

function factOf(facts: Facts | null, scope: string, id: string): boolean | string | undefined {
  for (let at = facts; at; at = at.before) if (at.id === id && at.scope === scope) return at.value;
  return undefined;
}

function known(node: ASTNode, look: Look): boolean | null {
  if (node.op === '&&' || node.op === '||') {
    const decides = node.op === '||';
    const sides = node.args.map((side) => known(side, look));
    if (sides.includes(decides)) return decides;
    return sides.includes(null) ? null : !decides;
  }
  if (node.op === '!_') {
    const inner = known(node.args, look);
    return inner === null ? null : !inner;
  }
  if (node.op === '==' || node.op === '!=') {
    const same = outcomeIs(node, look);
    return same === null ? null : same === (node.op === '==');
  }
  const [asked, ...more] = guards(node);
  if (asked === undefined || more.length > 0) return null;
  const fact = look(asked);
  return fact === undefined ? null : fact !== false;
}

/** `steps.contain.outcome == "approve"` */
function outcomeIs(node: Extract<ASTNode, { op: '==' | '!=' }>, look: Look): boolean | null {
  const [left, right] = node.args;
  const link = linkOf(left);
  const id = link?.name === 'outcome' && right.op === 'value' ? stepNamed(link.owner) : null;
  const fact = id === null ? undefined : look(id);
  return typeof fact === 'string' ? fact === right.args : null;
}
