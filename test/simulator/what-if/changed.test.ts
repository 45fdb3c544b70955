import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import type { Message } from '../../../src/incident/messages.ts';
import type { Plan, Step } from '../../../src/playbook/plan.ts';
import type { Bot } from '../../../src/simulator/core/bots.ts';
import { type Rehearsal, rehearse } from '../../../src/simulator/core/rehearse.ts';
import type { World } from '../../../src/simulator/core/world.ts';
import type { Written } from '../../../src/simulator/what-if/read-changes.ts';
import { type WhatIfOptions, whatIf } from '../../../src/simulator/what-if/what-if.ts';
import { generatedDrill } from '../../support/generated-drills.ts';
import {
  act,
  ask,
  commander,
  MINUTE,
  oblige,
  opening,
  parallel,
  planOf,
  START,
  say,
  use,
  wait,
  waitAlert,
  world,
} from '../../support/plans.ts';

vi.setConfig({ testTimeout: 120_000 });
const runs = process.env.TOCSIN_SWEEP === 'full' ? 2_000 : 100;

const isolate = (id = 'isolate') =>
  act(id, 'model.isolate', { unattended: 'tested', prove: use('model.probe', { expect: 'cut' }) });

type Played = { plan: Plan; events: NumberedEvent[] };
async function played(steps: Step[], more: Partial<Rehearsal> = {}): Promise<Played> {
  const plan = planOf(steps);
  const { events } = await rehearse({
    plan,
    opening,
    world: world(),
    bots: [commander],
    startAt: START,
    playOn: true,
    ...more,
  });
  return { plan, events: JSON.parse(JSON.stringify(events)) };
}

async function changed({ plan, events }: Played, written: Partial<Written>, more: Partial<WhatIfOptions> = {}) {
  const result = await whatIf({
    events,
    redacted: new Set(),
    readAt: (events.at(-1)?.at ?? START) + MINUTE,
    planByHash: () => plan,
    inputs: {},
    written: { answer: [], answered: [], never: [], delay: [], ...written },
    named: null,
    calendar: null,
    systems: [],
    ...more,
  });
  if (!result.faithful) throw new Error(`parts at ${JSON.stringify(result.parting)}`);
  return result;
}

const at = (events: readonly NumberedEvent[], type: string, path?: string) =>
  events.filter((event) => event.type === type && (path ?? event.path) === event.path).map((event) => event.at - START);

const said = (atMs: number, more: object): { at: number; message: Message } => ({
  at: START + atMs,
  message: { id: `said-${atMs}`, person: 'ana', at: 0, ...more } as unknown as Message,
});

