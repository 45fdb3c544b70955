import type { ExerciseMessage } from '../../incident/exercise-messages.ts';
import { ANONYMOUS, BY_ITSELF, isForDrills } from '../../incident/exercise-messages.ts';
import type { Message } from '../../incident/messages.ts';
import { clock } from '../../incident/phrases.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { Director } from './director.ts';
import type { Scenery, Told } from './participants.ts';
import { EVERYBODY } from './script.ts';

export type Refused = { code: string; message: string };
const refused = (code: string, message: string): Refused => ({ code, message });

/** Why a drill would refuse this at `now`, or null. */
export function refuseDrillMessage(scenery: Scenery, message: Told, now: number): Refused | null {
  const { id, roster, state } = scenery;
  const { person } = message;
  if (state.closed) return refused('closed', `${id} is over, and so is its hot wash.`);
  if (!roster.has(person) && !isOwnNoDuff(message) && !isAnonymous(message))
    return refused('not-on-roster', `${person} is not on the roster of ${id}.`);
  if (state.closesAt !== undefined) return refuseAfterEndex(scenery, message);
  return isForDrills(message) ? refuseForDrills(scenery, message, now) : refuseForIncidents(scenery, message);
}

/** Servers look for real incidents, whoever is on the roster. */
const isOwnNoDuff = (message: Told): boolean =>
  message.person === BY_ITSELF && message.type === 'endex' && message.because === 'real';

/** The server has looked whether they are on the roster. */
const isAnonymous = ({ person, type }: Told): boolean => person === ANONYMOUS && type === 'hot-wash';

function refuseAfterEndex(scenery: Scenery, message: Told): Refused | null {
  const { id, roster, debrief } = scenery;
  const { type, person } = message;
  if (type === 'note') return null;
  if (type === 'observe') return refuseObservation(scenery, message);
  if (type === 'hot-wash') {
    const asked = message.question === null || message.question <= debrief;
    return asked ? null : refused('unknown-question', `The hot wash of ${id} has ${debrief} questions.`);
  }
  if (type === 'drill-close') return roster.mayRun(person) ? null : mayNotRun(id);
  return refused('over', `${id} is over: ENDEX. It still takes notes, observations and answers for the hot wash.`);
}

const mayNotRun = (id: string): Refused => refused('may-not-run', `Only whoever runs ${id} may do this: ask them.`);

/** What is told an incident, by those who play it. */
function refuseForIncidents({ id, roster, performance }: Scenery, message: Message): Refused | null {
  const { person, type } = message;
  if (!roster.plays(person))
    return refused('not-a-player', `${person} plays nobody in ${id}: who runs or watches it takes no part.`);
  if (type === 'alert' || type === 'alert-resolved')
    return refused('alert', `Alerts of ${id} come from its script alone.`);
  // What is closed is over, for every reader of its timeline; a drill is over at ENDEX, and so is what nobody may know before.
  if (type === 'close') return refused('close', `ENDEX closes ${id}. Resolve the incident, and end the exercise then.`);
  const running = performance();
  if (!running)
    return type === 'note'
      ? null
      : refused('not-opened', `No incident is open in ${id} yet. Open it first, or leave a note.`);
  if (type === 'decide') return refuseVoice(roster.rolesOf(person), message) ?? running.validate(message);
  if (type === 'role' && !roster.plays(message.assignee))
    return refused('not-a-player', `${message.assignee} plays nobody in ${id} and can be given no role in it.`);
  return running.validate(message);
}

/** In a drill people have the roles of their seats, and nobody speaks for a bot. */
function refuseVoice(held: readonly string[], { person, vote }: Extract<Message, { type: 'decide' }>): Refused | null {
  if (vote.person !== person || vote.surface === 'bot' || vote.key === 'bot')
    return refused('not-entitled', 'Everybody answers for themselves alone.');
  const foreign = vote.roles.filter((role) => !held.includes(role));
  return foreign.length === 0
    ? null
    : refused('not-entitled', `${person} does not have this seat in the exercise: ${foreign.join(', ')}.`);
}

type Of<T extends ExerciseMessage['type']> = Extract<ExerciseMessage, { type: T }>;

