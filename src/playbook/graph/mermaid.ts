import type { Plan, Step } from '../plan.ts';
import { riskOf } from './card.ts';
import { type Way, waysOf } from './ways.ts';
import { factsOf, KIND_WORDS, line, sortOf, titleOf } from './words.ts';

/**
 * The same plan as a Mermaid flowchart, for pages that draw it themselves. Ids are counted, never taken from a text, and
 * every text is quoted and escaped: a title cannot become a part of the drawing.
 */
export function planMermaid(plan: Pick<Plan, 'title' | 'steps' | 'finally'>): string {
  const chart: Chart = { nodes: 0, frames: 0, lines: [], links: [] };
  const start = node(chart, 1, '([', '])', [line(plan.title)]);
  const ends = chain(chart, 1, plan.steps, [{ from: start, label: '' }]);
  const last = plan.finally.length === 0 ? ends : always(chart, plan.finally, ends);
  const end = node(chart, 1, '([', '])', ['End']);
  join(chart, last, end);
  return ['flowchart TB', ...chart.lines, ...chart.links].join('\n').concat('\n');
}

type Chart = { nodes: number; frames: number; lines: string[]; links: string[] };
/** An open end: what comes next is linked from here. */
type End = { from: string; label: string };

function always(chart: Chart, steps: readonly Step[], ends: readonly End[]): End[] {
  return framed(chart, 1, 'Always, at the end', steps, ends);
}

function chain(chart: Chart, depth: number, steps: readonly Step[], before: readonly End[]): End[] {
  let ends: readonly End[] = before;
  const left: End[] = [];
  for (const step of steps) {
    const id = stepNode(chart, depth, step);
    join(chart, ends, id);
    const after = inside(chart, depth, step, id);
    ends = after.next;
    // What ends the block goes to whatever follows the block.
    left.push(...after.left);
  }
  return [...ends, ...left];
}

function inside(chart: Chart, depth: number, step: Step, id: string): { next: End[]; left: End[] } {
  const ways = waysOf(step);
  const exits = ways.filter(({ kind }) => kind === 'exit');
  const left = exits.flatMap((way) => framed(chart, depth, way.name, way.steps, [{ from: id, label: way.name }]));
  // A deny that has no steps of its own ends the block all the same.
  const denied =
    step.kind === 'ask' && !step.options && !step.task && exits.length === 0 ? [{ from: id, label: 'If denied' }] : [];
  let next: End[] = [{ from: id, label: '' }];
  let sides: End[] = [];
  for (const way of ways) {
    if (way.kind === 'part') {
      next = framed(chart, depth, way.name, way.steps, [...next, ...sides]);
      sides = [];
    } else if (way.kind !== 'exit')
      sides.push(...framed(chart, depth, way.name, way.steps, [{ from: id, label: labelOf(way) }]));
  }
  if (step.kind === 'if') next = step.else.length === 0 ? [{ from: id, label: 'Otherwise' }] : [];
  if (step.kind === 'parallel' && sides.length > 0) next = [];
  return { next: [...next, ...sides], left: [...left, ...denied] };
}

const labelOf = ({ kind, name }: Way): string => (kind === 'choice' ? name : '');

function framed(chart: Chart, depth: number, name: string, steps: readonly Step[], before: readonly End[]): End[] {
  chart.lines.push(`${'  '.repeat(depth)}subgraph f${++chart.frames}[${quoted([line(name, 80)])}]`);
  const ends = chain(chart, depth + 1, steps, before);
  chart.lines.push(`${'  '.repeat(depth)}end`);
  return ends;
}

/** People are asked in a diamond's long form, conditions in a diamond; everything else is a box. */
const SHAPES: Partial<Record<Step['kind'], [string, string]>> = {
  ask: ['{{', '}}'],
  if: ['{', '}'],
  run: ['[[', ']]'],
};

function stepNode(chart: Chart, depth: number, step: Step): string {
  const [open, close] = SHAPES[step.kind] ?? ['[', ']'];
  const risk = riskOf(step);
  const kind = `${KIND_WORDS[sortOf(step)]}${risk ? ` (${risk})` : ''}`;
  const head = step.kind === 'parallel' && step.title === KIND_WORDS.parallel ? [kind] : [`${kind}: ${titleOf(step)}`];
  return node(
    chart,
    depth,
    open,
    close,
    [...head, ...factsOf(step).map(({ text }) => text)].map((text) => line(text)),
  );
}

function node(chart: Chart, depth: number, open: string, close: string, lines: readonly string[]): string {
  const id = `n${++chart.nodes}`;
  chart.lines.push(`${'  '.repeat(depth)}${id}${open}${quoted(lines)}${close}`);
  return id;
}

function join(chart: Chart, ends: readonly End[], to: string): void {
  for (const { from, label } of ends)
    chart.links.push(label === '' ? `  ${from} --> ${to}` : `  ${from} -->|${quoted([label])}| ${to}`);
}

// Everything but letters, digits and a few marks as a character code: Mermaid has quotes, markdown, HTML and entities of its own.
const quoted = (lines: readonly string[]): string => `"${lines.map(coded).join('<br/>')}"`;
const coded = (text: string): string =>
  text.replace(/[^\p{L}\p{N}\p{M} .,:()'/+-]/gu, (character) => `#${character.codePointAt(0)};`);