describe('an incident with something changed', () => {
  it('asks later what comes later, and has it answered as long after', async () => {
    const record = await played([ask('first'), ask('second'), isolate()]);
    const { replayed } = await changed(record, { answered: ['1=+2m'] });
    expect(at(replayed, 'decision.made')).toEqual(at(record.events, 'decision.made').map((ms) => ms + 2 * MINUTE));
  });

  it('lets the default stand when the answer would have come too late, and says so', async () => {
    const record = await played([ask('first'), isolate()]);
    const { replayed, assumptions, comparison } = await changed(record, { answered: ['1=+15m'] });
    expect(replayed.find(({ type }) => type === 'decision.made')?.data).toMatchObject({
      outcome: 'deny',
      by: 'default',
    });
    expect(comparison.measures.whatIf.contain.ms).toBe(null);
    expect(assumptions.join('\n')).toContain(
      'The answer to question 1 (first) comes too late: its default (deny) stands.',
    );
  });

  it('has alerts come when they came: what waited for one waits as long as before', async () => {
    const record = await played(
      [ask('first'), waitAlert('calm', 30 * MINUTE, { cel: 'true', resolved: true }), isolate()],
      {
        messages: [said(5 * MINUTE, { type: 'alert-resolved', alert: { kind: 'calm' }, count: 1 })],
      },
    );
    const later = await changed(record, { answered: ['1=+1m'] });
    expect(at(later.replayed, 'wait.ended')).toEqual([5 * MINUTE]);
    expect(later.comparison.measures.whatIf.contain.ms).toBe(later.comparison.measures.was.contain.ms);
    const tooLate = await changed(record, { answered: ['1=+5m'] });
    expect(at(tooLate.replayed, 'wait.ended')).toEqual([commander.reactionMs + 35 * MINUTE]);
  });

  it('takes no outcome of an act before which something else had been done', async () => {
    const bots: Bot[] = [{ ...commander, failures: 'retry' }];
    const faults: World['faults'] = [
      { capability: 'model.rollback', system: null, times: 1, kind: 'error', retryable: false, message: 'busy' },
    ];
    const record = await played(
      [act('rollback', 'model.rollback', { unattended: 'tested' }), act('validate', 'model.validate'), isolate()],
      { bots, world: { ...world(), faults } },
    );
    expect(at(record.events, 'act.done', 'validate')).toHaveLength(1);
    const { stopped, comparison } = await changed(record, { answer: ['1=skip'] });
    expect(stopped).toMatchObject({ path: 'validate', because: 'other-acts', missing: ['rollback'], more: [] });
    expect(comparison.measures.whatIf.contain).toEqual({ ms: null, why: expect.stringContaining('It cannot say') });
  });

  it('knows that what was contained before it can say no more was contained', async () => {
    const record = await played([isolate(), ask('next', { onDeny: [say('never-said')] })]);
    const { stopped, comparison } = await changed(record, { answer: ['1=deny'] });
    expect(stopped).toMatchObject({ path: 'next/on-deny/never-said', because: 'never-taken' });
    expect(comparison.measures.whatIf.contain).toEqual(comparison.measures.was.contain);
    expect(comparison.measures.whatIf.recover.ms).toBe(null);
  });

  it('gives an answer at the moment of the decision, and fills the seats that are left', async () => {
    const by = [
      { role: 'incident-commander', count: 1 },
      { role: 'ml-on-call', count: 2 },
    ];
    // Nobody is on call: it is denied by the commander alone.
    const record = await played([ask('both', { by, escalate: null }), isolate()], {
      bots: [{ ...commander, approvals: 'deny' }],
    });
    const { replayed, assumptions, comparison } = await changed(
      record,
      { answer: ['both=approve'] },
      { named: { name: 'w', world: world(), tookMs: {} } },
    );
    expect(at(replayed, 'decision.voted')).toEqual([80_000, 80_000, 80_000]);
    expect(replayed.find(({ type }) => type === 'decision.made')?.data).toMatchObject({
      outcome: 'approve',
      people: ['bot-commander', 'somebody-1', 'somebody-2'],
    });
    expect(assumptions.filter((one) => one.includes('fills the seat of ML on-call'))).toHaveLength(2);
    expect(comparison.measures.whatIf.contain.ms).toBeGreaterThan(80_000);
  });

  it('says of a notice that comes later what is left of its margin', async () => {
    const record = await played([
      ask('first', { withinMs: 60 * MINUTE, escalate: null }),
      parallel('all', {
        told: [oblige('clock', { rule: { ...oblige('clock').rule, limitMs: 20 * MINUTE } })],
        sent: [
          ask('words', { escalate: null }),
          act('mail', 'notify.mail', {
            use: use('notify.mail', { to: 'authority', subject: 'a', text: 'b' }),
            unattended: 'tested',
            fulfils: 'all/told/clock',
          }),
        ],
      }),
    ]);
    const { comparison } = await changed(record, { answered: ['first=+10m'] });
    const { was, whatIf: other } = comparison.duties[0] ?? {};
    // Aware since the opening: the clock did not wait for the question.
    expect((was?.marginMs ?? 0) - (other?.marginMs ?? 0)).toBe(10 * MINUTE);
    expect(comparison.measures.whatIf.notify.ms).toBe((comparison.measures.was.notify.ms ?? 0) + 10 * MINUTE);
  });

  it('keeps what was said after the end as long after the end, and the closing with it', async () => {
    const record = await played([ask('first'), isolate()], {
      messages: [said(5 * MINUTE, { type: 'resolve', summary: 'over' }), said(6 * MINUTE, { type: 'close' })],
    });
    const { replayed, until } = await changed(record, { answered: ['1=+4m'] });
    expect(until).toBe(null);
    expect(at(replayed, 'incident.closed')).toEqual([10 * MINUTE]);
  });

  it('answers a question that was never asked only when it is told how', async () => {
    const record = await played([ask('first', { onDeny: [ask('other')] }), isolate()]);
    const silent = await changed(record, { answer: ['1=deny'] });
    expect(silent.comparison.decisions[1]).toMatchObject({ was: null, whatIf: { outcome: 'deny', by: 'default' } });
    expect(silent.assumptions.join('\n')).toContain('nobody answers it, and its default (deny) stands');
    const told = await changed(record, { answer: ['1=deny', 'other=approve'], answered: ['other=3m'] });
    expect(told.comparison.decisions[1]?.whatIf).toMatchObject({ outcome: 'approve', latencyMs: 3 * MINUTE });
  });

  it('takes no two changes of one question that is named in two ways, for one of them would be dropped', async () => {
    const record = await played([ask('first', { onDeny: [] }), isolate()]);
    for (const written of [
      { answer: ['1=approve'], answered: ['first=+2m'] },
      { never: ['first'], answered: ['1=+2m'] },
      { answered: ['1=+2m', '01=+3m'] },
    ])
      await expect(changed(record, written)).rejects.toThrow(/name the same question/);
  });

  it('takes no proof while an act is still under way that had ended before it in the record', async () => {
    const record = await played([
      parallel('both', {
        cut: [act('cut', 'model.isolate', { unattended: 'tested' })],
        looked: [wait('calm', 5 * MINUTE), act('look', 'model.probe', { unattended: 'tested' })],
      }),
    ]);
    expect((await changed(record, { delay: ['cut=+1m'] })).stopped).toBe(null);
    const { stopped } = await changed(record, { delay: ['cut=+10m'] });
    expect(stopped).toMatchObject({ path: 'both/looked/look', because: 'other-acts', missing: ['both/cut/cut'] });
  });

  it('says of a change that met nothing that it met nothing', async () => {
    const record = await played([ask('first', { onDeny: [] }), say('told')]);
    const { assumptions } = await changed(record, { never: ['1'], delay: ['told=+1m'] });
    expect(assumptions).toContain('--delay told met nothing: that step did not act.');
  });
});

