import { describe, expect, it } from 'vitest';
import type { AskStep, Step } from '../../src/playbook/plan.ts';
import { ask, attempt, commander, MINUTE, START, say } from '../support/plans.ts';
import { play } from '../support/play.ts';

const task = (more: Partial<AskStep> = {}): AskStep =>
  ask('revoke', {
    task: true,
    otherwise: 'not-done',
    onDeny: null,
    requesterMayDecide: true,
    remindMs: [],
    escalate: null,
    ...more,
  });
const FORM = [{ id: 'keys', label: 'Keys', type: 'number' as const, required: true }];
const telling = (id: string, cel: string): Step => ({
  ...say(id),
  use: { ...say(id).use, with: { to: { literal: 'stakeholders' }, subject: { literal: id }, text: { cel } } },
});
const after = telling('after', 'steps.revoke.outcome + string(steps.revoke.answers.keys)');

describe('a task for people', () => {
  it('is asked as a task, and its answers are outputs when it is done', async () => {
    const { events, world, lines } = await play({ steps: [task({ form: FORM }), after] });
    expect(events.find(({ type }) => type === 'decision.asked')?.data).toMatchObject({
      kind: 'task',
      options: ['done', 'not-done'],
      labels: { done: 'Done', 'not-done': 'Could not be done' },
      acts: [],
    });
    expect(world.mailbox[0]?.text).toBe('done0');
    expect(lines.at(-1)).toContain('plan.finished completed');
  });

  it('that could not be done is a failed step, with the reason, and people are asked what now', async () => {
    const { lines, events } = await play({
      steps: [task(), say('next')],
      bots: [{ ...commander, approvals: 'deny', failures: 'skip' }],
    });
    expect(lines).toContain('80 revoke decision.made not-done');
    expect(lines).toContain('80 revoke step.failed not-done');
    expect(events.find(({ type }) => type === 'step.failed')?.data).toMatchObject({
      message: 'It could not be done: bot-commander is a bot',
    });
    expect(lines.filter((line) => line.includes('decision.asked'))).toHaveLength(2);
    expect(lines.some((line) => line.endsWith('next act.done say'))).toBe(true);
  });

  it('that nobody does in time has failed, and a try answers that', async () => {
    const { lines } = await play({
      steps: [attempt('bring', [task({ withinMs: MINUTE }), say('never')], [telling('instead', 'failure.code')])],
      bots: [],
    });
    expect(lines).toContain('60 bring/try/revoke step.failed nobody-did-it');
    expect(lines.filter((line) => line.includes('decision.asked'))).toHaveLength(1);
    expect(lines.some((line) => line.endsWith('instead act.done say'))).toBe(true);
  });

  it('goes on with its own on-failure, and then the rest of the block is skipped', async () => {
    const { lines } = await play({
      steps: [task({ withinMs: MINUTE, onFailure: [say('by-phone')] }), say('never')],
      bots: [],
    });
    expect(lines.some((line) => line.endsWith('by-phone act.done say'))).toBe(true);
    expect(lines.some((line) => line.endsWith('never step.skipped The block ended: failed.'))).toBe(true);
  });

  it('is asked again, as a task, when people try the failed step again', async () => {
    const enough = { id: 'enough', person: 'ana', at: 0, type: 'stand-down', reason: 'enough' } as const;
    const { events } = await play({
      steps: [task({ withinMs: MINUTE })],
      messages: [{ at: START + 170_000, message: enough }],
    });
    expect(events.flatMap((event) => (event.type === 'decision.asked' ? [event.data.kind] : []))).toEqual([
      'task',
      'failure',
      'task',
    ]);
  });
});
