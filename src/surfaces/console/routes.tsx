import { Hono } from 'hono';
import { timeIn } from '../../incident/exercise-clock.ts';
import { namesFor, sentence } from '../../incident/wording.ts';
import { planSvg } from '../../playbook/graph/svg.ts';
import { assertRoleAndPerson, incidentOr404, messageId, send } from '../commands.ts';
import { hasPeople } from '../drills/spoilers.ts';
import {
  type App,
  type AppEnv,
  addressOf,
  type Ctx,
  type Deps,
  endSession,
  isStillSignedIn,
  type Pages,
  setSessionCookie,
  whoIs,
} from '../http/context.ts';
import { asProblem } from '../http/problem.ts';
import { byUrgency, maySettle, openDuties } from '../model/duties.ts';
import { everyStepOf } from '../model/plans.ts';
import type { PublishedPlan } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { runningPlaybooks } from '../running.ts';
import { untilShown } from '../watch.ts';
import { afterActionRoutes } from './after-action-routes.ts';
import { alertRoutes } from './alert-routes.tsx';
import { loadAssets, serveAsset } from './assets.ts';
import { checkRoutes } from './check-routes.tsx';
import { commandMessage } from './command-form.ts';
import { decideRoutes } from './decide-routes.tsx';
import { drillEvaluateRoutes } from './drill-evaluate-routes.tsx';
import { drillHistoryRoutes } from './drill-history-routes.tsx';
import { drillPlayRoutes } from './drill-play-routes.tsx';
import { drillRoutes } from './drill-routes.tsx';
import { dutyRoutes } from './duty-routes.tsx';
import { evidenceRoutes } from './evidence-routes.tsx';
import { localPath, readForm } from './form.ts';
import { improvementRoutes } from './improvement-routes.tsx';
import { incidentProps } from './incident-props.ts';
import { IncidentPage, incidentParts, incidentTitle } from './pages/incident.tsx';
import { IncidentsPage, isStatusFilter, OpenIncidentPage, SYSTEM_NEEDED } from './pages/incidents.tsx';
import { NowBody, NowPage, type NowProps, nowVersion } from './pages/now.tsx';
import { GRAPH_WIDTHS, PlaybookPage, PlaybooksPage } from './pages/playbooks.tsx';
import { ProblemPage } from './pages/problem.tsx';
import { LinkPage, SignInPage, SpentLinkPage } from './pages/sign-in.tsx';
import type { IncidentProps } from './parts/incident-props.ts';
import { planRoutes } from './plan-routes.tsx';
import { type ConsoleOptions, drilledIn, frameOf, fresh, lookerIn, namesOf, planOf, type Site, show } from './site.ts';
import { announcement, follow, type Grown, touchedDecisions } from './stream.ts';

/** The web console. `createApp` mounts the routes and shows problems by `problemPage`. */
export function consolePages(deps: Deps, options: ConsoleOptions): Pages {
  const site: Site = { ...deps, ...options, assets: loadAssets() };
  const routes: App = new Hono<AppEnv>();
  routes.get('/assets/:hash/:file', (c) => serveAsset(site.assets, c));
  signInRoutes(routes, site);
  nowRoutes(routes, site);
  incidentsRoutes(routes, site);
  incidentRoutes(routes, site);
  decideRoutes(routes, site);
  dutyRoutes(routes, site);
  planRoutes(routes, site);
  alertRoutes(routes, site);
  checkRoutes(routes, site);
  drillHistoryRoutes(routes, site);
  drillRoutes(routes, site);
  drillPlayRoutes(routes, site);
  drillEvaluateRoutes(routes, site);
  afterActionRoutes(routes, site);
  evidenceRoutes(routes, site);
  improvementRoutes(routes, site);
  playbookRoutes(routes, site);
  return { routes, problemPage: (c, problem) => problemPage(site, c, problem) };
}

