import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { incidentOr404 } from '../commands.ts';
import { foundFor } from '../drills/spoilers.ts';
import { watch } from '../watch.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, isStillSignedIn, whoIs } from './context.ts';
import { eventBody, namesOf } from './incidents.ts';
import { IncidentParams, problems } from './schemas.ts';

/** A proxy cuts a connection that says nothing for a minute. */
const HEARTBEAT_MS = 20_000;

/** Live events. `Last-Event-ID` (or `after`) takes up where a broken connection left off: nothing is lost or doubled. */
export function streamRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const person = whoIs(c).id;
    const found = async () => foundFor(await incidentOr404(deps.reader, id), id, person, deps.directory.names());
    const names = namesOf(deps.directory, await found());
    const resumed = Number(c.req.header('last-event-id') ?? c.req.valid('query').after);
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(c, async (out) => {
      const growth = watch(deps.reader, id);
      out.onAbort(growth.stop);
      // Other things than the client may end it: never leave a subscription behind.
      try {
        let sent = Number.isSafeInteger(resumed) && resumed >= 0 ? resumed : 0;
        await out.write('retry: 2000\n\n');
        while (!out.aborted && (await isStillSignedIn(c, deps))) {
          for (const event of (await found()).events) {
            if (event.seq <= sent) continue;
            await out.writeSSE({
              id: String(event.seq),
              event: event.type,
              data: JSON.stringify(eventBody(event, names)),
            });
            sent = event.seq;
          }
          if (!(await growth.next(HEARTBEAT_MS)) && !out.aborted) await out.write(': still here\n\n');
        }
      } finally {
        growth.stop();
      }
    });
  });
}

const route = createRoute({
  method: 'get',
  path: '/api/incidents/{id}/stream',
  summary: 'Follow the timeline live (server-sent events)',
  tags: ['timeline'],
  request: {
    params: IncidentParams,
    headers: z.object({
      'last-event-id': z.string().optional().openapi({ description: 'Number of the last event received.' }),
    }),
    query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
  },
  responses: {
    200: {
      description: 'One message an event: `id` is its number, `event` its type, `data` the event as JSON.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems,
  },
});
