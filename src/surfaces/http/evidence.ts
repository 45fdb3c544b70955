import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { EvidenceDesk } from '../evidence/desk.ts';
import { type AppEnv, whoIs } from './context.ts';
import { DrillParams } from './drill-schemas.ts';
import { json, problems } from './schemas.ts';

/** What a drill is evidence of. */
export function evidenceRoutes(app: OpenAPIHono<AppEnv>, { evidence }: { evidence: EvidenceDesk }): void {
  app.openapi(mappingRoute, async (c) =>
    c.json({ requirements: await evidence.mapping(whoIs(c), c.req.valid('param').id) }, 200),
  );

  app.openapi(packRoute, async (c) => {
    const { name, bytes } = await evidence.pack(whoIs(c), c.req.valid('param').id);
    return c.body(bytes, 200, {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    });
  });
}

const Element = z.strictObject({
  element: z.string(),
  asks: z.string(),
  state: z.enum(['shown', 'partly', 'missing']),
  shows: z.array(
    z.strictObject({
      text: z.string(),
      cites: z.array(z.number().int()).openapi({ description: 'numbers of events' }),
    }),
  ),
  lacks: z.array(z.string()),
});
const Requirement = z
  .strictObject({
    id: z.string(),
    framework: z.string(),
    reference: z.string(),
    asks: z.string(),
    elements: z.array(Element),
    not: z.array(z.string()).openapi({ description: 'what no drill can show' }),
  })
  .openapi('Requirement');

const mappingRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/evidence',
  summary: 'Say what a drill that is over is evidence of, requirement by requirement, and what is missing',
  tags: ['drills'],
  request: { params: DrillParams },
  responses: { 200: json(z.object({ requirements: z.array(Requirement) }), 'Requirements'), ...problems },
});

const packRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/evidence.zip',
  summary: 'Download the evidence pack of a drill: a signed zip, for those who ran or planned it',
  tags: ['drills'],
  request: { params: DrillParams },
  responses: {
    200: {
      description: 'The pack',
      content: { 'application/zip': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problems,
  },
});
