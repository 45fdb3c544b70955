import { isIP } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { matchedRoutes } from 'hono/route';
import { secureHeaders } from 'hono/secure-headers';
import { assertMayRead } from '../drills/spoilers.ts';
import type { Identity, SignedIn } from '../identity.ts';
import { may, type Permission, permissions, rolesIn, rolesWith } from '../permissions.ts';
import type { Accounts, Directory, Person, PlaybookArchive, Reader, Responses, Session, VoteSigner } from '../ports.ts';
import { Problem } from '../problem.ts';
import type { SlackRequests } from '../slack/ports.ts';

/** What API and console share: who is calling, what they may do, and the guards in front of every route. */
export type Deps = {
  reader: Reader;
  responses: Responses;
  votes: VoteSigner;
  accounts: Accounts;
  identity: Identity;
  directory: Directory;
  playbooks: PlaybookArchive;
  now(): number;
  /** How people reach the console: `http://127.0.0.1:7373`. Decides cookies' security and allowed origins. */
  publicUrl: string;
  /** Host names besides that of `publicUrl` under which requests are answered. */
  hosts: readonly string[];
  /** Slack's requests; without it there are none (Socket Mode, or no Slack). */
  slack?: SlackRequests | null;
};

export type AppEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: { person: Person | null; session: Session | null };
};
export type App = Hono<AppEnv>;
export type Ctx = Context<AppEnv>;

/** What the console exports for `createApp`: its routes (mounted at `/`) and how it says that something went wrong. */
export type Pages = {
  routes: App;
  problemPage(c: Ctx, problem: Problem): Response | Promise<Response>;
};

/** The signed-in person. Only in routes whose permission is not `public`: the guard has made sure of it. */
export function whoIs(c: Ctx): Person {
  const person = c.get('person');
  if (person === null) throw new Problem({ status: 401, code: 'not-signed-in', message: 'Sign in first.' });
  return person;
}

/** Where the request came from, for rate limits. Behind a proxy this is the proxy. */
export const addressOf = (c: Ctx): string => c.env?.incoming?.socket?.remoteAddress ?? 'unknown';

const isHttps = (deps: Deps): boolean => deps.publicUrl.startsWith('https:');
const cookieName = (deps: Deps): string => (isHttps(deps) ? '__Host-tocsin' : 'tocsin');

export function setSessionCookie(c: Ctx, deps: Deps, signedIn: SignedIn): void {
  setCookie(c, cookieName(deps), signedIn.token, {
    httpOnly: true,
    sameSite: 'Lax',
    secure: isHttps(deps),
    path: '/',
    maxAge: Math.max(0, Math.floor((signedIn.expiresAt - deps.now()) / 1000)),
  });
}

/** Ends the session of this request, on the server too. */
export async function endSession(c: Ctx, deps: Deps): Promise<void> {
  const token = getCookie(c, cookieName(deps));
  if (token) await deps.identity.signOut(token);
  deleteCookie(c, cookieName(deps), { path: '/', secure: isHttps(deps) });
}

/** Mount all of these, in this order, before any route. */
export const guards = (deps: Deps): MiddlewareHandler<AppEnv>[] => [
  headers(deps),
  knownHost(deps),
  authenticate(deps),
  sameOrigin(deps),
  permitted(deps),
];

function headers(deps: Deps): MiddlewareHandler {
  const self = ["'self'"];
  return secureHeaders({
    // A document that holds its own style says so itself.
    overwrite: false,
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: self,
      scriptSrc: self,
      fontSrc: self,
      imgSrc: self,
      connectSrc: self,
      manifestSrc: self,
      formAction: self,
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    xFrameOptions: 'DENY',
    referrerPolicy: 'same-origin',
    crossOriginResourcePolicy: 'same-origin',
    crossOriginOpenerPolicy: 'same-origin',
    strictTransportSecurity: isHttps(deps) ? 'max-age=31536000' : false,
  });
}

/** Against DNS rebinding: only names we know are ours. An address is nobody's name and cannot be rebound. */
function knownHost(deps: Deps): MiddlewareHandler<AppEnv> {
  const known = new Set(['localhost', new URL(deps.publicUrl).hostname, ...deps.hosts]);
  return async (c, next) => {
    const host = c.req.header('host') ?? new URL(c.req.url).host;
    const url = `http://${host}`;
    const name = URL.canParse(url) ? new URL(url).hostname : '';
    if (!known.has(name) && isIP(name.replace(/^\[|\]$/g, '')) === 0)
      throw new Problem({
        status: 421,
        code: 'unknown-host',
        message: 'This server does not answer to that host name.',
        next: `Use ${deps.publicUrl}, or start the server with TOCSIN_PUBLIC_URL.`,
      });
    await next();
  };
}

