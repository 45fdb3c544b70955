import { addPlaybook } from '../add-playbook.ts';
import { incidentOr404, messageId } from '../commands.ts';
import { type App, type Ctx, whoIs } from '../http/context.ts';
import { inputsFromTexts } from '../inputs.ts';
import { Problem } from '../problem.ts';
import { untilShown } from '../watch.ts';
import { readForm } from './form.ts';
import { AddPlaybookPage, inputName } from './pages/add-playbook.tsx';
import { drilledIn, frameOf, fresh, type Site, show } from './site.ts';

/** Adding a playbook to an incident. */
export function planRoutes(routes: App, site: Site): void {
  routes.get('/incidents/:id/add-playbook', (c) => page(site, c, c.req.query('playbook') ?? '', new Map(), null));

  routes.post('/incidents/:id/add-playbook', async (c) => {
    const form = await readForm(c);
    const incident = c.req.param('id');
    const me = whoIs(c);
    const playbook = form.get('playbook') ?? '';
    const { view } = await incidentOr404(site.reader, incident);
    try {
      const reason = reasonIn(form);
      const inputs = await inputsIn(site, playbook, form);
      await addPlaybook(site, me, { incident, playbook, inputs, reason, id: messageId(me.id, form.get('once')) });
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      return page(site, c, playbook, form, error);
    }
    await untilShown(site.reader, incident, (now) => now.added.length > view.added.length);
    return c.redirect(`/incidents/${incident}#plan`, 303);
  });
}

async function page(site: Site, c: Ctx, playbook: string, draft: ReadonlyMap<string, string>, problem: Problem | null) {
  const { view } = await incidentOr404(site.reader, c.req.param('id') ?? '');
  const plans = (await site.playbooks.list()).map(({ plan }) => plan);
  const chosen = plans.find((plan) => plan.playbook === playbook) ?? null;
  const drilled = await drilledIn(site);
  const props = { view, plans, chosen, drilled, draft, problem, systems: site.directory.systems() };
  const once = draft.get('once') ?? fresh();
  return show(c, <AddPlaybookPage frame={frameOf(site, whoIs(c), view)} {...props} once={once} />, problem?.status);
}

function reasonIn(form: ReadonlyMap<string, string>): string {
  const reason = (form.get('reason') ?? '').trim();
  if (reason !== '' && reason.length <= 2_000) return reason;
  throw new Problem({
    status: 422,
    code: 'reason',
    message: reason === '' ? 'Say why it is needed.' : 'The reason is longer than 2,000 characters.',
    notDone: 'No playbook was added.',
    next: 'It goes on the timeline.',
  });
}

/** A field that is left empty is not given: the playbook's own default counts. */
async function inputsIn(site: Site, playbook: string, form: ReadonlyMap<string, string>) {
  const specs = (await site.playbooks.latest(playbook))?.plan.inputs ?? {};
  const texts = Object.keys(specs).flatMap((name) => {
    const text = form.get(inputName(name)) ?? '';
    return text === '' ? [] : [[name, text] as const];
  });
  return inputsFromTexts(specs, Object.fromEntries(texts));
}
