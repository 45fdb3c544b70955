import type { ExerciseView } from '../../incident/exercise-view.ts';
import type { Topic } from '../../incident/wording.ts';
import { incidentOr404 } from '../commands.ts';
import { foundFor } from '../drills/spoilers.ts';
import { type Ctx, whoIs } from '../http/context.ts';
import type { TimelineQuery } from '../model/timeline.ts';
import { may } from '../permissions.ts';
import type { Person } from '../ports.ts';
import type { IncidentProps } from './parts/incident-props.ts';
import { frameOf, fresh, lookerIn, namesOf, type Site } from './site.ts';

const TOPICS: readonly Topic[] = ['incident', 'decision', 'act', 'message', 'note'];

function timelineQuery(c: Ctx): TimelineQuery {
  const number = (name: string): number | null => {
    const value = Number(c.req.query(name));
    return Number.isSafeInteger(value) && value > 0 ? value : null;
  };
  const show = TOPICS.find((topic) => topic === c.req.query('show')) ?? null;
  return { show, before: number('before'), event: number('event') };
}

/** An incident as whoever asks may read it. */
export async function incidentProps(site: Site, c: Ctx, id: string): Promise<IncidentProps> {
  const names = namesOf(site);
  const found = foundFor(await incidentOr404(site.reader, id), id, whoIs(c).id, names);
  const { view, plan, added, events } = found;
  const me = lookerIn(whoIs(c), view);
  return {
    frame: frameOf(site, whoIs(c), view),
    view,
    plan,
    added,
    events,
    me,
    mayCommand: may(me, 'command', me.roles),
    people: view.exercise ? playersIn(view.exercise, names) : site.directory.people(),
    names,
    roles: site.directory.roles(),
    timezone: site.directory.timezone(),
    query: timelineQuery(c),
    once: fresh(),
  };
}

/** In a drill the seats count: who sits there, and which are a bot's. */
function playersIn({ seats }: Pick<ExerciseView, 'seats'>, names: ReadonlyMap<string, string>): Person[] {
  return [...new Set(seats.map(({ person }) => person))].map((id) => {
    const own = seats.filter(({ person }) => person === id);
    const bot = own.some(({ persona }) => persona !== null);
    return { id, name: bot ? 'a bot' : (names.get(id) ?? id), email: null, roles: own.map(({ role }) => role) };
  });
}
