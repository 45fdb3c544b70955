import { effectOf } from '../../capabilities/effects.ts';
import {
  type Measure,
  type MeasureName,
  type Measures,
  measuresOf,
  type NoticeMeasure,
} from '../../incident/measures.ts';
import type { StoredEvent } from '../ports.ts';
import { longSpan } from './duties.ts';

/** The figures of an incident, as every surface shows them. */
export const incidentMeasures = (events: readonly StoredEvent[]): Measures => measuresOf(events, effectOf);

/** In the order in which they happen, each with what it measures. */
export const MEASURES: readonly { name: MeasureName; title: string; meaning: string }[] = [
  { name: 'detect', title: 'Detect', meaning: 'from when the alert says it began to the opening of the incident' },
  { name: 'acknowledge', title: 'Acknowledge', meaning: 'from the opening to the first answer or message of a person' },
  {
    name: 'contain',
    title: 'Contain',
    meaning: 'from the opening to the first act that contains it and was proved by traffic',
  },
  {
    name: 'recover',
    title: 'Recover',
    meaning: 'from the opening until all that was taken away was given back, proved by traffic',
  },
  { name: 'notify', title: 'Notify', meaning: 'from when the organisation became aware to the notice' },
];

export type MeasureLine = { title: string; meaning: string; value: string; note: string | null; events: number[] };

/** `3 min 12 s`, or why there is none. */
export function measureLines(measures: Measures): MeasureLine[] {
  return MEASURES.map(({ name, title, meaning }) => {
    const measure: Measure | NoticeMeasure = measures[name];
    if (measure.ms === null) return { title, meaning, value: 'not measured', note: measure.why, events: [] };
    const note = 'marginMs' in measure ? marginWords(measure.marginMs) : null;
    return { title, meaning, value: longSpan(measure.ms), note, events: [...new Set([measure.from, measure.to])] };
  });
}

const marginWords = (ms: number): string =>
  ms >= 0 ? `${longSpan(ms)} before the limit` : `${longSpan(-ms)} after the limit`;
