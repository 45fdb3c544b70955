import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { Coverage } from '../../simulator/scoring/coverage.ts';
import { Trend } from '../../simulator/scoring/trends.ts';
import { coverageFor, trendsFor } from '../drills/history.ts';
import type { ApiDeps } from './api.ts';
import type { AppEnv } from './context.ts';
import { json, problems } from './schemas.ts';

/** All drills with people that are over, looked at together. Before the routes of one drill: no drill is called like these. */
export function drillHistoryRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(trendsRoute, async (c) => {
    const { simulation = null } = c.req.valid('query');
    return c.json({ trends: await trendsFor(deps, simulation) }, 200);
  });
  app.openapi(coverageRoute, async (c) => c.json(await coverageFor(deps), 200));
}

const tags = ['drills'];

const trendsRoute = createRoute({
  method: 'get',
  path: '/api/drills/trends',
  summary: 'Drills of the same simulation and rubric over time: ratings and measures, each value with its drill',
  tags,
  request: { query: z.object({ simulation: z.string().max(200).optional() }) },
  responses: {
    200: json(z.object({ trends: z.array(Trend) }), 'The simulation that was played last first'),
    ...problems,
  },
});

const coverageRoute = createRoute({
  method: 'get',
  path: '/api/drills/coverage',
  summary: 'Which playbooks, ways through them, roles, people, AI systems and techniques were drilled when; what next',
  tags,
  responses: { 200: json(Coverage, 'Coverage'), ...problems },
});
