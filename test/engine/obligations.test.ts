import { describe, expect, it, vi } from 'vitest';
import { perform, type Snapshot } from '../../src/engine/perform.ts';
import type { EventData, EventType } from '../../src/incident/events.ts';
import type { Message } from '../../src/incident/messages.ts';
import { momentText } from '../../src/incident/moment.ts';
import type { Step, Value } from '../../src/playbook/plan.ts';
import { Agenda } from '../../src/simulator/core/agenda.ts';
import {
  act,
  ask,
  commander,
  MINUTE,
  oblige,
  opening,
  parallel,
  planOf,
  START,
  say,
  use,
  wait,
} from '../support/plans.ts';
import { isolate, play } from '../support/play.ts';

const HOUR = 60 * MINUTE;
const mail = (more: object = {}) =>
  act('send', 'notify.mail', {
    use: use('notify.mail', { to: 'supervisory-authority', subject: 'Notice', text: 'What happened.' }),
    unattended: 'tested',
    fulfils: 'gdpr',
    ...more,
  });
const since = (at: number): { aware: Value } => ({ aware: { literal: momentText(at) } });
const message = (at: number, more: object) => ({
  at: START + at,
  message: { id: `m-${at}`, person: 'lea', at: 0, ...more } as Message,
});
const settled = (at: number, outcome: 'met' | 'waived', text = 'By phone.', number = 1, more: object = {}) =>
  message(at, { type: 'obligation', number, outcome, text, ...more });
/** What the commander answers to question 1. */
const answered = (at: number, path: string, answer: string, outputs?: object) =>
  message(at, {
    type: 'decide',
    vote: {
      incident: opening.incident,
      question: 1,
      path,
      planHash: '0'.repeat(64),
      person: 'ana',
      roles: ['incident-commander'],
      answer,
      reason: 'Counsel mistyped it.',
      ...(outputs && { outputs }),
      at: 0,
      expires: START + 100 * HOUR,
      surface: 'slack',
      key: '',
      signature: '',
    },
  });

/** What is told of duties, in hours since the opening; the plan ends at once and the clocks run on. */
async function duties(steps: Step[], more: object = {}) {
  const { events, ...rest } = await play({ steps, playOn: true, ...more });
  const told = events.filter((event) => event.type.startsWith('obligation.'));
  const lines = told.map(({ at, type, data }) =>
    `${(at - START) / HOUR} ${type} ${'roles' in data ? data.roles.join('+') : ''}`.trim(),
  );
  const last = <T extends EventType>(type: T) => told.findLast((event) => event.type === type)?.data as EventData<T>;
  return { ...rest, events, told, lines, last };
}

