import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { DrillMeasures } from '../../simulator/scoring/measures.ts';
import { Score } from '../../simulator/scoring/score.ts';
import { scoreFor } from '../drills/score.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, whoIs } from './context.ts';
import { DrillParams } from './drill-schemas.ts';
import { json, problems } from './schemas.ts';

export function drillScoreRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(scoreRoute, async (c) => c.json(await scoreFor(deps, whoIs(c), c.req.valid('param').id), 200));
}

const tags = ['drills'];

const scoreRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/score',
  summary: 'What a drill came to, after ENDEX: results, ratings by objective, measures; each with its events',
  description: 'Figures of single persons are for the staff of the drill, and for that person.',
  tags,
  request: { params: DrillParams },
  responses: { 200: json(z.object({ score: Score, measures: DrillMeasures }), 'Score and measures'), ...problems },
});
