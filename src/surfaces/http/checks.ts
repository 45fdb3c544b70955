import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { CHECKS, type CheckName, checkNames } from '../../incident/check.ts';
import { Name } from '../../incident/ids.ts';
import type { CheckRun, ListedCheck } from '../checks.ts';
import { notFound } from '../problem.ts';
import type { ApiDeps } from './api.ts';
import type { AppEnv } from './context.ts';
import { json, problems } from './schemas.ts';

/** How long a caller waits; proxies give up after about so long. */
const WAIT_MS = 50_000;

/** Scheduled checks of AI systems. */
export function checkRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(listRoute, async (c) => c.json({ checks: await deps.checkDesk.list() }, 200));

  app.openapi(runRoute, async (c) => {
    const { id } = c.req.valid('param');
    if (!Name.safeParse(id).success) throw notFound(`AI system "${id}" in the inventory`);
    const check = c.req.valid('json')?.check ?? null;
    const checks = await deps.checkDesk.run(id, check, WAIT_MS);
    return c.json({ checks }, checks.some(({ outcome }) => outcome === null) ? 202 : 200);
  });
}

const CheckEnum = z.enum(checkNames as [CheckName, ...CheckName[]]).openapi({
  description: Object.entries(CHECKS)
    .map(([name, { capability }]) => `${name}: ${capability}`)
    .join('; '),
});
const millis = z.number();

const Listed = z
  .object({
    system: z.string(),
    check: CheckEnum,
    everyMs: z.number().nullable().openapi({ description: 'null: only on demand.' }),
    nextAt: millis.nullable(),
    paused: z.boolean().openapi({ description: 'Its schedule was paused in Temporal.' }),
    last: z
      .object({
        startedAt: millis,
        at: millis,
        status: z.enum(['clean', 'found', 'failed']),
        version: z.string().nullable(),
        code: z.string().nullable().openapi({ description: 'Why it could not be carried out.' }),
        detail: z.string(),
        failures: z.number().int().openapi({ description: 'Runs in a row that could not be carried out.' }),
        doneAt: millis.nullable().openapi({ description: 'When it was last carried out, whatever it found.' }),
      })
      .nullable(),
  })
  .openapi('ScheduledCheck') satisfies z.ZodType<ListedCheck>;

const Outcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('clean'), version: z.string(), detail: z.string() }),
  z.object({
    status: z.literal('found'),
    version: z.string(),
    detail: z.string(),
    canaries: z.array(z.string()).openapi({ description: 'Ids of the planted secrets that were given away.' }),
  }),
  z.object({ status: z.literal('failed'), code: z.string(), detail: z.string(), retryable: z.boolean() }),
]);

const Run = z
  .object({
    system: z.string(),
    check: CheckEnum,
    outcome: Outcome.nullable().openapi({ description: 'null: not over yet; it goes on, see the list.' }),
  })
  .openapi('CheckRun') satisfies z.ZodType<CheckRun>;

const listRoute = createRoute({
  method: 'get',
  path: '/api/checks',
  summary: 'List the checks of AI systems, and what came of them',
  tags: ['checks'],
  responses: { 200: json(z.object({ checks: z.array(Listed) }), 'Checks'), ...problems },
});

const runRoute = createRoute({
  method: 'post',
  path: '/api/systems/{id}/checks',
  summary: 'Check an AI system now',
  description:
    'Makes all checks of the system, or the one that is named, and waits for them. What they find goes into the inbox, as when the schedule makes them.',
  tags: ['checks'],
  request: {
    params: z.object({ id: z.string().openapi({ description: 'id of the AI system', example: 'credit-scoring' }) }),
    body: {
      required: false,
      content: { 'application/json': { schema: z.strictObject({ check: CheckEnum.optional() }) } },
    },
  },
  responses: {
    200: json(z.object({ checks: z.array(Run) }), 'What they found'),
    202: json(z.object({ checks: z.array(Run) }), 'Some are not over yet'),
    ...problems,
  },
});