describe('the clock of a duty to notify', () => {
  it('runs for the 72 hours of Article 33, reminds 24, 6 and 1 hours before its end, and says when it is overdue', async () => {
    const { lines, last, events } = await duties([oblige('gdpr')]);
    expect(lines).toEqual([
      '0 obligation.opened',
      '48 obligation.reminded legal-counsel',
      '66 obligation.reminded legal-counsel',
      '71 obligation.reminded legal-counsel',
      '72 obligation.overdue legal-counsel+incident-commander',
    ]);
    expect(last('obligation.opened')).toMatchObject({
      number: 1,
      awareAt: START,
      dueAt: START + 72 * HOUR,
      owner: 'legal-counsel',
      remindAt: [48, 66, 71].map((hours) => START + hours * HOUR),
    });
    expect(events.findIndex((event) => event.type === 'plan.finished')).toBeLessThan(4);
  });

  it('runs from the moment that people gave, in the zone in which they gave it', async () => {
    const form = [{ id: 'aware', label: 'Aware since', type: 'date-time' as const, required: false }];
    const asked = ask('counsel', { form });
    const gdpr = oblige('gdpr', { aware: { cel: 'steps.counsel.answers.aware' } });
    const answer = (aware: object) =>
      message(HOUR / 60, {
        type: 'decide',
        vote: {
          incident: opening.incident,
          question: 1,
          path: 'counsel',
          planHash: '0'.repeat(64),
          person: 'ana',
          roles: ['incident-commander'],
          answer: 'approve',
          outputs: aware,
          at: 0,
          expires: START + HOUR,
          surface: 'slack',
          key: '',
          signature: '',
        },
      });
    const given = await duties([asked, gdpr], { bots: [], messages: [answer({ aware: '2026-11-19T01:58+02:00' })] });
    expect(given.last('obligation.opened').awareAt).toBe(START - 3 * HOUR);
    const empty = await duties([asked, gdpr], { bots: [], messages: [answer({})] });
    expect(empty.last('obligation.opened').awareAt).toBe(START);
    const bots = await duties([asked, gdpr], { bots: [commander] });
    expect(bots.last('obligation.opened').awareAt).toBe(START + commander.reactionMs);
  });

  it('opened late reminds once for all reminders that have passed, and goes on with those to come', async () => {
    const { lines } = await duties([oblige('gdpr', since(START - 70 * HOUR))]);
    expect(lines).toEqual([
      '0 obligation.opened',
      '0 obligation.reminded legal-counsel',
      '1 obligation.reminded legal-counsel',
      '2 obligation.overdue legal-counsel+incident-commander',
    ]);
  });

  it('opened after its end is overdue at once', async () => {
    const { lines } = await duties([oblige('gdpr', since(START - 80 * HOUR))]);
    expect(lines).toEqual(['0 obligation.opened', '0 obligation.overdue legal-counsel+incident-commander']);
  });

  it.each([
    ['that has not come yet', START + 2 * HOUR, 'aware-in-future'],
    ['of another year', START - 800 * 24 * HOUR, 'aware-long-ago'],
  ])('is not started from a moment %s: people are asked', async (_, at, code) => {
    const { lines, events } = await duties([oblige('gdpr', since(at)), say('after')], {
      bots: [{ ...commander, failures: 'skip' }],
    });
    expect(lines).toEqual([]);
    expect(events.find((event) => event.type === 'step.failed')?.data).toMatchObject({ code });
    expect(events.some((event) => event.type === 'act.done' && event.path === 'after')).toBe(true);
  });

  it('is started from the moment that somebody gives in place of one that could not be used', async () => {
    const gdpr = oblige('gdpr', since(START + 800 * HOUR));
    const steps = [gdpr, mail({ use: use('notify.mail', { to: 'a@b.example', subject: 's', text: 't' }) })];
    const { last, told } = await duties(steps, {
      bots: [],
      messages: [
        answered(MINUTE, 'gdpr', 'take-over', { aware: '2099-01-01T00:00Z' }),
        answered(2 * MINUTE, 'gdpr', 'take-over', { aware: 'yesterday' }),
        answered(3 * MINUTE, 'gdpr', 'skip', { aware: momentText(START - HOUR) }),
        answered(4 * MINUTE, 'gdpr', 'take-over', { aware: momentText(START - 2 * HOUR) }),
      ],
    });
    // What cannot be a moment, and one given with an answer that starts no clock, are refused.
    expect(told[0]).toMatchObject({ at: START + 4 * MINUTE, type: 'obligation.opened' });
    expect(last('obligation.opened')).toMatchObject({ awareAt: START - 2 * HOUR, dueAt: START + 70 * HOUR });
    expect(told.at(-1)).toMatchObject({ type: 'obligation.met' });
  });

  it('is started from the opening when whoever takes the step over gives no moment', async () => {
    const { last } = await duties([oblige('gdpr', since(START + 800 * HOUR))], {
      bots: [],
      messages: [answered(MINUTE, 'gdpr', 'take-over')],
    });
    expect(last('obligation.opened')).toMatchObject({ awareAt: START });
  });

  it('is started from the opening when nobody answers what to do about a moment that could not be used', async () => {
    const { last, events } = await duties([oblige('gdpr', since(START + 800 * HOUR)), say('after')], { bots: [] });
    expect(last('obligation.opened')).toMatchObject({ awareAt: START, dueAt: START + 72 * HOUR });
    expect(events.some((event) => event.type === 'act.done' && event.path === 'after')).toBe(false);
    const stopped = await duties([oblige('gdpr', since(START + 800 * HOUR))], {
      bots: [],
      messages: [answered(MINUTE, 'gdpr', 'stop')],
    });
    expect(stopped.events.some((event) => event.type === 'obligation.opened')).toBe(false);
  });

  it('is not started from words that are no moment, which are told in part only', async () => {
    const { events } = await duties([oblige('gdpr', { aware: { literal: `last Tuesday${'!'.repeat(5_000)}` } })], {
      bots: [{ ...commander, failures: 'skip' }],
    });
    const failed = events.find((event) => event.type === 'step.failed');
    expect(failed?.data).toMatchObject({ code: 'not-a-moment' });
    expect(JSON.stringify(failed).length).toBeLessThan(500);
  });

  it('tells later steps its number, its limit and the law', async () => {
    const template = ['number', 'aware', 'due', 'article', 'law', 'whom'].flatMap((name) => [
      { cel: `string(steps.gdpr.${name})` },
      '; ',
    ]);
    const { events } = await duties([
      oblige('gdpr'),
      mail({
        use: {
          ...use('notify.mail'),
          with: { to: { literal: 'a@b.example' }, subject: { literal: 's' }, text: { template } },
        },
      }),
    ]);
    const sent = events.find((event) => event.type === 'act.started')?.data as EventData<'act.started'>;
    expect(sent.with.text).toBe(
      '1; 2026-11-19T02:58Z; 2026-11-22T02:58Z; Article 33(1); Regulation (EU) 2016/679 (GDPR); the competent supervisory authority; ',
    );
  });
});