function problemPage(site: Site, c: Ctx, problem: Problem) {
  const url = new URL(c.req.url);
  if (problem.status === 401 && problem.code === 'not-signed-in' && c.req.method === 'GET')
    return c.redirect(`/sign-in?to=${encodeURIComponent(url.pathname + url.search)}`, 303);
  // To the incident, or the drill, that it was about.
  const back = /^\/(?:incidents\/(?:INC|EX)|drills\/EX)-\d{4}-\d{4,}(?=\/)/.exec(url.pathname)?.[0] ?? null;
  return show(
    c,
    <ProblemPage frame={frameOf(site, c.get('person') ?? null)} problem={problem} back={back} />,
    problem.status,
  );
}

function signInRoutes(routes: App, site: Site): void {
  routes.get('/sign-in', (c) => {
    if (c.get('person')) return c.redirect('/', 303);
    const props = { problem: null, signedOut: c.req.query('signed-out') !== undefined, login: '' };
    return show(c, <SignInPage frame={frameOf(site, null)} {...props} to={localPath(c.req.query('to'))} />);
  });
  routes.post('/sign-in', async (c) => {
    const form = await readForm(c);
    const login = form.get('login') ?? '';
    const to = localPath(form.get('to'));
    try {
      setSessionCookie(c, site, await site.identity.signIn(login, form.get('password') ?? '', addressOf(c)));
      return c.redirect(to, 303);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const page = <SignInPage frame={frameOf(site, null)} problem={error} signedOut={false} login={login} to={to} />;
      return show(c, page, error.status);
    }
  });
  routes.get('/sign-in/:token', async (c) => {
    const token = c.req.param('token');
    const person = await site.identity.peekLink(token);
    if (person) return show(c, <LinkPage frame={frameOf(site, null)} person={person} token={token} />);
    return show(c, <SpentLinkPage frame={frameOf(site, null)} problem={spentLink()} />, 401);
  });
  routes.post('/sign-in/:token', async (c) => {
    try {
      setSessionCookie(c, site, await site.identity.signInByLink(c.req.param('token')));
      return c.redirect('/', 303);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return show(c, <SpentLinkPage frame={frameOf(site, null)} problem={error} />, error.status);
    }
  });
  routes.post('/sign-out', async (c) => {
    await endSession(c, site);
    return c.redirect('/sign-in?signed-out', 303);
  });
}

const spentLink = () =>
  new Problem({
    status: 401,
    code: 'link-spent',
    message: 'This sign-in link was used before, or it has expired.',
    notDone: 'You are not signed in.',
    next: 'Ask an administrator for a new one.',
  });

async function nowProps(site: Site, c: Ctx): Promise<NowProps> {
  const me = whoIs(c);
  // A resolved incident may still have a duty to notify.
  const all = await site.reader.incidents({ status: ['open', 'resolved'] });
  const views = all.filter((view) => view.status === 'open');
  const duties = all.flatMap((view) =>
    openDuties([view], site.now()).map((duty) => ({ duty, mine: maySettle(duty, lookerIn(me, view)) })),
  );
  duties.sort((a, b) => byUrgency(a.duty, b.duty));
  // The worst first; among equals, whatever has waited longest.
  views.sort((a, b) => a.severity.localeCompare(b.severity) || a.openedAt - b.openedAt);
  const incidents = await Promise.all(
    views.map(async (view) => ({ view, plan: await planOf(site, view), me: lookerIn(me, view) })),
  );
  const [notices, drillLines] = await Promise.all([site.notices(), site.drillNotices.lines(me.id)]);
  const timezone = site.directory.timezone();
  return { frame: frameOf(site, me), incidents, duties, timezone, names: namesOf(site), notices, drillLines, me };
}

function nowRoutes(routes: App, site: Site): void {
  routes.get('/', async (c) => show(c, <NowPage {...(await nowProps(site, c))} />));
  routes.get('/stream', (c) =>
    follow(c, site.reader, null, async (): Promise<Grown | null> => {
      if (!(await isStillSignedIn(c, site))) return null;
      const props = await nowProps(site, c);
      const parts = { now: String(<NowBody {...props} />) };
      return { now: site.now(), version: nowVersion(props), title: null, parts, touched: [], announce: '' };
    }),
  );
}

const LIST_MAX = 200;

