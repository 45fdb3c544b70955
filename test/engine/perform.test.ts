import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/incident/events.ts';
import { parseEvent } from '../../src/incident/events.ts';
import type { Value } from '../../src/playbook/plan.ts';
import { rehearse } from '../../src/simulator/core/rehearse.ts';
import type { World } from '../../src/simulator/core/world.ts';
import {
  act,
  ask,
  commander,
  MINUTE,
  opening,
  parallel,
  planOf,
  run,
  START,
  say,
  use,
  wait,
  when,
  world,
} from '../support/plans.ts';

type Options = Partial<Parameters<typeof rehearse>[0]> & {
  steps: Parameters<typeof planOf>[0];
  finally?: Parameters<typeof planOf>[1];
};

async function play({ steps, finally: last, ...more }: Options) {
  const plan = planOf(steps, last);
  const result = await rehearse({ plan, opening, world: world(), bots: [commander], startAt: START, ...more });
  for (const event of result.events) parseEvent(event);
  return { ...result, lines: result.events.map(line) };
}

const line = (event: IncidentEvent): string => {
  const data = event.data as Record<string, unknown>;
  const what = data.purpose ?? data.outcome ?? data.branch ?? data.code ?? data.reason ?? data.because ?? '';
  return `${(event.at - START) / 1000} ${event.path} ${event.type} ${what}`.trim();
};

const isolate = () =>
  act('isolate', 'model.isolate', { coveredBy: 'contain', prove: use('model.probe', { expect: 'cut' }) });
const system = (w: World) => w.systems['support-assistant'];