describe('a duty to notify is settled', () => {
  it('by the act that fulfils it, once that act is done and proved', async () => {
    const { lines, last, told } = await duties([oblige('gdpr'), wait('draft', HOUR), mail()]);
    expect(lines).toHaveLength(2);
    expect(told.at(-1)?.at).toBe(START + HOUR + 1_000);
    expect(last('obligation.met')).toEqual({
      number: 1,
      how: 'A mail was sent to supervisory-authority, 1 recipient.',
      by: 'send',
      late: false,
    });
    expect(told.at(-1)?.actor).toEqual({ kind: 'tocsin' });
  });

  it('late, when the act comes after the limit', async () => {
    const { lines, last } = await duties([oblige('gdpr', { remindMs: [] }), wait('draft', 73 * HOUR), mail()]);
    expect(lines.map((line) => line.split(' ')[1])).toEqual([
      'obligation.opened',
      'obligation.overdue',
      'obligation.met',
    ]);
    expect(last('obligation.met').late).toBe(true);
  });

  it('not by an act that failed and was skipped, but by one that somebody did by hand', async () => {
    const faults = [
      { capability: 'notify.mail', system: null, times: 9, kind: 'error' as const, retryable: false, message: 'away' },
    ];
    const { world } = await play({ steps: [] });
    const failing = (failures: 'skip' | 'take-over') =>
      duties([oblige('gdpr', { remindMs: [] }), mail()], {
        world: { ...world, faults },
        bots: [{ ...commander, failures }],
      });
    expect((await failing('skip')).lines).toEqual(['0 obligation.opened', expect.stringMatching(/^72 .*overdue/)]);
    const byHand = await failing('take-over');
    expect(byHand.last('obligation.met')).toMatchObject({ by: 'send', how: expect.stringMatching(/^By hand: /) });
    expect(byHand.told.at(-1)?.actor).toEqual({ kind: 'person', id: commander.person });
  });

  it.each([
    ['in time', 5 * HOUR, false],
    ['late', 75 * HOUR, true],
  ])('%s by somebody who gave the notice outside Tocsin', async (_, at, late) => {
    const { told } = await duties([oblige('gdpr')], { messages: [settled(at, 'met')] });
    expect(told.at(-1)).toMatchObject({
      at: START + at,
      path: 'gdpr',
      type: 'obligation.met',
      actor: { kind: 'person', id: 'lea' },
      data: { number: 1, how: 'By phone.', by: null, late },
    });
  });

  it('in time, when it was given before the limit and only said after it', async () => {
    const given = { givenAt: START + 70 * HOUR };
    const { told, lines } = await duties([oblige('gdpr')], {
      messages: [settled(75 * HOUR, 'met', 'By phone.', 1, given)],
    });
    expect(lines).toContain('72 obligation.overdue legal-counsel+incident-commander');
    expect(told.at(-1)).toMatchObject({ at: START + 75 * HOUR, data: { late: false, ...given } });
    const late = await duties([oblige('gdpr')], {
      messages: [settled(75 * HOUR, 'met', 'By phone.', 1, { givenAt: START + 73 * HOUR })],
    });
    expect(late.last('obligation.met').late).toBe(true);
  });

  it('not at a moment that cannot be: yet to come, before anybody knew, or of what was never given', async () => {
    const { lines } = await duties([oblige('gdpr', { remindMs: [] })], {
      messages: [
        settled(HOUR, 'met', 'x', 1, { givenAt: START + 2 * HOUR }),
        settled(2 * HOUR, 'met', 'x', 1, { givenAt: START - HOUR }),
        settled(3 * HOUR, 'waived', 'x', 1, { givenAt: START + HOUR }),
      ],
    });
    expect(lines).toEqual(['0 obligation.opened', expect.stringMatching(/^72 obligation.overdue/)]);
  });

  it('by somebody who judges that none is due; nothing rings any more, and the act does not meet it again', async () => {
    const { lines, last } = await duties([oblige('gdpr'), wait('draft', 2 * HOUR), mail()], {
      messages: [settled(HOUR, 'waived', 'No risk to anybody.')],
    });
    expect(lines).toEqual(['0 obligation.opened', '1 obligation.waived']);
    expect(last('obligation.waived')).toEqual({ number: 1, reason: 'No risk to anybody.' });
  });

  it('one by one, also where two follow the same rule', async () => {
    const { lines } = await duties([oblige('gdpr', { remindMs: [] }), oblige('again', { remindMs: [] })], {
      messages: [settled(HOUR, 'met', 'Sent.', 2)],
    });
    expect(lines).toEqual([
      '0 obligation.opened',
      '0 obligation.opened',
      '1 obligation.met',
      '72 obligation.overdue legal-counsel+incident-commander',
    ]);
  });
});

