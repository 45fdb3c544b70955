import { describe, expect, it } from 'vitest';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import type { Box } from '../../src/playbook/graph/card.ts';
import { type Layout, layOut } from '../../src/playbook/graph/layout.ts';
import { planMermaid } from '../../src/playbook/graph/mermaid.ts';
import { wrap } from '../../src/playbook/graph/metrics.ts';
import { planSvg } from '../../src/playbook/graph/svg.ts';
import { loadPlaybooks } from '../../src/playbook/library.ts';
import { everyPlanStep, type Plan } from '../../src/playbook/plan.ts';
import { ASK, compile, HEAD } from './world.ts';

const shipped = loadPlaybooks('playbooks', surroundingsOf(loadInventory('tocsin.yaml')));
const WIDTHS = [360, 768, 1280];
const drawing = (text: string, width = 1280) => planSvg(compile(text), width);
const mermaid = (text: string) => planMermaid(compile(text));
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '');

describe('the picture of every shipped playbook', () => {
  it.each(shipped.map((plan) => [plan.playbook, plan] as const))(
    '%s holds every step, apart from every other',
    (_, plan) => {
      for (const width of WIDTHS) {
        const layouts = [layOut(plan.steps, width - 32), layOut(plan.finally, width - 32)];
        const paths = layouts.flatMap(({ cards }) => cards.map(({ path }) => path));
        expect(paths).toEqual([...everyPlanStep(plan)].map(({ path }) => path));
        for (const layout of layouts) expect(misplaced(layout)).toEqual([]);
      }
    },
  );

  it.each(shipped.map((plan) => [plan.playbook, plan] as const))('%s fits a phone, and is whole XML', (_, plan) => {
    for (const width of WIDTHS) {
      const svg = planSvg(plan, width);
      expect(Number(/ width="([\d.]+)"/.exec(svg)?.[1])).toBeLessThanOrEqual(width);
      expect(unbalanced(svg)).toEqual([]);
      expect(svg).toMatch(
        /^<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)"[^>]*>\n<title id="\1">[^<]+<\/title>\n<desc id="\2">/,
      );
      expect(svg).not.toMatch(/href|url\(|@import/);
    }
  });
});

/** Cards that overlap another or leave the picture; frames that cut through a card. */
function misplaced({ cards, frames, width, height }: Layout): string[] {
  const inside = (a: Box, b: Box) =>
    a.x >= b.x - 0.1 &&
    a.y >= b.y - 0.1 &&
    a.x + a.width <= b.x + b.width + 0.1 &&
    a.y + a.height <= b.y + b.height + 0.1;
  const apart = (a: Box, b: Box) =>
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  const page = { x: 0, y: 0, width, height };
  return cards.flatMap((card, i) => [
    ...(inside(card, page) ? [] : [`${card.path} leaves the picture`]),
    ...cards.slice(i + 1).flatMap((other) => (apart(card, other) ? [] : [`${card.path} overlaps ${other.path}`])),
    ...frames.flatMap((frame) =>
      apart(card, frame) || inside(card, frame) ? [] : [`a frame cuts through ${card.path}`],
    ),
  ]);
}

