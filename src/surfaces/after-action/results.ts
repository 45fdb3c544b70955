import { effectOf } from '../../capabilities/effects.ts';
import { measuresOf } from '../../incident/measures.ts';
import { dutiesOf, isOpen, leftWords, longSpan, standingWords } from '../model/duties.ts';
import { MEASURES, measureLines } from '../model/measures.ts';
import type { Margin, MeasureLine } from './contract.ts';
import { endOf, eventsOf, type Ground, startOf, told } from './told.ts';

/** How much of each legal deadline was left. */
export function marginsOf(ground: Ground): Margin[] {
  const { view, exercise } = ground;
  const now = exercise.endedAt ?? exercise.startedAt;
  const opened = eventsOf(ground, 'obligation.opened');
  const settled = [
    ...eventsOf(ground, 'obligation.met'),
    ...eventsOf(ground, 'obligation.waived'),
    ...eventsOf(ground, 'obligation.overdue'),
  ];
  return dutiesOf(view, now)
    .toSorted((a, b) => a.number - b.number)
    .map((duty) => {
      const { number, title, rule, awareAt, dueAt } = duty;
      const own = [...opened, ...settled].filter(({ data }) => data.number === number).map(({ seq }) => seq);
      const state = duty.state === 'soon' ? 'open' : duty.state;
      const text =
        isOpen(duty) && state === 'open' ? `Not given by ENDEX: ${leftWords(duty, now)}` : standingWords(duty, now);
      const givenAt = state === 'met' || state === 'met-late' ? (duty.settled?.at ?? null) : null;
      const end = endOf(ground);
      const cites = own.length > 1 || !end ? own : [...own, end.seq];
      return { title, whom: rule.whom, awareAt, dueAt, givenAt, state, ...told(text, cites) };
    });
}

/** The five measures, beside those of the last time and of real incidents. */
export function measuresIn(ground: Ground): MeasureLine[] {
  const { events, beside } = ground;
  const measures = measuresOf(events, effectOf);
  const lines = measureLines(measures);
  return MEASURES.map(({ name, title, meaning }, i) => {
    const line = lines[i];
    const cites = line && line.events.length > 0 ? line.events : [startOf(ground).seq];
    return {
      ...{ name, title, meaning, text: line?.value ?? '', note: line?.note ?? null, ms: measures[name].ms, cites },
      earlier: beside.earlier.map((one) => ({ from: one.drill, text: spanOr(one.measures[name]) })),
      incidents: beside.incidents.map((one) => ({ from: one.incident, text: spanOr(one.measures[name]) })),
    };
  });
}

const spanOr = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? 'not measured' : longSpan(ms);
