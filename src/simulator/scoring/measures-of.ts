import { effectOf } from '../../capabilities/effects.ts';
import type { NumberedEvent } from '../../incident/events.ts';
import { type Measure, measuresOf } from '../../incident/measures.ts';
import { EVERYBODY, type Script } from '../core/script.ts';
import { byBotsAlone, type Cast, castOf, type Decision, decisionsOf } from './causes.ts';
import { deadlinesOf } from './deadlines.ts';
import { deviations, evidenceOf, wrongActs } from './findings.ts';
import { latencies, tookBetween } from './latency.ts';
import { type DrillMeasures, type Figure, type InjectRow, median, type Notice, type SeatRow } from './measures.ts';
import type { Score } from './score.ts';
import { startOf, upToEndex } from './score-of.ts';
import { type WallClock, wallClockOf } from './wall.ts';

type Ground = {
  script: Script;
  score: Score;
  events: readonly NumberedEvent[];
  decisions: readonly Decision[];
  cast: Cast;
  clock: WallClock;
};

/** What is measured of a drill. `score`: of the same timeline, by the same script. */
export function drillMeasuresOf(script: Script, all: readonly NumberedEvent[], score: Score): DrillMeasures {
  const { incident } = startOf(script, all).data;
  const events = upToEndex(all);
  const clock = wallClockOf(events);
  const ground = { script, score, events, decisions: decisionsOf(events), cast: castOf(events), clock };
  const { outcomes } = score;
  return {
    ...{ format: 1, drill: incident, played: score.played, compressed: clock.compressed },
    figures: figuresOf(ground),
    notices: noticesOf(events),
    ...latencies(ground),
    injects: injectsOf(ground),
    seats: script.seats.map((seat) => seatOf(seat, ground)),
    wrong: wrongActs({ script, events, outcomes }),
    deviations: deviations(events),
    hints: events
      .filter((event) => event.type === 'hint.given')
      .map(({ seq, data: { about, to } }) => ({ seq, about, to })),
    evidence: evidenceOf(events),
  };
}

const none = (why: string): Figure => ({ took: null, why });

function figuresOf({ events, cast, clock }: Ground): DrillMeasures['figures'] {
  const { acknowledge, contain, recover } = measuresOf(events, effectOf);
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  const byBots = byBotsAlone(events, cast);
  const figure = (measure: Measure): Figure => {
    if (measure.ms === null) return none(measure.why);
    const [from, to] = [bySeq.get(measure.from), bySeq.get(measure.to)];
    if (!from || !to) return none('Its events are not in this timeline.');
    return byBots(to) ? none(`Bots alone brought it about (event ${to.seq}).`) : { took: tookBetween(from, to, clock) };
  };
  const alert = events.find((event) => event.type === 'inject.delivered' && event.data.alert !== null);
  const since = (to: NumberedEvent | undefined, missing: string, early: string): Figure => {
    if (!alert) return none('No alert was delivered.');
    if (!to) return none(missing);
    return to.seq < alert.seq
      ? none(`${early} (event ${to.seq}), before the first alert (event ${alert.seq}).`)
      : { took: tookBetween(alert, to, clock, true) };
  };
  const noticed = events.find((event) => event.seq > (alert?.seq ?? 0) && isSign(event, cast));
  const opened = events.find((event) => event.type === 'incident.opened');
  const ahead = opened && opened.data.requester !== null ? opened : undefined;
  const isAhead = ahead !== undefined && alert !== undefined && ahead.seq < alert.seq;
  return {
    detect: !cast.withPeople
      ? none('Bots play by themselves.')
      : since(
          isAhead ? ahead : noticed,
          'Nobody showed that the alert was noticed.',
          'The incident was opened by hand',
        ),
    acknowledge: !cast.withPeople ? none('Bots play by themselves.') : figure(acknowledge),
    declare: since(opened, 'No incident was opened.', 'The incident was opened'),
    contain: figure(contain),
    recover: figure(recover),
  };
}

/** Somebody who plays has looked at something, or done something. */
const isSign = (event: NumberedEvent, cast: Cast): boolean =>
  event.actor.kind === 'person' && !cast.isBot(event.actor.id) && SIGNS.has(event.type);
const SIGNS: ReadonlySet<NumberedEvent['type']> = new Set([
  ...(['inject.seen', 'decision.voted', 'note.added', 'voice.answered', 'role.assigned', 'incident.opened'] as const),
  'incident.severity-changed',
]);

