import type { ASTNode } from '@marcbachmann/cel-js';

/** `owner.name` and `owner["name"]`, taken apart. */
export function linkOf(node: ASTNode): { owner: ASTNode; name: string } | null {
  if (node.op === '.') return { owner: node.args[0], name: node.args[1] };
  if (node.op !== '[]') return null;
  const [owner, key] = node.args;
  return key.op === 'value' && typeof key.args === 'string' ? { owner, name: key.args } : null;
}

export const isSteps = (node: ASTNode): boolean => node.op === 'id' && node.args === 'steps';

/** `steps.x` and `steps["x"]`. */
export function stepNamed(node: ASTNode): string | null {
  const link = linkOf(node);
  return link && isSteps(link.owner) ? link.name : null;
}
