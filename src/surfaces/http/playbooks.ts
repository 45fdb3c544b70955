import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { hasErrors } from '../../playbook/diagnostics.ts';
import { ABOUT } from '../../playbook/diff/change.ts';
import { didYouMean } from '../../playbook/names.ts';
import { drilledAs, drilledWords } from '../drills/last-drilled.ts';
import type { PlaybookArchive, PublishedPlan } from '../ports.ts';
import { notFound } from '../problem.ts';
import { type Running, runningPlaybooks } from '../running.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, whoIs } from './context.ts';
import { AnyObject, json, problems } from './schemas.ts';

/** Published playbooks; checking and publishing new ones. */
export function playbookRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(listRoute, async (c) => {
    const [published, running, drilled] = await Promise.all([
      deps.playbooks.list(),
      runningPlaybooks(deps.reader),
      drilledNow(deps),
    ]);
    return c.json({ playbooks: published.map((one) => ({ ...summary(one, running), drilled: drilled(one) })) }, 200);
  });

  app.openapi(showRoute, async (c) => {
    const { name } = c.req.valid('param');
    const { version } = c.req.valid('query');
    const found = await publishedAs(deps.playbooks, name, version);
    const [versions, running, drilled] = await Promise.all([
      deps.playbooks.versions(found.plan.playbook),
      runningPlaybooks(deps.reader),
      drilledNow(deps),
    ]);
    // A plan is JSON; its recursive type says more than the compiler needs here.
    const plan = found.plan as unknown as z.infer<typeof AnyObject>;
    const stands = versions.map((one) => ({ ...stand(one, running), drilled: drilled(one) }));
    return c.json({ ...summary(found, running), drilled: drilled(found), versions: stands, plan }, 200);
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

/** How far each version has been drilled. */
async function drilledNow({
  drills,
  directory,
}: ApiDeps): Promise<(one: PublishedPlan) => z.infer<typeof DrilledBody>> {
  const last = await drills.lastDrilled();
  const zone = directory.timezone();
  return ({ plan }) => {
    const drilled = drilledAs(last, plan);
    return { ...drilled, words: drilledWords(drilled, zone) };
  };
}

/** By its name the latest, or the version that was asked for; by a hash exactly that one. */
async function publishedAs(
  playbooks: PlaybookArchive,
  name: string,
  version: number | undefined,
): Promise<PublishedPlan> {
  const latest = await playbooks.latest(name);
  if (version === undefined) {
    const found = latest ?? (await playbooks.published(name));
    if (found) return found;
  } else if (latest) {
    const versions = await playbooks.versions(name);
    const found = versions.find(({ plan }) => plan.version === version);
    if (found) return found;
    throw notFound(
      `version ${version} of "${name}"`,
      `Published: ${versions.map(({ plan }) => plan.version).join(', ')}.`,
    );
  }
  const known = (await playbooks.list()).map(({ plan }) => plan.playbook);
  const meant = didYouMean(name, known);
  throw notFound(
    `published playbook "${name}"`,
    meant ? `Did you mean "${meant}"?` : `Published: ${known.join(', ') || 'none'}.`,
  );
}

/** Who published one version, when, and which incidents run it. */
const stand = ({ plan, publishedAt, publishedBy }: PublishedPlan, running: readonly Running[]) => ({
  version: plan.version,
  hash: plan.hash,
  publishedAt,
  publishedBy,
  running: running.filter(({ hash }) => hash === plan.hash).map(({ incident }) => incident),
});

const summary = (published: PublishedPlan, running: readonly Running[]) => {
  const { plan, publishedAt, publishedBy } = published;
  return {
    playbook: plan.playbook,
    title: plan.title,
    version: plan.version,
    hash: plan.hash,
    opensOn: plan.opensOn,
    inputs: Object.entries(plan.inputs).map(([name, input]) => ({ name, type: input.type, default: input.default })),
    publishedAt,
    publishedBy,
    running: running
      .filter(({ playbook }) => playbook === plan.playbook)
      .map(({ incident, version, hash }) => ({ incident, version, hash })),
  };
};

const DrilledBody = z
  .object({
    kind: z.enum(['this', 'earlier', 'never']).openapi({ description: '`earlier`: only a version before this one.' }),
    drill: z.string().optional(),
    at: z.number().optional(),
    version: z.number().int().optional(),
    words: z.string().openapi({ example: 'last drilled 12 Mar 2026 (EX-2026-0003)' }),
  })
  .openapi('Drilled', { description: 'The last drill with people that was played to its end.' });

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
    running: z
      .array(z.object({ incident: z.string(), version: z.number().int(), hash: z.string() }))
      .openapi({ description: 'The incidents that are not closed and run it, in whatever version.' }),
    drilled: DrilledBody,
  })
  .openapi('Playbook');

const Version = z
  .object({
    version: z.number().int(),
    hash: z.string(),
    publishedAt: z.number(),
    publishedBy: z.array(z.string()),
    running: z.array(z.string()).openapi({ description: 'The incidents that are not closed and run this version.' }),
    drilled: DrilledBody,
  })
  .openapi('PlaybookVersion');

/** A playbook is a page or two of text; the checker refuses more than 2 MB by itself. */
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
  summary: 'Show a published playbook: the latest by its name, any by its version or hash',
  tags: ['playbooks'],
  request: {
    params: z.object({
      name: z
        .string()
        .max(64)
        .openapi({ param: { name: 'name', in: 'path' } }),
    }),
    query: z.object({
      version: z.coerce
        .number()
        .int()
        .positive()
        .optional()
        .openapi({
          param: { name: 'version', in: 'query' },
          description: 'With a name: this version, not the latest.',
        }),
    }),
  },
  responses: {
    200: json(
      Summary.extend({
        versions: z.array(Version).openapi({ description: 'All that are published, the latest first.' }),
        plan: AnyObject,
      }),
      'The playbook with its plan',
    ),
    ...problems,
  },
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

const Change = z
  .object({
    code: z.string(),
    danger: z.boolean().openapi({ description: 'Less stands between a mistake and its harm than before.' }),
    about: z.enum(ABOUT),
    path: z.string().nullable().openapi({ description: 'The step; null for the playbook itself.' }),
    step: z.string().nullable(),
    text: z.string(),
    before: z.string().optional(),
    after: z.string().optional(),
  })
  .openapi('PlaybookChange', { description: 'One thing that is different for a responder; the most dangerous first.' });

const Publication = z
  .object({
    status: z.enum(['published', 'waiting']),
    playbook: z.string(),
    version: z.number().int(),
    hash: z.string(),
    agreed: z.array(z.string()),
    needed: z.number().int(),
    against: z
      .object({ version: z.number().int(), hash: z.string() })
      .nullable()
      .openapi({ description: 'The version before it; null for the first, and for one that is published already.' }),
    changes: z.array(Change),
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
