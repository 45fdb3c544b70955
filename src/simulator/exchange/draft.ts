import { Document, isMap, isNode, isPair, type Node } from 'yaml';
import { oneLine } from '../../incident/phrases.ts';
import type { Key } from '../../playbook/yaml.ts';
import type { SimulationSource } from '../script/source.ts';
import { formatSimulation } from './format.ts';

/** What an author still has to do, and where. */
export type ToDo = { path: readonly Key[]; what: string };

/** A simulation that was made of something else. */
export type Draft = {
  value: SimulationSource;
  toDo: ToDo[];
  /** What was taken for granted. */
  assumptions: string[];
};

/** The draft as a file: each thing to do stands as a comment where it is to be done, and at the top what was assumed. */
export function draftText({ value, toDo, assumptions }: Draft, madeOf: string): string {
  const document = new Document(value);
  for (const { path, what } of toDo) {
    const node = nodeAt(document, path);
    if (node) node.commentBefore = [node.commentBefore, ` to do: ${oneLine(what)}`].filter(Boolean).join('\n');
  }
  const head = [
    '# yaml-language-server: $schema=../schemas/simulation.schema.json',
    `# A draft, made of ${oneLine(madeOf)}. What is left stands as "to do" at its place.`,
    ...(assumptions.length > 0 ? ['# Assumed:', ...assumptions.map((one) => `# - ${oneLine(one)}`)] : []),
  ].join('\n');
  const text = `${head}\n\n${document.toString({ lineWidth: 0 })}`;
  return formatSimulation(text, 'draft').text ?? text;
}

/** Where a comment about this path is put: at the key, or the item of a list; at the nearest around it that is there. */
function nodeAt(document: Document, path: readonly Key[]): Node | null {
  if (path.length === 0) return null;
  const around = document.getIn(path.slice(0, -1), true) ?? document.contents;
  const last = path.at(-1);
  if (isMap(around)) {
    const pair = around.items.find(
      (one) => isPair(one) && String(isNode(one.key) ? one.key.toJSON() : one.key) === last,
    );
    return isNode(pair?.key) ? pair.key : nodeAt(document, path.slice(0, -1));
  }
  const item = document.getIn(path, true);
  return isNode(item) ? item : nodeAt(document, path.slice(0, -1));
}
