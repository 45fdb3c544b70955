/** One line of the table, and one element of the JSON. `holds` is true where there is no target. */
export type Measure = { name: string; value: number; unit: string; target: number | null; holds: boolean };

export type Say = (line: string) => void;

/** The least that is good enough. */
export const atLeast = (name: string, value: number, unit: string, target: number): Measure => ({
  name,
  value,
  unit,
  target,
  holds: value >= target,
});

/** The most that is good enough. */
export const atMost = (name: string, value: number, unit: string, target: number): Measure => ({
  name,
  value,
  unit,
  target,
  holds: value <= target,
});

/** Shown, not judged. */
export const shown = (name: string, value: number, unit: string): Measure => ({
  name,
  value,
  unit,
  target: null,
  holds: true,
});

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** By linear interpolation between the two nearest. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) throw new Error('nothing was measured');
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

const HEADINGS = ['', 'value', 'unit', 'target', 'holds'];

export function tableOf(measures: readonly Measure[]): string {
  const rows = [HEADINGS, ...measures.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 1 || column === 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cells({ name, value, unit, target, holds }: Measure): string[] {
  const judged = target === null ? ['', ''] : [rounded(target), holds ? 'yes' : 'NO'];
  return [name, rounded(value), unit, ...judged];
}

function rounded(value: number): string {
  const digits = value >= 1_000 ? 0 : value >= 100 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
