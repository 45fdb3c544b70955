import { isOpenObligation, type ObligationView } from '../../../incident/obligation.ts';
import type { Severity } from '../../../incident/severity.ts';
import { type DecisionView, type IncidentView, openDecisions } from '../../../incident/view.ts';
import type { DrillSaying } from '../contract.ts';
import { rosterOf } from '../roster.ts';
import type { Urgency } from './pace.ts';

/** Where a message belongs: the main channel, that of drills, the incident's own, or a direct message to one user. */
export type Place = { in: 'main' } | { in: 'drills' } | { in: 'own' } | { in: 'dm'; user: string };

export type Saying =
  | { kind: 'announcement' }
  | { kind: 'status' }
  | { kind: 'closing' }
  | { kind: 'decision'; number: number; place: 'channel' | 'dm' }
  | { kind: 'reminder'; number: number }
  | { kind: 'escalation'; number: number }
  /** Of a duty to notify. */
  | { kind: 'duty'; number: number; news: DutyNews }
  | DrillSaying;

/** A message that should stand in Slack. `key` names it among those of its incident. */
export type Wanted = {
  key: string;
  place: Place;
  /** The key of the message in whose thread it belongs. */
  thread: string | null;
  urgency: Urgency;
  saying: Saying;
  /** Changes with the incident. What does not is said once. */
  current: boolean;
};

/** Slack users, as far as known: who holds a role, and who a person is. */
export type Audience = {
  holders(role: string): readonly string[];
  user(person: string): string | null;
};

export type WantedInput = {
  view: IncidentView;
  /** Whether the incident has a channel of its own, or gets one. */
  own: boolean;
  audience: Audience;
};

/** A serious incident gets a channel of its own; what has one keeps it, also when it turns out to be less serious. */
export const wantsOwnChannel = (view: IncidentView, ownChannelFor: readonly Severity[], has: boolean): boolean =>
  has || (ownChannelFor.includes(view.severity) && view.status !== 'closed');

/** Every message that should stand in Slack for an incident as it is now, the most urgent first. A pure function of its input. */
export function wantedPosts({ view, own, audience }: WantedInput): Wanted[] {
  const announcement: Wanted = {
    key: 'announcement',
    place: { in: 'main' },
    thread: null,
    urgency: 'status',
    saying: { kind: 'announcement' },
    current: true,
  };
  return [
    ...questionPosts(view, { place: { in: own ? 'own' : 'main' }, thread: own ? 'status' : 'announcement' }, audience),
    announcement,
    ...(own ? [inOwn('status')] : []),
    ...(own && view.status === 'closed' ? [inOwn('closing')] : []),
  ];
}

/** Where an incident is told, and the message in whose thread its detail stands. */
export type Ground = { place: Place; thread: string };

/** What people are asked, and the duties whose clocks run. */
export const questionPosts = (view: IncidentView, ground: Ground, audience: Audience): Wanted[] => [
  ...view.decisions.flatMap((decision) => decisionPosts(decision, view, ground, audience)),
  ...view.obligations.flatMap((obligation) => dutyPosts(obligation, view, ground, audience)),
];

const inOwn = (kind: 'status' | 'closing'): Wanted => ({
  key: kind,
  place: { in: 'own' },
  thread: null,
  urgency: 'status',
  saying: { kind },
  current: kind === 'status',
});

/**
 * A decision stands in the channel for good, with what came of it. Direct messages, reminders and the call to whoever it was escalated
 * to are for those who can still answer: what was decided before they could be sent is not sent any more.
 */
function decisionPosts(decision: DecisionView, view: IncidentView, { place }: Ground, audience: Audience): Wanted[] {
  const { number } = decision.question;
  const key = decisionKey(number, place.in === 'own');
  const channel: Wanted = {
    key,
    place,
    thread: null,
    urgency: 'decision',
    saying: { kind: 'decision', number, place: 'channel' },
    current: true,
  };
  if (!isOpen(decision)) return [channel];
  const direct = mayAnswer(decision, view, audience).map(
    (user): Wanted => ({
      key: `${decisionPrefix(number)}dm/${user}`,
      place: { in: 'dm', user },
      thread: null,
      urgency: 'decision',
      saying: { kind: 'decision', number, place: 'dm' },
      current: true,
    }),
  );
  const below = (name: string, kind: 'reminder' | 'escalation'): Wanted => ({
    key: `${decisionPrefix(number)}${name}`,
    place: channel.place,
    thread: key,
    urgency: 'decision',
    saying: { kind, number },
    current: false,
  });
  const { reminders, escalatedAt } = decision;
  return [
    channel,
    ...direct,
    ...(escalatedAt === undefined ? [] : [below('escalation', 'escalation')]),
    // After an outage one reminder is enough.
    ...(reminders.length === 0 ? [] : [below(`reminder/${reminders.length}`, 'reminder')]),
  ];
}

type DutyNews = 'opened' | 'reminder' | 'overdue';

/**
 * Whoever answers for a duty is told directly that its clock runs (the thread tells that of every event). What is due reminds them, there
 * and in the thread of the incident; what is overdue tells the commander too. After an outage the latest is enough. What stands is kept
 * true: it says when the duty was settled.
 */
