import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AUDIENCES } from '../after-action/contract.ts';
import { type AfterActionDesk, FORMATS, FORMS, fileName } from '../after-action/desk.ts';
import { type AppEnv, whoIs } from './context.ts';
import { DrillParams } from './drill-schemas.ts';
import { problems } from './schemas.ts';

/** The after-action report of a drill, as a file. */
export function afterActionRoutes(app: OpenAPIHono<AppEnv>, { afterAction }: { afterAction: AfterActionDesk }): void {
  app.openapi(reportRoute, async (c) => {
    const { format, audience } = c.req.valid('query');
    const report = await afterAction.report(whoIs(c), c.req.valid('param').id, audience);
    const { type, of } = FORMS[format];
    c.header('Content-Disposition', `attachment; filename="${fileName(report, format)}"`);
    c.header('Cache-Control', 'no-store');
    return c.body(of(report), 200, { 'Content-Type': type });
  });
}

const ReportQuery = z.object({
  format: z.enum(FORMATS).default('html'),
  audience: z.enum(AUDIENCES).default('team').openapi({
    description:
      '`team` names roles; `staff` has the figures of single persons, for the staff of the drill; `anonymous` can be shared outside',
  }),
});

const text = { schema: z.string() };
const reportRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/report',
  summary: 'The after-action report and improvement plan of a drill that is over',
  description:
    'Found from the timeline and the script. A draft while the hot wash is open. Every figure names the events that it rests on.',
  tags: ['drills'],
  request: { params: DrillParams, query: ReportQuery },
  responses: {
    200: {
      description: 'One file that needs nothing else',
      content: { 'text/html': text, 'text/markdown': text, 'application/json': text },
    },
    ...problems,
  },
});
