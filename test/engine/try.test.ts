import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/playbook/plan.ts';
import type { Fault } from '../../src/simulator/core/world.ts';
import { act, attempt, commander, parallel, run, START, say, wait, world } from '../support/plans.ts';
import { play, system } from '../support/play.ts';

const broken = (capability: string): Fault => ({
  capability,
  system: null,
  times: 9,
  kind: 'error',
  retryable: false,
  message: 'the gateway refused',
});
const failing = { ...world(), faults: [broken('model.inspect')] };
const told = (id: string): Step => ({
  ...say(id),
  use: {
    ...say(id).use,
    with: {
      to: { literal: 'stakeholders' },
      subject: { literal: id },
      text: { template: ['It was ', { cel: 'failure.step' }, ': ', { cel: 'failure.message' }] },
    },
  },
});
const asked = (lines: string[]) => lines.filter((line) => line.includes('decision.asked'));

describe('a try', () => {
  it('answers the first failure itself: asks nobody, skips the rest, says what failed, and the plan goes on', async () => {
    const { lines, world: after } = await play({
      steps: [
        attempt('bring-back', [act('look', 'model.inspect'), say('never')], [told('cut-off')], [say('last')]),
        say('next'),
      ],
      world: failing,
    });
    expect(asked(lines)).toEqual([]);
    expect(lines.slice(3).map((line) => line.replace(/^\S+ +/, ''))).toEqual([
      'bring-back/try/look act.failed act',
      'bring-back/try/look step.failed simulated-fault',
      'bring-back/try/never step.skipped The block ended: failed.',
      'bring-back branch.taken on-failure',
      'bring-back/on-failure/cut-off act.started say',
      'bring-back/on-failure/cut-off act.done say',
      'bring-back/finally/last act.started say',
      'bring-back/finally/last act.done say',
      'next act.started say',
      'next act.done say',
      'plan.finished completed',
    ]);
    expect(after.mailbox[0]?.text).toBe('It was look: the gateway refused');
  });

  it('leaves its outcome', async () => {
    const outcome = async (faulty: boolean) => {
      const { lines } = await play({
        steps: [
          attempt('a', [act('look', 'model.inspect')], []),
          { ...say('failed'), when: { cel: 'steps.a.outcome == "failed"' } },
        ],
        ...(faulty && { world: failing }),
      });
      return lines.some((line) => line.includes('failed act.done'));
    };
    expect([await outcome(true), await outcome(false)]).toEqual([true, false]);
  });

  it('lets the other branches run to their end first, and reaches into a playbook that is run, whose finally still runs', async () => {
    const { lines } = await play({
      steps: [
        attempt(
          'a',
          [
            parallel('both', {
              left: [run('inner', [act('look', 'model.inspect')], [say('brief')])],
              right: [wait('pause', 60_000), say('slow')],
            }),
            say('never'),
          ],
          [say('handled')],
        ),
      ],
      world: failing,
    });
    expect(asked(lines)).toEqual([]);
    const order = [
      'inner/finally/brief act.done',
      'right/slow act.done',
      'a/try/never step.skipped',
      'a/on-failure/handled act.done',
    ];
    const at = order.map((what) => lines.findIndex((line) => line.includes(what)));
    expect(at).not.toContain(-1);
    expect([...at].sort((x, y) => x - y)).toEqual(at);
  });

  it('without on-failure asks people, or leaves the failure to the try around it; its finally runs first', async () => {
    const alone = await play({
      steps: [attempt('a', [act('look', 'model.inspect')], null, [say('last')])],
      world: failing,
      bots: [{ ...commander, failures: 'skip' }],
    });
    expect(asked(alone.lines)).toHaveLength(1);
    const inside = await play({
      steps: [
        attempt('outer', [attempt('inner', [act('look', 'model.inspect')], null, [say('last')])], [say('handled')]),
      ],
      world: failing,
    });
    expect(asked(inside.lines)).toEqual([]);
    const done = inside.lines.filter((line) => line.includes('act.done')).map((line) => line.split(' ')[1]);
    expect(done).toEqual(['outer/try/inner/finally/last', 'outer/on-failure/handled']);
  });

  it('asks people about what fails in its finally, and in its on-failure', async () => {
    const look = act('look', 'model.inspect');
    const bots = [{ ...commander, failures: 'skip' as const }];
    const { lines } = await play({
      steps: [attempt('a', [look], [{ ...look, id: 'again' }], [{ ...look, id: 'last' }])],
      world: failing,
      bots,
    });
    expect(asked(lines).map((line) => line.split(' ')[1])).toEqual(['a/on-failure/again', 'a/finally/last']);
  });

  it('runs its finally when the incident is stood down, before what was done is undone', async () => {
    const message = { id: 'm', person: 'ana', at: 0, type: 'stand-down', reason: 'false alarm' } as const;
    const { lines, world: after } = await play({
      steps: [
        attempt(
          'a',
          [act('isolate', 'model.isolate', { unattended: 'tested' }), wait('pause', 600_000)],
          [say('handled')],
          [say('last')],
        ),
      ],
      messages: [{ at: START + 60_000, message }],
    });
    const at = ['a/finally/last act.done', 'undo.started'].map((what) =>
      lines.findIndex((line) => line.includes(what)),
    );
    expect(at[0]).toBeGreaterThan(0);
    expect(at[1]).toBeGreaterThan(at[0] as number);
    expect(lines.some((line) => line.includes('handled'))).toBe(false);
    expect(system(after)?.traffic).toBe('serving');
  });

  it('tells the same story when it is taken up again after every event', async () => {
    const steps = [
      attempt(
        'a',
        [wait('pause', 1_000), act('look', 'model.inspect')],
        [wait('calm', 1_000), told('t')],
        [wait('end', 1_000)],
      ),
    ];
    const options = { steps, world: failing };
    const [whole, continued] = [await play(options), await play({ ...options, continueAfter: () => true })];
    expect(continued.lines).toEqual(whole.lines);
  });
});
