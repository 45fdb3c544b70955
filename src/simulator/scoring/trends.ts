import { z } from 'zod';
import { Rating } from '../../incident/events.ts';
import { Name } from '../../incident/ids.ts';
import { type DrillMeasures, FIGURES, median } from './measures.ts';
import type { Score } from './score.ts';

/** A drill with people that is over. `at`: when it began on the wall. */
export type PlayedDrill = { id: string; title: string; at: number; score: Score; measures: DrillMeasures };

const MEASURED = [...FIGURES, 'answer', 'margin', 'hints'] as const;

/** `value`: ms, or a number of hints; null: `why`. Nothing is averaged over drills: each value stands by itself. */
const Value = z.strictObject({
  drill: z.string(),
  value: z.number().nullable(),
  why: z.string().nullable(),
  cites: z.array(z.number().int()),
});

/** Drills of one simulation that were scored by the very same rubric. No others can be compared. */
export const Trend = z.strictObject({
  simulation: Name,
  title: z.string(),
  length: z.string(),
  rubric: z.string(),
  n: z.number().int(),
  /** The first one first. */
  drills: z.array(z.strictObject({ id: z.string(), at: z.number(), version: z.number(), playbook: z.number() })),
  objectives: z.array(
    z.strictObject({
      id: Name,
      title: z.string(),
      ratings: z.array(
        z.strictObject({
          drill: z.string(),
          rating: Rating.nullable(),
          why: z.string(),
          cites: z.array(z.number().int()),
          evaluators: z.array(Rating),
        }),
      ),
    }),
  ),
  measures: z.array(
    z.strictObject({
      name: z.enum(MEASURED),
      n: z.number().int(),
      median: z.number().nullable(),
      values: z.array(Value),
    }),
  ),
});
export type Trend = z.infer<typeof Trend>;

/** The simulation that was played last first. Bots alone make no trend. */
export function trendsOf(played: readonly PlayedDrill[]): Trend[] {
  const groups = new Map<string, PlayedDrill[]>();
  for (const one of [...played].sort((a, b) => a.at - b.at)) {
    const { simulation, rubric, length, played: by } = one.score;
    if (by !== 'people') continue;
    const key = JSON.stringify([simulation, length, rubric]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map(trendOf).sort((a, b) => (b.drills.at(-1)?.at ?? 0) - (a.drills.at(-1)?.at ?? 0));
}

function trendOf(drills: readonly PlayedDrill[]): Trend {
  const latest = drills.at(-1) as PlayedDrill;
  const { simulation, length, rubric, objectives } = latest.score;
  return {
    ...{ simulation, length, rubric, title: latest.title, n: drills.length },
    drills: drills.map(({ id, at, score }) => ({ id, at, version: score.version, playbook: score.playbook.version })),
    objectives: objectives.map(({ id, title }) => ({
      ...{ id, title },
      ratings: drills.map(({ id: drill, score }) => {
        const found = score.objectives.find((one) => one.id === id);
        const evaluators = (found?.evaluators ?? []).filter(({ task }) => task === null).map(({ rating }) => rating);
        const { rating = null, why = 'Nothing that could show it was observed.', cites = [] } = found?.machine ?? {};
        return { drill, rating, why, cites, evaluators };
      }),
    })),
    measures: MEASURED.map((name) => {
      const values = drills.map(({ id, measures }) => ({ drill: id, ...figureOf(name, measures) }));
      const known = values.flatMap(({ value }) => value ?? []);
      return { name, n: known.length, median: median(known), values };
    }),
  };
}

type Found = Omit<z.infer<typeof Value>, 'drill'>;
const missing = (why: string): Found => ({ value: null, why, cites: [] });

function figureOf(name: (typeof MEASURED)[number], measures: DrillMeasures): Found {
  if (name === 'hints') return { value: measures.hints.length, why: null, cites: measures.hints.map(({ seq }) => seq) };
  if (name === 'answer') return answered(measures);
  if (name === 'margin') return tightest(measures);
  const figure = measures.figures[name];
  if (figure.took === null) return missing(figure.why);
  const { ms, scenarioMs, from, to } = figure.took;
  return { value: ms ?? scenarioMs, why: null, cites: [from, to] };
}

/** Half of the answers of people came within this time. */
function answered({ roles }: DrillMeasures): Found {
  // Whoever answers with two roles has answered once.
  const answers = [...new Map(roles.flatMap((role) => role.answers.map((one) => [one.took.to, one]))).values()];
  const half = median(answers.map(({ took }) => took.ms ?? took.scenarioMs));
  if (half === null) return missing('No person answered a question.');
  const cites = [...new Set(answers.map(({ took }) => took.to))].sort((a, b) => a - b);
  return { value: half, why: null, cites };
}

/** Of the notices that were given, the one with the least time to spare. */
function tightest({ notices }: DrillMeasures): Found {
  const given = notices.filter(({ marginMs }) => marginMs !== null);
  if (given.length === 0) return missing('No notice was given.');
  const least = given.reduce((worst, one) => ((one.marginMs ?? 0) < (worst.marginMs ?? 0) ? one : worst));
  return { value: least.marginMs, why: null, cites: least.cites };
}