describe('whatever becomes of the plan, the clock of a duty runs on', () => {
  const reason = 'tested';
  it.each([
    ['paused', [wait('long', 100 * HOUR), say('later')], [message(HOUR, { type: 'pause', reason })]],
    ['stood down', [wait('long', 100 * HOUR)], [message(HOUR, { type: 'stand-down', reason })]],
    ['unwound', [ask('contain', { covers: ['isolate'] }), isolate(), act('check', 'model.validate')], []],
    ['resolved', [], [message(HOUR, { type: 'resolve', summary: 'Over.' })]],
  ] as [string, Step[], ReturnType<typeof message>[]][])('%s', async (_, steps, messages) => {
    const { lines } = await duties([oblige('gdpr', { remindMs: [HOUR] }), ...steps], {
      bots: [{ ...commander, failures: 'unwind' }],
      messages,
    });
    expect(lines).toEqual([
      '0 obligation.opened',
      '71 obligation.reminded legal-counsel',
      '72 obligation.overdue legal-counsel+incident-commander',
    ]);
  });

  it('and the incident cannot be closed before it is settled', async () => {
    const { events } = await duties([oblige('gdpr')], {
      messages: [
        message(HOUR, { type: 'resolve', summary: 'Over.' }),
        message(2 * HOUR, { type: 'close' }),
        settled(3 * HOUR, 'met'),
        message(4 * HOUR, { type: 'close' }),
      ],
    });
    const closed = events.filter((event) => event.type === 'incident.closed');
    expect(closed.map(({ at }) => (at - START) / HOUR)).toEqual([4]);
  });

  it('and is the same when the run is given up and taken up again after every event', async () => {
    const steps = [
      parallel('both', { a: [oblige('gdpr', since(START - 60 * HOUR))], b: [oblige('other'), wait('x', HOUR)] }),
    ];
    const messages = [settled(70 * HOUR, 'met', 'Sent.', 2)];
    const whole = await duties(steps, { messages });
    const broken = await duties(steps, { messages, continueAfter: () => true });
    expect(broken.continued).toBeGreaterThan(6);
    expect(broken.events).toEqual(whole.events);
    expect(whole.lines).toHaveLength(2 + 3 + 2 + 1 + 1);
  });
});

