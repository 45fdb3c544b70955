import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { messageId } from '../commands.ts';
import type { Redrill, ShownImprovement } from '../improvements/contract.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, type Ctx, whoIs } from './context.ts';
import {
  CloseBody,
  EditImprovementBody,
  ImprovementBody,
  ImprovementParams,
  ImprovementsQuery,
  NewImprovementBody,
  NoteImprovementBody,
  RedrillBody,
  ReopenBody,
  SeenBody,
} from './improvement-schemas.ts';
import { IdempotencyHeaders, json, problems } from './schemas.ts';

/** Improvement items: what is to be better after a drill or an incident. */
export function improvementRoutes(
  app: OpenAPIHono<AppEnv>,
  { improvements, syncImprovements, publicUrl }: ApiDeps,
): void {
  const shown = (item: ShownImprovement): ImprovementBody => ({
    ...item,
    link: `${publicUrl}/improvements/${item.id}`,
  });
  const key = (c: Ctx): string => c.req.header('idempotency-key') ?? messageId(whoIs(c).id, undefined);
  const said = <T extends object>(given: T) =>
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;

  app.openapi(listRoute, async (c) => {
    const items = await improvements.list(said(c.req.valid('query')) as Parameters<typeof improvements.list>[0]);
    return c.json({ improvements: items.map(shown) }, 200);
  });
  app.openapi(createItRoute, async (c) =>
    c.json(shown(await improvements.create(whoIs(c), c.req.valid('json'), key(c))), 201),
  );
  app.openapi(syncRoute, async (c) => {
    const over = await syncImprovements(SYNC_WAIT_MS);
    const items = await improvements.list({});
    const shownHere = items.filter(({ linked, unsynced }) => linked !== null || unsynced !== null);
    return c.json({ over, improvements: shownHere.map(shown) }, over ? 200 : 202);
  });
  app.openapi(showRoute, async (c) => c.json(shown(await improvements.find(c.req.valid('param').id)), 200));
  app.openapi(editRoute, async (c) => {
    const { version = null, ...to } = c.req.valid('json');
    return c.json(shown(await improvements.edit(whoIs(c), c.req.valid('param').id, said(to) as object, version)), 200);
  });
  app.openapi(noteRoute, async (c) =>
    c.json(shown(await improvements.note(whoIs(c), c.req.valid('param').id, c.req.valid('json').text)), 201),
  );
  app.openapi(doneRoute, async (c) => {
    const { version = null } = c.req.valid('json');
    return c.json(shown(await improvements.done(whoIs(c), c.req.valid('param').id, version)), 200);
  });
  app.openapi(closeRoute, async (c) => {
    const { drill, because = '', version = null } = c.req.valid('json');
    const why = drill === undefined ? { reason: because } : { drill };
    return c.json(shown(await improvements.close(whoIs(c), c.req.valid('param').id, why, version)), 200);
  });
  app.openapi(reopenRoute, async (c) => {
    const { because, version = null } = c.req.valid('json');
    return c.json(shown(await improvements.reopen(whoIs(c), c.req.valid('param').id, because, version)), 200);
  });
  app.openapi(redrillRoute, async (c) => {
    const plan = said(c.req.valid('json')) as Redrill;
    const { item, drill } = await improvements.redrill(whoIs(c), c.req.valid('param').id, plan, key(c));
    return c.json({ improvement: shown(item), drill: drill.id, link: `${publicUrl}/drills/${drill.id}` }, 201);
  });
}

/** People wait for it. */
const SYNC_WAIT_MS = 20_000;
const tags = ['improvements'];
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: { 'application/json': { schema } } });
const at = (rest: string) => `/api/improvements/{id}${rest}`;
const now = { 200: json(ImprovementBody, 'How it stands now'), ...problems };

const listRoute = createRoute({
  method: 'get',
  path: '/api/improvements',
  summary: 'List improvement items: open ones first, the soonest due first',
  tags,
  request: { query: ImprovementsQuery },
  responses: { 200: json(z.object({ improvements: z.array(ImprovementBody) }), 'Improvement items'), ...problems },
});

const createItRoute = createRoute({
  method: 'post',
  path: '/api/improvements',
  summary: 'Write down what is to be better after a drill that is over, or an incident',
  tags,
  request: { headers: IdempotencyHeaders, body: body(NewImprovementBody) },
  responses: { 201: json(ImprovementBody, 'Written down'), ...problems },
});

const SyncedBody = z.object({
  over: z.boolean().openapi({ description: 'false: it goes on.' }),
  improvements: z.array(ImprovementBody),
});
const syncRoute = createRoute({
  method: 'post',
  path: '/api/improvements/sync',
  summary: 'Compare all items with the tracker now; it is done every quarter of an hour anyway',
  tags,
  responses: {
    200: json(SyncedBody, 'Done: the items that stand there, or could not be written'),
    202: json(SyncedBody, 'It goes on'),
    ...problems,
  },
});

const showRoute = createRoute({
  method: 'get',
  path: at(''),
  summary: 'Show an improvement item with everything that happened to it',
  tags,
  request: { params: ImprovementParams },
  responses: { 200: json(ImprovementBody, 'The item'), ...problems },
});

const editRoute = createRoute({
  method: 'patch',
  path: at(''),
  summary: 'Change owner, days, words or goal; what stood there before is kept',
  tags,
  request: { params: ImprovementParams, body: body(EditImprovementBody) },
  responses: now,
});

const noteRoute = createRoute({
  method: 'post',
  path: at('/notes'),
  summary: 'Note something about it',
  tags,
  request: { params: ImprovementParams, body: body(NoteImprovementBody) },
  responses: { 201: json(ImprovementBody, 'Noted'), ...problems },
});

const doneRoute = createRoute({
  method: 'post',
  path: at('/done'),
  summary: 'Mark it done: nobody is reminded any more, and it can be closed',
  tags,
  request: { params: ImprovementParams, body: body(SeenBody) },
  responses: now,
});

const closeRoute = createRoute({
  method: 'post',
  path: at('/close'),
  summary: 'Close it: by a drill that reached its goal, or for a reason',
  tags,
  request: { params: ImprovementParams, body: body(CloseBody) },
  responses: now,
});

const reopenRoute = createRoute({
  method: 'post',
  path: at('/reopen'),
  summary: 'Open it again',
  tags,
  request: { params: ImprovementParams, body: body(ReopenBody) },
  responses: now,
});

const redrillRoute = createRoute({
  method: 'post',
  path: at('/redrill'),
  summary: 'Plan a drill that shows whether it is done',
  tags,
  request: { params: ImprovementParams, headers: IdempotencyHeaders, body: body(RedrillBody) },
  responses: {
    201: json(z.object({ improvement: ImprovementBody, drill: z.string(), link: z.string() }), 'Planned'),
    ...problems,
  },
});
