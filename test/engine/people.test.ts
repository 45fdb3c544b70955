import { describe, expect, it } from 'vitest';
import {
  act,
  ask,
  commander,
  MINUTE,
  opening,
  parallel,
  run,
  START,
  say,
  wait,
  when,
  world,
} from '../support/plans.ts';
import { isolate, play, system } from '../support/play.ts';

describe('outputs that people supply in place of a failed step', () => {
  const validation = [act('validate', 'model.validate'), say('after')];
  const takeOver = (outputs: object, answer = 'take-over') => ({
    at: START + 10_000,
    message: {
      id: 'by-hand',
      person: 'ana',
      at: 0,
      type: 'decide',
      vote: {
        incident: opening.incident,
        question: 1,
        path: 'validate',
        planHash: '0'.repeat(64),
        person: 'ana',
        roles: ['incident-commander'],
        answer,
        reason: 'checked by hand',
        outputs,
        at: 0,
        expires: START + 60 * MINUTE,
        surface: 'api',
        key: '',
        signature: '',
      },
    } as never,
  });
  const good = { version: 'v40', checks: ['by hand'], detail: 'Checked by hand.' };

  it('are taken when they are what the step declares', async () => {
    const { lines } = await play({ steps: validation, bots: [], messages: [takeOver(good)] });
    expect(lines).toContain('10 validate step.taken-over checked by hand');
  });

  it.each([
    ['of another type', { ...good, checks: 'all' }],
    ['that it does not declare', { ...good, more: 1 }],
    ['of which some are missing', { version: 'v40' }],
  ])('are refused when they hold values %s', async (_, outputs) => {
    const { lines } = await play({ steps: validation, bots: [], messages: [takeOver(outputs)] });
    expect(lines.some((l) => l.includes('decision.voted'))).toBe(false);
  });
});

describe('people may', () => {
  const message = (type: string, at: number, more: object = {}) => ({
    at: START + at,
    message: { id: `m-${type}-${at}`, person: 'ana', at: 0, type, ...more } as never,
  });

  it('stand down: waits are cut short, an act in flight is awaited, then everything is undone in reverse', async () => {
    const { lines, world: after } = await play({
      steps: [
        ask('contain', { covers: ['isolate'] }),
        isolate(),
        act('rollback', 'model.rollback', { coveredBy: 'contain' }),
        wait('watch', 60 * MINUTE),
      ],
      messages: [message('stand-down', 90_000, { reason: 'false alarm' })],
      finally: [say('brief')],
    });
    const from = lines.indexOf('90  incident.stood-down false alarm');
    expect(lines.slice(from, from + 3)).toEqual([
      '90  incident.stood-down false alarm',
      '95 rollback act.done act',
      '95  undo.started stand-down',
    ]);
    expect(lines).not.toContain('90 watch wait.started');
    const undos = lines.filter((l) => l.includes('undo') && l.includes('act.done'));
    expect(undos.map((l) => l.split(' ')[1])).toEqual(['rollback', 'isolate']);
    expect(system(after)).toMatchObject({ traffic: 'serving', serving: 'v41' });
    expect(lines.at(-1)).toMatch(/stood-down/);
    expect(lines.some((l) => l.includes('finally/brief act.done'))).toBe(true);
  });

  it('stand down while a wait lasts: it ends there, and is said to be called off', async () => {
    const { lines } = await play({
      steps: [wait('watch', 60 * MINUTE)],
      messages: [message('stand-down', 10_000, { reason: 'false alarm' })],
    });
    expect(lines).toContain('10 watch wait.ended called-off');
  });

  it('stand down while a question is open: it is withdrawn', async () => {
    const { lines } = await play({
      steps: [ask('contain')],
      messages: [message('stand-down', 10_000, { reason: 'false alarm' })],
    });
    expect(lines).toContain('10 contain decision.withdrawn stand-down');
    expect(lines.at(-1)).toBe('10  plan.finished stood-down');
  });

  it('stand down stays a stand-down, also when a failure on the way is answered "unwind"', async () => {
    const { lines } = await play({
      steps: [run('inner', [wait('watch', 60 * MINUTE)], [act('check', 'model.validate')])],
      messages: [message('stand-down', 10_000, { reason: 'false alarm' })],
      bots: [{ ...commander, failures: 'unwind' }],
    });
    expect(lines.at(-1)).toMatch(/plan.finished stood-down/);
  });

  it('unwind only where something can still be unwound: not once the plan is in its finally', async () => {
    const { events } = await play({
      steps: [],
      finally: [act('check', 'model.validate')],
      bots: [{ ...commander, failures: 'unwind' }],
    });
    const asked = events.find((event) => event.type === 'decision.asked');
    expect(asked?.data.options).toEqual(['retry', 'skip', 'take-over', 'stop']);
    expect(events.at(-1)).toMatchObject({ type: 'plan.finished', data: { outcome: 'completed' } });
  });

  it('pause: no new act begins, but the clock of a question runs on', async () => {
    const { lines } = await play({
      steps: [parallel('both', { a: [wait('short', 10_000), say('later')], b: [ask('contain')] })],
      bots: [],
      messages: [message('pause', 5_000, { reason: 'wait for the vendor' }), message('resume', 700_000)],
    });
    expect(lines).toContain('600 both/b/contain decision.made deny');
    expect(lines).toContain('700 both/a/later act.started say');
  });

  it('stand down after a step was tried again: both tries are undone, back to what the first one found', async () => {
    const faults = [
      {
        capability: 'model.probe',
        system: null,
        times: 1,
        kind: 'error' as const,
        retryable: false,
        message: 'prober away',
      },
    ];
    const { lines, world: after } = await play({
      steps: [ask('contain', { covers: ['isolate'] }), isolate(), wait('watch', 60 * MINUTE)],
      world: { ...world(), faults },
      messages: [message('stand-down', 10 * MINUTE, { reason: 'false alarm' })],
    });
    expect(lines.filter((l) => l.includes('isolate act.done act'))).toHaveLength(2);
    expect(lines.filter((l) => l.includes('isolate act.done undo'))).toHaveLength(2);
    expect(system(after)?.traffic).toBe('serving');
  });

  it('leave an undo that failed as it is, or do it by hand', async () => {
    const faults = [
      {
        capability: 'model.restore',
        system: null,
        times: 3,
        kind: 'error' as const,
        retryable: false,
        message: 'gateway away',
      },
    ];
    const { lines, events } = await play({
      steps: [ask('contain', { covers: ['isolate'] }), isolate(), wait('watch', 60 * MINUTE)],
      world: { ...world(), faults },
      bots: [{ ...commander, failures: 'take-over' }],
      messages: [message('stand-down', 95_000, { reason: 'false alarm' })],
    });
    expect(lines.some((l) => l.includes('isolate step.taken-over'))).toBe(true);
    expect(events.find((e) => e.type === 'undo.finished')?.data).toEqual({ undone: 1, left: 0 });
  });
});

