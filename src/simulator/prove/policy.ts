import type { JsonObject } from '../../incident/json.ts';
import type { Card, PlayerSight } from './player-sight.ts';

/** What a seat does. What is heard, and what is asked, goes by its number. */
export type Deed = { role: string } & (
  | { do: 'see'; heard: number }
  | { do: 'vote'; question: number; answer: string; reason: string; outputs?: JsonObject }
  | { do: 'note'; text: string }
  | { do: 'answer'; heard: number; to: string; text: string }
  | { do: 'open'; title: string; system: string | null }
  | { do: 'resolve'; summary: string }
);

/** Plays every seat of one drill. Asked at every beat; has no chance in it, so that a play can be repeated. */
export type Player = (sight: PlayerSight) => Deed[];

export const POLICIES = ['do-nothing', 'golden', 'approve-everything', 'trigger-happy'] as const;
export type PolicyName = (typeof POLICIES)[number];

/** The seats that are there and may still answer a question. */
export function votersOf({ seats }: PlayerSight, card: Card): string[] {
  const may = new Set([...card.by.map(({ role }) => role), ...(card.escalatedTo === null ? [] : [card.escalatedTo])]);
  return seats
    .filter(
      ({ role, person, away }) =>
        !away && may.has(role) && !card.excluded.includes(person) && !card.voted.some((vote) => vote.person === person),
    )
    .map(({ role }) => role);
}

/** Whoever opens an incident is often left out of its decisions: so somebody does who is rarely asked. */
const OPENERS = ['communications-lead', 'legal-counsel', 'engineering-manager', 'security-on-call', 'ml-on-call'];

export const openerOf = ({ seats }: PlayerSight): string | null => {
  const there = seats.filter(({ away }) => !away).map(({ role }) => role);
  return OPENERS.find((role) => there.includes(role)) ?? there[0] ?? null;
};

/** Seats that are there and to which it was sent. */
export const readersThere = ({ seats }: PlayerSight, readers: readonly string[]): string[] =>
  seats.filter(({ role, away }) => !away && readers.includes(role)).map(({ role }) => role);
