import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { hasErrors } from '../../playbook/diagnostics.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { PublishedPlan } from '../ports.ts';
import { notFound } from '../problem.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, whoIs } from './context.ts';
import { AnyObject, json, problems } from './schemas.ts';

/** Published playbooks; checking and publishing new ones. */
export function playbookRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(listRoute, async (c) => {
    const published = await deps.playbooks.list();
    return c.json({ playbooks: published.map(summary) }, 200);
  });

  app.openapi(showRoute, async (c) => {
    const { name } = c.req.valid('param');
    const found = (await deps.playbooks.latest(name)) ?? (await deps.playbooks.published(name));
    if (!found) {
      const known = (await deps.playbooks.list()).map(({ plan }) => plan.playbook);
      const meant = didYouMean(name, known);
      throw notFound(
        `published playbook "${name}"`,
        meant ? `Did you mean "${meant}"?` : `Published: ${known.join(', ') || 'none'}.`,
      );
    }
    // A plan is JSON; its recursive type says more than the compiler needs here.
    return c.json({ ...summary(found), plan: found.plan as unknown as z.infer<typeof AnyObject> }, 200);
  });

  app.openapi(checkRoute, (c) => {
    const { diagnostics, plan } = deps.playbookDesk.check(c.req.valid('json'));
    return c.json({ ok: !hasErrors(diagnostics), hash: plan?.hash ?? null, diagnostics }, 200);
  });

  app.openapi(publishRoute, async (c) => {
    const publication = await deps.playbookDesk.publish(c.req.valid('json'), whoIs(c));
    return c.json(publication, publication.status === 'waiting' ? 202 : 200);
  });
}

const summary = ({ plan, publishedAt, publishedBy }: PublishedPlan) => ({
  playbook: plan.playbook,
  title: plan.title,
  version: plan.version,
  hash: plan.hash,
  opensOn: plan.opensOn,
  inputs: Object.entries(plan.inputs).map(([name, input]) => ({ name, type: input.type, default: input.default })),
  publishedAt,
  publishedBy,
});

const Summary = z
  .object({
    playbook: z.string(),
    title: z.string(),
    version: z.number().int(),
    hash: z.string(),
    opensOn: z.string().nullable(),
    inputs: z.array(z.object({ name: z.string(), type: z.string(), default: z.unknown() })),
    publishedAt: z.number(),
    publishedBy: z.array(z.string()),
  })
  .openapi('Playbook');

/** A playbook is a page or two of text; the checker refuses more than 1 MB by itself. */
const text = z.string().max(1_100_000);
const file = z.string().min(1).max(300);
const SourcesBody = z
  .strictObject({
    file: file.openapi({ description: 'Named in messages.', example: 'playbooks/quarantine.yaml' }),
    source: text.openapi({ description: 'The YAML.' }),
    library: z
      .array(z.strictObject({ file, source: text }))
      .max(100)
      .default([])
      .openapi({
        description:
          'The playbooks it runs, the templates it says (templates/*.md), and the rules it names (rules/*.yaml). Those the server has need not be sent.',
      }),
  })
  .openapi('PlaybookSources');

const Diagnostic = z
  .object({
    file: z.string(),
    line: z.number().int(),
    column: z.number().int(),
    severity: z.enum(['error', 'warning']),
    code: z.string(),
    message: z.string(),
    suggestion: z.string().optional(),
  })
  .openapi('Diagnostic');

const body = { required: true, content: { 'application/json': { schema: SourcesBody } } };

const listRoute = createRoute({
  method: 'get',
  path: '/api/playbooks',
  summary: 'List published playbooks',
  tags: ['playbooks'],
  responses: { 200: json(z.object({ playbooks: z.array(Summary) }), 'The latest of each'), ...problems },
});

const showRoute = createRoute({
  method: 'get',
  path: '/api/playbooks/{name}',
  summary: 'Show a published playbook: the latest by its name, any by its hash',
  tags: ['playbooks'],
  request: {
    params: z.object({
      name: z
        .string()
        .max(64)
        .openapi({ param: { name: 'name', in: 'path' } }),
    }),
  },
  responses: { 200: json(Summary.extend({ plan: AnyObject }), 'The playbook with its plan'), ...problems },
});

const checkRoute = createRoute({
  method: 'post',
  path: '/api/playbooks/check',
  summary: 'Check a playbook against this inventory; nothing is kept',
  tags: ['playbooks'],
  request: { body },
  responses: {
    200: json(
      z.object({ ok: z.boolean(), hash: z.string().nullable(), diagnostics: z.array(Diagnostic) }),
      'What the checker found',
    ),
    ...problems,
  },
});

const Publication = z
  .object({
    status: z.enum(['published', 'waiting']),
    playbook: z.string(),
    version: z.number().int(),
    hash: z.string(),
    agreed: z.array(z.string()),
    needed: z.number().int(),
  })
  .openapi('Publication');

const publishRoute = createRoute({
  method: 'post',
  path: '/api/playbooks/publish',
  summary: 'Publish a playbook, so that it can run',
  description: 'With real bindings a second authorised person must publish the very same plan before it counts.',
  tags: ['playbooks'],
  request: { body },
  responses: {
    200: json(Publication, 'Published'),
    202: json(Publication, 'Waits for another person to publish the same plan'),
    ...problems,
  },
});
