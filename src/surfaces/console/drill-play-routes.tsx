import type { ExerciseView } from '../../incident/exercise-view.ts';
import type { IncidentView } from '../../incident/view.ts';
import { namesFor, sentence } from '../../incident/wording.ts';
import type { Inject } from '../../simulator/core/script.ts';
import type { Drill } from '../drills/contract.ts';
import { realDuring, realWords } from '../drills/real.ts';
import { mayArrange, mayStart } from '../drills/roster.ts';
import { isOnRoster, readsScript } from '../drills/spoilers.ts';
import { type App, type Ctx, isStillSignedIn, whoIs } from '../http/context.ts';
import { isAsked, type Place, placeIn } from '../model/drill.ts';
import { type Check, isCheck } from '../model/drill-asks.ts';
import { type BoardRow, boardRows } from '../model/msel.ts';
import { everyStepOf } from '../model/plans.ts';
import { notFound, Problem } from '../problem.ts';
import { untilShown } from '../watch.ts';
import { evaluateProps, readQuestions } from './drill-evaluate-routes.tsx';
import { exerciseCommand } from './drill-form.ts';
import { localPath, readForm } from './form.ts';
import { incidentProps } from './incident-props.ts';
import { BoardPage, type BoardProps, boardParts, boardTitle } from './pages/drill-board.tsx';
import { DrillCheckPage } from './pages/drill-check.tsx';
import { evaluateParts, evaluateTitle } from './pages/drill-evaluate.tsx';
import { InjectPage } from './pages/drill-inject.tsx';
import { OverPage, type OverProps, overParts } from './pages/drill-over.tsx';
import { Begun, PlannedPage } from './pages/drill-planned.tsx';
import { type Draft, PlayPage, type PlayProps, playParts, playTitle } from './pages/drill-play.tsx';
import { drillAddress } from './parts/drill.tsx';
import { exerciseOf } from './parts/exercise.ts';
import type { IncidentProps } from './parts/incident-props.ts';
import { part } from './parts/layout.tsx';
import { shownVersion } from './parts/real-incidents.tsx';
import { frameOf, fresh, namesOf, type Site, show } from './site.ts';
import { announcement, follow, type Grown } from './stream.ts';

/** What was typed and not taken, and why. */
export type Again = { draft: Draft; problem: Problem | null };
export const NOTHING: Again = { draft: new Map(), problem: null };

/** A drill that is played: the players' page, the staff's board, and what they say. */
export function drillPlayRoutes(routes: App, site: Site): void {
  routes.get('/drills/:id', (c) => mainPage(site, c, NOTHING));
  routes.get('/drills/:id/board', (c) => boardPage(site, c, NOTHING));
  routes.get('/drills/:id/stream', (c) => stream(site, c));
  routes.get('/drills/:id/add-inject', (c) => injectPage(site, c, null, NOTHING));
  routes.get('/drills/:id/injects/:inject', (c) => injectPage(site, c, c.req.param('inject'), NOTHING));
  routes.get('/drills/:id/check', (c) => {
    const check = c.req.query('do');
    if (!isCheck(check)) throw notFound(`check "${check ?? ''}"`, 'Go back to the drill.');
    return checkPage(site, c, check, c.req.query('inject') ?? null, NOTHING);
  });
  routes.post('/drills/:id/commands', (c) => command(site, c));
  // Whoever asks anew for the page that told them of a refusal.
  routes.get('/drills/:id/commands', (c) => c.redirect(drillAddress(c.req.param('id')), 303));
  routes.post('/drills/:id/notes', async (c) => {
    const form = new Map([...(await readForm(c)), ['command', 'staff-note'] as const]);
    const text = (form.get('text') ?? '').trim();
    if (text === '' || text.length > 10_000) return boardPage(site, c, { draft: form, problem: emptyNote() });
    await site.drills.note(whoIs(c), c.req.param('id'), text);
    return c.redirect(drillAddress(c.req.param('id'), '/board'), 303);
  });
}

const emptyNote = () =>
  new Problem({
    status: 422,
    code: 'note',
    message: 'Write the note first; at most 10,000 characters.',
    notDone: 'Nothing was noted.',
  });

export const idOf = (c: Ctx): string => c.req.param('id') ?? '';

