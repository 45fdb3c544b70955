import { effectOf } from '../../capabilities/effects.ts';
import { type Measures, measuresOf } from '../../incident/measures.ts';
import { drillMeasuresOf } from '../../simulator/scoring/measures-of.ts';
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
  const { beside } = ground;
  const { measures, onScenario } = measuresOnWall(ground);
  const lines = measureLines(measures);
  return MEASURES.map(({ name, title, meaning }, i) => {
    const line = lines[i];
    const cites = line && line.events.length > 0 ? line.events : [startOf(ground).seq];
    return {
      ...{ name, title, meaning, text: line?.value ?? '', note: line?.note ?? onScenario[name] ?? null },
      ...{ ms: measures[name].ms, cites },
      earlier: beside.earlier.map((one) => ({ from: one.drill, text: spanOr(one.measures[name]) })),
      incidents: beside.incidents.map((one) => ({ from: one.incident, text: spanOr(one.measures[name]) })),
    };
  });
}

const OF_PEOPLE = ['acknowledge', 'contain', 'recover'] as const;

/**
 * What people lived through, as the score has it: on the wall, without pauses, and none of it where bots alone brought it about. When the alert
 * says it began, and limits of the law, are the scenario’s.
 */
function measuresOnWall({ script, events, score }: Ground) {
  const { figures } = drillMeasuresOf(script, events, score);
  const measures: Measures = measuresOf(events, effectOf);
  const onScenario: Partial<Record<keyof Measures, string>> = {};
  for (const name of OF_PEOPLE) {
    const figure = figures[name];
    if (figure.took === null) measures[name] = { ms: null, why: figure.why };
    else {
      const { ms, scenarioMs, from, to } = figure.took;
      measures[name] = { ms: ms ?? scenarioMs, from, to };
      if (ms !== null && longSpan(ms) !== longSpan(scenarioMs))
        onScenario[name] = `${longSpan(scenarioMs)} by the clock of the scenario`;
    }
  }
  return { measures, onScenario };
}

const spanOr = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? 'not measured' : longSpan(ms);
