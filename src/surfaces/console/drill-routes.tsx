import { messageId } from '../commands.ts';
import type { Drill, Offer } from '../drills/contract.ts';
import { mayArrange } from '../drills/roster.ts';
import { type App, type Ctx, whoIs } from '../http/context.ts';
import { notFound, Problem } from '../problem.ts';
import { untilShown } from '../watch.ts';
import { fieldsOf, planIn } from './drill-form.ts';
import { readForm } from './form.ts';
import { ChooseSimulationPage, DrillPlanPage, type PlanFaults, type PlanFields } from './pages/drill-plan.tsx';
import { DrillsPage } from './pages/drills.tsx';
import { drillAddress } from './parts/drill.tsx';
import { drilledIn, frameOf, fresh, namesOf, type Site, show } from './site.ts';

const LIST_MAX = 100;

/** Drills: what there is, planning one, changing, starting and calling it off. */
export function drillRoutes(routes: App, site: Site): void {
  routes.get('/drills', (c) => listPage(site, c, new Map(), null));
  routes.get('/drills/new', (c) => newPage(site, c));
  routes.post('/drills', (c) => planOne(site, c));
  routes.post('/drills/alone', (c) => trainAlone(site, c));
  routes.get('/drills/:id/change', async (c) => {
    const drill = await arranged(site, c);
    return formPage(site, c, offerOf(drill), drill, fieldsOf(drill, site.directory.timezone()), null);
  });
  routes.post('/drills/:id/change', (c) => changeIt(site, c));
  routes.post('/drills/:id/start', async (c) => {
    const { id } = await site.drills.start(whoIs(c), c.req.param('id'));
    await untilShown(site.reader, id, (view) => view.exercise !== undefined);
    return c.redirect(drillAddress(id), 303);
  });
  routes.post('/drills/:id/cancel', async (c) => {
    const because = ((await readForm(c)).get('because') ?? '').trim();
    if (because === '' || because.length > 2_000) throw withoutReason();
    const { id } = await site.drills.cancel(whoIs(c), c.req.param('id'), because);
    return c.redirect(drillAddress(id), 303);
  });
}

const withoutReason = () =>
  new Problem({
    status: 422,
    code: 'reason',
    message: 'Say why, in at most 2,000 characters.',
    notDone: 'It was not called off.',
    next: 'Whoever was to take part reads it.',
  });

async function listPage(site: Site, c: Ctx, draft: PlanFields, problem: Problem | null) {
  const [drills, offers, say, published] = await Promise.all([
    site.drills.list({ limit: LIST_MAX }),
    site.drills.offers(),
    drilledIn(site),
    site.playbooks.list(),
  ]);
  const drilled = new Map(published.map(({ plan }) => [plan.playbook, say(plan)]));
  const me = whoIs(c);
  const lines = await site.drillNotices.lines(me.id);
  const props = {
    drills,
    offers,
    me: me.id,
    names: namesOf(site),
    timezone: site.directory.timezone(),
    drilled,
    lines,
  };
  const page = <DrillsPage frame={frameOf(site, me)} {...props} draft={draft} problem={problem} once={fresh()} />;
  return show(c, page, problem?.status);
}

const isPlayable = ({ problems }: Offer): boolean => !problems.some(({ severity }) => severity === 'error');

async function newPage(site: Site, c: Ctx) {
  const offers = await site.drills.offers();
  const asked = c.req.query('simulation') ?? null;
  const offer = offers.find((one) => one.simulation === asked && isPlayable(one));
  if (offer) return formPage(site, c, offer, null, new Map(), null);
  const page = <ChooseSimulationPage frame={frameOf(site, whoIs(c))} offers={offers} unknown={asked} />;
  return show(c, page, asked === null ? 200 : 404);
}

