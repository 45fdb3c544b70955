import { type App, whoIs } from '../http/context.ts';
import { notFound } from '../problem.ts';
import { ChecksPage } from './pages/checks.tsx';
import { frameOf, type Site, show } from './site.ts';

/** For as long a browser waits; what is not over then goes on. */
const WAIT_MS = 10_000;

/** Scheduled checks of AI systems. */
export function checkRoutes(routes: App, site: Site): void {
  const known = () => new Map(site.directory.systems().map(({ id, name }) => [id, name]));

  routes.get('/checks', async (c) => {
    const systems = known();
    const asked = c.req.query('running') ?? '';
    const props = { checks: await site.checks.list(), systems, running: systems.has(asked) ? asked : null };
    return show(c, <ChecksPage frame={frameOf(site, whoIs(c))} {...props} />);
  });

  routes.post('/checks/:id', async (c) => {
    const id = c.req.param('id');
    if (!known().has(id)) throw notFound(`AI system "${id}" in the inventory`);
    const made = await site.checks.run(id, null, WAIT_MS);
    const running = made.some(({ outcome }) => outcome === null);
    return c.redirect(running ? `/checks?running=${id}` : '/checks', 303);
  });
}