function incidentsRoutes(routes: App, site: Site): void {
  routes.get('/incidents', async (c) => {
    const asked = c.req.query('status');
    const status = isStatusFilter(asked) ? asked : 'all';
    const words = (c.req.query('q') ?? '').trim().slice(0, 200);
    const filter = status === 'all' ? {} : { status: [status] };
    const views = await site.reader.incidents({ ...filter, limit: LIST_MAX });
    const wanted = words.toLowerCase();
    const matches = views.filter((view) =>
      [view.id, view.title, view.system?.name ?? ''].some((text) => text.toLowerCase().includes(wanted)),
    );
    const me = whoIs(c);
    const incidents = await Promise.all(
      matches.map(async (view) => ({ view, plan: await planOf(site, view), me: lookerIn(me, view) })),
    );
    const props = { incidents, names: namesOf(site), status, words, cut: views.length === LIST_MAX };
    return show(c, <IncidentsPage frame={frameOf(site, me)} {...props} />);
  });

  const openPage = async (c: Ctx, draft: ReadonlyMap<string, string>, problem: Problem | null) => {
    const plans = (await site.playbooks.list()).map(({ plan }) => plan);
    const drilled = await drilledIn(site);
    const once = draft.get('once') ?? fresh();
    const props = { plans, drilled, systems: site.directory.systems(), draft, problem, once };
    return show(c, <OpenIncidentPage frame={frameOf(site, whoIs(c))} {...props} />, problem?.status);
  };
  routes.get('/incidents/new', (c) => openPage(c, new Map(), null));
  routes.post('/incidents', async (c) => {
    const form = await readForm(c);
    const me = whoIs(c);
    const text = (name: string): string | null => form.get(name)?.trim() || null;
    try {
      await requireSystem(site, text('playbook'), text('system'));
      const { incident } = await site.responses.open({
        title: text('title'),
        playbook: text('playbook'),
        system: text('system'),
        severity: (['sev1', 'sev2', 'sev3', 'sev4'] as const).find((one) => one === text('severity')) ?? null,
        inputs: {},
        requester: me.id,
        alert: null,
        key: messageId(me.id, text('once') ?? undefined),
      });
      await untilShown(site.reader, incident, () => true);
      return c.redirect(`/incidents/${incident}`, 303);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return openPage(c, form, error);
    }
  });
}

/** Said beside the question that was left open, in the words of the form. */
async function requireSystem(site: Site, playbook: string | null, system: string | null): Promise<void> {
  if (playbook === null || system !== null) return;
  const inputs = Object.values((await site.playbooks.latest(playbook))?.plan.inputs ?? {});
  if (!inputs.some((input) => input.type === 'ai-system' && input.default === null)) return;
  throw new Problem({
    status: 422,
    code: SYSTEM_NEEDED,
    message: 'This playbook needs an AI system: choose one under 2.',
    notDone: 'No incident was opened.',
    next: 'If you do not know which, choose no playbook under 3: people decide what to do.',
  });
}

function incidentRoutes(routes: App, site: Site): void {
  routes.get('/incidents/:id', async (c) => {
    const props = await incidentProps(site, c, c.req.param('id'));
    // In a drill somebody has to notice first.
    if (awaitsOpening(props)) return c.redirect(`/drills/${c.req.param('id')}`, 303);
    return show(c, <IncidentPage {...props} />);
  });

  routes.get('/incidents/:id/stream', async (c) => {
    const id = c.req.param('id');
    const asked = Number(c.req.header('last-event-id') ?? c.req.query('since'));
    let sent = Number.isSafeInteger(asked) && asked >= 0 ? asked : 0;
    await incidentOr404(site.reader, id);
    return follow(c, site.reader, id, async (): Promise<Grown | null> => {
      if (!(await isStillSignedIn(c, site))) return null;
      const props = await incidentProps(site, c, id);
      const news = props.events.filter((event) => event.seq > sent);
      sent = props.view.seq;
      const names = namesFor(namesOf(site), props.view, everyStepOf(props));
      return {
        now: props.frame.now,
        ...(props.frame.clock && { clock: props.frame.clock }),
        version: String(sent),
        title: `${incidentTitle(props.view)} – Tocsin`,
        parts: incidentParts(props),
        touched: touchedDecisions(news),
        announce: announcement(news, (event) => sentence(event, names).text),
      };
    });
  });

  routes.post('/incidents/:id/notes', async (c) => {
    const form = await readForm(c);
    const text = (form.get('text') ?? '').trim();
    if (text === '' || text.length > 10_000)
      throw new Problem({
        status: 422,
        code: 'note',
        message: text === '' ? 'The note is empty.' : 'The note is longer than 10,000 characters.',
        notDone: 'Nothing was added.',
        next: text === '' ? 'Write it first.' : 'Make two of it.',
      });
    return tell(site, c, c.req.param('id'), { type: 'note', text }, form);
  });

  routes.post('/incidents/:id/commands', async (c) => {
    const form = await readForm(c);
    const command = commandMessage(form);
    if (command.type === 'role') assertRoleAndPerson(site.directory, command.role, command.assignee);
    return tell(site, c, c.req.param('id'), command, form);
  });
}