export type Played = {
  drill: Drill;
  place: Place;
  exercise: ExerciseView;
  incident: IncidentProps;
  /** Real incidents that were opened since. */
  real: readonly IncidentView[];
};

/** The drill with its timeline, for whoever may read it; null: it has none yet, or others play it. */
export async function playedFor(site: Site, c: Ctx, drill: Drill): Promise<Played | null> {
  const me = whoIs(c).id;
  const exercise = (await site.reader.incident(drill.id))?.view.exercise;
  if (!exercise || (exercise.endedAt === undefined && !isOnRoster(exercise, me))) return null;
  const incident = await incidentProps(site, c, drill.id);
  const real = exercise.endedAt === undefined ? await realDuring(site.reader, drill) : [];
  return { drill, place: placeIn(drill, me), exercise: incident.view.exercise ?? exercise, incident, real };
}

async function playedOr404(site: Site, c: Ctx): Promise<Played> {
  const drill = await site.drills.find(idOf(c));
  const played = await playedFor(site, c, drill);
  if (!played) throw notFound(`board or command of ${drill.id} for you now`, 'See how the drill stands.');
  return played;
}

export async function mainPage(site: Site, c: Ctx, again: Again) {
  const drill = await site.drills.find(idOf(c));
  const played = await playedFor(site, c, drill);
  if (!played) return arrangedPage(site, c, drill, again);
  const { place, exercise } = played;
  if (exercise.endedAt !== undefined) {
    const props = await overProps(site, c, played);
    const read = again.problem ? readQuestions(again.draft.get('read') ?? '') : props.read;
    return show(c, <OverPage {...props} {...again} read={read} />, again.problem?.status);
  }
  if (place.seats.length === 0) return c.redirect(drillAddress(drill.id, '/board'), 303);
  return show(c, <PlayPage {...playProps(site, c, played)} {...again} />, again.problem?.status);
}

async function arrangedPage(site: Site, c: Ctx, drill: Drill, { problem }: Again) {
  const me = whoIs(c).id;
  const begun = (await site.reader.incident(drill.id))?.view.exercise !== undefined;
  const props = {
    frame: frameOf(site, whoIs(c)),
    ...{ drill, place: placeIn(drill, me), names: namesOf(site), timezone: site.directory.timezone() },
    ...{ mayStart: mayStart(drill, me, site.directory), mayArrange: mayArrange(drill, me, site.directory) },
    ...{ problem, once: fresh(), shows: await site.improvements.list({ redrill: drill.id }) },
    starting: drill.status === 'running' && !begun,
  };
  return show(c, <PlannedPage {...props} />, problem?.status);
}

function playProps(site: Site, c: Ctx, { drill, place, exercise, incident, real }: Played): PlayProps {
  const { frame, view, events, me } = incident;
  return {
    ...{ frame, drill, exercise, incident, place, real, me: me.id, names: namesOf(site), ...NOTHING, once: fresh() },
    opened: events.some(({ type }) => type === 'incident.opened'),
    asked: isAsked(view, frame.now),
    answering: c.req.query('answer') ?? null,
  };
}

async function overProps(site: Site, c: Ctx, { drill, place, exercise, incident }: Played): Promise<OverProps> {
  const { frame, me } = incident;
  const open = (await site.drills.board(whoIs(c), drill.id)) !== null;
  return {
    frame,
    drill,
    exercise,
    incident,
    place,
    me: me.id,
    names: namesOf(site),
    shows: await site.improvements.list({ redrill: drill.id }),
    open,
    read: readQuestions(c.req.query('read') ?? ''),
    ...NOTHING,
    once: fresh(),
  };
}

async function boardProps(site: Site, c: Ctx, { drill, place, exercise, incident, real }: Played): Promise<BoardProps> {
  const me = whoIs(c);
  if (!readsScript(exercise, me.id)) throw forStaff(drill.id);
  const { frame, view } = incident;
  const [board, notes] = await Promise.all([site.drills.board(me, drill.id), site.drills.notes(me, drill.id)]);
  return {
    ...{
      frame,
      drill,
      view,
      exercise,
      board,
      notes,
      place,
      real,
      me: me.id,
      names: namesOf(site),
      ...NOTHING,
      once: fresh(),
    },
    asked: isAsked(view, frame.now),
    hinting: c.req.query('hint') ?? null,
  };
}

