import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/playbook/plan.ts';
import { act, ask, attempt, commander, each, opening, repeat, START, say, use, wait, world } from '../support/plans.ts';
import { play } from '../support/play.ts';

const tell = (id: string, cel: string): Step => ({
  ...say(id),
  use: { ...say(id).use, with: { to: { literal: 'stakeholders' }, subject: { literal: id }, text: { cel } } },
});
const texts = ({ world: after }: Awaited<ReturnType<typeof play>>) => after.mailbox.map((mail) => mail.text);
const of = (lines: string[], what: string) => lines.filter((line) => line.includes(what));
const without = (lines: string[]) => lines.map((line) => line.replace(/^\S+ +/, ''));

describe('each', () => {
  it('does its steps for every item in turn, with paths and keys of their own, and leaves the count', async () => {
    const result = await play({
      steps: [
        each('spread', '["a", "b"]', [tell('t', 'item'), tell('u', 'has(steps.t.messageId) ? "sent" : "not sent"')]),
        tell('n', 'string(steps.spread.count)'),
      ],
    });
    expect(texts(result)).toEqual(['a', 'sent', 'b', 'sent', '2']);
    expect(without(result.lines.slice(2, 8))).toEqual([
      'spread round.started',
      'spread/001/t act.started say',
      'spread/001/t act.done say',
      'spread/001/u act.started say',
      'spread/001/u act.done say',
      'spread round.started',
    ]);
    const keys = result.events.flatMap((event) => (event.type === 'act.started' ? [event.data.key] : []));
    expect(new Set(keys).size).toBe(5);
  });

  it('deals with as many at once as it says, and no more', async () => {
    const most = async (atOnce: number) => {
      const { events } = await play({ steps: [each('s', '[1, 2, 3, 4, 5]', [wait('w', 10_000)], atOnce)] });
      let open = 0;
      return Math.max(
        ...events.map(({ type }) => {
          if (type === 'wait.started') open++;
          if (type === 'wait.ended') open--;
          return open;
        }),
      );
    };
    expect([await most(1), await most(3), await most(20)]).toEqual([1, 3, 5]);
  });

  it('keeps what a round leaves to that round', async () => {
    const { lines } = await play({
      steps: [
        each('s', '[1, 2]', [
          { ...act('look', 'model.inspect'), when: { cel: 'item == 1' } },
          { ...say('seen'), when: { cel: 'has(steps.look)' } },
        ]),
      ],
    });
    expect(of(lines, 'seen act.done')).toHaveLength(1);
  });

  it('is a failed step when there is no list, or too long a one', async () => {
    const bots = [{ ...commander, failures: 'skip' as const }];
    const failed = async (cel: string, items: number[]) =>
      of(
        (await play({ steps: [each('s', cel, [wait('w', 0)])], bots, opening: { ...opening, inputs: { items } } }))
          .lines,
        'step.failed',
      )[0];
    expect(
      await failed(
        'inputs.items',
        Array.from({ length: 201 }, (_, i) => i),
      ),
    ).toMatch(/s step.failed too-many-items/);
    expect(await failed('incident.id', [])).toMatch(/s step.failed not-a-list/);
    expect(
      await failed(
        'inputs.items',
        Array.from({ length: 200 }, (_, i) => i),
      ),
    ).toBeUndefined();
  });

  it('asks in each round, and a deny ends that round alone', async () => {
    const { lines } = await play({
      steps: [
        each('s', '[1, 2]', [
          ask('may', { covers: ['s/*/cut'] }),
          act('cut', 'model.isolate', { coveredBy: 's/*/may' }),
        ]),
        say('next'),
      ],
      bots: [{ ...commander, approvals: 'deny' }],
    });
    expect(of(lines, 'decision.made deny').map((line) => line.split(' ')[1])).toEqual(['s/001/may', 's/002/may']);
    expect(of(lines, 'next act.done')).toHaveLength(1);
  });

  it('hands each act the approval of its own round, and undoes every one of them', async () => {
    const message = { id: 'm', person: 'ana', at: 0, type: 'stand-down', reason: 'false alarm' } as const;
    const { events } = await play({
      steps: [
        each('s', '[1, 2]', [
          ask('may', { covers: ['s/*/cut'] }),
          act('cut', 'model.isolate', { coveredBy: 's/*/may', prove: use('model.probe', { expect: 'cut' }) }),
        ]),
        wait('w', 10_000_000),
      ],
      messages: [{ at: START + 1_000_000, message }],
    });
    const asked = events.flatMap((event) =>
      event.type === 'decision.asked' ? [event.data.acts.map(({ path }) => path)] : [],
    );
    expect(asked).toEqual([['s/001/cut'], ['s/002/cut']]);
    const undone = events.flatMap((event) =>
      event.type === 'act.done' && event.data.purpose === 'undo' ? [event.path] : [],
    );
    expect(undone).toEqual(['s/002/cut', 's/001/cut']);
  });

  it('begins no further round when a try around it has a failure to answer', async () => {
    const faults = [
      { capability: 'model.inspect', system: null, times: 1, kind: 'error' as const, retryable: false, message: 'no' },
    ];
    const { lines } = await play({
      steps: [attempt('a', [each('s', '[1, 2, 3]', [act('look', 'model.inspect')])], [say('handled')])],
      world: { ...world(), faults },
    });
    expect(of(lines, 'round.started')).toHaveLength(1);
    expect(of(lines, 'handled act.done')).toHaveLength(1);
  });
});

describe('repeat', () => {
  const polling = (until: string, times = 3) => repeat('r', until, times, [act('look', 'model.inspect')], 60_000);

  it('runs until the condition holds, one round in the time it says, and leaves what the last round left', async () => {
    const faults = [
      { capability: 'model.inspect', system: null, times: 2, kind: 'error' as const, retryable: false, message: 'no' },
    ];
    const { lines } = await play({
      steps: [
        repeat('r', 'has(steps.look)', 5, [act('look', 'model.inspect', { onFailure: [] })], 60_000),
        { ...say('n'), when: { cel: 'has(steps.look) && steps.r.count == 3' } },
      ],
      world: { ...world(), faults },
    });
    expect(of(lines, 'round.started').map((line) => line.split(' ')[0])).toEqual(['0', '60', '120']);
    expect(of(lines, 'n act.done')).toHaveLength(1);
  });

  it('is a failed step when its times are used up, and a retry by people has rounds and keys of its own', async () => {
    const { lines, events } = await play({
      steps: [polling('false', 2)],
      bots: [{ ...commander, failures: 'retry' }],
      messages: [
        { at: START + 720_000, message: { id: 'm', person: 'ana', at: 0, type: 'stand-down', reason: 'over' } },
      ],
    });
    expect(of(lines, 'r step.failed times-up').length).toBeGreaterThan(1);
    expect(of(lines, 'r/001-1/look act.done')).toHaveLength(1);
    const keys = events.flatMap((event) => (event.type === 'act.started' ? [event.data.key] : []));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('asks nobody again what was denied', async () => {
    const { lines } = await play({
      steps: [repeat('r', 'false', 5, [ask('may')]), { ...say('n'), when: { cel: 'steps.r.outcome == "denied"' } }],
      bots: [{ ...commander, approvals: 'deny' }],
    });
    expect(of(lines, 'decision.asked')).toHaveLength(1);
    expect(of(lines, 'n act.done')).toHaveLength(1);
  });
});