const awaitsOpening = ({ view: { exercise }, events }: IncidentProps): boolean =>
  exercise !== undefined &&
  exercise.endedAt === undefined &&
  hasPeople(exercise) &&
  !events.some(({ type }) => type === 'incident.opened');

type Told = ReturnType<typeof commandMessage> | { type: 'note'; text: string };

async function tell(site: Site, c: Ctx, incident: string, told: Told, form: ReadonlyMap<string, string>) {
  const me = whoIs(c);
  const { view: known } = await incidentOr404(site.reader, incident);
  const id = messageId(me.id, form.get('once'));
  try {
    await send(site, incident, { ...told, id, person: me.id, at: timeIn(known, site.now()) });
  } catch (error) {
    if (asProblem(error).code !== 'internal') throw error;
    throw unreachable();
  }
  await untilShown(site.reader, incident, (view) => view.seq > known.seq);
  const to = form.get('to');
  return c.redirect(to === undefined ? `/incidents/${incident}` : localPath(to), 303);
}

const unreachable = () =>
  new Problem({
    status: 503,
    code: 'unreachable',
    message: 'Tocsin could not reach the running incident.',
    notDone: 'It is not known whether it arrived.',
    next: 'Look at the timeline; if it is not there, send it again. Sending the same form twice counts once.',
  });

function playbookRoutes(routes: App, site: Site): void {
  routes.get('/playbooks', async (c) => {
    const [published, running, drilled] = await Promise.all([
      site.playbooks.list(),
      runningPlaybooks(site.reader),
      drilledIn(site),
    ]);
    return show(c, <PlaybooksPage frame={frameOf(site, whoIs(c))} {...{ published, running, drilled }} />);
  });
  routes.get('/playbooks/:name/graph.svg', async (c) => {
    const { plan } = await publishedOr404(site, c.req.param('name'));
    const asked = Number(c.req.query('width'));
    const width = (GRAPH_WIDTHS as readonly number[]).includes(asked) ? asked : GRAPH_WIDTHS[0];
    c.header('cache-control', 'no-store');
    c.header('content-type', 'image/svg+xml; charset=utf-8');
    return c.body(planSvg(plan, width));
  });
  routes.get('/playbooks/:name', async (c) => {
    const name = c.req.param('name');
    const published = await publishedOr404(site, name);
    const [versions, open, drilled, overdue] = await Promise.all([
      site.playbooks.versions(name),
      runningPlaybooks(site.reader),
      drilledIn(site),
      site.drillNotices.overdue(name),
    ]);
    const running = open.filter(({ playbook }) => playbook === name);
    const given = { published, versions, running, names: namesOf(site), drilled, overdue };
    return show(c, <PlaybookPage frame={frameOf(site, whoIs(c))} {...given} />);
  });
}

async function publishedOr404(site: Site, name: string): Promise<PublishedPlan> {
  const published = await site.playbooks.latest(name);
  if (!published) throw notFound(`published playbook "${name}"`, 'See the list of playbooks.');
  return published;
}