function noticesOf(events: readonly NumberedEvent[]): Notice[] {
  const end = events.at(-1)?.at ?? 0;
  return deadlinesOf(events).map(({ awareAt, dueAt, ...one }) => ({
    ...one,
    tookMs: one.marginMs === null ? null : Math.max(0, dueAt - one.marginMs - awareAt),
    leftMs: one.state === 'running' ? dueAt - end : null,
  }));
}

function injectsOf(ground: Ground): DrillMeasures['injects'] {
  const { events, cast } = ground;
  const delivered = events.filter((event) => event.type === 'inject.delivered');
  const all = delivered.map((event) => injectRow(event, ground));
  const roles = ground.script.seats.map(({ role }) => role).filter((role) => !cast.withPeople || cast.isHeld(role));
  return {
    delivered: all.length,
    passedOver: events.filter(({ type }) => type === 'inject.skipped').length,
    byRole: roles.map((role) => {
      const own = all.filter(({ to }) => to.includes(role) || to.includes(EVERYBODY));
      const seen = own.flatMap((inject) => inject.seen.filter((one) => one.role === role));
      return {
        ...{ role, delivered: own.length, seen: seen.length },
        actedOn: own.filter(({ actedOn }) => actedOn === true).length,
        missed: own.filter(({ actedOn }) => actedOn === false).length,
        medianMs: median(seen.map(({ took }) => took.ms ?? took.scenarioMs)),
      };
    }),
    all,
  };
}

type Delivered = Extract<NumberedEvent, { type: 'inject.delivered' }>;

function injectRow(event: Delivered, { script, score, events, cast, clock }: Ground): InjectRow {
  const { id, title, kind, to } = event.data;
  const looks = events.filter((one) => one.type === 'inject.seen' && one.data.id === id && one.seq > event.seq);
  const roles = script.seats.map(({ role }) => role).filter((role) => to.includes(role) || to.includes(EVERYBODY));
  const seen = roles.flatMap((role) => {
    const people = cast.peopleOf(role);
    const first = looks.find(({ actor }) => actor.kind === 'person' && people.includes(actor.id));
    if (first?.actor.kind !== 'person') return [];
    return [{ role, person: first.actor.id, took: tookBetween(event, first, clock, true) }];
  });
  const { expects = [] } = script.injects.find((one) => one.id === id) ?? {};
  const called = score.outcomes.filter(
    ({ expectation, standing }) => expects.includes(expectation) && standing !== 'not-observed' && standing !== 'void',
  );
  const cites = [event.seq, ...seen.map(({ took }) => took.to), ...called.flatMap((one) => one.cites)];
  return {
    ...{ id, title, kind, to, seen, seq: event.seq },
    actedOn: called.length === 0 ? null : called.every(({ standing }) => standing !== 'missed'),
    cites: [...new Set(cites)].sort((a, b) => a - b),
  };
}

function seatOf({ role, needed }: Script['seats'][number], { events, decisions, cast }: Ground): SeatRow {
  const started = events.find((event) => event.type === 'exercise.started');
  const seats = (started?.data.seats ?? []).filter((seat) => seat.role === role);
  const given = events.filter(
    (event) => event.type === 'role.assigned' && event.data.role === role && !cast.isBot(event.data.assignee),
  );
  const played = seats.some(({ persona }) => persona === null)
    ? 'person'
    : given.length > 0
      ? 'deputy'
      : seats.length > 0
        ? 'bot'
        : 'nobody';
  const asked = decisions.filter(
    ({ question, escalated }) => question.by.some((seat) => seat.role === role) || escalated?.to === role,
  );
  const away = awayOf(role, events);
  const answered = asked.filter(({ votes }) =>
    votes.some(({ vote }) => vote.roles.includes(role) || cast.rolesOfBot(vote.person).includes(role)),
  );
  return {
    ...{ role, needed, played, people: cast.peopleOf(role).length, asked: asked.length, answered: answered.length },
    awayMs: away.ms,
    cites: [...away.cites, ...given.map(({ seq }) => seq)].sort((a, b) => a - b),
  };
}

/** How long it could not be reached, scenario time. */
function awayOf(role: string, events: readonly NumberedEvent[]): { ms: number; cites: number[] } {
  let [ms, since] = [0, null as number | null];
  const cites: number[] = [];
  for (const event of events) {
    if (event.type !== 'seat.away' && event.type !== 'seat.back') continue;
    if (event.data.role !== role) continue;
    cites.push(event.seq);
    if (event.type === 'seat.away') since ??= event.at;
    else if (since !== null) [ms, since] = [ms + event.at - since, null];
  }
  const end = events.at(-1)?.at ?? 0;
  return { ms: since === null ? ms : ms + Math.max(0, end - since), cites };
}