function refuseForDrills(scenery: Scenery, message: ExerciseMessage, now: number): Refused | null {
  const { id, roster } = scenery;
  const { person } = message;
  switch (message.type) {
    case 'endex':
      return message.because === 'real' || roster.mayRun(person) ? null : mayNotRun(id);
    case 'drill-pause':
    case 'drill-resume':
    case 'drill-pace':
    case 'drill-jump':
    case 'drill-close':
      return roster.mayRun(person) ? refuseOfClock(scenery, message, now) : mayNotRun(id);
    case 'inject-now':
    case 'inject-skip':
    case 'inject-edit':
    case 'inject-add':
    case 'hint':
    case 'voice':
      return roster.facilitates(person) ? refuseOfFacilitator(scenery, message, now) : refuseUnlessFacilitator(scenery);
    case 'observe':
      return refuseObservation(scenery, message);
    case 'hot-wash':
      return refused('not-over', `The hot wash of ${id} begins at ENDEX. Until then, leave a note.`);
    case 'seen':
    case 'answer-voice':
    case 'drill-open':
      return roster.plays(person)
        ? refuseOfPlayer(scenery, message)
        : refused('not-a-player', `${person} plays nobody in ${id}: who runs or watches it takes no part.`);
    default:
      return message satisfies never;
  }
}

const refuseUnlessFacilitator = ({ id, roster }: Scenery): Refused =>
  roster.facilitated
    ? refused('not-facilitator', `Only a facilitator of ${id} may do this: ask them.`)
    : refused('not-facilitator', `${id} has no facilitator, and the script alone says what happens in it.`);

/** Whoever evaluates or facilitates, about what the script is scored by. */
function refuseObservation({ id, roster, objectives, expectations }: Scenery, one: Of<'observe'>): Refused | null {
  if (!roster.evaluates(one.person))
    return refused('not-evaluator', `Only an evaluator or facilitator of ${id} may do this: ask them.`);
  const objective = objectives.find((known) => known.id === one.objective);
  if (!objective) return refuseName('objective', one.objective, objectives);
  if (one.task !== null && !objective.tasks.some(({ id: task }) => task === one.task))
    return refuseName('task', one.task, objective.tasks);
  const ofObjective = expectations.filter((known) => known.objective === one.objective);
  if (one.expectation !== null && !ofObjective.some(({ id: known }) => known === one.expectation))
    return refuseName('expectation', one.expectation, ofObjective);
  if ((one.verdict === null) !== (one.expectation === null))
    return refused(
      'no-verdict',
      'Say how the expectation stands: met, met-late, missed or not-observed; and which one.',
    );
  return null;
}

function refuseName(what: string, name: string, all: readonly { id: string }[]): Refused {
  const names = all.map(({ id }) => id);
  const meant = didYouMean(name, names);
  return refused(
    `unknown-${what}`,
    `There is no ${what} "${name}". ${meant ? `Did you mean "${meant}"?` : `There are: ${names.join(', ')}.`}`,
  );
}

type OfClock = Of<'drill-pause' | 'drill-resume' | 'drill-pace' | 'drill-jump' | 'drill-close'>;

function refuseOfClock(scenery: Scenery, message: OfClock, now: number): Refused | null {
  const { id } = scenery;
  const { paused, rate } = scenery.clock.state;
  switch (message.type) {
    case 'drill-pause':
      return paused ? refused('paused-already', `${id} is paused already.`) : null;
    case 'drill-resume':
      return paused ? null : refused('not-paused', `${id} is not paused.`);
    case 'drill-pace':
      if (paused)
        return refused('paused', `${id} is paused: its clock stands still. Resume it, and set its pace then.`);
      return rate === message.rate ? refused('same-pace', `This is the pace of ${id} already.`) : null;
    case 'drill-jump':
      return refuseJump(scenery, message.to, now);
    case 'drill-close':
      return refused('not-over', `${id} is not over yet. End it first: ENDEX.`);
    default:
      return message satisfies never;
  }
}

/** Where a jump to what is due next goes: to the next inject, or, when none is due any more, to whatever happens next. Null: to nothing. */
export function jumpTarget({
  director,
  nextDue,
  endsAt,
}: Pick<Scenery, 'director' | 'nextDue' | 'endsAt'>): number | null {
  const times = Object.values(director.state.due);
  if (times.length > 0) return Math.min(...times);
  const next = nextDue();
  return next !== null && next < endsAt ? next : null;
}

