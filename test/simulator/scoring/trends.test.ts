import { expect, it } from 'vitest';
import { drillMeasuresOf } from '../../../src/simulator/scoring/measures-of.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { type PlayedDrill, Trend, trendsOf } from '../../../src/simulator/scoring/trends.ts';
import { ANN, BOT, expected, scriptOf, Timeline } from './timeline.ts';

const CUT = expected({ what: 'act', capability: 'model.isolate', system: 'triage' }, { withinMs: 600_000 });
const script = scriptOf([CUT]);
const harder = scriptOf([{ ...CUT, withinMs: 300_000 }]);

function played(id: string, at: number, minute: number, by = script, seats = [ANN]): PlayedDrill {
  const line = new Timeline(by, seats, id);
  line.clock(0, 0);
  line.ask(1, 1, 'contain');
  line.vote(1 + minute, 1, 'ann', ['incident-commander']);
  line.act(minute, 'isolate', 'model.isolate', 'triage');
  line.endex();
  const score = scoreOf(by, line.events);
  return { id, title: 'A bad day', at, score, measures: drillMeasuresOf(by, line.events, score) };
}

it('compares drills of one simulation and rubric alone, each value with its drill and events, the first one first', () => {
  const trends = trendsOf([
    played('EX-2026-0003', 30, 2),
    played('EX-2026-0001', 10, 12),
    played('EX-2026-0004', 40, 2, harder),
    played('EX-2026-0005', 50, 2, script, [BOT]),
  ]).map((one) => Trend.parse(one));
  expect(trends.map(({ drills }) => drills.map(({ id }) => id))).toEqual([
    ['EX-2026-0004'],
    ['EX-2026-0001', 'EX-2026-0003'],
  ]);
  const two = trends[1];
  expect(two?.objectives[0]?.ratings.map(({ drill, rating }) => [drill, rating])).toEqual([
    ['EX-2026-0001', 'S'],
    ['EX-2026-0003', 'P'],
  ]);
  expect(two?.measures.find(({ name }) => name === 'answer')).toEqual({
    ...{ name: 'answer', n: 2, median: 420_000 },
    values: [
      { drill: 'EX-2026-0001', value: 720_000, why: null, cites: [4] },
      { drill: 'EX-2026-0003', value: 120_000, why: null, cites: [4] },
    ],
  });
  expect(two?.measures.find(({ name }) => name === 'declare')).toMatchObject({
    n: 0,
    values: [{ value: null, why: 'No alert was delivered.' }, {}],
  });
});
