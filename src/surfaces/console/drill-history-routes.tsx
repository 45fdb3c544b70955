import { coverageFor, trendsFor } from '../drills/history.ts';
import { type App, whoIs } from '../http/context.ts';
import { DrillCoveragePage } from './pages/drill-coverage.tsx';
import { DrillTrendsPage } from './pages/drill-trends.tsx';
import { frameOf, type Site, show } from './site.ts';

/** All drills looked at together. Before the pages of one drill: no drill is called like these. */
export function drillHistoryRoutes(routes: App, site: Site): void {
  routes.get('/drills/trends', async (c) => {
    const trends = await trendsFor(site, c.req.query('simulation') ?? null);
    return show(c, <DrillTrendsPage frame={frameOf(site, whoIs(c))} trends={trends} />);
  });
  routes.get('/drills/coverage', async (c) => {
    const coverage = await coverageFor(site);
    return show(c, <DrillCoveragePage frame={frameOf(site, whoIs(c))} coverage={coverage} />);
  });
}