/** The form, with what was typed; `faults` beside their fields. */
async function formPage(
  site: Site,
  c: Ctx,
  offer: Offer,
  drill: Drill | null,
  fields: PlanFields,
  problem: Problem | null,
  faults: PlanFaults = new Map(),
) {
  const beside = problem === null ? undefined : FIELD_OF[problem.code];
  const said = beside && problem ? new Map([[beside, problem.message]]) : faults;
  const props = { offer, drill, people: site.directory.people(), timezone: site.directory.timezone(), fields };
  const once = fields.get('once') ?? fresh();
  const page = <DrillPlanPage frame={frameOf(site, whoIs(c))} {...props} faults={said} problem={problem} once={once} />;
  return show(c, page, problem?.status ?? (said.size > 0 ? 422 : 200));
}

/** Which field a refusal is about. */
const FIELD_OF: Readonly<Record<string, string>> = {
  past: 'date',
  'unknown-length': 'length',
  'unknown-seat': 'seats',
  'unknown-person': 'seats',
  nobody: 'seats',
  twice: 'seats',
  'plays-and-runs': 'staff',
};

async function planOne(site: Site, c: Ctx) {
  const form = await readForm(c);
  const me = whoIs(c);
  const offers = await site.drills.offers();
  const offer = offers.find(({ simulation }) => simulation === form.get('simulation'));
  if (!offer) throw notFound(`simulation "${form.get('simulation') ?? ''}"`, 'See what can be played: Drills.');
  const { plan, faults } = planIn(form, site.directory.timezone());
  if (faults.size > 0) return formPage(site, c, offer, null, form, null, faults);
  try {
    const length = form.get('length');
    const wanted = { ...plan, simulation: offer.simulation, ...(length !== undefined && { length }) };
    const { id } = await site.drills.plan(me, wanted, messageId(me.id, form.get('once')));
    return c.redirect(drillAddress(id), 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return formPage(site, c, offer, null, form, error);
  }
}

async function changeIt(site: Site, c: Ctx) {
  const form = await readForm(c);
  const drill = await arranged(site, c);
  const offer = offerOf(drill);
  const { plan, faults } = planIn(form, site.directory.timezone());
  if (faults.size > 0) return formPage(site, c, offer, drill, form, null, faults);
  try {
    await site.drills.change(whoIs(c), drill.id, plan);
    return c.redirect(drillAddress(drill.id), 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return formPage(site, c, offer, drill, form, error);
  }
}

/** Planned at once, and started: whoever trains alone has nobody to agree with. */
async function trainAlone(site: Site, c: Ctx) {
  const form = await readForm(c);
  const me = whoIs(c);
  try {
    const length = form.get('length');
    const wanted = {
      simulation: form.get('simulation') ?? '',
      players: [{ role: form.get('seat') ?? '', person: me.id }],
      staff: [],
      at: null,
      rate: 1,
      note: null,
      ...(length !== undefined && { length }),
    };
    const { id } = await site.drills.plan(me, wanted, messageId(me.id, form.get('once')));
    await site.drills.start(me, id);
    await untilShown(site.reader, id, (view) => view.exercise !== undefined);
    return c.redirect(drillAddress(id), 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return listPage(site, c, form, error);
  }
}

async function arranged(site: Site, c: Ctx): Promise<Drill> {
  const drill = await site.drills.find(c.req.param('id') ?? '');
  const refusal = (status: 403 | 409, code: string, message: string, next: string) =>
    new Problem({ status, code, message, notDone: 'It was not changed.', next });
  if (!mayArrange(drill, whoIs(c).id, site.directory))
    throw refusal(
      403,
      'not-entitled',
      'Only whoever planned this drill, and its facilitators, may change it.',
      'Ask them.',
    );
  if (drill.status !== 'planned')
    throw refusal(409, 'too-late', 'It is planned no more, so it cannot be changed.', 'See how it stands.');
  return drill;
}

/** What its plan form is made of: its own script, whatever the file says by now. */
function offerOf({ script }: Drill): Offer {
  const { simulation, title, version, about, playbook, length, seats, references } = script;
  return {
    ...{ simulation, title, version, about, playbook, references },
    lengths: [length],
    seats: seats.map(({ role, needed }) => ({ role, needed })),
    problems: [],
  };
}
