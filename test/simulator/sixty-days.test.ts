import { describe, expect, it } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import type { Message } from '../../src/incident/messages.ts';
import { rehearse } from '../../src/simulator/core/rehearse.ts';
import { act, ask, MINUTE, oblige, opening, parallel, planOf, START, say, wait, world } from '../support/plans.ts';

const DAY = 24 * 60 * MINUTE;
const question = (id: string, more: object = {}) =>
  ask(id, { withinMs: 60 * DAY, remindMs: [1, 7, 30, 58].map((day) => day * DAY), escalate: null, ...more });

/** A quarantine of 60 days, a duty of 30, and three decisions that are open meanwhile. */
const plan = planOf(
  [
    parallel('open', {
      forensics: [wait('sixty-days', 60 * DAY), act('look', 'model.inspect')],
      legal: [
        question('legal', { escalate: { afterMs: 14 * DAY, to: 'engineering-manager', page: true } }),
        say('heard'),
      ],
      notice: [
        oblige('gdpr', {
          rule: { ...oblige('gdpr').rule, limitMs: 30 * DAY },
          remindMs: [10, 1].map((day) => day * DAY),
        }),
        wait('release', 90 * DAY, 'has(steps.legal)'),
      ],
      silent: [question('silent', { onDeny: [say('nobody-answered')] })],
      vendor: [question('vendor', { by: [{ role: 'incident-commander', count: 2 }] })],
    }),
  ],
  [say('brief')],
);

const vote = (day: number, person: string, number: number, path: string, role = 'incident-commander') => ({
  at: START + day * DAY,
  message: {
    id: `${person}-${number}`,
    person,
    at: 0,
    type: 'decide',
    vote: {
      incident: opening.incident,
      question: number,
      path,
      planHash: plan.hash,
      person,
      roles: [role],
      answer: 'approve',
      at: 0,
      expires: START + 60 * DAY,
      surface: 'slack',
      key: '',
      signature: '',
    },
  } as unknown as Message,
});

const play = (continueAfter: () => boolean) =>
  rehearse({
    plan,
    opening,
    world: world(),
    bots: [],
    startAt: START,
    messages: [
      vote(3, 'ana', 3, 'open/vendor/vendor'),
      vote(59, 'ben', 3, 'open/vendor/vendor'),
      // Whom it was escalated to two weeks after the asking.
      vote(59, 'mia', 1, 'open/legal/legal', 'engineering-manager'),
    ],
    continueAfter,
  });

const daysOf = (events: readonly NumberedEvent[], type: string, path?: string) =>
  events
    .filter((event) => event.type === type && (path ?? event.path) === event.path)
    .map(({ at }) => (at - START) / DAY);

describe.each([
  ['in one run', false],
  ['given up and taken up again after every event', true],
])('60 days with decisions open, %s', (_, broken) => {
  it('remind and escalate on their days, count the votes of day 59, and end what nobody answered', async () => {
    const { events, status, continued } = await play(() => broken);
    expect(status).toBe('ended');
    if (broken) expect(continued).toBeGreaterThan(15);
    for (const path of ['open/legal/legal', 'open/silent/silent', 'open/vendor/vendor'])
      expect(daysOf(events, 'decision.reminded', path), path).toEqual([1, 7, 30, 58]);
    expect(daysOf(events, 'decision.escalated')).toEqual([14]);
    expect(daysOf(events, 'obligation.reminded')).toEqual([20, 29]);
    expect(daysOf(events, 'obligation.overdue')).toEqual([30]);
    expect(daysOf(events, 'decision.voted')).toEqual([3, 59, 59]);
    const made = events.flatMap((event) => (event.type === 'decision.made' ? [event] : []));
    expect(made.map(({ path, at, data }) => [path, (at - START) / DAY, data.outcome, data.by])).toEqual([
      ['open/vendor/vendor', 59, 'approve', 'votes'],
      ['open/legal/legal', 59, 'approve', 'votes'],
      ['open/silent/silent', 60, 'deny', 'default'],
    ]);
    expect(daysOf(events, 'wait.ended', 'open/forensics/sixty-days')).toEqual([60]);
    expect(daysOf(events, 'wait.ended', 'open/notice/release')).toEqual([59]);
  });

  it('say the same, event by event', async () => {
    const whole = await play(() => false);
    const other = await play(() => broken);
    expect(other.events).toEqual(whole.events);
  });
});
