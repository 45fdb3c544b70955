import type { Question } from '../../incident/decision.ts';
import type { NumberedEvent, SystemSnapshot } from '../../incident/events.ts';
import { isForStaff } from '../../incident/exercise-view.ts';
import type { JsonObject } from '../../incident/json.ts';
import { openDecisions, plansRunning } from '../../incident/view.ts';
import { EVERYBODY, type Script } from '../core/script.ts';
import type { PeopleDrill } from './people-drill.ts';

/**
 * What the players of a drill get, and no more: policies see nothing else. There are no ids of injects or steps in it, for they often say
 * more than the texts do; what is heard goes by the number of its event.
 */
export type PlayerSight = {
  now: number;
  startedAt: number;
  endsAt: number;
  about: string;
  /** What the inventory says of the AI systems. */
  systems: readonly SystemSnapshot[];
  seats: readonly { role: string; person: string; brief: string; away: boolean }[];
  openedAt: number | null;
  resolved: boolean;
  /** Whether a plan is still being carried out. */
  running: boolean;
  /** In the order in which it was heard. Only ever grows. */
  heard: readonly Heard[];
  asked: readonly Card[];
};

export type Heard = {
  number: number;
  /** When it could be read: whoever is away reads it when they are back. */
  at: number;
  /** `act`: what a step did or found; `message`: what the plan sent; the rest are the channels of injects and of people. */
  by: 'alert' | 'slack' | 'mail' | 'phone' | 'news' | 'social' | 'letter' | 'act' | 'message' | 'note' | 'hint';
  from: string;
  to: readonly string[];
  subject: string;
  text: string;
  /** Injects: who may mark it as seen, and answer. */
  readers: readonly string[];
  /** Of an act: whether it succeeded. */
  ok: boolean;
};

/** A question as its card shows it. */
export type Card = Pick<
  Question,
  'number' | 'kind' | 'question' | 'options' | 'otherwise' | 'by' | 'excluded' | 'askedAt' | 'until'
> & {
  details: string;
  labels: Readonly<Record<string, string>>;
  form: NonNullable<Question['form']>;
  acts: readonly Omit<Question['acts'][number], 'path'>[];
  failure: { code: string; message: string } | null;
  /** Whom it was escalated to. */
  escalatedTo: string | null;
  voted: readonly { person: string; answer: string }[];
};

type Seat = { role: string; person: string };

/** Reads the timeline as players do. */
export class PlayerEyes {
  readonly #drill: PeopleDrill;
  readonly #script: Script;
  readonly #seats: readonly Seat[];
  readonly #heard: Heard[] = [];
  /** What was sent to seats that are all away. */
  #unread: Heard[] = [];
  #read = 0;
  /** Injects by the number of their delivery. */
  readonly #injects = new Map<number, string>();

  constructor(drill: PeopleDrill, script: Script, seats: readonly Seat[]) {
    this.#drill = drill;
    this.#script = script;
    this.#seats = seats;
  }

  /** The inject that was delivered by this event. For whoever carries out what a policy says, not for the policy. */
  injectAt = (number: number): string | undefined => this.#injects.get(number);

  look(): PlayerSight {
    const { view, events, now } = this.#drill;
    const away = new Set(view.exercise?.away ?? []);
    for (; this.#read < events.length; this.#read++) {
      const event = events[this.#read] as NumberedEvent;
      const heard = isForStaff(event) ? null : this.#heardIn(event);
      if (heard) this.#unread.push(heard);
    }
    this.#hear(now, away);
    const { about, systems, seats } = this.#script;
    return {
      ...{ now, about, startedAt: this.#drill.startsAt, endsAt: view.exercise?.endsAt ?? now },
      systems: systems.map(({ snapshot }) => snapshot),
      seats: this.#seats.map(({ role, person }) => ({
        ...{ role, person, away: away.has(role) },
        brief: seats.find((seat) => seat.role === role)?.brief ?? '',
      })),
      openedAt: view.plan === null ? null : view.openedAt,
      resolved: view.status !== 'open',
      running: plansRunning(view),
      heard: this.#heard,
      asked: openDecisions(view).map(({ question, votes, escalatedAt }) =>
        cardOf(
          question,
          votes.map(({ person, answer }) => ({ person, answer })),
          escalatedAt !== undefined,
        ),
      ),
    };
  }

  #hear(now: number, away: ReadonlySet<string>): void {
    const isThere = ({ readers }: Heard) => readers.length === 0 || readers.some((role) => !away.has(role));
    for (const one of this.#unread) if (isThere(one)) this.#heard.push({ ...one, at: Math.max(one.at, now) });
    this.#unread = this.#unread.filter((one) => !isThere(one));
  }

  #heardIn(event: NumberedEvent): Heard | null {
    const { seq: number, at } = event;
    const plain = { number, at, subject: '', readers: [], to: [], ok: true };
    switch (event.type) {
      case 'inject.delivered': {
        const { id, by, from, to, subject, text, alert } = event.data;
        this.#injects.set(number, id);
        return { ...plain, by, from, to, subject, text: alert ? wordsOf(alert) : text, readers: this.#meant(to) };
      }
      case 'voice.said': {
        const { as, by, to, text } = event.data;
        return { ...plain, by: by === 'alert' ? 'slack' : by, from: as, to, text, readers: this.#meant(to) };
      }
      case 'hint.given':
        return { ...plain, by: 'hint', from: 'facilitator', to: event.data.to, text: event.data.text };
      case 'note.added':
        return {
          ...plain,
          by: 'note',
          from: event.actor.kind === 'person' ? event.actor.id : '',
          text: event.data.text,
        };
      case 'act.started': {
        const { purpose, with: input } = event.data;
        if (typeof input.to !== 'string' || typeof input.text !== 'string' || purpose === 'prove') return null;
        return {
          ...plain,
          by: 'message',
          from: 'plan',
          to: [input.to],
          subject: String(input.subject ?? ''),
          text: input.text,
        };
      }
      case 'act.done':
        return { ...plain, by: 'act', from: event.data.capability, text: wordsOf(event.data.outputs) };
      case 'act.failed':
        return { ...plain, by: 'act', from: event.data.capability, text: event.data.message, ok: false };
      default:
        return null;
    }
  }

  #meant = (to: readonly string[]): string[] =>
    this.#seats.map(({ role }) => role).filter((role) => to.includes(role) || to.includes(EVERYBODY));
}

/** Every text in what a monitor sent or an act found. */
function wordsOf(value: JsonObject): string {
  const texts: string[] = [];
  const walk = (one: unknown): void => {
    if (typeof one === 'string') texts.push(one);
    else if (typeof one === 'object' && one !== null) for (const inner of Object.values(one)) walk(inner);
  };
  walk(value);
  return texts.join('\n');
}

function cardOf(question: Question, voted: Card['voted'], escalated: boolean): Card {
  const { number, kind, options, otherwise, by, excluded, askedAt, until, failure, acts } = question;
  return {
    ...{ number, kind, question: question.question, options, otherwise, by, excluded, askedAt, until, voted },
    details: question.details ?? '',
    labels: question.labels ?? {},
    form: question.form ?? [],
    acts: acts.map(({ path: _, ...act }) => act),
    failure: failure ? { code: failure.code, message: failure.message } : null,
    escalatedTo: escalated ? (question.escalate?.to ?? null) : null,
  };
}