const forStaff = (id: string) =>
  new Problem({
    status: 403,
    code: 'for-staff',
    message: 'The board tells what is to come, so it is for the staff of this drill until it is over.',
    notDone: 'It is not shown.',
    next: `Your own page of the drill is /drills/${id}.`,
  });

async function boardPage(site: Site, c: Ctx, again: Again) {
  const drill = await site.drills.find(idOf(c));
  const played = await playedFor(site, c, drill);
  if (!played) return c.redirect(drillAddress(drill.id), 303);
  const props = await boardProps(site, c, played);
  return show(c, <BoardPage {...props} {...again} />, again.problem?.status);
}

async function injectPage(site: Site, c: Ctx, inject: string | null, again: Again) {
  const played = await playedOr404(site, c);
  const props = await boardProps(site, c, played);
  const row = inject === null ? null : rowOf(props, inject);
  if (inject !== null && row === null) throw notFound(`inject "${inject}" in ${played.drill.id}`, 'See the board.');
  const { drill, board, frame, exercise: on, place } = props;
  const page = (
    <InjectPage
      {...{ frame, drill, board, row, played: on, facilitates: place.facilitates, once: fresh(), ...again }}
      exercise={exerciseOf(props.view, props.me)}
    />
  );
  return show(c, page, again.problem?.status);
}

function rowOf({ drill, board, exercise, frame }: BoardProps, inject: string): BoardRow | null {
  const { past, ahead } = boardRows({ script: drill.script, board, exercise, now: frame.now });
  return [...past, ...ahead].find((row) => row.inject.id === inject) ?? null;
}

async function checkPage(site: Site, c: Ctx, check: Check, inject: string | null, again: Again) {
  const played = await playedOr404(site, c);
  const { drill, place, exercise, incident } = played;
  const ofInject = check === 'inject-now' || check === 'inject-skip';
  const may = ofInject ? place.facilitates : check === 'real' ? place.onRoster : place.runs;
  if (!may)
    throw new Problem({
      status: 403,
      code: 'not-entitled',
      message: ofInject
        ? 'Only the facilitator of this drill may do that.'
        : 'Only whoever runs this drill may do that.',
      notDone: 'Nothing was changed.',
      next: 'Ask them.',
    });
  const row = ofInject ? rowOf(await boardProps(site, c, played), inject ?? '') : null;
  if (ofInject && !row) throw notFound(`inject "${inject ?? ''}" in ${drill.id}`, 'See the board.');
  const back = drillAddress(drill.id, place.staff.length > 0 && exercise.endedAt === undefined ? '/board' : '');
  const elapsedMs = incident.frame.now - exercise.startedAt;
  const page = (
    <DrillCheckPage
      {...{ frame: incident.frame, drill, check, back, elapsedMs, once: fresh(), ...again }}
      exercise={exerciseOf(incident.view, whoIs(c).id)}
      inject={row?.inject ?? null}
    />
  );
  return show(c, page, again.problem?.status);
}

async function command(site: Site, c: Ctx) {
  const form = await readForm(c);
  const { drill, exercise, incident } = await playedOr404(site, c);
  try {
    const said = exerciseCommand(form, exercise.startedAt, await edited(site, c, drill, form));
    // The same form may say different things by its buttons; said twice it counts once.
    const key = `${form.get('once') ?? fresh()}\n${JSON.stringify(said)}`;
    await site.drills.tell(whoIs(c), drill.id, said, key);
    const { seq } = incident.view;
    if (said.type !== 'drill-close') await untilShown(site.reader, drill.id, (view) => view.seq > seq);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return sayAgain(site, c, form, error);
  }
  return c.redirect(afterwards(form, drill.id), 303);
}

/** The inject that a form changes, as it is now. */
async function edited(site: Site, c: Ctx, drill: Drill, form: Draft): Promise<Inject | null> {
  if (form.get('command') !== 'inject-edit') return null;
  const board = await site.drills.board(whoIs(c), drill.id);
  return (board?.injects ?? drill.script.injects).find(({ id }) => id === form.get('inject')) ?? null;
}

