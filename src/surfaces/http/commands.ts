import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Vote } from '../../incident/decision.ts';
import type { Message } from '../../incident/messages.ts';
import { addPlaybook } from '../add-playbook.ts';
import { assertRoleAndPerson, decide, failureQuestion, messageId, send } from '../commands.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, type Ctx, whoIs } from './context.ts';
import { bodies, DecisionParams, Done, IdempotencyHeaders, IncidentParams, json, problems } from './schemas.ts';

/** What people tell a running incident. */
export function commandRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(decideRoute, async (c) => {
    const { id, number } = c.req.valid('param');
    const { confirm, ...answer } = c.req.valid('json');
    const person = whoIs(c);
    const done = await decide(deps, person, {
      ...answer,
      incident: id,
      number,
      confirmed: confirm === true,
      surface: surfaceOf(c),
      id: key(c),
    });
    return c.json(done, 200);
  });

  app.openapi(route('skip', bodies.skip, 'Skip a failed step'), async (c) => {
    const { id } = c.req.valid('param');
    const { step, reason, outputs } = c.req.valid('json');
    const question = await failureQuestion(deps.reader, id, step ?? null);
    const answer = { incident: id, number: question.number, answer: 'skip', reason, outputs, confirmed: true };
    return c.json(await decide(deps, whoIs(c), { ...answer, surface: surfaceOf(c), id: key(c) }), 200);
  });

  app.openapi(route('retry', bodies.retry, 'Try a failed step again'), async (c) => {
    const { id } = c.req.valid('param');
    const { step, reason } = c.req.valid('json');
    const question = await failureQuestion(deps.reader, id, step ?? null);
    const answer = { incident: id, number: question.number, answer: 'retry', reason, confirmed: true };
    return c.json(await decide(deps, whoIs(c), { ...answer, surface: surfaceOf(c), id: key(c) }), 200);
  });

  /** Who says it, when, and under which id. */
  const by = (c: Ctx) => ({ id: key(c), person: whoIs(c).id, at: deps.now() });
  const told = async (c: Ctx, incident: string, message: Message) => c.json(await send(deps, incident, message), 200);

  app.openapi(route('notes', bodies.note, 'Add a note to the timeline'), (c) =>
    told(c, c.req.valid('param').id, { ...by(c), type: 'note', text: c.req.valid('json').text }),
  );
  app.openapi(route('role', bodies.role, 'Assign a role in this incident'), (c) => {
    const { role, assignee } = c.req.valid('json');
    assertRoleAndPerson(deps.directory, role, assignee);
    return told(c, c.req.valid('param').id, { ...by(c), type: 'role', role, assignee });
  });
  app.openapi(
    route('playbooks', bodies.addPlaybook, 'Add a published playbook, to run beside those it has'),
    async (c) => {
      const { inputs = {}, ...rest } = c.req.valid('json');
      const added = await addPlaybook(deps, whoIs(c), {
        incident: c.req.valid('param').id,
        inputs,
        ...rest,
        id: key(c),
      });
      return c.json(added, 200);
    },
  );
  app.openapi(route('severity', bodies.severity, 'Change the severity'), (c) =>
    told(c, c.req.valid('param').id, { ...by(c), type: 'severity', ...c.req.valid('json') }),
  );
  app.openapi(route('pause', bodies.reason, 'Begin no further act'), (c) =>
    told(c, c.req.valid('param').id, { ...by(c), type: 'pause', ...c.req.valid('json') }),
  );
  app.openapi(plainRoute('resume', 'Go on after a pause'), (c) =>
    told(c, c.req.valid('param').id, { ...by(c), type: 'resume' }),
  );
  app.openapi(route('stand-down', bodies.reason, 'Stop the plan and undo what was done'), (c) =>
    told(c, c.req.valid('param').id, { ...by(c), type: 'stand-down', ...c.req.valid('json') }),
  );
  app.openapi(route('resolve', bodies.resolve, 'Say that the harm is over'), (c) =>
    told(c, c.req.valid('param').id, { ...by(c), type: 'resolve', ...c.req.valid('json') }),
  );
  app.openapi(plainRoute('close', 'Close it: the paperwork is done'), (c) =>
    told(c, c.req.valid('param').id, { ...by(c), type: 'close' }),
  );
  app.openapi(route('reopen', bodies.reason, 'Open it again'), (c) =>
    told(c, c.req.valid('param').id, { ...by(c), type: 'reopen', ...c.req.valid('json') }),
  );
}

const key = (c: Ctx): string => messageId(whoIs(c).id, c.req.header('idempotency-key'));

/** Told by the client itself: it is shown beside the vote and gives no right. */
const surfaceOf = (c: Ctx): Vote['surface'] => (c.req.header('user-agent')?.startsWith('tocsin-cli/') ? 'cli' : 'api');

const responses = { 200: json(Done, 'Taken; it is on the timeline'), ...problems };

const decideRoute = createRoute({
  method: 'post',
  path: '/api/incidents/{id}/decisions/{number}',
  summary: 'Answer a question',
  tags: ['commands'],
  request: {
    params: DecisionParams,
    headers: IdempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: bodies.decide } } },
  },
  responses,
});

function route<N extends string, B extends z.ZodType>(name: N, body: B, summary: string) {
  return createRoute({
    method: 'post',
    path: `/api/incidents/{id}/${name}`,
    summary,
    tags: ['commands'],
    request: {
      params: IncidentParams,
      headers: IdempotencyHeaders,
      body: { required: true, content: { 'application/json': { schema: body } } },
    },
    responses,
  });
}

const plainRoute = <N extends string>(name: N, summary: string) =>
  createRoute({
    method: 'post',
    path: `/api/incidents/{id}/${name}`,
    summary,
    tags: ['commands'],
    request: { params: IncidentParams, headers: IdempotencyHeaders },
    responses,
  });
