import type { NumberedEvent } from '../../incident/events.ts';
import { type Cast, type Decision, overAt } from './causes.ts';
import { type Answer, type Latency, median, type Took } from './measures.ts';
import type { WallClock } from './wall.ts';

type Moment = { seq: number; at: number };
type Ground = { events: readonly NumberedEvent[]; decisions: readonly Decision[]; cast: Cast; clock: WallClock };

/** Between two moments, as people lived through it. `shown`: the first may have reached them later than it was due. */
export function tookBetween(from: Moment, to: Moment, clock: WallClock, shown = false): Took {
  const began = shown ? clock.shownActive(from) : clock.activeOf(from);
  const ended = clock.activeOf(to);
  const ms = began === null || ended === null ? null : Math.max(0, ended - began);
  return { ms, scenarioMs: Math.max(0, to.at - from.at), from: from.seq, to: to.seq };
}

/** How fast those answered who were asked: bots in rows of their own. */
export function latencies(ground: Ground): { roles: Latency[]; people: Latency[]; bots: Latency[] } {
  const rows = new Map<string, Row>();
  for (const decision of ground.decisions)
    for (const asked of askedOf(decision)) collect(rows, asked, decision, ground);
  const all = [...rows.values()];
  const latency = (some: readonly Row[]) => some.map(latencyOf).sort((a, b) => (a.who < b.who ? -1 : 1));
  return {
    roles: latency(all.filter(({ kind }) => kind === 'role')),
    people: latency(all.filter(({ kind }) => kind === 'person')),
    bots: latency(all.filter(({ kind }) => kind === 'bot')),
  };
}

type Row = {
  kind: 'role' | 'person' | 'bot';
  who: string;
  answers: Answer[];
  unanswered: Latency['unanswered'];
  reminders: number[];
  escalations: number[];
};

type Asked = { role: string; since: Moment };

/** The roles that were asked, those of an escalation since then. */
function askedOf({ seq, question, escalated }: Decision): Asked[] {
  const roles = [...new Set(question.by.map(({ role }) => role))];
  const asked = roles.map((role) => ({ role, since: { seq, at: question.askedAt } }));
  return escalated && !roles.includes(escalated.to) ? [...asked, { role: escalated.to, since: escalated }] : asked;
}

function collect(rows: Map<string, Row>, { role, since }: Asked, decision: Decision, ground: Ground): void {
  const { cast, clock } = ground;
  const row = (kind: Row['kind'], who: string): Row => {
    const key = `${kind} ${who}`;
    const found = rows.get(key) ?? { kind, who, answers: [], unanswered: [], reminders: [], escalations: [] };
    rows.set(key, found);
    return found;
  };
  const kind = cast.isHeld(role, overAt(decision)) ? 'role' : 'bot';
  const question = decision.question.number;
  const answered = new Set<string>();
  for (const { seq, at, vote } of decision.votes) {
    const ofRole =
      vote.roles.includes(role) || (cast.isBot(vote.person) && cast.rolesOfBot(vote.person).includes(role));
    // Who changes their mind has answered before.
    if (!ofRole || answered.has(vote.person)) continue;
    answered.add(vote.person);
    const answer = { question, person: vote.person, took: tookBetween(since, { seq, at }, clock, true) };
    if (cast.isBot(vote.person)) row('bot', role).answers.push(answer);
    else {
      row('role', role).answers.push(answer);
      const own = row('person', vote.person);
      // Whoever answers with two roles has answered once.
      if (!own.answers.some((one) => one.question === question)) own.answers.push(answer);
    }
  }
  const reminders = decision.reminded.filter(({ roles }) => roles.includes(role)).map(({ seq }) => seq);
  row(kind, role).reminders.push(...reminders);
  if (decision.escalated?.to === role) row(kind, role).escalations.push(decision.escalated.seq);
  if (answered.size === 0) unanswered(row(kind, role), since, decision, ground);
}

/** Where others had decided it already, nobody waited for them. */
function unanswered(row: Row, since: Moment, { question, made, withdrawn }: Decision, { events, clock }: Ground): void {
  if (made?.by === 'votes') return;
  const last = events.at(-1);
  const until = made ?? withdrawn ?? last;
  if (!until) return;
  const how = made ? 'default' : withdrawn ? 'withdrawn' : 'open';
  row.unanswered.push({ question: question.number, how, took: tookBetween(since, until, clock, true) });
}

function latencyOf({ kind: _, ...row }: Row): Latency {
  const times = row.answers.map(({ took }) => took.ms ?? took.scenarioMs);
  return { ...row, n: row.answers.length, medianMs: median(times) };
}
