import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/playbook/plan.ts';
import { act, ask, attempt, commander, MINUTE, parallel, START, say, wait, world } from '../support/plans.ts';
import { play, system } from '../support/play.ts';

const kinds = (lines: string[], type: string) => lines.filter((line) => line.includes(` ${type}`));
const telling = (id: string, cel: string): Step => ({
  ...say(id),
  use: { ...say(id).use, with: { to: { literal: 'stakeholders' }, subject: { literal: id }, text: { cel } } },
});
const cut = () => act('cut', 'model.isolate', { unattended: 'A test needs nobody to decide.' });

describe('a parallel until any', () => {
  it('goes on with the first branch that completes; the questions and waits of the others are called off, with the reason', async () => {
    const {
      lines,
      events,
      world: after,
    } = await play({
      steps: [
        parallel(
          'race',
          { people: [ask('may'), say('never')], slow: [wait('long', 60 * MINUTE)], quick: [wait('short', MINUTE)] },
          { any: true },
        ),
        telling('told', 'steps.race.first'),
      ],
    });
    expect(lines).toContain('60 race branch.taken quick');
    expect(lines).toContain('60 race/people/may decision.withdrawn another branch came first');
    expect(lines).toContain('60 race/slow/long wait.ended called-off');
    expect(lines).toContain('60 race/people/never step.skipped The block ended: another branch came first.');
    expect(after.mailbox[0]?.text).toBe('quick');
    expect(events.at(-1)).toMatchObject({ type: 'plan.finished', data: { outcome: 'completed' } });
  });

  it('awaits an act in flight, which stays done and is undone when the incident is stood down', async () => {
    const enough = { id: 'x', person: 'ana', at: 0, type: 'stand-down', reason: 'enough' } as const;
    const steps = [
      parallel('race', { acting: [cut(), say('never')], quick: [say('quick')] }, { any: true }),
      wait('then', 60 * MINUTE),
    ];
    const { lines, world: after } = await play({ steps });
    expect(kinds(lines, 'act.done act')).toHaveLength(1);
    expect(lines.some((line) => line.includes('never act.started'))).toBe(false);
    expect(system(after)?.traffic).toBe('cut');
    const down = await play({ steps, messages: [{ at: START + 10 * MINUTE, message: enough }] });
    expect(system(down.world)?.traffic).toBe('serving');
  });

  it('is won by whoever completes, also when another was denied before, and has failed when none completes', async () => {
    const denied = { ...commander, approvals: 'deny' as const, failures: 'skip' as const };
    const one = await play({
      steps: [parallel('race', { asks: [ask('may')], waits: [wait('long', 5 * MINUTE)] }, { any: true })],
      bots: [denied],
    });
    expect(one.lines).toContain('300 race branch.taken waits');
    const none = await play({
      steps: [parallel('race', { a: [ask('may')], b: [ask('can')] }, { any: true })],
      bots: [denied],
    });
    expect(kinds(none.lines, 'step.failed')).toEqual(['80 race step.failed no-branch-completed']);
  });

  it('that people try again acts again: what its branches did the first time does not pass for done', async () => {
    const enough = { id: 'x', person: 'ana', at: 0, type: 'stand-down', reason: 'enough' } as const;
    const {
      events,
      lines,
      world: after,
    } = await play({
      steps: [parallel('race', { tells: [say('told'), cut(), ask('may')], asks: [ask('can')] }, { any: true })],
      bots: [{ ...commander, approvals: 'deny', failures: 'retry' }],
      messages: [{ at: START + 200_000, message: enough }],
    });
    expect(after.mailbox.map(({ subject }) => subject)).toEqual(['told', 'told']);
    const keys = events.flatMap((event) => (event.type === 'act.started' ? [event.data.key] : []));
    expect(new Set(keys).size).toBe(keys.length);
    expect(kinds(lines, 'act.done undo')).toHaveLength(2);
    expect(system(after)?.traffic).toBe('serving');
  });

  it('inside a try forgets the failure of a branch that another one makes good', async () => {
    const broken = { capability: 'model.inspect', system: null, times: 9, kind: 'error', retryable: false } as const;
    const { lines } = await play({
      steps: [
        attempt(
          'either',
          [parallel('race', { looks: [act('look', 'model.inspect')], waits: [wait('long', MINUTE)] }, { any: true })],
          [say('never')],
        ),
      ],
      world: { ...world(), faults: [{ ...broken, message: 'away' }] },
    });
    expect(kinds(lines, 'decision.asked')).toEqual([]);
    expect(lines.some((line) => line.includes('never'))).toBe(false);
    expect(lines).toContain('60 either/try/race branch.taken waits');
  });
});

describe('a parallel that fails fast', () => {
  it('calls the others off when one is denied, and the rest of the block is skipped as after that deny', async () => {
    const { lines } = await play({
      steps: [
        parallel('both', { asks: [ask('may')], waits: [wait('long', 60 * MINUTE)] }, { failFast: true }),
        say('never'),
      ],
      bots: [{ ...commander, approvals: 'deny' }],
    });
    expect(lines).toContain('80 both/waits/long wait.ended called-off');
    expect(lines).toContain('80 never step.skipped The block ended: denied.');
    expect(lines.at(-1)).toBe('80  plan.finished denied');
  });

  it('runs all branches to their end while none fails', async () => {
    const { lines } = await play({
      steps: [
        parallel('both', { a: [wait('one', MINUTE)], b: [wait('two', 2 * MINUTE)] }, { failFast: true }),
        say('next'),
      ],
    });
    expect(kinds(lines, 'wait.ended')).toEqual([
      '60 both/a/one wait.ended elapsed',
      '120 both/b/two wait.ended elapsed',
    ]);
    expect(lines.some((line) => line.includes('next act.done'))).toBe(true);
  });
});