/** The page that held the form, with what was typed. */
function sayAgain(site: Site, c: Ctx, form: Draft, problem: Problem) {
  const again = { draft: form, problem };
  const inject = form.get('inject') ?? null;
  const said = form.get('command');
  const check = said === 'endex' && form.get('because') === 'real' ? 'real' : said;
  switch (form.get('page')) {
    case 'board':
      return boardPage(site, c, again);
    case 'inject':
      return injectPage(site, c, inject, again);
    case 'check':
      if (isCheck(check)) return checkPage(site, c, check, inject, again);
      return mainPage(site, c, again);
    default:
      return mainPage(site, c, again);
  }
}

function afterwards(form: Draft, id: string): string {
  const inject = form.get('inject');
  if (form.get('command') === 'endex') return drillAddress(id);
  if (form.get('command') === 'seen') return drillAddress(id, `#inject-${inject}`);
  const back = localPath(form.get('back'));
  if (form.get('page') === 'check') return back.startsWith('/drills/') ? back : drillAddress(id);
  return drillAddress(id, form.get('page') === 'play' ? '' : '/board');
}

const PAGES = {
  play: async (site: Site, c: Ctx, played: Played) => {
    const props = playProps(site, c, played);
    return { parts: playParts(props), title: playTitle(props) };
  },
  board: async (site: Site, c: Ctx, played: Played) => {
    const props = await boardProps(site, c, played);
    return { parts: boardParts(props), title: boardTitle(props) };
  },
  evaluate: async (site: Site, c: Ctx, played: Played) => {
    const props = await evaluateProps(site, c, played);
    return { parts: evaluateParts(props), title: evaluateTitle(props) };
  },
  over: async (site: Site, c: Ctx, played: Played) => ({
    parts: overParts(await overProps(site, c, played)),
    title: null,
  }),
} as const;
const isPage = (value: string | undefined): value is keyof typeof PAGES => value !== undefined && value in PAGES;

/** For those who wait for STARTEX: nothing until it has begun. */
async function begins(site: Site, c: Ctx) {
  const drill = await site.drills.find(idOf(c));
  return follow(c, site.reader, drill.id, async (): Promise<Grown | null> => {
    if (!(await isStillSignedIn(c, site))) return null;
    const begun = (await playedFor(site, c, drill)) !== null;
    return {
      now: site.now(),
      version: begun ? 'begun' : 'planned',
      title: null,
      parts: begun ? { begun: part(<Begun drill={drill.id} />) } : {},
      touched: [],
      announce: begun ? 'The drill has begun.' : '',
    };
  });
}

async function stream(site: Site, c: Ctx) {
  const page = c.req.query('page');
  if (page === 'planned') return begins(site, c);
  const { drill, incident } = await playedOr404(site, c);
  const since = c.req.header('last-event-id') ?? c.req.query('since') ?? String(incident.view.seq);
  let sent = Number.parseInt(since, 10);
  let toldReal = since;
  // Real incidents that are opened beside it stand on its pages, too.
  return follow(c, site.reader, null, async (): Promise<Grown | null> => {
    if (!(await isStillSignedIn(c, site))) return null;
    const played = await playedFor(site, c, drill);
    if (!played) return null;
    const { frame, view, events } = played.incident;
    const { parts, title } = await PAGES[isPage(page) ? page : 'play'](site, c, played);
    const news = events.filter(({ seq }) => seq > sent);
    sent = view.seq;
    const names = namesFor(namesOf(site), view, everyStepOf(played.incident));
    const said = news.findLast(({ type }) => TOLD.has(type));
    const beside = played.real.find(({ id }) => !toldReal.includes(id));
    const version = shownVersion(view, played.real);
    toldReal = version;
    const told = said ? sentence(said, names).text : announcement(news, (event) => sentence(event, names).text);
    return {
      now: frame.now,
      ...(frame.clock && { clock: frame.clock }),
      version,
      title: title === null ? null : `EXERCISE – ${title} – Tocsin`,
      parts,
      touched: [],
      announce: beside ? `${realWords(beside)}. It is no part of this exercise.` : told,
    };
  });
}

/** What is read out to whoever cannot see the page. */
const TOLD: ReadonlySet<string> = new Set(['inject.delivered', 'hint.given', 'voice.said', 'exercise.ended']);
