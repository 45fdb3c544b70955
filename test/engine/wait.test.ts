import { describe, expect, it } from 'vitest';
import type { BusinessCalendar } from '../../src/capabilities/business-time.ts';
import { CALENDAR } from '../../src/capabilities/calendar.ts';
import type { JsonObject } from '../../src/incident/json.ts';
import type { Message } from '../../src/incident/messages.ts';
import type { Step } from '../../src/playbook/plan.ts';
import {
  act,
  commander,
  each,
  MINUTE,
  opening,
  parallel,
  START,
  say,
  wait,
  waitAlert,
  waitBusiness,
  when,
  world,
} from '../support/plans.ts';
import { type PlayOptions, play } from '../support/play.ts';

/** START is a Thursday, 03:58 in Berlin. */
const calendar: BusinessCalendar = {
  zone: 'Europe/Berlin',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  hours: '09:00-17:00',
  holidays: [],
};
const working = () => ({ ...world(), calendar });

let next = 0;
const alertAt = (minutes: number, alert: JsonObject, type: 'alert' | 'alert-resolved' = 'alert') => {
  const at = START + minutes * MINUTE;
  const message = { id: `alert-${next++}`, person: 'tocsin', at, type, alert, count: 1 } as Message;
  return { at, message };
};
const healthy = { kind: 'model.healthy', system: 'support-assistant' };

/** Also when it is given up and taken up again after every event. */
async function told(options: PlayOptions) {
  const whole = await play(options);
  const broken = await play({ ...options, continueAfter: () => true });
  expect(broken.lines).toEqual(whole.lines);
  return whole;
}
const ended = ({ events }: Awaited<ReturnType<typeof told>>) =>
  events.flatMap(({ type, at, data }) => (type === 'wait.ended' ? [[(at - START) / MINUTE, data.because]] : []));
/** Says what the wait left: a branch is taken by it. */
const branchTaken = ({ events }: Awaited<ReturnType<typeof told>>) =>
  events.flatMap(({ type, data }) => (type === 'branch.taken' ? [data.branch] : []));

describe('working time', () => {
  it('is counted by the calendar, and what it said stands on the timeline', async () => {
    const result = await told({ steps: [waitBusiness('rest', { minutes: 240 })], world: working() });
    // 09:00 and four hours: 13:00 in Berlin.
    expect(ended(result)).toEqual([[Date.UTC(2026, 10, 19, 12) / MINUTE - START / MINUTE, 'elapsed']]);
    const done = result.events.find(({ type }) => type === 'act.done');
    expect(done).toMatchObject({
      path: 'rest',
      data: { capability: CALENDAR, outputs: { until: '2026-11-19T12:00Z' } },
    });
  });

  it('waits over the weekend for working days', async () => {
    const result = await told({ steps: [waitBusiness('rest', { days: 3 })], world: working() });
    expect(ended(result)).toEqual([[(Date.UTC(2026, 10, 23, 16) - START) / MINUTE, 'elapsed']]);
  });

  it('fails where nobody has said when people work, and is then a question', async () => {
    const bots = [{ ...commander, failures: 'skip' as const }];
    const { lines } = await told({ steps: [waitBusiness('rest', { days: 1 })], bots });
    expect(lines).toContain('1 rest step.failed no-calendar');
    expect(lines.some((line) => line.includes('rest step.skipped'))).toBe(true);
  });

  it('is not moved by a calendar that changes while it waits', async () => {
    const steps = [waitBusiness('rest', { minutes: 240 })];
    const result = await play({ steps, world: working(), continueAfter: ({ type }) => type === 'wait.started' });
    expect(result.continued).toBe(1);
    expect(result.events.filter(({ type }) => type === 'act.started')).toHaveLength(1);
  });
});

