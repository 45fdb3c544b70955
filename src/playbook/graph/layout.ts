import type { Step } from '../plan.ts';
import { type Box, CARD_MAX, CARD_MIN, cardOf, type DrawnCard, FRAME_FONT, FRAME_LINE } from './card.ts';
import { wrap } from './metrics.ts';
import { type Way, waysOf } from './ways.ts';
import { line } from './words.ts';

/**
 * Where everything in the picture of a plan stands. The plan is a tree: a block runs from top to bottom along a rail at its left;
 * what a step holds stands in frames, beside each other where there is room, else below each other.
 */
export type Frame = Box & { lines: string[]; exit: boolean };
/** A line through its points; an arrow at its end where something follows. */
export type Link = { points: [number, number][]; arrow: boolean; exit: boolean };
export type Layout = { width: number; height: number; cards: DrawnCard[]; frames: Frame[]; links: Link[] };

const RAIL = 10;
const INDENT = 20;
const PAD = 8;
const STEP_GAP = 24;
const LANE_GAP = 16;
/** A card in a lane of its own is at least this wide, or the lanes stand below each other. */
const CARD_LANE = 216;

export function layOut(steps: readonly Step[], width: number): Layout {
  const page: Page = { cards: [], frames: [], links: [] };
  const sizes = new Sizes();
  const wide = Math.max(width, sizes.narrow(steps));
  const height = block(page, sizes, steps, { x: 0, y: 0, width: Math.min(wide, sizes.natural(steps)) });
  const right = Math.max(0, ...extents(page.cards), ...extents(page.frames));
  return { ...page, width: right, height };
}

// A loop, not a spread of one long list: plans of thousands of steps are drawn, too.
const extents = (boxes: readonly Box[]): number[] => [
  boxes.reduce((most, { x, width }) => Math.max(most, x + width), 0),
];

type Page = Pick<Layout, 'cards' | 'frames' | 'links'>;
type Spot = { x: number; y: number; width: number };

/** How much room blocks need; each is looked at once. */
class Sizes {
  readonly #narrow = new Map<readonly Step[], number>();
  readonly #natural = new Map<readonly Step[], number>();
  readonly #lane = new Map<readonly Step[], number>();

  /** With everything below each other. */
  narrow(steps: readonly Step[]): number {
    return this.#stacked(this.#narrow, steps, CARD_MIN);
  }

  /** The same, as a lane beside others. */
  lane(steps: readonly Step[]): number {
    return this.#stacked(this.#lane, steps, CARD_LANE);
  }

  /** With everything beside each other that can stand so. */
  natural(steps: readonly Step[]): number {
    return remember(this.#natural, steps, () =>
      most(steps, (step) => {
        const ways = waysOf(step);
        const frames = ways.map((way) => this.natural(way.steps) + 2 * PAD);
        const beside = frames.reduce((sum, width) => sum + width, 0) + LANE_GAP * Math.max(0, ways.length - 1);
        return ways[0]?.kind === 'exit' ? CARD_MAX + LANE_GAP + beside : Math.max(CARD_MAX, beside);
      }),
    );
  }

