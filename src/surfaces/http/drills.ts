import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { messageId } from '../commands.ts';
import { drillCalendar } from '../drills/calendar.ts';
import type { Drill } from '../drills/contract.ts';
import { briefingFor, drillFor } from '../drills/shown.ts';
import { untilShown } from '../watch.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, type Ctx, whoIs } from './context.ts';
import {
  AttachmentParams,
  BriefingQuery,
  CancelDrillBody,
  ChangeDrillBody,
  CommandBody,
  DrillBody,
  DrillParams,
  DrillsQuery,
  PlanDrillBody,
  SimulationBody,
  StaffNote,
  StaffNoteBody,
} from './drill-schemas.ts';
import { AnyObject, Done, IdempotencyHeaders, json, problems } from './schemas.ts';

/** Planning, starting and running drills. What is played, and how it stands, are read and said as of an incident. */
export function drillRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const shown = (c: Ctx, drill: Drill): z.infer<typeof DrillBody> =>
    // A script is JSON; its recursive type says more than the compiler needs here.
    ({
      ...drillFor(drill, whoIs(c).id, deps.directory),
      link: `${deps.publicUrl}/drills/${drill.id}`,
    }) as unknown as z.infer<typeof DrillBody>;
  const key = (c: Ctx): string => c.req.header('idempotency-key') ?? messageId(whoIs(c).id, undefined);

  app.openapi(simulationsRoute, async (c) => c.json({ simulations: await deps.drills.offers() }, 200));

  app.openapi(listRoute, async (c) => {
    const { status, limit } = c.req.valid('query');
    const drills = await deps.drills.list({ ...(status ? { status } : {}), limit });
    return c.json({ drills: drills.map((drill) => ({ ...shown(c, drill), script: null })) }, 200);
  });

  app.openapi(planRoute, async (c) => {
    const { length, seed, ...plan } = c.req.valid('json');
    const wanted = { ...plan, ...(length !== undefined && { length }), ...(seed !== undefined && { seed }) };
    return c.json(shown(c, await deps.drills.plan(whoIs(c), wanted, key(c))), 201);
  });

  app.openapi(showRoute, async (c) => c.json(shown(c, await deps.drills.find(c.req.valid('param').id)), 200));

  app.openapi(changeRoute, async (c) => {
    const said = Object.entries(c.req.valid('json')).filter(([, value]) => value !== undefined);
    const changed = await deps.drills.change(whoIs(c), c.req.valid('param').id, Object.fromEntries(said));
    return c.json(shown(c, changed), 200);
  });

  app.openapi(startRoute, async (c) => {
    const { id } = c.req.valid('param');
    const started = await deps.drills.start(whoIs(c), id);
    // Whoever starts it wants to read it next. It runs even if no worker is there to write that down yet.
    await untilShown(deps.reader, id, () => true);
    return c.json(shown(c, started), 200);
  });

  app.openapi(cancelRoute, async (c) => {
    const { because } = c.req.valid('json');
    return c.json(shown(c, await deps.drills.cancel(whoIs(c), c.req.valid('param').id, because)), 200);
  });

  app.openapi(commandRoute, async (c) => {
    const said = await deps.drills.tell(
      whoIs(c),
      c.req.valid('param').id,
      c.req.valid('json'),
      c.req.header('idempotency-key'),
    );
    return c.json(said, 200);
  });

  app.openapi(boardRoute, async (c) => {
    const board = await deps.drills.board(whoIs(c), c.req.valid('param').id);
    return c.json({ board: board as unknown as z.infer<typeof AnyObject> | null }, 200);
  });

  app.openapi(notesRoute, async (c) =>
    c.json({ notes: await deps.drills.notes(whoIs(c), c.req.valid('param').id) }, 200),
  );

  app.openapi(noteRoute, async (c) => {
    await deps.drills.note(whoIs(c), c.req.valid('param').id, c.req.valid('json').text);
    return c.json({ status: 'accepted' as const }, 201);
  });

  paperRoutes(app, deps);
}

/** What is printed, and put into calendars. */
function paperRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(calendarRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { directory, publicUrl } = deps;
    const file = drillCalendar(await deps.drills.find(id), { directory, publicUrl, now: deps.now() });
    c.header('Content-Disposition', `attachment; filename="${id}.ics"`);
    return c.body(file, 200, { 'Content-Type': 'text/calendar; charset=utf-8' });
  });

  app.openapi(attachmentRoute, async (c) => {
    const { id, inject, number } = c.req.valid('param');
    const { name, bytes } = await deps.drills.attachment(whoIs(c), id, inject, number);
    // Never shown in place: whoever wrote the simulation is not to run anything here.
    c.header('Content-Disposition', `attachment; filename*=UTF-8''EXERCISE-${encodeURIComponent(name)}`);
    return c.body(bytes, 200, { 'Content-Type': 'application/octet-stream' });
  });

  app.openapi(briefingRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { name, html } = briefingFor(await deps.drills.find(id), whoIs(c).id, c.req.valid('query'));
    c.header('Content-Disposition', `attachment; filename="${id}-${name}.html"`);
    return c.body(html, 200, { 'Content-Type': 'text/html; charset=utf-8' });
  });
}

