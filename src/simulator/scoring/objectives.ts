import type { NumberedEvent, Rating } from '../../incident/events.ts';
import { counted, listed, quoted } from '../../incident/phrases.ts';
import type { Script } from '../core/script.ts';
import { brokenDeadlines } from './deadlines.ts';
import type { Gate, ObjectiveScore, Opinion, Outcome } from './score.ts';

type Objective = Script['objectives'][number];
type Ground = {
  script: Script;
  events: readonly NumberedEvent[];
  all: readonly NumberedEvent[];
  outcomes: readonly Outcome[];
};

export function objectivesOf(ground: Ground): ObjectiveScore[] {
  return ground.script.objectives.map((objective) => objectiveOf(objective, ground));
}

function objectiveOf(objective: Objective, ground: Ground): ObjectiveScore {
  const { id, title, capability } = objective;
  const own = ground.outcomes.filter((one) => one.objective === id);
  const observed = own.filter(isObserved);
  // A limit of the law that has passed is a fact, whatever else could be seen.
  const gates =
    observed.length === 0 ? brokenDeadlines(id, ground.script, ground.events) : gatesOf(objective, own, ground);
  const machine = gates[0] ?? null;
  const evaluators = opinionsOn(id, ground.all);
  return {
    ...{ id, title, capability, machine, gates, evaluators },
    disagreement: disagree(evaluators, machine?.rating ?? null),
    observed: observed.length,
    of: own.length,
  };
}

const isObserved = ({ standing }: Outcome): boolean => standing !== 'not-observed' && standing !== 'void';

/** Every gate that applies, the worst first. Never an average: one is enough. */
function gatesOf(objective: Objective, own: readonly Outcome[], ground: Ground): Gate[] {
  const gates = [
    notAchieved(own),
    unsound(own),
    ...brokenDeadlines(objective.id, ground.script, ground.events),
    late(own),
    ...hints(objective.id, own, ground),
  ].filter((gate) => gate !== null);
  return gates.length > 0 ? gates : achieved(own);
}

type Pick = (one: Outcome) => boolean;

function gateOf(
  rule: Gate['rule'],
  rating: Rating,
  own: readonly Outcome[],
  pick: Pick,
  words: (titles: string) => string,
) {
  const those = own.filter(pick);
  if (those.length === 0) return null;
  const cites = [...new Set(those.flatMap((one) => one.cites))].sort((a, b) => a - b);
  return {
    rule,
    rating,
    why: words(listed(those.map(({ title, standing }) => `${quoted(title)} ${WORDS[standing]}`))),
    cites,
  };
}

const WORDS: Readonly<Record<Outcome['standing'], string>> = {
  met: 'was met',
  'met-late': 'was met late',
  missed: 'was missed',
  'not-observed': 'was not observed',
  void: 'is void',
};

const notAchieved = (own: readonly Outcome[]): Gate | null =>
  gateOf(
    ...(['not-achieved', 'U', own] as const),
    ({ gate, standing }) => gate === 'achieve' && standing === 'missed',
    (titles) => `Not achieved: ${titles}.`,
  );

const unsound = (own: readonly Outcome[]): Gate | null =>
  gateOf(
    ...(['unsound', 'M', own] as const),
    ({ gate, standing }) => gate === 'sound' && (standing === 'missed' || standing === 'met-late'),
    (titles) => `Not soundly: ${titles}.`,
  );

const late = (own: readonly Outcome[]): Gate | null =>
  gateOf(
    ...(['late', 'S', own] as const),
    ({ gate, standing }) =>
      (gate === 'achieve' && standing === 'met-late') ||
      (gate === 'timely' && (standing === 'missed' || standing === 'met-late')),
    (titles) => `Late: ${titles}.`,
  );

/** A hint about an inject counts for its objectives; one about nothing for each that was not achieved yet. */
function hints(objective: string, own: readonly Outcome[], { script, events }: Ground): Gate[] {
  const given = events
    .filter((event) => event.type === 'hint.given')
    .filter(({ seq, data }) => {
      const concerned = data.about === null ? [] : objectivesOfInject(script, data.about);
      return concerned.length > 0 ? concerned.includes(objective) : !isAchievedBy(own, seq);
    });
  if (given.length === 0) return [];
  const cites = given.map(({ seq }) => seq);
  const why = `With help: ${counted(given.length, 'hint')} by the facilitator (${listed(cites.map((seq) => `event ${seq}`))}).`;
  return [{ rule: 'hint', rating: 'S', why, cites }];
}

function objectivesOfInject({ injects, expectations }: Script, id: string): string[] {
  const inject = injects.find((one) => one.id === id);
  if (!inject) return [];
  if (inject.objective !== null) return [inject.objective];
  return expectations.filter((one) => inject.expects.includes(one.id)).map(({ objective }) => objective);
}

const isAchievedBy = (own: readonly Outcome[], seq: number): boolean => {
  const observed = own.filter(isObserved);
  const achieves = observed.filter(({ gate }) => gate === 'achieve');
  // Where nothing has that gate: all that was to be done. What must not happen, and did not, rests on no event.
  const needed = achieves.length > 0 ? achieves : observed.filter((one) => one.standing !== 'met' || one.seq !== null);
  return needed.length > 0 && needed.every((one) => one.seq !== null && one.seq < seq);
};

/** Only what shows that it was achieved makes it P: that nothing wrong was done does not. */
function achieved(own: readonly Outcome[]): Gate[] {
  const shows = [own.filter(({ gate }) => gate === 'achieve'), own.filter(({ seq }) => seq !== null)]
    .find((some) => some.length > 0)
    ?.filter((one) => one.standing === 'met');
  if (!shows || shows.length === 0) return [];
  const cites = [...new Set(shows.flatMap((one) => one.cites))].sort((a, b) => a - b);
  const why = `Achieved, in time and soundly: ${listed(shows.map(({ title }) => quoted(title)))}.`;
  return [{ rule: 'achieved', rating: 'P', why, cites }];
}

/** The last of each evaluator counts, of the objective and of each of its tasks. Those of the objective first. */
function opinionsOn(objective: string, all: readonly NumberedEvent[]): Opinion[] {
  const last = new Map<string, Opinion | null>();
  for (const event of all) {
    if (event.type !== 'observation.recorded' || event.actor.kind !== 'person') continue;
    const { rating, task, expectation, text } = event.data;
    if (event.data.objective !== objective || expectation !== null) continue;
    const person = event.actor.id;
    last.set(JSON.stringify([person, task]), rating && { person, task, rating, seq: event.seq, text });
  }
  return [...last.values()]
    .filter((opinion) => opinion !== null)
    .sort((a, b) => Number(a.task !== null) - Number(b.task !== null) || a.seq - b.seq);
}

function disagree(opinions: readonly Opinion[], machine: Rating | null): boolean {
  return [...new Set(opinions.map(({ task }) => task))].some((task) => {
    const ratings = new Set(opinions.filter((one) => one.task === task).map(({ rating }) => rating));
    if (task === null && machine !== null) ratings.add(machine);
    return ratings.size > 1;
  });
}