/** Bearer token, else session cookie, else nobody. A wrong bearer token is refused, never treated as nobody. */
function authenticate(deps: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const found = await lookUp(c, deps);
    if (found === null && c.req.header('authorization') !== undefined) throw unknownToken();
    c.set('person', found?.person ?? null);
    c.set('session', found?.session ?? null);
    await next();
  };
}

/** Whom this request's token or session belongs to now; null for nobody. */
async function lookUp(c: Ctx, deps: Deps) {
  const { identity } = deps;
  const header = c.req.header('authorization');
  if (header === undefined) {
    const cookie = getCookie(c, cookieName(deps));
    return cookie ? identity.bySession(cookie) : null;
  }
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
  return token ? identity.byToken(token) : null;
}

/** For answers that go on for hours: false once the session is over, the token is revoked or the person has left. */
export const isStillSignedIn = async (c: Ctx, deps: Deps): Promise<boolean> =>
  (await lookUp(c, deps))?.person.id === whoIs(c).id;

const unknownToken = () =>
  new Problem({
    status: 401,
    code: 'unknown-token',
    message: 'This token is unknown, revoked or expired, or its person has left the inventory.',
    next: 'Make a new one: tocsin token create.',
  });

/** Against forged form posts. A bearer token cannot be sent by another site's page, so it needs no such check. */
function sameOrigin(deps: Deps): MiddlewareHandler<AppEnv> {
  const { origin: own } = new URL(deps.publicUrl);
  // `host` has passed knownHost; behind https only the public origin counts.
  const check = csrf({
    origin: (origin, c) => origin === own || (!isHttps(deps) && origin === `http://${c.req.header('host')}`),
  });
  // Nor can it sign as Slack or MLflow.
  return (c, next) => (c.get('session')?.kind === 'token' || isSigned(permissionOf(c)) ? next() : check(c, next));
}

/** Whoever sends it is known by its signature, which needs the body and so is verified behind the limit on it. */
const isSigned = (permission: Permission | null): boolean => permission === 'slack' || permission === 'mlflow';

const table: Readonly<Record<string, Permission | undefined>> = permissions;

/** Looks the matched route up in the table; a request that matches no route passes and ends as "not found". */
function permitted(deps: Deps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const route = routeOf(c);
    if (route === null) return next();
    const permission = table[route];
    if (permission === undefined) throw new Error(`route ${route} has no permission`);
    if (isSigned(permission)) return next();
    const person = c.get('person');
    if (permission !== 'public' && person === null) throw signInFirst();
    const session = c.get('session');
    if (session?.kind === 'token' && session.scope === 'alerts' && permission !== 'alert' && permission !== 'public')
      throw refused('This token may only send alerts.', 'Use a token made for a person.');
    if (!may(person, permission, person ? await rolesHere(deps, person, c.req.path) : [])) {
      const roles = rolesWith(permission);
      throw refused(
        `You may not do this${roles.length > 0 ? `: it takes ${roles.join(' or ')}` : ''}.`,
        'Ask somebody who may, or ask the incident commander to assign you the role.',
      );
    }
    await next();
  };
}

async function rolesHere(deps: Deps, person: Person, path: string): Promise<string[]> {
  const id = /^(?:\/api)?\/incidents\/((?:INC|EX)-\d{4}-\d{4,})(?:\/|$)/.exec(path)?.[1];
  const found = id ? await deps.reader.incident(id) : null;
  // Nor is anything told to a drill that others play.
  if (id && found) assertMayRead(found.view, id, person.id);
  return found ? rolesIn(person, found.view) : person.roles;
}

const signInFirst = () =>
  new Problem({
    status: 401,
    code: 'not-signed-in',
    message: 'You are not signed in.',
    notDone: 'Nothing was done.',
    next: 'Sign in, or send a token: Authorization: Bearer tocsin_…',
  });

const refused = (message: string, next: string) =>
  new Problem({ status: 403, code: 'not-entitled', message, notDone: 'Nothing was done.', next });

/** The route that answers this request, as the permission table spells it; null when there is none. */
export function routeOf(c: Ctx): string | null {
  const route = matchedRoutes(c).find((one) => !isMiddleware(one));
  return route ? `${route.method} ${route.path}` : null;
}

/** What the table asks of whoever sends this request; null when no route answers it. */
export const permissionOf = (c: Ctx): Permission | null => table[routeOf(c) ?? ''] ?? null;

const isMiddleware = (route: { method: string; path: string }): boolean =>
  route.method === 'ALL' && route.path.endsWith('*');

/** Routes without a permission (the server does not start), and rows of the table that are no route (a test fails). */
export function permissionGaps(app: App): { missing: string[]; idle: string[] } {
  const routes = new Set(app.routes.filter((one) => !isMiddleware(one)).map((one) => `${one.method} ${one.path}`));
  return {
    missing: [...routes].filter((route) => table[route] === undefined).sort(),
    idle: Object.keys(permissions).filter((route) => !routes.has(route)),
  };
}
