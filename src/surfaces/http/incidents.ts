import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { stream } from 'hono/streaming';
import { type IncidentView, openDecisions } from '../../incident/view.ts';
import { type Names, namesFor, sentence } from '../../incident/wording.ts';
import { incidentOr404, messageId } from '../commands.ts';
import { assertReadsAll, foundFor } from '../drills/spoilers.ts';
import { incidentMeasures } from '../model/measures.ts';
import { everyStepOf, type PlanStanding, planState, plansOf, stepsLeft } from '../model/plans.ts';
import type { Node } from '../model/tree.ts';
import type { Directory, FoundIncident, StoredEvent } from '../ports.ts';
import { notFound } from '../problem.ts';
import { reportHtml } from '../report/html.tsx';
import { reportMarkdown } from '../report/markdown.ts';
import { reportOf } from '../report/report.ts';
import { untilShown } from '../watch.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, type Ctx, whoIs } from './context.ts';
import {
  AnyObject,
  EventBody,
  IdempotencyHeaders,
  IncidentParams,
  IncidentSummary,
  IncidentWithMeasures,
  json,
  OpenBody,
  type PlanBody,
  problems,
} from './schemas.ts';

/** Opening and reading incidents. */
export function incidentRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const foundBy = async (c: Ctx, id: string) =>
    foundFor(await incidentOr404(deps.reader, id), id, whoIs(c).id, deps.directory.names());

  app.openapi(openRoute, async (c) => {
    const body = c.req.valid('json');
    const person = whoIs(c);
    const opened = await deps.responses.open({
      title: body.title ?? null,
      playbook: body.playbook ?? null,
      system: body.system ?? null,
      severity: body.severity ?? null,
      inputs: body.inputs ?? {},
      requester: person.id,
      alert: null,
      key: messageId(person.id, c.req.header('idempotency-key')),
    });
    // Whoever is told its number wants to read it next. It is open even if no worker is there to write that down yet.
    await untilShown(deps.reader, opened.incident, () => true);
    return c.json(opened, opened.created ? 201 : 200);
  });

  app.openapi(listRoute, async (c) => {
    const { status, limit } = c.req.valid('query');
    const views = await deps.reader.incidents({ ...(status ? { status } : {}), limit });
    return c.json({ incidents: views.map(summary) }, 200);
  });

  app.openapi(showRoute, async (c) => {
    const { view, plan, added, events } = await foundBy(c, c.req.valid('param').id);
    const plans = plansOf(view, { plan, added }).map((one) => planBody(one, view.paused));
    return c.json({ ...view, measures: incidentMeasures(events), plans }, 200);
  });

  app.openapi(eventsRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { after, limit } = c.req.valid('query');
    const found = await foundBy(c, id);
    const events = found.events.filter(({ seq }) => seq > after).slice(0, limit);
    const names = namesOf(deps.directory, found);
    return c.json({ events: events.map((event) => eventBody(event, names)), head: found.view.seq }, 200);
  });

  app.openapi(planRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { plan } = await foundBy(c, id);
    if (!plan) throw notFound(`plan for ${id}: it runs no playbook`, 'Nothing to show.');
    // A plan is JSON; its recursive type says more than the compiler needs here.
    return c.json(plan as unknown as z.infer<typeof AnyObject>, 200);
  });

  app.openapi(timelineRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { format } = c.req.valid('query');
    const found = await foundBy(c, id);
    const { view, events } = found;
    if (format === 'jsonl')
      assertReadsAll((await incidentOr404(deps.reader, id)).view, id, whoIs(c).id, deps.directory.names());
    const { type, extension } = FORMATS[format];
    c.header('Content-Type', type);
    c.header('Content-Disposition', `attachment; filename="${id}.${extension}"`);
    if (format === 'json') {
      const names = namesOf(deps.directory, found);
      return c.body(
        JSON.stringify({ incident: view, events: events.map((event) => eventBody(event, names)) }, null, 2),
      );
    }
    if (format !== 'jsonl') {
      const { directory, now } = deps;
      const timezone = directory.timezone();
      const report = reportOf({ ...found, people: directory.names(), timezone, madeAt: now() });
      return c.body(format === 'html' ? reportHtml(report) : reportMarkdown(report));
    }
    const chunks = deps.timeline.jsonLines(id);
    return stream(c, async (out) => {
      for await (const chunk of chunks) await out.write(chunk);
    });
  });
}

const FORMATS = {
  jsonl: { type: 'application/x-ndjson', extension: 'jsonl' },
  md: { type: 'text/markdown; charset=utf-8', extension: 'md' },
  html: { type: 'text/html; charset=utf-8', extension: 'html' },
  json: { type: 'application/json', extension: 'json' },
} as const;

