import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/playbook/plan.ts';
import { act, ask, commander, MINUTE, opening, parallel, run, say, use, wait, when, world } from '../support/plans.ts';
import { isolate, play, system } from '../support/play.ts';

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