describe('any incident with anything changed', () => {
  it('is replayed to an end, takes no outcome that nobody knows, and has nothing contained without a proof', async () => {
    let stops = 0;
    await fc.assert(
      fc.asyncProperty(
        generatedDrill,
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('never', 'later', 'other'),
        async (drill, number, how) => {
          const { events } = await rehearse({ ...drill, playOn: true });
          const record = { plan: drill.plan, events: JSON.parse(JSON.stringify(events)) as NumberedEvent[] };
          const asked = record.events.find((event) => event.type === 'decision.asked' && event.data.number === number);
          fc.pre(asked?.type === 'decision.asked');
          const options = asked?.type === 'decision.asked' ? asked.data.options : [];
          const written = {
            never: { never: [`${number}`] },
            later: { answer: [`${number}=${options[0]}`], answered: [`${number}=10s`] },
            other: { answer: [`${number}=${options.at(-1)}`], answered: [`${number}=1m`] },
          }[how];
          const { replayed, stopped, comparison } = await changed(record, written as Partial<Written>, {
            inputs: {},
            planByHash: () => ({ ...drill.plan, inputs: { limit: { type: 'number', default: 3 } as never } }),
          });
          const outcomes = (list: readonly NumberedEvent[]) =>
            list.flatMap((e) =>
              e.type === 'act.done' ? [JSON.stringify([e.path, e.data.purpose, e.data.outputs])] : [],
            );
          const known = new Set(outcomes(record.events));
          for (const outcome of outcomes(replayed)) expect(known).toContain(outcome);
          const count = (type: string) => replayed.filter((event) => event.type === type).length;
          if (stopped) stops += 1;
          else expect(count('act.started')).toBe(count('act.done') + count('act.failed'));
          const { contain } = comparison.measures.whatIf;
          if (contain.ms !== null)
            expect(replayed[contain.to - 1]).toMatchObject({
              type: 'act.done',
              data: { purpose: 'prove', outputs: { proved: true } },
            });
        },
      ),
      { numRuns: runs },
    );
    expect(stops).toBeGreaterThan(5);
  });
});