describe('a playbook', () => {
  it('asks, waits for the answer, acts, and proves what it did by traffic', async () => {
    const {
      lines,
      world: after,
      status,
    } = await play({
      steps: [act('assess', 'model.inspect'), ask('contain', { covers: ['isolate'] }), isolate()],
      finally: [say('brief')],
    });
    expect(lines).toEqual([
      '0  incident.opened',
      '0  plan.started',
      '0 assess act.started act',
      '2 assess act.done act',
      '2 contain decision.asked',
      '82 contain decision.voted',
      '82 contain decision.made approve',
      '82 isolate undo.registered',
      '82 isolate act.started act',
      '86 isolate act.done act',
      '86 isolate act.started prove',
      '89 isolate act.done prove',
      '89 finally/brief act.started say',
      '90 finally/brief act.done say',
      '90  plan.finished completed',
    ]);
    expect(system(after)?.traffic).toBe('cut');
    expect(after.mailbox).toHaveLength(1);
    expect(status).toBe('ended');
  });

  it('hands the standing approval to the act that it covers', async () => {
    const { events } = await play({ steps: [ask('contain', { covers: ['isolate'] }), isolate()] });
    const asked = events.find((event) => event.type === 'decision.asked');
    expect(asked?.data).toMatchObject({
      acts: [
        {
          path: 'isolate',
          capability: 'model.isolate',
          risk: 'disruptive',
          undo: 'model.restore',
          prove: 'model.probe',
        },
      ],
    });
  });

  it('says of each act that is asked about what it is aimed at, and nothing where that is not known yet', async () => {
    const other = {
      ...(opening.system as NonNullable<typeof opening.system>),
      id: 'credit-scoring',
      name: 'Credit scoring',
    };
    const aimed = (id: string, system: Value) =>
      act(id, 'model.isolate', { coveredBy: 'contain', use: { ...use('model.isolate'), with: { system } } });
    const { events } = await play({
      steps: [
        ask('contain', { covers: ['here', 'there', 'elsewhere', 'later', 'tell'] }),
        aimed('here', { literal: 'support-assistant' }),
        aimed('there', { cel: 'inputs.other.id' }),
        aimed('elsewhere', { literal: 'fraud-model' }),
        aimed('later', { cel: 'steps.here.detail' }),
        act('tell', 'notify.mail', { coveredBy: 'contain', use: use('notify.mail', { to: 'desk@regulator.example' }) }),
      ],
      opening: { ...opening, inputs: { other } },
      bots: [],
    });
    const asked = events.find((event) => event.type === 'decision.asked');
    expect(asked?.data.acts.map(({ path, target }) => [path, target])).toEqual([
      ['here', 'Support assistant'],
      ['there', 'Credit scoring'],
      ['elsewhere', 'fraud-model'],
      ['later', undefined],
      ['tell', 'desk@regulator.example'],
    ]);
  });

  it('denied: runs on-deny and skips the rest of the block, and says so', async () => {
    const { lines, world: after } = await play({
      steps: [ask('contain', { covers: ['isolate'], onDeny: [say('manual')] }), isolate()],
      bots: [{ ...commander, approvals: 'deny' }],
    });
    expect(lines.slice(4)).toEqual([
      '80 contain decision.made deny',
      '80 contain/on-deny/manual act.started say',
      '81 contain/on-deny/manual act.done say',
      '81 isolate step.skipped The block ended: denied.',
      '81  plan.finished denied',
    ]);
    expect(system(after)?.traffic).toBe('serving');
  });

  it('nobody answers: reminds, escalates, and the declared default counts', async () => {
    const { lines } = await play({ steps: [ask('contain')], bots: [] });
    expect(lines.slice(2)).toEqual([
      '0 contain decision.asked',
      '300 contain decision.reminded',
      '420 contain decision.escalated',
      '600 contain decision.made deny',
      '600  plan.finished denied',
    ]);
  });

  it('lets whoever it was escalated to take an empty seat', async () => {
    const manager = { ...commander, person: 'bot-manager', roles: ['engineering-manager'] };
    const { lines } = await play({ steps: [ask('contain')], bots: [manager] });
    expect(lines).toContain('500 contain decision.made approve');
  });

  it('reports success of a lying system as a failed step, because the proof does not confirm it', async () => {
    const lied = {
      ...world(),
      faults: [
        { capability: 'model.isolate', system: null, times: 1, kind: 'lie' as const, retryable: false, message: '' },
      ],
    };
    const { lines, world: after } = await play({
      steps: [ask('contain', { covers: ['isolate'] }), isolate()],
      world: lied,
    });
    expect(lines).toContain('87 isolate step.failed not-proved');
    // The bot answers "retry": the act runs again under a new key, and this time it holds.
    expect(system(after)?.traffic).toBe('cut');
    expect(lines.at(-1)).toMatch(/plan\.finished completed/);
  });

  it('tries a retryable act again with growing pauses before it asks anybody', async () => {
    const faulty = {
      ...world(),
      faults: [
        {
          capability: 'model.inspect',
          system: null,
          times: 2,
          kind: 'error' as const,
          retryable: true,
          message: 'timed out',
        },
      ],
    };
    const { lines } = await play({
      steps: [act('assess', 'model.inspect', { retry: { attempts: 3, delayMs: 2_000, factor: 2 } })],
      world: faulty,
    });
    expect(lines.slice(2, -1)).toEqual([
      '0 assess act.started act',
      '2 assess act.failed act',
      '4 assess act.started act',
      '6 assess act.failed act',
      '10 assess act.started act',
      '12 assess act.done act',
    ]);
  });

  it.each([
    ['stop', 'stopped', 'cut'],
    ['unwind', 'unwound', 'serving'],
  ] as const)('a failed validation, answered "%s", leaves traffic %3$s', async (failures, outcome, traffic) => {
    const { lines, world: after } = await play({
      steps: [
        ask('contain', { covers: ['isolate'] }),
        isolate(),
        act('validate', 'model.validate'),
        act('restore', 'model.restore', { coveredBy: 'contain' }),
      ],
      bots: [{ ...commander, failures }],
      finally: [say('brief')],
    });
    expect(system(after)?.traffic).toBe(traffic);
    expect(lines.at(-1)).toMatch(new RegExp(`plan.finished ${outcome}`));
    expect(lines.some((l) => l.includes('finally/brief act.done'))).toBe(true);
    expect(lines.some((l) => l.includes('restore act.started act'))).toBe(false);
  });

  it('nobody answers about a failed step: it stops, and what was contained stays contained', async () => {
    const { lines, world: after } = await play({
      steps: [ask('contain', { covers: ['isolate'] }), isolate(), act('validate', 'model.validate')],
      bots: [{ ...commander, failures: 'ignore' }],
    });
    expect(lines.at(-1)).toMatch(/plan.finished stopped/);
    expect(system(after)?.traffic).toBe('cut');
  });

  it('an expression that fails is a failed step, and skipping it goes on', async () => {
    const { lines } = await play({
      steps: [when('steps.nothing.at.all == 1', [say('never')]), say('after')],
      bots: [{ ...commander, failures: 'skip' }],
    });
    expect(lines.filter((l) => l.includes('branch'))).toEqual([
      '0 branch step.failed expression',
      '0 branch decision.asked',
      '80 branch decision.voted',
      '80 branch decision.made skip',
      '80 branch step.skipped bot-commander is a bot',
    ]);
    expect(lines.at(-1)).toMatch(/completed/);
  });

  it('a failed step with on-failure asks nobody; the rest of its block is skipped', async () => {
    const { lines } = await play({
      steps: [act('validate', 'model.validate', { onFailure: [say('tell')] }), say('after')],
    });
    expect(lines.some((l) => l.includes('decision.asked'))).toBe(false);
    expect(lines.slice(-4)).toEqual([
      '6 validate/on-failure/tell act.started say',
      '7 validate/on-failure/tell act.done say',
      '7 after step.skipped The block ended: failed.',
      '7  plan.finished failed',
    ]);
  });

  it('a branch that stops does not end the others; nothing after the join runs', async () => {
    const { lines } = await play({
      steps: [
        parallel('both', {
          recover: [act('validate', 'model.validate')],
          legal: [wait('pause', MINUTE), say('notify')],
        }),
        say('after'),
      ],
      bots: [{ ...commander, failures: 'stop', reactionMs: 1_000 }],
    });
    expect(lines).toContain('61 both/legal/notify act.done say');
    expect(lines.some((l) => l.includes(' after '))).toBe(false);
    expect(lines.at(-1)).toMatch(/stopped/);
  });

  it('runs another playbook with variables and a finally of its own', async () => {
    const { lines } = await play({
      steps: [
        run('legal', [when('inputs.reason == "tested"', [say('notify')])], [say('file')]),
        when('steps.legal.outcome == "completed"', [say('after')], [], 'check'),
      ],
    });
    expect(lines).toContain('0 legal run.started');
    expect(lines).toContain('1 legal/branch/then/notify act.done say');
    expect(lines).toContain('2 legal/finally/file act.done say');
    expect(lines).toContain('2 legal run.finished completed');
    expect(lines).toContain('3 check/then/after act.done say');
  });

  it('a wait ends early when its condition comes true', async () => {
    const { lines } = await play({
      steps: [
        parallel('both', {
          a: [act('assess', 'model.inspect')],
          b: [wait('hold', 10 * MINUTE, 'has(steps.assess) && steps.assess.version == "v41"')],
        }),
      ],
    });
    expect(lines).toContain('2 both/b/hold wait.ended condition');
  });
});

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
