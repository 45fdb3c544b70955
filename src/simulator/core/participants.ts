import type { Opening, Performance } from '../../engine/perform.ts';
import type { Actor, EventData, EventType, IncidentEvent } from '../../incident/events.ts';
import { person, TOCSIN } from '../../incident/events.ts';
import type { ExerciseMessage } from '../../incident/exercise-messages.ts';
import { ANONYMOUS, BY_ITSELF, isForDrills } from '../../incident/exercise-messages.ts';
import type { Message, MessageResult } from '../../incident/messages.ts';
import type { Director } from './director.ts';
import type { PeopleState } from './drill.ts';
import type { DrillClock } from './drill-clock.ts';
import type { OpenQuestions } from './open-questions.ts';
import { jumpTarget, type Refused, refuseDrillMessage } from './refusals.ts';
import type { Roster } from './roster.ts';
import type { Script } from './script.ts';

/** What somebody tells a drill. */
export type Told = Message | ExerciseMessage;

/** What people's messages are about. */
export type Scenery = {
  id: string;
  /** Roles that somebody plays. */
  seats: readonly string[];
  endsAt: number;
  /** What the script is scored by, and how many questions its hot wash has. */
  objectives: Script['objectives'];
  expectations: Script['expectations'];
  debrief: number;
  state: PeopleState;
  roster: Roster;
  clock: DrillClock;
  director: Director;
  questions: OpenQuestions;
  /** When anything happens next, by itself or by a bot; null: never. */
  nextDue: () => number | null;
  /** Null before the incident is opened. */
  performance: () => Performance | null;
  /** What this person would open. */
  opening: (title: string, system: string | null, person: string) => Opening | { faults: string[] };
  open: (opening: Opening) => void;
  record: <T extends EventType>(type: T, data: EventData<T>, actor: Actor) => void;
};

/** How many results are remembered: a repeat that comes later than this many messages is a new message. */
const REMEMBERED = 2_000;
/** For so long after ENDEX the hot wash can be noted. */
export const HOT_WASH_MS = 14 * 24 * 60 * 60_000;

/** What people tell a drill: what is refused, and what comes of the rest. */
export class Participants {
  readonly #scenery: Scenery;
  /** Who was asked what when the clock was set last. */
  #asked: ReadonlySet<string> | null = null;

  constructor(scenery: Scenery) {
    this.#scenery = scenery;
  }

  see(event: IncidentEvent): void {
    this.#scenery.roster.see(event);
  }

  /** Sets the pace of the clock by whether somebody is asked. */
  follow(now: number): void {
    const { questions, roster, clock } = this.#scenery;
    const asked = questions.asked(roster.seating).map(({ question, person }) => `${question.number} ${person}`);
    // Those who were asked before the run was continued know it.
    const known = this.#asked ?? new Set(asked);
    clock.follow(
      now,
      asked.length > 0,
      asked.some((one) => !known.has(one)),
    );
    this.#asked = new Set(asked);
  }

  /** What a jump may not pass; null: nobody is asked. */
  get jumpsTo(): number | null {
    const { questions, roster } = this.#scenery;
    return questions.firstUntil(roster.seating);
  }

