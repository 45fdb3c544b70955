import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { timeIn } from '../../incident/exercise-clock.ts';
import { moment } from '../../incident/moment.ts';
import { incidentOr404, messageId, settleObligation } from '../commands.ts';
import { bothMoments, dutiesOf, leftWords } from '../model/duties.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, whoIs } from './context.ts';
import {
  bodies,
  DecisionParams,
  Done,
  IdempotencyHeaders,
  IncidentParams,
  json,
  ObligationState,
  problems,
} from './schemas.ts';

/** Duties to notify: how they stand, and settling them by hand. */
export function obligationRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(listRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { view } = await incidentOr404(deps.reader, id);
    const timezone = deps.directory.timezone();
    // In a drill it is the scenario's time.
    const now = timeIn(view, deps.now());
    const obligations = dutiesOf(view, now).flatMap((duty) => {
      const kept = view.obligations.find((one) => one.number === duty.number);
      return kept
        ? [{ ...kept, state: duty.state, due: bothMoments(duty.dueAt, timezone), left: leftWords(duty, now) }]
        : [];
    });
    return c.json({ timezone, obligations }, 200);
  });

  app.openapi(settleRoute, async (c) => {
    const { id, number } = c.req.valid('param');
    const { outcome, text, givenAt: said } = c.req.valid('json');
    const person = whoIs(c);
    const key = messageId(person.id, c.req.header('idempotency-key'));
    const givenAt = said === undefined ? null : moment(said);
    const settlement = { incident: id, number, outcome, text, givenAt, id: key };
    return c.json(await settleObligation(deps, person, settlement), 200);
  });
}

const Duty = ObligationState.extend({
  state: z.enum(['open', 'soon', 'overdue', 'met', 'met-late', 'waived']),
  due: z.string().openapi({ description: 'The limit in words, in UTC and on the clocks of the organisation.' }),
  left: z.string().openapi({ description: 'The time left, or what became of it, in words.' }),
}).openapi('Duty');

export type DutyBody = z.infer<typeof Duty>;

const listRoute = createRoute({
  method: 'get',
  path: '/api/incidents/{id}/obligations',
  summary: 'Duties to notify, what is due first first',
  tags: ['incidents'],
  request: { params: IncidentParams },
  responses: {
    200: json(
      z.object({
        timezone: z.string().openapi({ description: 'Of the organisation.', example: 'Europe/Oslo' }),
        obligations: z.array(Duty),
      }),
      'The duties of this incident',
    ),
    ...problems,
  },
});

const settleRoute = createRoute({
  method: 'post',
  path: '/api/incidents/{id}/obligations/{number}',
  summary: 'Settle a duty to notify: it was met outside Tocsin, or nothing need be sent',
  description: 'Only whoever holds the role that answers for it may, or the incident commander.',
  tags: ['commands'],
  request: {
    params: DecisionParams,
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: bodies.settle } } },
  },
  responses: { 200: json(Done, 'Taken; it is on the timeline'), ...problems },
});