describe('a question with a form', () => {
  const asked = ask('aware', {
    form: [{ id: 'records', label: 'How many records', type: 'number', required: true }],
  });
  const vote = (outputs: object | undefined, at = 5_000, answer = 'approve') => ({
    at: START + at,
    message: {
      id: `vote-${at}`,
      person: 'ana',
      at: 0,
      type: 'decide',
      vote: {
        incident: opening.incident,
        question: 1,
        path: 'aware',
        planHash: '0'.repeat(64),
        person: 'ana',
        roles: ['incident-commander'],
        answer,
        ...(outputs && { outputs }),
        at: 0,
        expires: START + 60 * MINUTE,
        surface: 'slack',
        key: '',
        signature: '',
      },
    } as never,
  });
  const after = [asked, when('steps.aware.answers.records > 100', [say('many')], [say('few')])];

  it('gives its answers to later steps', async () => {
    const { lines } = await play({ steps: after, bots: [], messages: [vote({ records: 4_000 })] });
    expect(lines.join('\n')).toContain('branch/then/many');
  });

  it('is not taken while an answer is missing or of another type, and stays open', async () => {
    const { lines } = await play({
      steps: after,
      bots: [],
      messages: [vote(undefined, 1_000), vote({ records: 'many' }, 2_000), vote({ records: 3 }, 3_000)],
    });
    expect(lines.filter((line) => line.includes('decision.voted'))).toHaveLength(1);
    expect(lines.join('\n')).toContain('branch/else/few');
  });

  it('with options of its own goes on with the one that was chosen', async () => {
    const own = ask('aware', {
      options: [
        { id: 'back', title: 'Go back' },
        { id: 'down', title: 'Keep it down' },
      ],
      otherwise: 'down',
      onDeny: null,
    });
    const steps = [own, when('steps.aware.outcome == "back"', [say('going-back')], [say('staying-down')])];
    const chosen = await play({ steps, bots: [], messages: [vote(undefined, 1_000, 'back')] });
    expect(chosen.lines.join('\n')).toContain('branch/then/going-back');
    const silent = await play({ steps, bots: [], messages: [] });
    expect(silent.lines.join('\n')).toContain('branch/else/staying-down');
  });
});

describe('what people approved', () => {
  /** Its details name something that changes between the asking and the answer, and afterwards. */
  const drafted = ask('notice', { details: { template: ['Severity ', { cel: 'incident.severity' }, '.'] } });
  const send = say('send');
  send.use.with.text = { template: [{ cel: 'steps.notice.details' }, ' Now ', { cel: 'incident.severity' }, '.'] };
  const raised = {
    at: START + 10_000,
    message: { id: 'raise', person: 'ana', at: 0, type: 'severity', severity: 'sev1', reason: 'worse' } as never,
  };

  it.each([
    ['in one run', false],
    ['when the run is given up and taken up again', true],
  ])('is what is sent on, word for word, whatever has changed since, %s', async (_, broken) => {
    const { events } = await play({ steps: [drafted, send], messages: [raised], continueAfter: () => broken });
    const sent = events.find((event) => event.type === 'act.started');
    expect(sent?.data.with.text).toBe('Severity sev2. Now sev1.');
  });
});
