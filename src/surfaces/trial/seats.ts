import { type Question, type Seat, tally, type Vote } from '../../incident/decision.ts';
import { type Inventory, type InventoryPerson, peopleByRole } from '../../inventory/inventory.ts';

export type SeatHolders = { role: string; count: number; people: string[]; slackGroup: string | null };
/** `unknown`: only Slack knows who is in the groups on which it depends. */
export type Filled = { seats: SeatHolders[]; canBeFilled: 'yes' | 'no' | 'unknown' };

/** Who could sit where, and whether every seat can be filled by another person when those who are excluded may not. */
export function fillSeats(inventory: Inventory, by: readonly Seat[], excluded: readonly string[]): Filled {
  const { groups } = inventory.slack;
  const seats = by.map(({ role, count }) => ({
    role,
    count,
    people: peopleByRole(inventory, role)
      .filter(({ id }) => !excluded.includes(id))
      .map(({ id }) => id),
    slackGroup: groups[role] ?? null,
  }));
  const people = inventory.people.filter(({ id }) => !excluded.includes(id));
  const agreed = tally(questionBy(by), people.map(yesBy), false).outcome === 'approve';
  const bySlack = seats.some(({ slackGroup }) => slackGroup !== null);
  return { seats, canBeFilled: agreed ? 'yes' : bySlack ? 'unknown' : 'no' };
}

/** As little of a question and of votes as counting needs: the rule that counts real votes decides here as well. */
const questionBy = (by: readonly Seat[]): Question => ({
  number: 1,
  kind: 'approval',
  path: '',
  question: '',
  options: ['approve', 'deny'],
  by: [...by],
  excluded: [],
  askedAt: 0,
  until: 1,
  remindAt: [],
  otherwise: 'deny',
  acts: [],
});

const yesBy = ({ id, roles }: InventoryPerson): Vote => ({
  incident: '',
  question: 1,
  path: '',
  planHash: '',
  person: id,
  roles,
  answer: 'approve',
  at: 0,
  expires: 1,
  surface: 'bot',
  key: 'dry-run',
  signature: '',
});
