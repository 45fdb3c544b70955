import type { Hono, MiddlewareHandler } from 'hono';
import { Problem } from '../problem.ts';
import type { SlackRequest, SlackRequests } from '../slack/ports.ts';
import { type AppEnv, type Ctx, type Deps, permissionOf } from './context.ts';

/** Events, clicks and commands of Slack, when it brings them over HTTP. All under one address. */
export function slackRoutes(app: Hono<AppEnv>, deps: Deps): void {
  app.post('/slack/events', async (c) => {
    const { status, contentType, body } = await slackOf(deps).receive(await requestOf(c));
    return new Response(body, { status, headers: contentType ? { 'content-type': contentType } : {} });
  });
}

/** Nothing passes to a route with the permission `slack` that Slack did not sign. */
export function signedBySlack(deps: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (permissionOf(c) === 'slack') slackOf(deps).verify(await requestOf(c));
    await next();
  };
}

function slackOf({ slack }: Deps): SlackRequests {
  if (slack) return slack;
  throw new Problem({
    status: 401,
    code: 'not-signed-by-slack',
    message: 'This server takes no requests of Slack: it knows no signing secret.',
    notDone: 'Nothing was done.',
    next: 'Set TOCSIN_SLACK_SIGNING_SECRET, or use Socket Mode; see docs/slack.md.',
  });
}

/** The body is read once and kept by Hono. */
const requestOf = async (c: Ctx): Promise<SlackRequest> => ({
  header: (name) => c.req.header(name) ?? null,
  body: await c.req.text(),
});