const tags = ['drills'];
const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
});

const simulationsRoute = createRoute({
  method: 'get',
  path: '/api/simulations',
  summary: 'List what can be played, as checked against the published playbooks',
  tags,
  responses: { 200: json(z.object({ simulations: z.array(SimulationBody) }), 'Simulations'), ...problems },
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/drills',
  summary: 'List drills, the latest first',
  tags,
  request: { query: DrillsQuery },
  responses: { 200: json(z.object({ drills: z.array(DrillBody) }), 'Drills, without their scripts'), ...problems },
});

const planRoute = createRoute({
  method: 'post',
  path: '/api/drills',
  summary: 'Plan a drill',
  tags,
  request: { headers: IdempotencyHeaders, body: body(PlanDrillBody) },
  responses: { 201: json(DrillBody, 'Planned'), ...problems },
});

const showRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}',
  summary: 'Show a drill: to its staff with the script, to others without until it is over',
  tags,
  request: { params: DrillParams },
  responses: { 200: json(DrillBody, 'The drill'), ...problems },
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/drills/{id}',
  summary: 'Change a drill that is planned: people, time, pace, note',
  tags,
  request: { params: DrillParams, body: body(ChangeDrillBody) },
  responses: { 200: json(DrillBody, 'Changed'), ...problems },
});

const startRoute = createRoute({
  method: 'post',
  path: '/api/drills/{id}/start',
  summary: 'Start a drill; starting it again does nothing',
  tags,
  request: { params: DrillParams },
  responses: { 200: json(DrillBody, 'It runs'), ...problems },
});

const cancelRoute = createRoute({
  method: 'post',
  path: '/api/drills/{id}/cancel',
  summary: 'Call a planned drill off',
  tags,
  request: { params: DrillParams, body: body(CancelDrillBody) },
  responses: { 200: json(DrillBody, 'Called off'), ...problems },
});

const commandRoute = createRoute({
  method: 'post',
  path: '/api/drills/{id}/commands',
  summary: 'Tell a running drill something: its clock, injects, hints, voices, what was seen, ENDEX',
  description:
    'What anybody tells an incident is told a drill in the same way, under /api/incidents/{id}. `endex` with `because: real` is NO DUFF, and everybody who takes part may say it.',
  tags,
  request: { params: DrillParams, headers: IdempotencyHeaders, body: body(CommandBody) },
  responses: { 200: json(Done, 'Taken; it is on the timeline'), ...problems },
});

const boardRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/board',
  summary: 'How a running drill stands: its injects and when they are due; for its staff until it is over',
  tags,
  request: { params: DrillParams },
  responses: { 200: json(z.object({ board: AnyObject.nullable() }), 'null: it does not run'), ...problems },
});

const notesRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/notes',
  summary: 'Read the notes of the staff; for the staff until it is over',
  tags,
  request: { params: DrillParams },
  responses: { 200: json(z.object({ notes: z.array(StaffNote) }), 'Notes, oldest first'), ...problems },
});

const noteRoute = createRoute({
  method: 'post',
  path: '/api/drills/{id}/notes',
  summary: 'Note something for the hot wash, that no player reads before',
  tags,
  request: { params: DrillParams, body: body(StaffNoteBody) },
  responses: { 201: json(Done, 'Noted'), ...problems },
});

const calendarRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/calendar.ics',
  summary: 'The drill as a file for calendars (RFC 5545)',
  tags,
  request: { params: DrillParams },
  responses: {
    200: { description: 'A file', content: { 'text/calendar': { schema: z.string() } } },
    ...problems,
  },
});

const attachmentRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/injects/{inject}/attachments/{number}',
  summary: 'A file that an inject brought along; for players once it has reached them',
  tags,
  request: { params: AttachmentParams },
  responses: {
    200: { description: 'The file', content: { 'application/octet-stream': { schema: z.string() } } },
    ...problems,
  },
});

const briefingRoute = createRoute({
  method: 'get',
  path: '/api/drills/{id}/briefing',
  summary: 'A paper of the drill, for printing',
  description:
    'The facilitator’s guide for the staff, the guide of their seat for players, the situation manual for everybody else.',
  tags,
  request: { params: DrillParams, query: BriefingQuery },
  responses: {
    200: { description: 'One HTML file that needs nothing else', content: { 'text/html': { schema: z.string() } } },
    ...problems,
  },
});
