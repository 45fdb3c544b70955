import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Received } from '../alerts.ts';
import type { InboxAlert } from '../ports.ts';
import type { ApiDeps } from './api.ts';
import type { AppEnv } from './context.ts';
import { senderOf } from './hooks.ts';
import { AnyObject, json, problems } from './schemas.ts';

/** Alerts from monitors. */
export function alertRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(receiveRoute, async (c) => {
    const alert = c.req.valid('json');
    const received = await deps.alertDesk.receive(alert, {
      // An alert that a person sends was requested by that person: else they could open an incident and decide on it.
      ...senderOf(c),
      key: c.req.header('idempotency-key') ?? (typeof alert.key === 'string' && alert.key !== '' ? alert.key : null),
    });
    return c.json(received, received.status === 'opened' ? 201 : 202);
  });

  app.openapi(listRoute, async (c) => {
    const { status, limit } = c.req.valid('query');
    return c.json({ alerts: await deps.alertDesk.list({ status: status ?? null, limit }) }, 200);
  });

  app.openapi(oneRoute, async (c) => c.json(await deps.alertDesk.get(c.req.valid('param').id), 200));
}

const AlertBody = AnyObject.openapi('Alert', {
  type: 'object',
  additionalProperties: true,
  properties: {
    kind: { type: 'string', example: 'model.signature-invalid' },
    system: { type: 'string', description: 'id of the AI system', example: 'credit-scoring' },
    title: { type: 'string' },
    key: { type: 'string', description: 'The same source and key is the same alert.' },
    status: { type: 'string', description: '`resolved`: it no longer fires. Anything else: it does.' },
  },
});

const InboxEntry = z
  .object({
    id: z.string(),
    receivedAt: z.number(),
    lastAt: z.number().openapi({ description: 'When it came last.' }),
    source: z.string().openapi({ description: 'The name of the token, or the person.' }),
    requester: z.string().nullable().openapi({ description: 'The person who sent it; null for a monitor.' }),
    key: z.string(),
    count: z.number().int(),
    alert: AnyObject,
    status: z.enum(['new', 'opened', 'joined', 'unmatched']),
    incident: z.string().nullable(),
    because: z.string().nullable().openapi({ description: 'Why nothing was opened.' }),
    startsAt: z.number().nullable().openapi({ description: 'Since when it fires, as its monitor says.' }),
    resolvedAt: z.number().nullable().openapi({ description: 'Since when it no longer fires.' }),
  })
  .openapi('InboxAlert') satisfies z.ZodType<InboxAlert>;

export const ReceivedAlert = z
  .object({
    id: z.string().nullable().openapi({ description: 'Null for what is over and never fired here.' }),
    status: z.enum(['new', 'opened', 'joined', 'unmatched', 'resolved']),
    incident: z.string().nullable(),
    count: z.number().int().openapi({ description: 'How often this alert came, this time included.' }),
    because: z.string().nullable().openapi({ description: 'Why nothing was opened.' }),
  })
  .openapi('Received') satisfies z.ZodType<Received>;

const receiveRoute = createRoute({
  method: 'post',
  path: '/api/alerts',
  summary: 'Send an alert',
  description:
    'Any JSON object. It is kept as it came, whatever happens then: the playbook whose `opens-on` it matches is opened, an open incident about the same thing is joined, or it stays in the inbox as unmatched.',
  tags: ['alerts'],
  request: {
    headers: z.object({
      'idempotency-key': z.string().min(1).max(200).optional().openapi({
        description: 'The same as `key` in the alert.',
      }),
    }),
    body: { required: true, content: { 'application/json': { schema: AlertBody } } },
  },
  responses: {
    201: json(ReceivedAlert, 'An incident was opened'),
    202: json(ReceivedAlert, 'Joined to an open incident, or kept without one'),
    ...problems,
  },
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/alerts',
  summary: 'List the inbox: unmatched alerts that still fire first, then the newest',
  tags: ['alerts'],
  request: {
    query: z.object({
      status: z.enum(['new', 'opened', 'joined', 'unmatched']).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: { 200: json(z.object({ alerts: z.array(InboxEntry) }), 'Alerts'), ...problems },
});

const oneRoute = createRoute({
  method: 'get',
  path: '/api/alerts/{id}',
  summary: 'One alert of the inbox',
  tags: ['alerts'],
  request: {
    params: z.object({
      id: z
        .string()
        .max(40)
        .openapi({ param: { name: 'id', in: 'path' }, example: '17' }),
    }),
  },
  responses: { 200: json(InboxEntry, 'The alert'), ...problems },
});