describe('what people say of a duty', () => {
  /** An incident whose plan has ended; time stands still. */
  async function incident(steps: Step[], snapshot?: Snapshot) {
    const types: string[] = [];
    const agenda = new Agenda();
    const performance = perform({
      plan: planOf(steps),
      opening,
      snapshot,
      onIdle: () => undefined,
      onCrash: (error) => {
        throw error;
      },
      stage: {
        now: () => START,
        act: () => undefined,
        at: (time, path, fire) => agenda.add(time, path, fire),
        record: (event) => void types.push(event.type),
      },
    });
    performance.start();
    if (!snapshot) await vi.waitFor(() => expect(types).toContain('plan.finished'));
    let sent = 0;
    const tell = (more: object) =>
      performance.deliver({ id: `t${++sent}`, person: 'lea', at: START, ...more } as Message);
    return { performance, tell, agenda };
  }
  const given = (number: number) => ({ type: 'obligation', number, outcome: 'met', text: 'By phone.' });

  it('is refused about one that is not there, or settled already', async () => {
    const { tell } = await incident([oblige('gdpr')]);
    expect(tell(given(2))).toMatchObject({ status: 'refused', code: 'unknown-obligation' });
    expect(tell(given(1))).toEqual({ status: 'accepted' });
    expect(tell({ ...given(1), outcome: 'waived' })).toMatchObject({ code: 'obligation-settled' });
  });

  it('is needed before the incident is closed: the refusal names each notice and its limit', async () => {
    const { tell } = await incident([oblige('gdpr'), oblige('other')]);
    expect(tell({ type: 'resolve', summary: 'Over.' })).toEqual({ status: 'accepted' });
    expect(tell(given(2))).toEqual({ status: 'accepted' });
    expect(tell({ type: 'close' })).toEqual({
      status: 'refused',
      code: 'obligations-open',
      message: expect.stringMatching(/notice 1 \(Article 33\(1\) of .*, due by 2026-11-22T02:58Z\)/),
    });
    tell(given(1));
    expect(tell({ type: 'close' })).toEqual({ status: 'accepted' });
  });

  it('leaves no clock behind, and one that is open is taken up with the state', async () => {
    const { performance, tell, agenda } = await incident([oblige('gdpr')]);
    const later = await incident([oblige('gdpr')], performance.snapshot());
    expect(later.agenda.nextTime()).toBe(START + 48 * HOUR);
    tell(given(1));
    expect(agenda.nextTime()).toBeNull();
  });

  it('a state that was saved before there were duties can be taken up', async () => {
    const { performance } = await incident([say('told')].slice(1));
    const { obligations: _, openedAt: __, ...old } = performance.snapshot();
    const later = await incident([], old);
    expect(later.tell(given(1))).toMatchObject({ code: 'unknown-obligation' });
    expect(later.tell({ type: 'resolve', summary: 'Over.' })).toEqual({ status: 'accepted' });
    expect(later.tell({ type: 'close' })).toEqual({ status: 'accepted' });
  });
});
