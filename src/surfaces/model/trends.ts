import { scaleLinear } from 'd3-scale';
import type { Trend } from '../../simulator/scoring/trends.ts';
import { longSpan } from './duties.ts';

export type MeasureName = Trend['measures'][number]['name'];

export const MEASURE_TITLES: Readonly<Record<MeasureName, string>> = {
  detect: 'Alert to somebody who looks',
  acknowledge: 'Opened to the first answer',
  declare: 'Alert to an open incident',
  contain: 'Opened to contained, proved',
  recover: 'Opened to recovered, proved',
  answer: 'Asked to answered, half of them',
  margin: 'Least margin of a notice',
  hints: 'Hints',
};

export function measureWords(name: MeasureName, value: number): string {
  if (name === 'hints') return String(value);
  if (name === 'margin' && value < 0) return `late by ${longSpan(-value)}`;
  return longSpan(value);
}

/** Where each value stands on its strip, in percent; zero is on every strip, so that lengths can be compared. */
export function stripOf({ values, median }: Pick<Trend['measures'][number], 'values' | 'median'>) {
  const known = values.flatMap(({ value }) => value ?? []);
  const x = scaleLinear()
    .domain([Math.min(0, ...known), Math.max(1, ...known)])
    .range([2, 98]);
  return {
    zero: x(0),
    median: median === null ? null : x(median),
    dots: values.flatMap(({ drill, value }) => (value === null ? [] : [{ drill, value, at: x(value) }])),
  };
}
