import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { Rating } from '../../incident/events.ts';
import { Standing } from '../../simulator/scoring/score.ts';
import { evaluationOf, hotWashOf } from '../drills/evaluation.ts';
import { untilShown } from '../watch.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, whoIs } from './context.ts';
import { DrillParams } from './drill-schemas.ts';
import { Done, IdempotencyHeaders, json, problems } from './schemas.ts';

/** What people think of a drill: evaluators on their guide, and everybody in the hot wash. Observations are written as commands. */
export function drillEvaluationRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(evaluationRoute, async (c) => {
    const { guide, open, ratings } = await evaluationOf(deps, whoIs(c), c.req.valid('param').id);
    return c.json({ over: guide.over, open, ratings, objectives: guide.objectives }, 200);
  });

  app.openapi(hotWashRoute, async (c) => {
    const { questions, answers, open } = await hotWashOf(deps, whoIs(c), c.req.valid('param').id);
    return c.json({ open, questions: [...questions], answers: [...answers] }, 200);
  });

  app.openapi(answerRoute, async (c) => {
    const { id } = c.req.valid('param');
    const before = (await deps.reader.incident(id))?.view.seq ?? 0;
    const done = await deps.drills.hotWash(whoIs(c), id, c.req.valid('json'), c.req.header('idempotency-key'));
    await untilShown(deps.reader, id, (view) => view.seq > before);
    return c.json(done, 200);
  });
}

const tags = ['drills'];
const seqs = z.array(z.number().int()).openapi({ description: 'Numbers of events.' });

const Opinion = z
  .object({
    seq: z.number().int(),
    at: z.number(),
    person: z.string(),
    kind: z.enum(['strength', 'improvement', 'observation']),
    rating: Rating.nullable(),
    verdict: z.enum(['met', 'met-late', 'missed', 'not-observed']).nullable(),
    text: z.string(),
    about: seqs,
    earlier: seqs,
  })
  .openapi('Opinion', { description: 'The last of one evaluator about the same thing.' });

const opinions = z.array(Opinion);
const disagreement = z.boolean().openapi({ description: 'Evaluators differ, from each other or from the machine.' });

const EvaluationBody = z
  .object({
    over: z.boolean(),
    open: z.boolean().openapi({ description: 'Observations are still taken.' }),
    ratings: z.record(z.string(), z.object({ title: z.string(), means: z.string() })),
    objectives: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        capability: z.string(),
        machine: z
          .object({ rating: Rating, why: z.string(), cites: seqs.readonly() })
          .nullable()
          .openapi({ description: 'What the gates come to, after ENDEX.' }),
        opinions,
        disagreement,
        tasks: z.array(z.object({ id: z.string(), title: z.string(), opinions, disagreement })),
        expectations: z.array(
          z.object({
            id: z.string(),
            title: z.string(),
            task: z.string().nullable(),
            never: z.boolean(),
            withinMs: z.number().nullable(),
            judged: z.string().nullable().openapi({ description: 'What an evaluator judges.' }),
            machine: z.object({ standing: Standing, why: z.string(), cites: seqs.readonly() }).nullable(),
            opinions,
            disagreement,
          }),
        ),
      }),
    ),
  })
  .openapi('Evaluation');

const HotWashBody = z
  .object({
    open: z.boolean(),
    questions: z.array(z.string()),
    answers: z.array(
      z.object({
        seq: z.number().int(),
        at: z.number(),
        question: z.number().int().nullable(),
        person: z.string().nullable().openapi({ description: 'null: given without a name.' }),
        text: z.string(),
      }),
    ),
  })
  .openapi('HotWash');

const HotWashAnswerBody = z
  .strictObject({
    question: z.number().int().positive().nullable().default(null).openapi({
      description: 'Which of the questions, from 1; null: whatever else should be said.',
    }),
    text: z.string().trim().min(1).max(10_000),
    anonymous: z.boolean().default(false).openapi({
      description: 'Nothing that is kept or sent says whose answer it is.',
    }),
  })
  .openapi('AnswerHotWash');

const evaluationRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/evaluation',
  summary: 'The exercise evaluation guide of a drill; until ENDEX for its staff, with what they wrote themselves',
  description: 'Write on it with the command `observe`: POST /api/drills/{id}/commands.',
  tags,
  request: { params: DrillParams },
  responses: { 200: json(EvaluationBody, 'The guide'), ...problems },
});

const hotWashRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/hot-wash',
  summary: 'The questions of the hot wash, and what was said; for those who took part',
  tags,
  request: { params: DrillParams },
  responses: { 200: json(HotWashBody, 'Questions and answers'), ...problems },
});

const answerRoute = createRoute({
  method: 'post',
  path: '/api/drills/{id}/hot-wash',
  summary: 'Answer in the hot wash, with or without a name',
  tags,
  request: {
    params: DrillParams,
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: HotWashAnswerBody } } },
  },
  responses: { 200: json(Done, 'It is on the timeline'), ...problems },
});