describe('waiting for an alert', () => {
  const steps = (more: Partial<Parameters<typeof waitAlert>[2]> = {}): Step[] => [
    waitAlert('calm', 120 * MINUTE, { cel: 'alert.kind == "model.healthy"', resolved: false, ...more }),
    when('steps.calm.how == "alert" && steps.calm.alert.kind == "model.healthy"', [say('good')], [say('bad')]),
  ];

  it('ends with the alert, which later steps can read', async () => {
    const result = await told({ steps: steps(), messages: [alertAt(10, healthy)] });
    expect(ended(result)).toEqual([[10, 'alert']]);
    expect(branchTaken(result)).toEqual(['then']);
  });

  it('ends at its bound when none comes, and says so', async () => {
    const result = await told({ steps: steps(), messages: [alertAt(10, { kind: 'other' })] });
    expect(ended(result)).toEqual([[120, 'elapsed']]);
    expect(branchTaken(result)).toEqual(['else']);
  });

  it('does not end with an alert that is over, nor with one that lacks what the condition looks at', async () => {
    const messages = [alertAt(5, healthy, 'alert-resolved'), alertAt(6, { title: 'of no kind' })];
    expect(ended(await told({ steps: steps(), messages }))).toEqual([[120, 'elapsed']]);
  });

  it('does not end with what came before it began, unless it counts from the opening', async () => {
    const messages = [alertAt(5, healthy)];
    const late = (since: { since?: 'opening' }) => [wait('before', 10 * MINUTE), ...steps(since)];
    expect(ended(await told({ steps: late({}), messages })).at(-1)).toEqual([130, 'elapsed']);
    expect(ended(await told({ steps: late({ since: 'opening' }), messages })).at(-1)).toEqual([10, 'alert']);
  });

  it('ends when an alert is over, where it waits for that', async () => {
    const messages = [alertAt(5, healthy), alertAt(9, healthy, 'alert-resolved')];
    expect(ended(await told({ steps: steps({ resolved: true }), messages }))).toEqual([[9, 'alert']]);
  });

  it('says on the timeline what it waits for, with what else that looks at and no more', async () => {
    const inputs = { version: '4.1.7', secret: 'not looked at' };
    const cel = 'alert.version == inputs.version && alert.by == steps.look.version';
    const { events } = await told({
      steps: [act('look', 'model.inspect'), waitAlert('calm', MINUTE, { cel, resolved: false })],
      opening: { ...opening, inputs },
    });
    const started = events.find(({ type }) => type === 'wait.started');
    expect(started?.data).toMatchObject({
      for: cel,
      awaits: { resolved: false, known: { inputs: { version: '4.1.7' }, steps: { look: { version: 'v41' } } } },
    });
    expect(JSON.stringify(started)).not.toContain('not looked at');
  });

  it('lets each of several waits take the alert, and rounds look at their own items', async () => {
    const kind = (name: string) => ({ cel: `alert.kind == "${name}"`, resolved: false });
    const result = await told({
      steps: [
        parallel('both', {
          a: [waitAlert('a1', 60 * MINUTE, kind('x'))],
          b: [waitAlert('b1', 60 * MINUTE, kind('x'))],
        }),
        each('rounds', '["x", "y"]', [waitAlert('one', 60 * MINUTE, { cel: 'alert.kind == item', resolved: false })]),
      ],
      messages: [
        alertAt(3, { kind: 'x' }),
        alertAt(7, { kind: 'x' }),
        alertAt(9, { kind: 'x' }),
        alertAt(11, { kind: 'y' }),
      ],
    });
    expect(ended(result)).toEqual([
      [3, 'alert'],
      [3, 'alert'],
      [7, 'alert'],
      [11, 'alert'],
    ]);
  });

  it('goes on counting while the incident is paused', async () => {
    const pause = { id: 'p', person: 'ana', at: 0, type: 'pause', reason: 'lunch' } as const;
    const messages = [{ at: START + MINUTE, message: pause }, alertAt(10, healthy)];
    const result = await told({ steps: steps().slice(0, 1), messages });
    expect(ended(result)).toEqual([[10, 'alert']]);
  });
});

it('every wait says how it ended', async () => {
  const { events } = await told({
    steps: [
      wait('time', MINUTE),
      wait('never', MINUTE, 'false'),
      wait('held', MINUTE, 'true'),
      when('steps.time.how == "elapsed" && steps.never.how == "elapsed" && steps.held.how == "held"', [say('right')]),
    ],
  });
  expect(events.find(({ type }) => type === 'branch.taken')?.data).toEqual({ branch: 'then' });
});
