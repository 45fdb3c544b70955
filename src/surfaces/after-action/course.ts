import { listed } from '../../incident/phrases.ts';
import { planPath } from '../../incident/step-path.ts';
import type { DecisionView } from '../../incident/view.ts';
import { castOf } from '../../simulator/scoring/causes.ts';
import { spanText } from '../model/clock.ts';
import { answersOf, median } from '../model/latency.ts';
import type { Answer, Course, Lane, Told } from './contract.ts';
import { endOf, eventsOf, type Ground, inOrder, nameOf, startOf, titleOf, told } from './told.ts';
import { type Piece, piecesOf } from './two-clocks.ts';

/** What came when, and what the clocks did. */
export function courseOf(ground: Ground): Course {
  const { exercise, clocks, events } = ground;
  const last = endOf(ground) ?? events.at(-1) ?? startOf(ground);
  const pieces = piecesOf(clocks, last);
  return {
    from: exercise.startedAt,
    to: Math.max(last.at, exercise.startedAt + 60_000),
    injects: eventsOf(ground, 'inject.delivered').map(({ seq, at, data }, i) => ({
      number: i + 1,
      title: data.title,
      contingency: data.kind === 'contingency',
      at,
      wallAt: clocks.wallOf({ seq, at }),
      cites: [seq],
    })),
    clock: pieces,
    said: clockSaid(ground, pieces),
  };
}

function clockSaid(ground: Ground, pieces: readonly Piece[]): Told {
  if (pieces.length === 0)
    return told('Bots played by themselves: there was no clock on the wall.', [startOf(ground).seq]);
  const of = (kind: Piece['kind']) => pieces.filter((piece) => piece.kind === kind);
  const [stands, jumps] = [of('stands'), of('jump')];
  const fast = of('runs').filter(({ rate }) => rate > 1);
  const span = (all: readonly Piece[], one: (piece: Piece) => number) =>
    spanText(all.reduce((sum, piece) => sum + one(piece), 0));
  const words = [
    ...(stands.length > 0
      ? [`stood still for ${span(stands, ({ wallFrom, wallTo }) => Math.max(0, (wallTo ?? wallFrom) - wallFrom))}`]
      : []),
    ...(fast.length > 0
      ? [
          `ran up to ${Math.max(...fast.map(({ rate }) => rate))} times as fast for ${span(fast, ({ from, to }) => to - from)} of the scenario`,
        ]
      : []),
    ...(jumps.length > 0 ? [`was set forward by ${span(jumps, ({ from, to }) => to - from)}`] : []),
  ];
  const cites = words.length === 0 ? of('runs') : [...stands, ...jumps, ...fast];
  const compressed = fast.length + jumps.length > 0 ? ' The drill was compressed;' : '';
  const text =
    words.length === 0
      ? 'The clock of the scenario ran with the clock on the wall throughout.'
      : `The clock of the scenario ${listed(words)}.${compressed || ' Its'} ${compressed ? 'nobody’s' : 'pauses count for nobody’s'} time to answer${compressed ? ' was scaled' : ''}.`;
  return told(
    text.replace(' Its pauses', ' Pauses'),
    cites.flatMap((piece) => piece.cites),
  );
}

