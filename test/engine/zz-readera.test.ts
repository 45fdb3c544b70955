import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/playbook/plan.ts';
import { act, ask, attempt, commander, MINUTE, parallel, START, say, wait, world, planOf, use } from '../support/plans.ts';
import { adding } from '../support/added.ts';
import { play, system, isolate } from '../support/play.ts';

const say1 = (type: string, at: number, more: object = {}) => ({
  at: START + at,
  message: { id: `m-${type}-${at}`, person: 'ana', at: 0, type, ...more } as never,
});
const other = (...steps: Parameters<typeof planOf>) => ({ ...planOf(...steps), playbook: 'other', title: 'Other', hash: 'b'.repeat(64) });
const isolateUnattended = () => ({ ...isolate(), coveredBy: null, unattended: 'tested' });
describe('D', () => {
  it('D1 retry of any', async () => {
    const denied = { ...commander, approvals: 'deny' as const, failures: 'retry' as const };
    const { lines, events } = await play({
      steps: [parallel('race', { a: [say('told'), ask('may')], b: [ask('can')] }, { any: true })],
      bots: [denied],
      messages: [say1('stand-down', 400_000, { reason: 'enough' })],
    });
    console.log(lines.join('\n'));
    console.log(events.flatMap(e => e.type === 'act.started' ? [e.data.key] : []));
  });
  it('D2 undo of never begun', async () => {
    const { lines } = await play({
      steps: [wait('a', 30_000), isolateUnattended()],
      messages: [
        adding(other([act('back', 'model.rollback', { unattended: 'tested' })]), 30_500),
        say1('stand-down', 31_000, { reason: 'false alarm' }),
      ],
    });
    console.log(lines.join('\n'));
  });
  it('D3 proved after undo in finally', async () => {
    const { lines, world: w } = await play({
      steps: [isolateUnattended(), wait('x', 10 * MINUTE)],
      finally: [{ ...say('t'), use: { ...say('t').use, with: { to: { literal: 'stakeholders' }, subject: { literal: 'x' }, text: { template: [{ cel: 'steps.isolate.proved' }] } } } } as Step],
      messages: [say1('stand-down', 120_000, { reason: 'false alarm' })],
    });
    console.log(lines.join('\n'), w.mailbox);
  });
});
