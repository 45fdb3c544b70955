import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { may, type Permission, rolesWith } from '../permissions.ts';
import type { TokenInfo } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import type { AccessLog, ApiDeps } from './api.ts';
import { type AppEnv, type Ctx, whoIs } from './context.ts';
import { json, problems } from './schemas.ts';

export type SignInLink = { url: string; person: string; expiresAt: number };

export const LINK_LASTS_MS = 15 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const ASKED: Permission[] = ['read', 'open', 'note', 'decide', 'command', 'publish', 'admin'];

/** Who am I, API tokens, one-time sign-in links. */
export function accountRoutes(app: OpenAPIHono<AppEnv>, deps: ApiDeps & { access: AccessLog }): void {
  const note = (c: Ctx, done: string, whom: string, more: { id?: string; scope?: string } = {}) =>
    deps.access(done, { by: whoIs(c).id, for: whom, surface: 'api', via: viaOf(c), ...more });
  app.openapi(meRoute, (c) => {
    const person = whoIs(c);
    const { id, name, email, roles } = person;
    const session = c.get('session');
    return c.json(
      {
        person: { id, name, email, roles },
        may: ASKED.filter((permission) => may(person, permission)),
        by: session?.kind === 'token' ? { kind: 'token' as const, name: session.name } : { kind: 'session' as const },
      },
      200,
    );
  });

  app.openapi(listRoute, async (c) => {
    const person = whoIs(c);
    const all = c.req.valid('query').all === 'true';
    if (all && !may(person, 'admin')) throw adminOnly('see the tokens of others');
    return c.json({ tokens: await deps.accounts.tokens(all ? null : person.id) }, 200);
  });

  app.openapi(createTokenRoute, async (c) => {
    const person = whoIs(c);
    const body = c.req.valid('json');
    // What an alerts token opens has no requester, so whoever makes one could open an incident and then decide on it.
    if (body.scope === 'alerts' && !may(person, 'admin')) throw adminOnly('make a token for alerts');
    const expiresAt = body.days === null ? null : deps.now() + body.days * DAY_MS;
    const session = c.get('session');
    if (session?.kind === 'token') refuseToOutlive(session.expiresAt, expiresAt, deps.now());
    const made = await deps.accounts.createToken({ person: person.id, name: body.name, scope: body.scope, expiresAt });
    note(c, 'an API token was made', person.id, { id: made.info.id, scope: body.scope });
    return c.json({ ...made.info, token: made.token }, 201);
  });

  app.openapi(revokeRoute, async (c) => {
    const person = whoIs(c);
    const { id } = c.req.valid('param');
    const mine = await deps.accounts.tokens(may(person, 'admin') ? null : person.id);
    const revoked = mine.find((token) => token.id === id);
    if (!revoked) throw notFound(`token ${id} of yours`, 'List them: tocsin token list.');
    await deps.accounts.revokeToken(id);
    note(c, 'an API token was revoked', revoked.person, { id, scope: revoked.scope });
    return c.body(null, 204);
  });

  app.openapi(linkRoute, async (c) => {
    const id = c.req.valid('json').person ?? whoIs(c).id;
    const person = deps.directory.person(id);
    if (!person)
      throw new Problem({
        status: 422,
        code: 'unknown-person',
        message: `There is no person "${id}" in the inventory.`,
        notDone: 'No link was made.',
        next: 'See tocsin.yaml.',
      });
    const expiresAt = deps.now() + LINK_LASTS_MS;
    const link = await deps.accounts.createLink(person.id, expiresAt);
    note(c, 'a sign-in link was made', person.id);
    return c.json({ url: signInUrl(deps.publicUrl, link), person: person.id, expiresAt }, 201);
  });
}

/** Whoever has stolen a token must not keep what it can do beyond its end. Throws Problem. */
function refuseToOutlive(ends: number | null, asked: number | null, now: number): void {
  if (ends === null || (asked !== null && asked <= ends)) return;
  const days = Math.floor((ends - now) / DAY_MS);
  const signIn = 'sign in with a password or a link and make it then';
  throw new Problem({
    status: 403,
    code: 'outlives-token',
    message: `A token cannot make one that outlives it, and yours ends at ${new Date(ends).toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
    notDone: 'No token was made.',
    next: days < 1 ? `To get one that lasts longer, ${signIn}.` : `Ask for ${days} days at most, or ${signIn}.`,
  });
}

const viaOf = (c: Ctx) => (c.get('session')?.kind === 'token' ? 'token' : 'session');

export const signInUrl = (publicUrl: string, link: string): string => new URL(`/sign-in/${link}`, publicUrl).href;

const adminOnly = (what: string) =>
  new Problem({
    status: 403,
    code: 'not-entitled',
    message: `You may not ${what}: it takes ${rolesWith('admin').join(' or ')}.`,
    notDone: 'Nothing was done.',
    next: 'Ask somebody who holds one of these roles.',
  });

const Token = z
  .strictObject({
    id: z.string(),
    prefix: z.string(),
    name: z.string(),
    person: z.string(),
    scope: z.enum(['person', 'alerts']),
    createdAt: z.number(),
    expiresAt: z.number().nullable(),
    lastUsedAt: z.number().nullable(),
  })
  .openapi('Token') satisfies z.ZodType<TokenInfo>;

const meRoute = createRoute({
  method: 'get',
  path: '/api/me',
  summary: 'Who am I, and what may I do?',
  tags: ['account'],
  responses: {
    200: json(
      z.object({
        person: z.object({
          id: z.string(),
          name: z.string(),
          email: z.string().nullable(),
          roles: z.array(z.string()),
        }),
        may: z.array(z.string()),
        by: z.union([
          z.object({ kind: z.literal('token'), name: z.string() }),
          z.object({ kind: z.literal('session') }),
        ]),
      }),
      'The person behind this request',
    ),
    ...problems,
  },
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/tokens',
  summary: 'List API tokens',
  tags: ['account'],
  request: { query: z.object({ all: z.enum(['true', 'false']).default('false') }) },
  responses: { 200: json(z.object({ tokens: z.array(Token) }), 'Tokens, never their secrets'), ...problems },
});

const createTokenRoute = createRoute({
  method: 'post',
  path: '/api/tokens',
  summary: 'Make an API token',
  tags: ['account'],
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              name: z.string().trim().min(1).max(100),
              scope: z.enum(['person', 'alerts']).default('person').openapi({
                description: '`alerts`: may only send alerts; for monitors. Made by administrators.',
              }),
              days: z.number().int().min(1).max(3650).nullable().default(90),
            })
            .openapi('CreateToken'),
        },
      },
    },
  },
  responses: {
    201: json(Token.extend({ token: z.string().openapi({ description: 'Shown this once.' }) }), 'Made'),
    ...problems,
  },
});

const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/tokens/{id}',
  summary: 'Revoke an API token',
  tags: ['account'],
  request: {
    params: z.object({
      id: z
        .string()
        .max(100)
        .openapi({ param: { name: 'id', in: 'path' } }),
    }),
  },
  responses: { 204: { description: 'Revoked' }, ...problems },
});

const linkRoute = createRoute({
  method: 'post',
  path: '/api/sign-in-links',
  summary: 'Make a one-time sign-in link',
  tags: ['account'],
  request: {
    body: {
      required: true,
      content: {
        'application/json': { schema: z.strictObject({ person: z.string().max(64).optional() }).openapi('MakeLink') },
      },
    },
  },
  responses: {
    201: json(z.object({ url: z.string(), person: z.string(), expiresAt: z.number() }), 'Made; works once'),
    ...problems,
  },
});
