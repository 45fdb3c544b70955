import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/playbook/plan.ts';
import { commander, MINUTE, run, START, say, wait, world } from '../support/plans.ts';
import { isolate, play } from '../support/play.ts';

const telling: Step = {
  ...say('tell'),
  use: {
    ...say('tell').use,
    with: {
      to: { literal: 'stakeholders' },
      subject: { literal: 'Is it cut?' },
      text: {
        template: [
          { cel: '"isolate" in steps' },
          ' ',
          { cel: 'has(steps.isolate.detail)' },
          ' ',
          { cel: 'steps.isolate.proved' },
        ],
      },
    },
  },
};
const said = async (failures: 'skip' | 'take-over' | 'retry') => {
  const away = { capability: 'model.probe', system: null, times: 1, kind: 'error', retryable: false } as const;
  const cut = { ...isolate(), coveredBy: null, unattended: 'A test needs nobody to decide.' };
  const { world: after, lines } = await play({
    steps: [cut, telling],
    world: { ...world(), faults: [{ ...away, message: 'the gateway is away' }] },
    bots: [{ ...commander, failures }],
  });
  expect(lines.at(-1)).toContain('plan.finished completed');
  return after.mailbox[0]?.text;
};

describe('an act with a proof', () => {
  it('is proved when the proof said so, also at the second try', async () => {
    expect(await said('retry')).toBe('true true true');
  });

  it.each(['skip', 'take-over'] as const)(
    'is not proved when people answered “%s”, and its outputs are not there',
    async (answer) => {
      expect(await said(answer)).toBe('false false false');
    },
  );

  it('is proved no more once it was undone, in what `finally` says', async () => {
    const cut = { ...isolate(), coveredBy: null, unattended: 'A test needs nobody to decide.' };
    const told = async (steps: Step[]) => {
      const down = { id: 'down', person: 'ana', at: 0, type: 'stand-down', reason: 'false alarm' } as const;
      const { world: after } = await play({
        steps: [...steps, wait('watch', 10 * MINUTE)],
        finally: [telling],
        messages: [{ at: START + 2 * MINUTE, message: down }],
      });
      return after.mailbox[0]?.text;
    };
    expect(await told([cut])).toBe('true true false');
    // Another playbook's step of the same name is another step.
    expect(await told([run('inner', [cut]), { ...cut, undo: null }])).toBe('true true true');
  });
});