  /** Why this would be refused at `now`, or null. No effect. */
  refuse(message: Told, now: number): Refused | null {
    if (this.#earlier(message.id)) return null;
    return refuseDrillMessage(this.#scenery, message, now);
  }

  /** Applies a message at `now`. The same id is answered with the first result and changes nothing. */
  take(message: Told, now: number): MessageResult {
    const earlier = this.#earlier(message.id);
    if (earlier) return earlier;
    const refused = this.refuse(message, now);
    if (refused) return { status: 'refused', ...refused };
    const result = this.#do(message, now);
    if (result.status === 'accepted') this.#remember(message.id, result);
    return result;
  }

  #do(message: Told, now: number): MessageResult {
    if (!isForDrills(message) && !this.#isNoteBeside(message)) return this.#pass(message, now);
    const outcome = isForDrills(message) ? this.#apply(message, now) : this.#note(message);
    return outcome === undefined ? { status: 'accepted' } : { status: 'accepted', outcome };
  }

  /** What the incident was told, too: after ENDEX nobody can ask it any more. */
  #remember(id: string, result: MessageResult): void {
    const { accepted } = this.#scenery.state;
    accepted.push([id, result]);
    if (accepted.length > REMEMBERED) accepted.splice(0, accepted.length - REMEMBERED);
  }

  #earlier = (id: string): MessageResult | undefined =>
    this.#scenery.state.accepted.find(([accepted]) => accepted === id)?.[1];

  /** A note for which there is no incident: none is open yet, or the exercise is over. */
  #isNoteBeside(message: Message): message is Extract<Message, { type: 'note' }> {
    const { state, performance } = this.#scenery;
    return message.type === 'note' && (performance() === null || state.closesAt !== undefined);
  }

  #note({ text, person: by }: Extract<Message, { type: 'note' }>): undefined {
    this.#scenery.record('note.added', { text }, person(by));
  }

  #pass(message: Message, at: number): MessageResult {
    const performance = this.#scenery.performance();
    if (!performance) throw new Error(`${this.#scenery.id} has no incident for a ${message.type}.`);
    return performance.deliver({ ...message, at });
  }

  #apply(message: ExerciseMessage, now: number): string | undefined {
    const { clock, director, record, state } = this.#scenery;
    const actor = message.person === BY_ITSELF ? TOCSIN : person(message.person);
    switch (message.type) {
      case 'drill-pause':
        clock.pause(now, message.reason, actor);
        return;
      case 'drill-resume':
        clock.resume(now, actor);
        return;
      case 'drill-pace':
        clock.pace(now, message.rate, actor);
        return;
      case 'drill-jump':
        clock.jump(message.to ?? jumpTarget(this.#scenery) ?? now, actor);
        return;
      case 'endex': {
        const { because, reason, incident } = message;
        director.end({ because, ...(reason && { reason }), ...(incident && { incident }) }, actor);
        return;
      }
      case 'drill-close':
        state.closed = true;
        return;
      case 'inject-now': {
        const inject = director.injects.find(({ id }) => id === message.inject);
        if (inject) director.deliver(inject, actor);
        return;
      }
      case 'inject-skip':
        director.skip(message.inject, message.reason, actor);
        return;
      case 'inject-edit':
        director.edit(message.inject, message.edit, actor);
        return;
      case 'inject-add':
        return director.add(message.inject, actor);
      case 'hint': {
        const { to, text, about } = message;
        record('hint.given', { to, text, about }, actor);
        return;
      }
      case 'voice': {
        const { as, by, to, text } = message;
        record('voice.said', { as, by, to, text }, actor);
        return;
      }
      case 'observe': {
        const { id: _id, person: _person, at: _at, type: _type, ...observed } = message;
        record('observation.recorded', observed, actor);
        return;
      }
      case 'hot-wash': {
        const { question, text } = message;
        record('hot-wash.answered', { question, text }, message.person === ANONYMOUS ? TOCSIN : actor);
        return;
      }
      case 'answer-voice': {
        const { to, text, about } = message;
        record('voice.answered', { to, text, about }, actor);
        return;
      }
      case 'seen':
        this.#see(message.inject, actor, `${message.person} ${message.inject}`);
        return;
      case 'drill-open': {
        const opening = this.#scenery.opening(message.title, message.system, message.person);
        if (!('faults' in opening)) this.#scenery.open(opening);
        return;
      }
      default:
        return message satisfies never;
    }
  }

  /** Once a person and inject. */
  #see(id: string, actor: Actor, key: string): void {
    const { seen } = this.#scenery.state;
    if (seen.includes(key)) return;
    seen.push(key);
    this.#scenery.record('inject.seen', { id }, actor);
  }
}
