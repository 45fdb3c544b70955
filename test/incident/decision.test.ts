import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Question, refuseVote, roleInWords, seatsInWords, tally, type Vote } from '../../src/incident/decision.ts';

const question: Question = {
  number: 3,
  kind: 'approval',
  path: 'contain',
  question: 'Cut traffic?',
  options: ['approve', 'deny'],
  by: [
    { role: 'incident-commander', count: 1 },
    { role: 'ml-on-call', count: 1 },
  ],
  excluded: ['reporter'],
  askedAt: 0,
  until: 600,
  remindAt: [300],
  escalate: { at: 420, to: 'engineering-manager', page: true },
  otherwise: 'deny',
  acts: [],
};

const vote = (person: string, roles: string[], answer = 'approve', more: Partial<Vote> = {}): Vote => ({
  incident: 'INC-2026-0147',
  question: 3,
  path: 'contain',
  planHash: '',
  person,
  roles,
  answer,
  at: 10,
  expires: 600,
  surface: 'console',
  key: 'k',
  signature: '',
  ...(answer === 'approve' ? {} : { reason: 'because' }),
  ...more,
});

const IC = ['incident-commander'];
const ML = ['ml-on-call'];
const EM = ['engineering-manager'];
const code = (v: Vote, now = 10, escalated = false) => refuseVote(question, v, now, escalated)?.code ?? null;

describe('a vote is refused', () => {
  it('from whoever opened the incident, whatever role they hold', () =>
    expect(code(vote('reporter', IC))).toBe('requester'));
  it('from whoever opened it under the id that they had before they were known', () =>
    expect(code(vote('ana', IC, 'approve', { formerly: ['reporter'] }))).toBe('requester'));
  it('from a person without a seat', () => expect(code(vote('eve', ['legal-counsel']))).toBe('not-entitled'));
  it('from the manager before it was escalated to them, and taken after', () => {
    expect(code(vote('max', EM))).toBe('not-entitled');
    expect(code(vote('max', EM), 430, true)).toBeNull();
  });
  it('at the very moment the time is over', () => {
    expect(code(vote('ana', IC), 599)).toBeNull();
    expect(code(vote('ana', IC), 600)).toBe('late');
  });
  it('with an answer that was not offered', () => expect(code(vote('ana', IC, 'maybe'))).toBe('unknown-answer'));
  it('to deny without a reason', () => expect(code(vote('ana', IC, 'deny', { reason: ' ' }))).toBe('reason'));
});

describe('votes', () => {
  it('stand as approval only when every role has agreed', () => {
    expect(tally(question, [vote('ana', IC)], false).outcome).toBeNull();
    expect(tally(question, [vote('ana', IC), vote('tim', ML)], false).outcome).toBe('approve');
  });
  it('of one person count once, even if they hold both roles', () => {
    expect(tally(question, [vote('ana', [...IC, ...ML])], false).outcome).toBeNull();
    expect(tally(question, [vote('ana', IC), vote('ana', IC)], false).outcome).toBeNull();
  });
  it('seat a person with two roles where they are needed', () => {
    expect(tally(question, [vote('ana', [...IC, ...ML]), vote('tim', IC)], false).outcome).toBe('approve');
  });
  it('are denied by a single deny from any seat', () => {
    expect(tally(question, [vote('ana', IC), vote('tim', ML, 'deny')], false).outcome).toBe('deny');
  });
  it('follow a change of mind until the decision stands', () => {
    expect(tally(question, [vote('ana', IC, 'deny'), vote('ana', IC)], false).outcome).toBeNull();
  });
  it('of whoever it was escalated to fill an empty seat, but only once escalated', () => {
    const votes = [vote('ana', IC), vote('max', EM)];
    expect(tally(question, votes, false).outcome).toBeNull();
    expect(tally(question, votes, true).outcome).toBe('approve');
  });

  it('fill seats exactly when there is a way to seat different people on all of them', () => {
    const roles = ['a', 'b', 'c'];
    const person = fc.record({ id: fc.integer({ min: 0, max: 5 }), roles: fc.subarray(roles) });
    const seats = fc.array(fc.record({ role: fc.constantFrom(...roles), count: fc.integer({ min: 1, max: 2 }) }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(seats, fc.uniqueArray(person, { selector: (p) => p.id, maxLength: 6 }), (by, people) => {
        const unique = by.filter((seat, i) => by.findIndex((other) => other.role === seat.role) === i);
        const votes = people.map((p) => vote(`p${p.id}`, p.roles));
        const { outcome } = tally({ ...question, by: unique, excluded: [] }, votes, false);
        expect(outcome === 'approve').toBe(
          canSeat(
            unique.flatMap((s) => Array(s.count).fill(s.role) as string[]),
            people,
          ),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Tries every assignment: slow and plainly right. */
function canSeat(chairs: string[], people: { id: number; roles: string[] }[]): boolean {
  const [first, ...rest] = chairs;
  if (first === undefined) return true;
  return people.some(
    (p) =>
      p.roles.includes(first) &&
      canSeat(
        rest,
        people.filter((other) => other !== p),
      ),
  );
}

describe('words for people', () => {
  it('names roles as people say them', () => {
    expect(roleInWords('ml-on-call')).toBe('ML on-call');
    expect(roleInWords('incident-commander')).toBe('incident commander');
    expect(seatsInWords(question.by)).toBe('incident commander and ML on-call');
    expect(seatsInWords([{ role: 'legal-counsel', count: 2 }])).toBe('2 × legal counsel');
  });
});

describe('one human with two ids', () => {
  const two: Question = { ...question, by: [{ role: 'incident-commander', count: 2 }] };
  const before = vote('slack-u0ana', IC);
  const now = vote('ana', IC, 'approve', { formerly: ['slack-u0ana'] });

  it.each([
    ['the old id first', [before, now]],
    ['the old id last', [now, before]],
  ])('has one vote, %s', (_, votes) => {
    expect(tally(two, votes, false).outcome).toBeNull();
    expect(tally(two, [...votes, vote('max', IC)], false).outcome).toBe('approve');
  });
});
