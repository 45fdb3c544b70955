import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { Problem } from '../problem.ts';
import { type AccessLog, type ApiDeps, apiRoutes } from './api.ts';
import { type App, type AppEnv, type Ctx, guards, type Pages, permissionGaps, routeOf } from './context.ts';
import { type HealthDeps, healthRoutes } from './health.ts';
import { hookRoutes, signedByMlflow } from './hooks.ts';
import { asProblem, problemResponse, refuseInvalid } from './problem.ts';
import { signedBySlack, slackRoutes } from './slack.ts';

export type AppDeps = ApiDeps & {
  health: HealthDeps;
  /** The console; without it there is only the API. */
  pages: Pages | null;
  log: {
    /** A request that failed for a reason of ours. */
    failed(error: unknown, about: { method: string; path: string }): void;
    /** Every answered request. `route`: as in the permission table, or "none". */
    answered(about: { route: string; status: number; tookMs: number }): void;
  };
};

const BODY_BYTES_MAX = 256 * 1024;
/** A playbook and those it runs. */
const PLAYBOOK_BYTES_MAX = 4 * 1024 * 1024;
/** A batch of ten thousand alerts. */
const HOOK_BYTES_MAX = 8 * 1024 * 1024;
/** A click brings the whole message along, as JSON in a form: a full one in a foreign script takes more than a megabyte. */
const SLACK_BYTES_MAX = 3 * 1024 * 1024;

/** The whole HTTP surface. Throws when a route names no permission. */
export function createApp(deps: AppDeps, access: AccessLog): App {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid });
  app.use('*', async (c, next) => {
    const startedAt = performance.now();
    await next();
    deps.log.answered({ route: routeOf(c) ?? 'none', status: c.res.status, tookMs: performance.now() - startedAt });
  });
  app.use('*', ...guards(deps));
  app.use('*', limitBody());
  app.use('*', signedBySlack(deps));
  app.use('*', signedByMlflow(deps));
  healthRoutes(app, deps.health);
  apiRoutes(app, { ...deps, access });
  hookRoutes(app, deps);
  slackRoutes(app, deps);
  app.get('/api/openapi.json', (c) => c.json(openApi(app)));
  if (deps.pages) app.route('/', deps.pages.routes);

  const answer = (c: Ctx, problem: Problem) =>
    deps.pages && wantsPage(c) ? deps.pages.problemPage(c, problem) : problemResponse(c, problem);
  app.notFound((c) =>
    answer(c, new Problem({ status: 404, code: 'not-found', message: `There is nothing at ${c.req.path}.` })),
  );
  app.onError((error, c) => {
    const problem = asProblem(error);
    if (problem.status >= 500) deps.log.failed(error, { method: c.req.method, path: c.req.path });
    return answer(c, problem);
  });

  const { missing } = permissionGaps(app);
  if (missing.length > 0)
    throw new Error(
      `src/surfaces/permissions.ts: name the permission of ${missing.join(', ')}; the server does not start`,
    );
  return app;
}

function limitBody() {
  const limit = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: () => {
        throw new Problem({
          status: 413,
          code: 'too-large',
          message: `The request is larger than ${maxSize / 1024} kB.`,
          notDone: 'Nothing was done.',
          next: 'Send less.',
        });
      },
    });
  const usual = limit(BODY_BYTES_MAX);
  const larger = [
    { under: '/api/playbooks/', limit: limit(PLAYBOOK_BYTES_MAX) },
    { under: '/hooks/', limit: limit(HOOK_BYTES_MAX) },
    { under: '/slack/', limit: limit(SLACK_BYTES_MAX) },
  ];
  return (c: Ctx, next: () => Promise<void>) =>
    (larger.find(({ under }) => c.req.path.startsWith(under))?.limit ?? usual)(c, next);
}

const wantsPage = (c: Ctx): boolean =>
  !c.req.path.startsWith('/api/') && (c.req.header('accept') ?? '').includes('text/html');

export type OpenApi = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

export function openApi(app: OpenAPIHono<AppEnv>): OpenApi {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tocsin',
      version: '1',
      description:
        'Incident response for AI systems. Every call is made by a person, through a session cookie or an API token; times are epoch milliseconds, UTC.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: [{ token: [] }, { session: [] }],
  });
  document.components = {
    ...document.components,
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer' },
      session: { type: 'apiKey', in: 'cookie', name: 'tocsin' },
    },
  };
  return document;
}