/** People, steps and questions by name, for the sentences of one incident's timeline. */
export function namesOf(directory: Directory, found: Pick<FoundIncident, 'view' | 'plan' | 'added'>): Names {
  return namesFor(directory.names(), found.view, everyStepOf(found));
}

function planBody(standing: PlanStanding, paused: boolean): z.infer<typeof PlanBody> {
  const { number, playbook, added, tree } = standing;
  const left = tree && stepsLeft(tree);
  const steps = (nodes: readonly Node[]) => nodes.map(({ step: { path, title } }) => ({ path, title }));
  return {
    number,
    playbook,
    state: planState(standing, paused),
    added,
    steps: left && { done: left.done, of: left.of, now: steps(left.now), then: steps(left.then) },
  };
}

export const eventBody = (event: StoredEvent, names: Names): z.infer<typeof EventBody> => ({
  seq: event.seq,
  at: event.at,
  path: event.path,
  type: event.type,
  actor: event.actor,
  data: event.data,
  hash: event.hash,
  recordedAt: event.recordedAt,
  text: sentence(event, names).text,
});

const summary = (view: IncidentView): z.infer<typeof IncidentSummary> => ({
  id: view.id,
  title: view.title,
  status: view.status,
  paused: view.paused,
  severity: view.severity,
  system: view.system?.id ?? null,
  mode: view.mode,
  playbook: view.playbook?.id ?? null,
  commander: view.roles['incident-commander'] ?? null,
  openQuestions: openDecisions(view).length,
  outcome: view.plan?.outcome ?? null,
  openedAt: view.openedAt,
  resolvedAt: view.resolvedAt ?? null,
  closedAt: view.closedAt ?? null,
});

const openRoute = createRoute({
  method: 'post',
  path: '/api/incidents',
  summary: 'Open an incident',
  tags: ['incidents'],
  request: {
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: OpenBody } } },
  },
  responses: {
    201: json(z.object({ incident: z.string(), created: z.boolean() }), 'Opened'),
    200: json(z.object({ incident: z.string(), created: z.boolean() }), 'Opened before, by the same key'),
    ...problems,
  },
});

const Status = z.enum(['open', 'resolved', 'closed']);
const listRoute = createRoute({
  method: 'get',
  path: '/api/incidents',
  summary: 'List incidents, newest first',
  tags: ['incidents'],
  request: {
    query: z.object({
      status: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(Status))
        .optional()
        .openapi({ type: 'string', description: 'open, resolved, closed; several joined by commas', example: 'open' }),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: { 200: json(z.object({ incidents: z.array(IncidentSummary) }), 'Incidents'), ...problems },
});

const showRoute = createRoute({
  method: 'get',
  path: '/api/incidents/{id}',
  summary: 'Show an incident: steps, questions, roles, duties to notify, measures',
  tags: ['incidents'],
  request: { params: IncidentParams },
  responses: { 200: json(IncidentWithMeasures, 'The incident as its timeline tells it'), ...problems },
});

const eventsRoute = createRoute({
  method: 'get',
  path: '/api/incidents/{id}/events',
  summary: 'Read the timeline',
  tags: ['timeline'],
  request: {
    params: IncidentParams,
    query: z.object({
      after: z.coerce.number().int().min(0).default(0).openapi({ description: 'Only events after this number.' }),
      limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
    }),
  },
  responses: {
    200: json(
      z.object({
        events: z.array(EventBody),
        head: z.number().int().openapi({ description: 'Number of the last event there is.' }),
      }),
      'Events, oldest first',
    ),
    ...problems,
  },
});

const planRoute = createRoute({
  method: 'get',
  path: '/api/incidents/{id}/plan',
  summary: 'The plan that this incident runs',
  tags: ['incidents'],
  request: { params: IncidentParams },
  responses: { 200: json(AnyObject, 'The plan: see docs/formats/playbook.md'), ...problems },
});

const timelineRoute = createRoute({
  method: 'get',
  path: '/api/incidents/{id}/timeline',
  summary: 'Export the timeline',
  description:
    '`jsonl` can be verified anywhere by `tocsin timeline verify`; `html` and `md` are the incident report, for reading; `json` is for programs.',
  tags: ['timeline'],
  request: {
    params: IncidentParams,
    query: z.object({ format: z.enum(['jsonl', 'md', 'html', 'json']).default('jsonl') }),
  },
  responses: {
    200: {
      description: 'A file',
      content: {
        'application/x-ndjson': { schema: z.string() },
        'text/markdown': { schema: z.string() },
        'text/html': { schema: z.string() },
        'application/json': { schema: AnyObject },
      },
    },
    ...problems,
  },
});