function dutyPosts(
  obligation: ObligationView,
  view: IncidentView,
  { place: ground, thread }: Ground,
  audience: Audience,
): Wanted[] {
  const { number, owner, reminders, overdueAt } = obligation;
  if (!isOpenObligation(obligation)) return [];
  const news: DutyNews = overdueAt !== undefined ? 'overdue' : reminders.length > 0 ? 'reminder' : 'opened';
  const name = `obligation/${number}/${news === 'reminder' ? `${news}/${reminders.length}` : news}`;
  const saying: Saying = { kind: 'duty', number, news };
  const users = holdersIn(view, news === 'overdue' ? [owner, COMMANDER] : [owner], audience);
  const direct = users.map((user): Wanted => {
    const place: Place = { in: 'dm', user };
    return { key: `${name}/dm/${user}`, place, thread: null, urgency: 'decision', saying, current: true };
  });
  if (news === 'opened') return direct;
  return [...direct, { key: name, place: ground, thread, urgency: 'decision', saying, current: true }];
}

const isOpen = ({ made, withdrawn }: DecisionView): boolean => made === undefined && withdrawn === undefined;

const decisionPrefix = (number: number): string => `decision/${number}/`;
const decisionKey = (number: number, own: boolean): string => `${decisionPrefix(number)}${own ? 'own' : 'main'}`;

/** What a post of a decision or a duty says, by its key: for posts that stand but would not be made any more, and for adopted ones. */
export function sayingOf(key: string): Saying | null {
  const [, number, what] = /^decision\/(\d+)\/(own|main|dm|copy)(?:\/|$)/.exec(key) ?? [];
  if (number === undefined) return dutySayingOf(key);
  return { kind: 'decision', number: Number(number), place: what === 'dm' ? 'dm' : 'channel' };
}

function dutySayingOf(key: string): Saying | null {
  const [, number, news] = /^obligation\/(\d+)\/(opened|reminder|overdue)(?:\/|$)/.exec(key) ?? [];
  return number === undefined ? null : { kind: 'duty', number: Number(number), news: news as DutyNews };
}

/** The key of a message that was sent without our hearing of it. */
export const copyKey = (number: number, channel: string, ts: string): string =>
  channel.startsWith('D')
    ? `${decisionPrefix(number)}dm/copy/${channel}/${ts}`
    : `${decisionPrefix(number)}copy/${channel}/${ts}`;

/** The users who may answer: holders of the roles that are asked (and of the one it was escalated to), without the excluded. */
function mayAnswer({ question, escalatedAt }: DecisionView, view: IncidentView, audience: Audience): string[] {
  const roles = question.by.map(({ role }) => role);
  if (escalatedAt !== undefined && question.escalate) roles.push(question.escalate.to);
  const excluded = new Set(question.excluded.map((person) => audience.user(person)));
  return holdersIn(view, roles, audience).filter((user) => !excluded.has(user));
}

/** Those who hold these roles anywhere, and those to whom they were given in this incident. */
function holdersIn(view: IncidentView, roles: readonly string[], audience: Audience): string[] {
  const assigned = roles.flatMap((role) => {
    const person = view.roles[role];
    const user = person === undefined ? null : audience.user(person);
    return user === null ? [] : [user];
  });
  return unique([...assigned, ...roles.flatMap((role) => audience.holders(role))]);
}

const ownersOf = (view: IncidentView): string[] => view.obligations.filter(isOpenObligation).map(({ owner }) => owner);

const COMMANDER = 'incident-commander';

/** Who belongs in a drill's channel: its roster. In an incident's: who was asked, who has a role in it, the commander (or all who could be), the requester. */
export function wantedMembers(view: IncidentView, audience: Audience): string[] {
  if (view.exercise) return unique(rosterOf(view.exercise).flatMap((person) => audience.user(person) ?? []));
  const assigned = Object.values(view.roles);
  const people = [...assigned, ...(view.requester === null ? [] : [view.requester])];
  const open = openDecisions(view).flatMap((decision) => [
    ...decision.question.by.map(({ role }) => role),
    ...(decision.escalatedAt !== undefined && decision.question.escalate ? [decision.question.escalate.to] : []),
  ]);
  open.push(...ownersOf(view));
  const roles = view.roles[COMMANDER] === undefined ? [COMMANDER, ...open] : open;
  const named = people.flatMap((person) => audience.user(person) ?? []);
  return unique([...named, ...holdersIn(view, roles, audience)]);
}

/** The roles and people that the functions above ask an audience for. */
export function askedOf(view: IncidentView): { roles: string[]; people: string[] } {
  if (view.exercise) return { roles: [], people: rosterOf(view.exercise) };
  const open = openDecisions(view).map(({ question }) => question);
  return {
    roles: unique([
      COMMANDER,
      ...ownersOf(view),
      ...open.flatMap(({ by, escalate }) => [...by.map(({ role }) => role), ...(escalate ? [escalate.to] : [])]),
    ]),
    people: unique([
      ...Object.values(view.roles),
      ...(view.requester === null ? [] : [view.requester]),
      ...open.flatMap(({ excluded }) => excluded),
    ]),
  };
}

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
