import type { Question, Vote } from '../../incident/decision.ts';
import type { EventData, NumberedEvent } from '../../incident/events.ts';

/** A question with what became of it. */
export type Decision = {
  seq: number;
  question: Question;
  votes: { seq: number; at: number; vote: Vote }[];
  reminded: { seq: number; roles: string[] }[];
  escalated: { seq: number; at: number; to: string } | null;
  made: ({ seq: number; at: number } & EventData<'decision.made'>) | null;
  withdrawn: { seq: number; at: number } | null;
};

export function decisionsOf(events: readonly NumberedEvent[]): Decision[] {
  const all = new Map<number, Decision>();
  for (const { seq, at, type, data } of events) {
    if (type === 'decision.asked')
      all.set(data.number, {
        ...{ seq, question: data, votes: [], reminded: [], escalated: null, made: null, withdrawn: null },
      });
    else if (type === 'decision.voted') all.get(data.number)?.votes.push({ seq, at, vote: data.vote });
    else if (type === 'decision.reminded') all.get(data.number)?.reminded.push({ seq, roles: data.roles });
    else if (type === 'decision.escalated')
      Object.assign(all.get(data.number) ?? {}, { escalated: { seq, at, to: data.to } });
    else if (type === 'decision.made') Object.assign(all.get(data.number) ?? {}, { made: { seq, at, ...data } });
    else if (type === 'decision.withdrawn') Object.assign(all.get(data.number) ?? {}, { withdrawn: { seq, at } });
  }
  return [...all.values()];
}

/** Who plays: where people do, what bots bring about alone is nobody's. */
export type Cast = {
  withPeople: boolean;
  isBot: (person: string) => boolean;
  rolesOfBot: (person: string) => string[];
  /** A person has this role by this event, since STARTEX or later; without one: at some time. */
  isHeld: (role: string, by?: number) => boolean;
  /** Who plays it that is no bot. */
  peopleOf: (role: string) => string[];
};

export function castOf(events: readonly NumberedEvent[]): Cast {
  const started = events.find((event) => event.type === 'exercise.started');
  const seats = started?.data.seats ?? [];
  const bots = new Set(seats.flatMap(({ person, persona }) => (persona === null ? [] : [person])));
  const held = new Map<string, { since: number; people: Set<string> }>();
  const give = (role: string, person: string, seq: number): void => {
    if (bots.has(person)) return;
    if (!held.has(role)) held.set(role, { since: seq, people: new Set() });
    held.get(role)?.people.add(person);
  };
  for (const { role, person, persona } of seats) if (persona === null) give(role, person, 0);
  for (const event of events) if (event.type === 'role.assigned') give(event.data.role, event.data.assignee, event.seq);
  return {
    withPeople: seats.some(({ persona }) => persona === null),
    isBot: (person) => bots.has(person),
    rolesOfBot: (bot) =>
      seats.filter(({ person, persona }) => person === bot && persona !== null).map(({ role }) => role),
    isHeld: (role, by = Number.POSITIVE_INFINITY) => (held.get(role)?.since ?? Number.POSITIVE_INFINITY) < by,
    peopleOf: (role) => [...(held.get(role)?.people ?? [])],
  };
}

/** Whether bots alone brought an event about. Always false where they play by themselves: then they are the team. */
export function byBotsAlone(events: readonly NumberedEvent[], cast: Cast): (event: NumberedEvent) => boolean {
  if (!cast.withPeople) return () => false;
  const decisions = decisionsOf(events);
  return (event) => {
    if (event.actor.kind === 'person' && event.type !== 'decision.made') return cast.isBot(event.actor.id);
    if (event.type === 'decision.made') {
      const one = decisions.find(({ question }) => question.number === event.data.number);
      return one !== undefined && isOfBots(one, cast);
    }
    const paths = event.type === 'obligation.met' && event.data.by !== null ? [event.data.by] : [event.path];
    const led = decisions.filter(
      (one) => one.made && one.made.seq < event.seq && paths.some((path) => leadsTo(one, path)),
    );
    // Who allowed it, or had it tried again, brought it about; else those whose answers it comes after.
    const allowed = led.filter((one) => paths.some((path) => allows(one, path)));
    const by = allowed.length > 0 ? allowed : led;
    return by.length > 0 && by.every((one) => isOfBots(one, cast));
  };
}

/** Whether bots alone decided it: by their votes, or by default where no person was asked. */
export const isOfBots = (decision: Decision, cast: Cast): boolean =>
  decision.made?.by === 'votes'
    ? decision.made.people.every(cast.isBot)
    : !rolesAsked(decision).some((role) => cast.isHeld(role, overAt(decision)));

const rolesAsked = ({ question, escalated }: Decision): string[] => [
  ...question.by.map(({ role }) => role),
  ...(escalated ? [escalated.to] : []),
];
/** The event with which nobody could answer any more; absent: one still can. */
export const overAt = ({ made, withdrawn }: Decision): number | undefined => (made ?? withdrawn)?.seq;

/** It allows the act there, or is about its failure. */
const allows = ({ question: { path, acts } }: Decision, to: string): boolean =>
  path === to || acts.some((act) => act.path === to);

/** That, or it stands before it in the same block or one around it. */
const leadsTo = (decision: Decision, to: string): boolean =>
  allows(decision, to) || (to !== '' && to.startsWith(blockOf(decision.question.path)));

const blockOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