  #stacked(memory: Map<readonly Step[], number>, steps: readonly Step[], card: number): number {
    return remember(memory, steps, () =>
      most(steps, (step) =>
        Math.max(card, ...waysOf(step).map((way) => INDENT + 2 * PAD + this.#stacked(memory, way.steps, card))),
      ),
    );
  }
}

function remember<K>(memory: Map<K, number>, key: K, compute: () => number): number {
  const known = memory.get(key) ?? compute();
  memory.set(key, known);
  return known;
}

const most = (steps: readonly Step[], of: (step: Step) => number): number =>
  steps.reduce((width, step) => Math.max(width, of(step)), CARD_MIN);

/** Draws a block and returns its height. */
function block(page: Page, sizes: Sizes, steps: readonly Step[], { x, y, width }: Spot): number {
  let bottom = y;
  let from: number | null = null;
  for (const step of steps) {
    const top: number = from === null ? y : bottom + STEP_GAP;
    if (from !== null) page.links.push({ points: rail(x, from, top), arrow: true, exit: false });
    const card = cardOf(step, x, top, Math.min(CARD_MAX, width));
    page.cards.push(card);
    const below = top + card.height;
    const drawn = ways(page, sizes, step, card, { x, y: below, width });
    bottom = drawn.bottom;
    from = drawn.from;
  }
  return bottom - y;
}

const rail = (x: number, from: number, to: number): [number, number][] => [
  [x + RAIL, from],
  [x + RAIL, to],
];

/** Where the step ends, and from where the rail goes on. */
type Drawn = { bottom: number; from: number };

function ways(page: Page, sizes: Sizes, step: Step, card: DrawnCard, spot: Spot): Drawn {
  const found = waysOf(step);
  const [first] = found;
  if (first === undefined) return { bottom: spot.y, from: spot.y };
  if (first.kind === 'exit') {
    const left = card.x + card.width + LANE_GAP;
    const room = spot.x + spot.width - left;
    if (room >= sizes.lane(first.steps) + 2 * PAD)
      return aside(page, sizes, first, card, { ...spot, x: left, width: room });
  } else if (first.kind !== 'part') {
    const widths = share(sizes, found, spot.width);
    if (widths) return lanes(page, sizes, found, widths, spot);
  }
  return stacked(page, sizes, found, spot);
}

/** What happens instead of the rest stands to the right of its step: the rail goes straight on. */
function aside(page: Page, sizes: Sizes, way: Way, card: DrawnCard, spot: Spot): Drawn {
  const width = Math.min(spot.width, sizes.natural(way.steps) + 2 * PAD);
  const height = frame(page, sizes, way, { x: spot.x, y: card.y, width });
  const y = card.y + PAD + FRAME_LINE / 2;
  page.links.push({
    points: [
      [card.x + card.width, y],
      [spot.x, y],
    ],
    arrow: true,
    exit: true,
  });
  return { bottom: Math.max(spot.y, card.y + height), from: spot.y };
}

/** The width of each frame, or null when they do not fit beside each other. */
function share(sizes: Sizes, found: readonly Way[], width: number): number[] | null {
  const free = width - LANE_GAP * (found.length - 1) - 2 * PAD * found.length;
  const needed = found.map((way) => Math.max(CARD_LANE, sizes.lane(way.steps)));
  const wanted = found.map((way, i) => Math.max(needed[i] ?? 0, sizes.natural(way.steps)));
  const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);
  if (sum(needed) > free) return null;
  const missing = sum(wanted) - sum(needed);
  const part = missing === 0 ? 0 : Math.min(1, (free - sum(needed)) / missing);
  return needed.map((need, i) => Math.floor(need + ((wanted[i] ?? need) - need) * part) + 2 * PAD);
}

/** Beside each other, between a line that forks and one that joins. */
function lanes(page: Page, sizes: Sizes, found: readonly Way[], widths: readonly number[], spot: Spot): Drawn {
  const fork = spot.y + STEP_GAP / 2;
  const top = spot.y + STEP_GAP;
  let left = spot.x;
  const drawn = found.map((way, i) => {
    const width = widths[i] ?? CARD_LANE;
    const height = frame(page, sizes, way, { x: left, y: top, width });
    const lane = { rail: left + RAIL, bottom: top + height };
    left += width + LANE_GAP;
    return lane;
  });
  const main = spot.x + RAIL;
  const [only] = drawn;
  if (drawn.length === 1 && only) {
    page.links.push({ points: rail(spot.x, spot.y, top), arrow: true, exit: false });
    return { bottom: only.bottom, from: only.bottom };
  }
  const join = Math.max(...drawn.map(({ bottom }) => bottom)) + STEP_GAP / 2;
  for (const lane of drawn) {
    page.links.push({ points: corner([main, spot.y], fork, [lane.rail, top]), arrow: true, exit: false });
    page.links.push({ points: corner([lane.rail, lane.bottom], join, [main, join]), arrow: false, exit: false });
  }
  return { bottom: join, from: join };
}

function corner(from: [number, number], y: number, to: [number, number]): [number, number][] {
  return from[0] === to[0] ? [from, to] : [from, [from[0], y], [to[0], y], to];
}

/** Below each other, set in; the rail passes them at the left. */
function stacked(page: Page, sizes: Sizes, found: readonly Way[], spot: Spot): Drawn {
  const x = spot.x + INDENT;
  let bottom = spot.y;
  let from = spot.y;
  for (const way of found) {
    const top = bottom + STEP_GAP / 2;
    const width = Math.min(spot.width - INDENT, Math.max(CARD_LANE, sizes.natural(way.steps)) + 2 * PAD);
    const height = frame(page, sizes, way, { x, y: top, width });
    const y = top + PAD + FRAME_LINE / 2;
    page.links.push({
      points: [
        [spot.x + RAIL, from],
        [spot.x + RAIL, y],
        [x, y],
      ],
      arrow: true,
      exit: way.kind === 'exit',
    }); // prettier-ignore
    bottom = top + height;
    from = y;
  }
  return { bottom, from };
}

/** A frame with its name and its steps; returns its height. */
function frame(page: Page, sizes: Sizes, way: Way, { x, y, width }: Spot): number {
  const name = way.kind === 'exit' ? `${way.name}, then the rest here is skipped` : line(way.name, 80);
  const lines = wrap(name, width - 2 * PAD, FRAME_FONT, 3);
  const at: Frame = { x, y, width, height: 0, lines, exit: way.kind === 'exit' };
  page.frames.push(at);
  const top = y + PAD + lines.length * FRAME_LINE + 4;
  at.height = top - y + block(page, sizes, way.steps, { x: x + PAD, y: top, width: width - 2 * PAD }) + PAD;
  return at.height;
}
