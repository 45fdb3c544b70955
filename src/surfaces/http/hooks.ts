import type { Hono, MiddlewareHandler } from 'hono';
import { CHECKS_SOURCE } from '../../incident/check.ts';
import { readAlertmanager, type SystemNamed } from '../alertmanager.ts';
import type { Received } from '../alerts.ts';
import { alertOfEvent, type Delivery, verifyDelivery } from '../mlflow-hook.ts';
import { Problem } from '../problem.ts';
import type { ApiDeps } from './api.ts';
import { type AppEnv, type Ctx, permissionOf, whoIs } from './context.ts';

/** What the doors for other systems need of the inventory. */
export type HookPorts = {
  systemNamed: SystemNamed;
  /** The secret that signs what the MLflow of this connection sends; null when there is none. */
  mlflowSecret(connection: string): string | null;
  warn(message: string, about: Record<string, unknown>): void;
};

const SIGNED_SOURCE = 'mlflow:';

/** Doors for systems that send alerts in a form of their own. */
export function hookRoutes(app: Hono<AppEnv>, deps: ApiDeps): void {
  app.post('/hooks/alertmanager', async (c) => {
    const { alerts, refused, truncated } = readAlertmanager(await jsonOf(c), deps.hooks.systemNamed, deps.now());
    const sender = senderOf(c);
    const received = await deps.alertDesk.receiveBatch(alerts, sender);
    if (refused.length > 0 || truncated > 0)
      deps.hooks.warn('a batch of alerts was not taken whole', { ...sender, truncated, refused: refused.slice(0, 20) });
    // Alertmanager drops what is answered with 4xx and sends again what is answered with 5xx, always the whole batch.
    return c.json({ received: received.length, ...countsOf(received), truncated, refused, alerts: received });
  });

  app.post('/hooks/mlflow/:connection', async (c) => {
    const connection = c.req.param('connection');
    const { id, body } = await deliveryOf(c);
    const alert = alertOfEvent(body, connection, deps.hooks.systemNamed);
    const noticed = { key: id, alert, system: null, startsAt: null, endsAt: null };
    const from = { source: `${SIGNED_SOURCE}${connection}`, requester: null, once: true };
    const [received] = await deps.alertDesk.receiveBatch([noticed], from);
    return c.json(received);
  });
}

/** Nothing passes to a route with the permission `mlflow` that the MLflow of that connection did not sign. */
export function signedByMlflow({ hooks, now }: Pick<ApiDeps, 'hooks' | 'now'>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (permissionOf(c) === 'mlflow') {
      const connection = c.req.path.split('/').at(-1) ?? '';
      verifyDelivery(await deliveryOf(c), hooks.mlflowSecret(connection), now());
    }
    await next();
  };
}

/** The monitor, by the name of its token; or a person, who then has requested what it opens. */
export function senderOf(c: Ctx): { source: string; requester: string | null } {
  const person = whoIs(c);
  const session = c.get('session');
  return session?.kind === 'token' && session.scope === 'alerts'
    ? { source: ownSource('token', session.name), requester: null }
    : { source: ownSource('person', person.id), requester: person.id };
}

/** Whoever is called like the scheduled checks, or like a connection, must neither count nor end what those found. */
const ownSource = (kind: string, name: string): string =>
  name === CHECKS_SOURCE || name.startsWith(SIGNED_SOURCE) ? `${kind}:${name}` : name;

/** The body is read once and kept by Hono. */
async function deliveryOf(c: Ctx): Promise<Delivery> {
  return {
    id: c.req.header('x-mlflow-delivery-id') ?? '',
    timestamp: c.req.header('x-mlflow-timestamp') ?? '',
    signature: c.req.header('x-mlflow-signature') ?? '',
    body: await c.req.text(),
  };
}

async function jsonOf(c: Ctx): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Problem({
      status: 400,
      code: 'not-json',
      message: 'The body is not JSON.',
      notDone: 'Nothing was kept.',
    });
  }
}

function countsOf(received: readonly Received[]): Record<Received['status'], number> {
  const counts = { new: 0, opened: 0, joined: 0, unmatched: 0, resolved: 0 };
  for (const { status } of received) counts[status] += 1;
  return counts;
}
