import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';

/**
 * Stand-ins for GitHub's and Jira's documented REST APIs, over real HTTP: as much of them as improvement items use. What people do there is
 * done by hand.
 */
export type Asked = { method: string; path: string; body: unknown };
type Answer = { status: number; headers?: Record<string, string>; body?: unknown };
type StandIn<Issue> = {
  url: string;
  issues: Issue[];
  asked: Asked[];
  /** Answers the next calls so, before they have an effect, or after: the answer is lost. */
  next: (Answer & { after?: boolean })[];
  close(): Promise<void>;
};

export type GithubIssue = { number: number; title: string; body: string; state: 'open' | 'closed'; updated_at: string };

export async function githubStandIn(options: {
  token: string;
  repository: string;
  private: boolean;
}): Promise<StandIn<GithubIssue>> {
  const issues: GithubIssue[] = [];
  const shown = (one: GithubIssue) => ({
    ...one,
    id: 9_000 + one.number,
    html_url: `https://github.example/${options.repository}/issues/${one.number}`,
  });
  const base = `/repos/${options.repository}`;
  return standIn(issues, (app) => {
    app.use('*', async (c, next) => {
      if (c.req.header('authorization') !== `Bearer ${options.token}`)
        return c.json({ message: 'Bad credentials' }, 401);
      if (c.req.header('user-agent') === undefined)
        return c.json({ message: 'Request forbidden by administrative rules' }, 403);
      return next();
    });
    app.get(base, (c) => c.json({ id: 1, full_name: options.repository, private: options.private }));
    app.get(`${base}/issues`, (c) => {
      const [page, per, since] = [
        Number(c.req.query('page') ?? 1),
        Number(c.req.query('per_page') ?? 30),
        c.req.query('since') ?? '',
      ];
      const state = c.req.query('state') ?? 'open';
      const found = issues
        .filter((one) => (state === 'all' || one.state === state) && one.updated_at >= since)
        .toReversed();
      return c.json(found.slice((page - 1) * per, page * per).map(shown));
    });
    app.post(`${base}/issues`, async (c) => {
      const { title, body } = await c.req.json<{ title?: string; body: string }>();
      if (!title)
        return c.json({ message: 'Validation Failed', errors: [{ field: 'title', code: 'missing_field' }] }, 422);
      const made: GithubIssue = {
        number: issues.length + 1,
        title,
        body,
        state: 'open',
        updated_at: new Date().toISOString(),
      };
      issues.push(made);
      return c.json(shown(made), 201);
    });
    app.on(['GET', 'PATCH'], `${base}/issues/:number`, async (c) => {
      const one = issues.find(({ number }) => number === Number(c.req.param('number')));
      if (!one) return c.json({ message: 'Not Found' }, 404);
      if (c.req.method === 'PATCH') Object.assign(one, await c.req.json());
      return c.json(shown(one));
    });
  });
}

export type JiraIssue = {
  key: string;
  summary: string;
  description: unknown;
  labels: string[];
  status: keyof typeof STATES;
};
const STATES = { 'To Do': 'new', 'In Progress': 'indeterminate', Done: 'done' } as const;

export async function jiraStandIn(options: {
  email: string;
  token: string;
  project: string;
}): Promise<StandIn<JiraIssue>> {
  const issues: JiraIssue[] = [];
  const login = `Basic ${Buffer.from(`${options.email}:${options.token}`).toString('base64')}`;
  const status = (name: keyof typeof STATES) => ({ name, statusCategory: { key: STATES[name] } });
  const shown = ({ key, summary, description, labels, status: state }: JiraIssue) => ({
    id: key,
    key,
    fields: { summary, description, labels, status: status(state) },
  });
  const none = (c: Context) =>
    c.json({ errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} }, 404);
  return standIn(issues, (app) => {
    app.use('*', async (c, next) => (c.req.header('authorization') === login ? next() : c.body('', 401)));
    app.get(`/rest/api/3/project/${options.project}`, (c) => c.json({ id: '1', key: options.project }));
    app.post('/rest/api/3/issue', async (c) => {
      const { fields } = await c.req.json<{
        fields: Record<string, never> & { description: { type: string; version: number } };
      }>();
      const { project, issuetype, summary, description, labels } = fields as unknown as {
        project: { key: string };
        issuetype: { name: string };
      } & Pick<JiraIssue, 'summary' | 'labels'> & { description: { type: string; version: number } };
      if (
        project.key !== options.project ||
        issuetype.name === '' ||
        description.type !== 'doc' ||
        description.version !== 1
      )
        return c.json(
          { errorMessages: [], errors: { description: 'Operation value must be an Atlassian Document' } },
          400,
        );
      const key = `${options.project}-${issues.length + 1}`;
      issues.push({ key, summary, description, labels, status: 'To Do' });
      return c.json({ id: key, key, self: `/rest/api/3/issue/${key}` }, 201);
    });
    app.post('/rest/api/3/search/jql', async (c) => {
      const { jql } = await c.req.json<{ jql: string }>();
      const label = /labels = "([^"]+)"/.exec(jql)?.[1] ?? '';
      return c.json({ issues: issues.filter(({ labels }) => labels.includes(label)).map(shown), isLast: true });
    });
    app.on(['GET', 'PUT'], '/rest/api/3/issue/:key', async (c) => {
      const one = issues.find(({ key }) => key === c.req.param('key'));
      if (!one) return none(c);
      if (c.req.method === 'GET') return c.json(shown(one));
      Object.assign(one, (await c.req.json<{ fields: Partial<JiraIssue> }>()).fields);
      return c.body(null, 204);
    });
    app.on(['GET', 'POST'], '/rest/api/3/issue/:key/transitions', async (c) => {
      const one = issues.find(({ key }) => key === c.req.param('key'));
      if (!one) return none(c);
      const names = Object.keys(STATES) as (keyof typeof STATES)[];
      if (c.req.method === 'GET')
        return c.json({ transitions: names.map((name, i) => ({ id: String(11 + i * 10), name, to: status(name) })) });
      const { transition } = await c.req.json<{ transition: { id: string } }>();
      const to = names[(Number(transition.id) - 11) / 10];
      if (!to) return c.json({ errorMessages: ['It is not possible to perform this transition.'] }, 400);
      one.status = to;
      return c.body(null, 204);
    });
  });
}

async function standIn<Issue>(issues: Issue[], routes: (app: Hono) => void): Promise<StandIn<Issue>> {
  const asked: Asked[] = [];
  const next: (Answer & { after?: boolean })[] = [];
  const app = new Hono();
  app.use('*', async (c, go) => {
    const { pathname, search } = new URL(c.req.url);
    const body = c.req.method === 'GET' ? null : await c.req.raw.clone().json();
    asked.push({ method: c.req.method, path: `${pathname}${search}`, body });
    const instead = next.shift();
    if (instead?.after) await go();
    if (!instead) return go();
    c.res = new Response(JSON.stringify(instead.body ?? {}), {
      status: instead.status,
      headers: instead.headers ?? {},
    });
  });
  routes(app);
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({
        ...{ url: `http://127.0.0.1:${port}`, issues, asked, next },
        close: () => new Promise((done) => server.close(() => done())),
      }),
    );
  });
}
