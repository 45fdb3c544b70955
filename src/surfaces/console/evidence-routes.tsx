import { mayPack } from '../evidence/desk.ts';
import { type App, whoIs } from '../http/context.ts';
import { DrillEvidencePage } from './pages/drill-evidence.tsx';
import { frameOf, type Site, show } from './site.ts';

/** What a drill that is over is evidence of. */
export function evidenceRoutes(routes: App, site: Site): void {
  routes.get('/drills/:id/evidence', async (c) => {
    const me = whoIs(c);
    const id = c.req.param('id');
    const requirements = await site.evidence.mapping(me, id);
    const drill = await site.drills.find(id);
    const props = {
      requirements,
      drill: { id, title: drill.script.title },
      mayPack: mayPack(site.directory, me, drill),
    };
    return show(c, <DrillEvidencePage frame={frameOf(site, me)} {...props} />);
  });

  routes.get('/drills/:id/evidence.zip', async (c) => {
    const { name, bytes } = await site.evidence.pack(whoIs(c), c.req.param('id'));
    c.header('content-disposition', `attachment; filename="${name}"`);
    c.header('cache-control', 'no-store');
    return c.body(bytes, 200, { 'content-type': 'application/zip' });
  });
}
