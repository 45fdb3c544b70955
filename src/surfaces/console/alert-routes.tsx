import { type App, type Ctx, whoIs } from '../http/context.ts';
import { Problem } from '../problem.ts';
import { untilShown } from '../watch.ts';
import { readForm } from './form.ts';
import { AlertPage, AlertsPage } from './pages/alerts.tsx';
import { drilledIn, frameOf, namesOf, type Site, show } from './site.ts';

const LIST_MAX = 200;

/** The inbox: what was noticed, and what came of it. */
export function alertRoutes(routes: App, site: Site): void {
  routes.get('/alerts', async (c) => {
    const alerts = await site.alerts.list({ status: null, limit: LIST_MAX });
    const props = { alerts, names: namesOf(site), cut: alerts.length === LIST_MAX };
    return show(c, <AlertsPage frame={frameOf(site, whoIs(c))} {...props} />);
  });

  const page = async (c: Ctx, id: string, draft: ReadonlyMap<string, string>, problem: Problem | null) => {
    const plans = (await site.playbooks.list()).map(({ plan }) => plan);
    const [entry, drilled] = await Promise.all([site.alerts.get(id), drilledIn(site)]);
    const props = { entry, names: namesOf(site), plans, drilled, systems: site.directory.systems() };
    return show(
      c,
      <AlertPage frame={frameOf(site, whoIs(c))} {...props} draft={draft} problem={problem} />,
      problem?.status,
    );
  };
  routes.get('/alerts/:id', (c) => page(c, c.req.param('id'), new Map(), null));
  routes.post('/alerts/:id', async (c) => {
    const id = c.req.param('id');
    const form = await readForm(c);
    const text = (name: string): string | null => form.get(name)?.trim() || null;
    try {
      const incident = await site.alerts.open(id, {
        playbook: text('playbook'),
        system: text('system'),
        severity: (['sev1', 'sev2', 'sev3', 'sev4'] as const).find((one) => one === text('severity')) ?? null,
        person: whoIs(c).id,
      });
      await untilShown(site.reader, incident, () => true);
      return c.redirect(`/incidents/${incident}`, 303);
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 404) throw error;
      return page(c, id, form, error);
    }
  });
}