function unbalanced(xml: string): string[] {
  const open: string[] = [];
  for (const [, close, name = '', , self] of xml.matchAll(/<(\/?)([a-z]+)((?:\s[\w-]+(?::\w+)?="[^"<]*")*)(\/?)>/gi)) {
    if (self) continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  const rest = xml.replace(/<\/?[a-z]+(?:\s[\w-]+(?::\w+)?="[^"<]*")*\/?>/gi, '');
  return [...open, ...(rest.match(/<|&(?!amp;|lt;|gt;|quot;|#39;)/g) ?? [])];
}

const BRANCHES = `${HEAD}  - id: both
    parallel:
      one: [{ id: look, do: model.inspect }]
      two: [{ id: again, do: model.verify }]
`;

describe('a picture of a plan', () => {
  it('puts branches beside each other where there is room, else below each other', () => {
    const at = (width: number) => {
      const { cards } = layOut(compile(BRANCHES).steps, width);
      const [one, two] = ['both/one/look', 'both/two/again'].map((path) => cards.find((card) => card.path === path));
      return { beside: one?.y === two?.y && (two?.x ?? 0) > (one?.x ?? 0), below: (two?.y ?? 0) > (one?.y ?? 0) };
    };
    expect(at(1200)).toEqual({ beside: true, below: false });
    expect(at(330)).toEqual({ beside: false, below: true });
  });

  it('says who answers a question, until when, and what silence means', () => {
    const words = texts(drawing(`${HEAD}${ASK}`)).join('\n');
    expect(words).toContain('May we?');
    expect(words).toContain('ML on-call');
    expect(words).toContain('within 10 min; silence counts as deny');
    expect(words).toContain('if denied, the rest here is skipped');
  });

  it('says how risky an act is, what undoes it, what proves it and whose approval it has', () => {
    const words = texts(
      drawing(
        `${HEAD}${ASK}  - { do: model.isolate, prove: model.probe }\n  - { do: model.restore, undo: { none: it serves again } }\n`,
      ),
    );
    for (const said of [
      'disruptive',
      'model.isolate',
      'proved by model.probe',
      'undone by model.restore',
      'nothing undoes it',
      'after the approval of may',
    ])
      expect(words).toContain(said);
  });

  it('says the limit of a duty, and what a step waits for', () => {
    const words = texts(
      drawing(
        `${HEAD}  - { id: duty, oblige: eu-72h, by: ml-on-call }\n  - { id: pause, when: size(incident.title) > 3, wait: 90m }\n`,
      ),
    );
    expect(words.join(' ')).toContain('within 3 days of somebody becomes aware');
    expect(words).toContain('only if size(incident.title) &gt; 3');
    expect(words).toContain('1 h 30 min');
  });

  it('says how often rounds come and when they end', () => {
    const each = `  - { id: tell, each: '["a", "b"]', as: region, at-once: 2, steps: [{ id: pause, wait: 1m }] }\n`;
    const repeat = `  - { id: settle, repeat: { until: 'steps.look.version == "2"', times: 3, every: 10m }, steps: [{ id: look, do: model.inspect }] }\n`;
    const words = texts(drawing(`${HEAD}${each}${repeat}`)).join(' ');
    for (const said of [
      'For each region',
      'at most 2 at the same time',
      'Each round',
      'at most 3 rounds, every 10 min',
    ])
      expect(words).toContain(said);
  });

  const HOSTILE =
    '</text><script>alert(1)</script> \\u202Eevil\\u0007 & "quoted" \\uD800 ``` ]] end %%{init}%% click n1';

  it('shows hostile titles as what they are', () => {
    const svg = drawing(
      `${HEAD}  - { id: look, title: "${HOSTILE.replaceAll('"', '\\"').replace('\\uD800', '')}", do: model.inspect }\n`,
      360,
    );
    expect(unbalanced(svg)).toEqual([]);
    for (const risky of ['<script', '\u202e', '\u0007']) expect(svg).not.toContain(risky);
    expect(texts(svg).join(' ')).toContain('&lt;/text&gt;&lt;script&gt;');
    expect(texts(svg).join('')).toContain('\\u202e');
  });

  it('replaces what no XML may hold', () => {
    const plan = compile(`${HEAD}  - { id: look, do: model.inspect }\n`);
    const svg = planSvg({ ...plan, title: 'a\ud800b\uffff\u0000c' }, 360);
    expect(texts(svg)[0]).toBe('a\ufffdb\ufffd\\u0000c');
  });

  it('is drawn whole for five hundred steps', () => {
    const steps = Array.from(
      { length: 500 },
      (_, i) =>
        `  - { id: s${i}, title: "Step ${i}, which is long enough to be wrapped somewhere", do: model.inspect }\n`,
    );
    const plan = compile(`${HEAD}${steps.join('')}`);
    const layout = layOut(plan.steps, 1200);
    expect(layout.cards.length).toBe(500);
    expect(misplaced(layout)).toEqual([]);
    expect(unbalanced(planSvg(plan, 1280))).toEqual([]);
    expect(planMermaid(plan)).toContain('n501[');
  });

  it('is drawn for steps that hold steps, twelve deep', () => {
    const nest = (depth: number, indent: string): string =>
      depth === 0
        ? `${indent}- { id: deepest, do: model.inspect }\n`
        : `${indent}- id: d${depth}\n${indent}  if: size(incident.title) > ${depth}\n${indent}  then:\n${nest(depth - 1, `${indent}    `)}`;
    const layout = layOut(compile(`${HEAD}${nest(12, '  ')}`).steps, 330);
    expect(misplaced(layout)).toEqual([]);
  });
});

describe('wrapping', () => {
  it('breaks words that are too long between characters, never within one', () => {
    const lines = wrap('👩‍👩‍👧‍👦'.repeat(9), 60, { size: 12 }, 20);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toBe('👩‍👩‍👧‍👦'.repeat(9));
    for (const line of lines) expect([...line].length % 7).toBe(0);
  });
  it('says by an ellipsis that something is missing', () => {
    const lines = wrap('one two three four five six seven', 60, { size: 12 }, 2);
    expect(lines.length).toBe(2);
    expect(lines[1]).toMatch(/…$/);
  });
});

describe('the same as Mermaid', () => {
  it('goes from a deny to whatever follows the block, and from an approval to the next step', () => {
    const chart = mermaid(
      `${HEAD}${ASK.replace('on-deny: []', 'on-deny: [{ id: told, say: No, to: ml-on-call }]')}  - { id: cut, do: model.isolate }\n  - { id: back, do: model.restore }\nfinally:\n  - { id: brief, say: Over, to: ml-on-call }\n`,
    );
    expect(links(chart)).toEqual([
      'start → Ask',
      'Ask –If denied→ Say',
      'Ask → Do (disruptive)',
      'Do (disruptive) → Do (disruptive)',
      'Do (disruptive) → Say',
      'Say → Say',
      'Say → End',
    ]);
  });

  it('goes around an if without else, and joins branches before what follows', () => {
    expect(
      links(
        mermaid(
          `${HEAD}  - { id: maybe, if: size(incident.title) > 3, then: [{ id: look, do: model.inspect }] }\n  - { id: pause, wait: 1m }\n`,
        ),
      ),
    ).toEqual(['start → If', 'If –If it holds→ Do (read)', 'If –Otherwise→ Wait', 'Do (read) → Wait', 'Wait → End']);
    expect(
      links(mermaid(`${BRANCHES}  - { id: pause, wait: 1m }\n`)).filter((link) => link.endsWith('→ Wait')),
    ).toEqual(['Do (read) → Wait', 'Do (read) → Wait']);
  });

  it('lets no text become a part of the drawing', () => {
    const chart = mermaid(
      `${HEAD}  - { id: look, title: '"]; click n1 href "javascript:alert(1)"\`**x** <img src=x> #quot; %%', do: model.inspect }\n`,
    );
    const label = chart.split('\n').find((line) => line.includes('javascript')) ?? '';
    expect(label).toMatch(/^ {2}n2\["[^"`<>[\]%*]*<br\/>model\.inspect"\]$/);
  });
});

/** Links by the kinds of their ends. */
function links(chart: string): string[] {
  const kinds = new Map(
    [...chart.matchAll(/^ *(n\d+)[^\s-]*?"([^"<:]*)/gm)].map(([, id = '', words = '']) => [id, words]),
  );
  const name = (id = '') => (id === 'n1' ? 'start' : kinds.get(id));
  return [...chart.matchAll(/^ *(n\d+) -->(?:\|"([^"]*)"\|)? (n\d+)$/gm)].map(
    ([, from, label, to]) => `${name(from)} ${label ? `–${label}→` : '→'} ${name(to)}`,
  );
}

it('is the same picture every time', () => {
  const [plan] = shipped as [Plan];
  expect(planSvg(plan, 1280)).toBe(planSvg(structuredClone(plan), 1280));
});