/** Who was asked what and took how long, by role; bots apart, also where a person took the seat of one in mid-drill. */
export function lanesBy(ground: Ground): Lane[] {
  const { exercise, events } = ground;
  const cast = castOf(events);
  const given = eventsOf(ground, 'role.assigned').map(({ data }) => data.role);
  const roles = [...new Set([...exercise.seats.map(({ role }) => role), ...given])];
  const index = indexOf(ground);
  const lanes = roles.flatMap((role) => {
    const people = cast.peopleOf(role).map((person) => ({ role, person, persona: null }));
    const bots = exercise.seats.filter((seat) => seat.role === role && seat.persona !== null);
    return [people, bots].filter((seats) => seats.length > 0).map((seats) => ({ role, seats }));
  });
  return lanes.flatMap(({ role, seats }): Lane[] => {
    const answers = seats
      .flatMap((seat) => answersBy(ground, index, seat))
      .sort((a, b) => a.askedAt - b.askedAt || a.answeredAt - b.answeredAt);
    const bot = seats.every(({ persona }) => persona !== null);
    const unanswered = unansweredBy(ground, index, role).filter(
      ({ over }) => lanes.filter((one) => one.role === role).length === 1 || cast.isHeld(role, over) !== bot,
    );
    if (answers.length + unanswered.length === 0) return [];
    const last = ground.beside.earlier.find(({ medians }) => medians[role] !== undefined);
    return [
      {
        role,
        title: titleOf(role),
        bot,
        answers,
        unanswered: unanswered.map(({ over: _, ...one }) => one),
        medianMs: bot ? null : median(answers.map(({ tookMs }) => tookMs)),
        last: last && !bot ? { drill: last.drill, medianMs: last.medians[role] ?? 0 } : null,
      },
    ];
  });
}

/** Where questions were asked, answered and over. */
type Index = { asked: Map<number, number>; votes: Map<string, number>; over: Map<number, number> };
const voteKey = (number: number, person: string, at: number) => `${number} ${at} ${person}`;

function indexOf({ events }: Ground): Index {
  const index: Index = { asked: new Map(), votes: new Map(), over: new Map() };
  for (const event of events) {
    if (event.type === 'decision.asked') index.asked.set(event.data.number, event.seq);
    if (event.type === 'decision.made' || event.type === 'decision.withdrawn')
      index.over.set(event.data.number, event.seq);
    if (event.type !== 'decision.voted') continue;
    const { number, vote } = event.data;
    index.votes.set(voteKey(number, vote.person, vote.at), event.seq);
  }
  return index;
}

function answersBy(ground: Ground, index: Index, seat: Ground['exercise']['seats'][number]): Answer[] {
  const { view, audience } = ground;
  return answersOf(view, seat).flatMap(({ number, since, at, ms }): Answer[] => {
    const decision = view.decisions.find((one) => one.question.number === number);
    if (!decision) return [];
    const limitAt = limitOf(ground, decision);
    const cites = [index.asked.get(number), index.votes.get(voteKey(number, seat.person, at))];
    return [
      {
        number,
        question: decision.question.question,
        askedAt: since,
        answeredAt: at,
        tookMs: ms,
        limitAt,
        late: limitAt !== null && at > limitAt,
        who: audience === 'staff' && seat.persona === null ? nameOf(ground, seat.person) : null,
        cites: inOrder(cites.filter((seq) => seq !== undefined)),
      },
    ];
  });
}

/** By when the rubric expects the team to have decided it; the tightest, where several do. */
function limitOf({ script, score }: Ground, { question }: DecisionView): number | null {
  const due = script.expectations
    .filter(({ sought }) => sought.what === 'decided' && sought.step === planPath(question.path))
    .flatMap(({ id }) => score.outcomes.filter((one) => one.expectation === id))
    .flatMap(({ dueAt }) => (dueAt !== null && dueAt > question.askedAt ? [dueAt] : []));
  return due.length === 0 ? null : Math.min(...due);
}

/** What a role was asked that fell to its default, or was taken back, without a word of it. */
function unansweredBy({ view }: Ground, index: Index, role: string): (Lane['unanswered'][number] & { over: number })[] {
  return view.decisions.flatMap(({ question, votes, made }) => {
    const asked = question.by.some((seat) => seat.role === role);
    const spoke = votes.some((vote) => vote.roles.includes(role));
    if (!asked || spoke || made?.by !== 'default') return [];
    const { number, question: words, askedAt } = question;
    const cites = [index.asked.get(number), index.over.get(number)].filter((seq) => seq !== undefined);
    return [{ number, question: words, askedAt, endedAt: made.at, cites, over: index.over.get(number) ?? 0 }];
  });
}
