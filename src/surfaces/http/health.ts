import { timingSafeEqual } from 'node:crypto';
import type { Registry } from 'prom-client';
import { Problem } from '../problem.ts';
import { type App, addressOf, type Ctx } from './context.ts';

/** One thing this server cannot do without. `warning`: it serves all the same, and somebody should mend it. */
export type Readiness = { name: string; ok: boolean; detail: string; warning?: true };

export type HealthDeps = {
  readiness(): Promise<Readiness[]>;
  registry: Registry;
  /** Lets a Prometheus on another machine in; without it only this machine may read the metrics. */
  metricsToken: string | null;
};

export function healthRoutes(app: App, deps: HealthDeps): void {
  app.get('/healthz', (c) => c.json({ status: 'alive' }));

  app.get('/readyz', async (c) => {
    const checks = await deps.readiness();
    const ready = checks.every((check) => check.ok);
    // Why something is not ready may name hosts and files: that is for this machine and for people who are signed in.
    const told = isThisMachine(c) || c.get('person') !== null;
    const shown = checks.map(({ detail, ...check }) => (told ? { ...check, detail } : check));
    return c.json({ status: ready ? 'ready' : 'not-ready', checks: shown }, ready ? 200 : 503);
  });

  app.get('/metrics', async (c) => {
    if (!mayReadMetrics(c, deps.metricsToken))
      throw new Problem({
        status: 403,
        code: 'metrics',
        message: 'Metrics are for this machine, or for whoever has the metrics token.',
        next: 'Set TOCSIN_METRICS_TOKEN and send it as X-Metrics-Token.',
      });
    return c.body(await deps.registry.metrics(), 200, { 'Content-Type': deps.registry.contentType });
  });
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

function mayReadMetrics(c: Ctx, token: string | null): boolean {
  const given = c.req.header('x-metrics-token');
  if (token !== null && given !== undefined) return equal(given, token);
  return isThisMachine(c);
}

/** A proxy on this machine speaks for others. */
const isThisMachine = (c: Ctx): boolean =>
  LOOPBACK.has(addressOf(c)) &&
  c.req.header('x-forwarded-for') === undefined &&
  c.req.header('forwarded') === undefined;

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