function refuseJump(scenery: Scenery, wanted: number | null, now: number) {
  const { endsAt, questions, roster } = scenery;
  const to = wanted ?? jumpTarget(scenery);
  if (to === null) return refused('nothing-due', 'Nothing is due any more. Say where to jump to, or end the exercise.');
  // An inject that is due by now is on its way: where this goes is settled when it has come.
  if (wanted !== null && to <= now)
    return refused('backwards', `It is ${clock(now, now)} in the exercise, and its clock only goes forwards.`);
  if (to > endsAt) return refused('past-end', `The exercise ends at ${clock(endsAt, now)}. End it instead.`);
  const until = questions.firstUntil(roster.seating);
  return until !== null && to >= until
    ? refused('asked', `Somebody is asked and has until ${clock(until, now)} to answer: a jump must end before that.`)
    : null;
}

type OfFacilitator = Of<'inject-now' | 'inject-skip' | 'inject-edit' | 'inject-add' | 'hint' | 'voice'>;

function refuseOfFacilitator(scenery: Scenery, message: OfFacilitator, now: number): Refused | null {
  const { director } = scenery;
  switch (message.type) {
    case 'inject-now':
    case 'inject-skip':
      return refuseInject(director, message.inject);
    case 'inject-edit': {
      const { inject, edit } = message;
      if (Object.keys(edit).length === 0) return refused('unchanged', 'Say what is to be otherwise.');
      return refuseInject(director, inject) ?? refuseTo(scenery, edit.to ?? []) ?? refusePast(edit.dueAt, scenery, now);
    }
    case 'inject-add':
      return refuseTo(scenery, message.inject.to) ?? refusePast(message.inject.dueAt ?? undefined, scenery, now);
    case 'hint':
      return refuseTo(scenery, message.to) ?? refuseUnknown(message.about, idsOf(director));
    case 'voice':
      return refuseTo(scenery, message.to);
    default:
      return message satisfies never;
  }
}

const idsOf = ({ injects }: Director): string[] => injects.map(({ id }) => id);

function refuseUnknown(id: string | null, known: readonly string[]): Refused | null {
  if (id === null || known.includes(id)) return null;
  const meant = didYouMean(id, known);
  return refused('unknown-inject', `There is no inject "${id}".${meant ? ` Did you mean "${meant}"?` : ''}`);
}

function refuseInject(director: Director, id: string): Refused | null {
  const unknown = refuseUnknown(id, idsOf(director));
  if (unknown) return unknown;
  const became = director.whatBecameOf(id);
  if (became === null) return null;
  return became === 'delivered'
    ? refused('delivered-already', `Inject ${id} has been delivered already.`)
    : refused('skipped-already', `Inject ${id} has been passed over already.`);
}

function refuseTo({ seats }: Scenery, to: readonly string[]): Refused | null {
  const strange = to.find((role) => role !== EVERYBODY && !seats.includes(role));
  if (strange === undefined) return null;
  const meant = didYouMean(strange, [EVERYBODY, ...seats]);
  const which = meant ? `Did you mean "${meant}"?` : `Seats: ${seats.join(', ')}; or ${EVERYBODY}.`;
  return refused('unknown-seat', `There is no seat "${strange}" in this exercise. ${which}`);
}

function refusePast(dueAt: number | undefined, { endsAt }: Scenery, now: number): Refused | null {
  if (dueAt === undefined) return null;
  if (dueAt < now) return refused('past', `It is ${clock(now, now)} in the exercise already.`);
  return dueAt >= endsAt ? refused('past-end', `The exercise ends at ${clock(endsAt, now)}.`) : null;
}

/** What is to come stays untold: an inject that has not been delivered is as unknown as one that is not. */
function refuseOfPlayer(scenery: Scenery, message: Of<'seen' | 'answer-voice' | 'drill-open'>): Refused | null {
  const { director, id, performance } = scenery;
  const delivered = () => idsOf(director).filter((one) => director.whatBecameOf(one) === 'delivered');
  switch (message.type) {
    case 'seen':
      return refuseUnknown(message.inject, delivered());
    case 'answer-voice':
      return refuseUnknown(message.about, delivered());
    case 'drill-open': {
      if (performance()) return refused('opened-already', `The incident of ${id} is open already.`);
      const opening = scenery.opening(message.title, message.system, message.person);
      if (!('faults' in opening)) return null;
      return refused('inputs', `No incident was opened: ${opening.faults.join('; ')}.`);
    }
    default:
      return message satisfies never;
  }
}
