import { Audience } from '../after-action/contract.ts';
import { afterActionDocument } from '../after-action/html.tsx';
import { readsScriptOf } from '../drills/roster.ts';
import { type App, whoIs } from '../http/context.ts';
import type { Site } from './site.ts';

/** The report itself, as it would be downloaded, with a line above it that leads on. */
export function afterActionRoutes(routes: App, site: Site): void {
  routes.get('/drills/:id/report', async (c) => {
    const me = whoIs(c);
    const audience = Audience.catch('team').parse(c.req.query('audience'));
    const report = await site.afterAction.report(me, c.req.param('id'), audience);
    const drill = await site.drills.find(report.drill);
    const isStaff = drill.staff.some(({ person }) => person === me.id) && readsScriptOf(drill, me.id);
    const { html, policy } = afterActionDocument(report, { isStaff });
    c.header('cache-control', 'no-store');
    // Its style stands in it, and nothing else may.
    c.header('content-security-policy', `${policy}; img-src 'none'; frame-ancestors 'none'`);
    return c.html(html);
  });
}
