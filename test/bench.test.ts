import { describe, expect, test } from 'vitest';
import { atLeast, atMost, median, percentile, shown, tableOf } from '../bench/measure.ts';

describe('figures', () => {
  test('hold at their target and miss beyond it', () => {
    expect(atLeast('rate', 10, 'steps/s', 10).holds).toBe(true);
    expect(atLeast('rate', 9.9, 'steps/s', 10).holds).toBe(false);
    expect(atMost('delay', 30, 'ms', 30).holds).toBe(true);
    expect(atMost('delay', 30.1, 'ms', 30).holds).toBe(false);
    expect(shown('rate', 0, 'steps/s')).toMatchObject({ target: null, holds: true });
  });

  test('are summed up by median and percentile, whatever their order', () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(percentile([30, 10, 20, 40, 50], 0.95)).toBeCloseTo(48);
    expect(() => median([])).toThrow('nothing was measured');
  });

  test('stand in a table that says loudly which one misses', () => {
    const table = tableOf([atLeast('quick', 123_456.7, 'steps/s', 100_000), atMost('slow', 2.345, 's', 1.5)]);
    const [, quick, slow] = table.split('\n');
    expect(quick).toMatch(/^quick +123,457 +steps\/s +100,000 +yes$/);
    expect(slow).toMatch(/^slow +2\.35 +s +1\.5 +NO$/);
  });
});
