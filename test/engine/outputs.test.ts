import { describe, expect, it } from 'vitest';
import type { RunStep, Step } from '../../src/playbook/plan.ts';
import { act, ask, commander, run, say, world } from '../support/plans.ts';
import { play } from '../support/play.ts';

const outputs = { version: { cel: 'steps.look.version' }, kind: { literal: 'found' } };
const finds = (steps: Step[]): RunStep => ({ ...(run('finds', steps) as RunStep), outputs });
const telling: Step = {
  ...say('tell'),
  use: {
    ...say('tell').use,
    with: {
      to: { literal: 'stakeholders' },
      subject: { literal: 'found' },
      text: {
        template: [
          { cel: 'steps.finds.outcome' },
          ' ',
          { cel: 'steps.finds.version == null ? "none" : steps.finds.version' },
          ' ',
          { cel: 'steps.finds.kind == null ? "none" : steps.finds.kind' },
        ],
      },
    },
  },
};

describe('the outputs of a playbook that is run', () => {
  it('are there when it has completed', async () => {
    const { world: after } = await play({
      steps: [finds([act('look', 'model.inspect')]), telling],
      bots: [{ ...commander, failures: 'stop' }],
    });
    expect(after.mailbox[0]?.text).toBe('completed v41 found');
  });

  it('are null when it did not complete', async () => {
    const { world: after } = await play({
      steps: [finds([act('look', 'model.inspect'), ask('may')]), telling],
      bots: [{ ...commander, approvals: 'deny', failures: 'stop' }],
    });
    expect(after.mailbox[0]?.text).toBe('denied none none');
  });

  it('are null, with a warning, where people skipped the step that they come from', async () => {
    const away = { capability: 'model.inspect', system: null, times: 9, kind: 'error', retryable: false } as const;
    const { world: after, events } = await play({
      steps: [finds([act('look', 'model.inspect')]), telling],
      world: { ...world(), faults: [{ ...away, message: 'away' }] },
      bots: [{ ...commander, failures: 'skip' }],
    });
    expect(after.mailbox[0]?.text).toBe('completed none found');
    expect(events.find(({ type }) => type === 'system.warned')).toMatchObject({
      path: 'finds',
      data: { code: 'no-output', message: expect.stringContaining('inner left no "version"') },
    });
  });
});
