import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/incident/messages.ts';
import { emptyView, evolve, plansRunning } from '../../src/incident/view.ts';
import type { Plan, Use } from '../../src/playbook/plan.ts';
import { rehearse } from '../../src/simulator/core/rehearse.ts';
import type { SimulatedSystem } from '../../src/simulator/core/world.ts';
import { adding } from '../support/added.ts';
import { generatedDrill } from '../support/generated-drills.ts';
import {
  act,
  ask,
  commander,
  MINUTE,
  opening,
  parallel,
  planOf,
  START,
  say,
  use,
  wait,
  world,
} from '../support/plans.ts';
import { isolate, play, system } from '../support/play.ts';

const runs = process.env.TOCSIN_SWEEP === 'full' ? 2_000 : 20;

const other = (...steps: Parameters<typeof planOf>): Plan => ({
  ...planOf(...steps),
  playbook: 'other',
  title: 'Other',
  hash: 'b'.repeat(64),
});

const say1 = (type: string, at: number, more: object = {}) => ({
  at: START + at,
  message: { id: `m-${type}-${at}`, person: 'ana', at: 0, type, ...more } as Message,
});

const AWAY = { system: null, times: 1, kind: 'error', retryable: false, message: 'away' } as const;
const contained = [ask('contain', { covers: ['isolate'] }), isolate()];

describe('a playbook that is added', () => {
  it('runs beside the first: its steps stand under its own number, and its questions are answered for its own plan', async () => {
    const added = other(
      [ask('go', { covers: ['back'] }), act('back', 'model.rollback', { coveredBy: 'go' })],
      [say('brief')],
    );
    const {
      lines,
      world: after,
      events,
    } = await play({
      steps: [...contained, wait('watch', 10 * MINUTE)],
      messages: [adding(added, 30_000, { limit: 9 })],
    });
    expect(lines).toContain('30 +1 plan.added more is needed');
    expect(lines).toContain('30 +1/go decision.asked');
    expect(lines.some((line) => /\+1\/back act\.done act/.test(line))).toBe(true);
    expect(lines.some((line) => /\+1\/finally\/brief act\.done/.test(line))).toBe(true);
    expect(lines.some((line) => / \+1 plan\.finished completed/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/ {2}plan\.finished completed$/);
    expect(system(after)).toMatchObject({ serving: 'v40' });
    const view = events.reduce(evolve, emptyView());
    expect(view.added).toMatchObject([
      {
        number: 1,
        playbook: { id: 'other', hash: 'b'.repeat(64) },
        inputs: { limit: 9 },
        person: 'ana',
        plan: { outcome: 'completed' },
      },
    ]);
    expect(view.plan).toMatchObject({ outcome: 'completed' });
    expect(plansRunning(view)).toBe(false);
  });

  it('sees its own inputs and its own steps, not those of the first', async () => {
    const added = other([wait('w', 60_000, 'inputs.limit == 9'), wait('x', 60_000, 'has(steps.contain)')]);
    const { lines } = await play({
      steps: [...contained, wait('watch', 10 * MINUTE)],
      messages: [adding(added, 100_000, { limit: 9 })],
    });
    expect(lines).toContain('100 +1/w wait.ended condition');
    expect(lines).toContain('160 +1/x wait.ended elapsed');
  });

  it('asks neither whoever opened the incident nor whoever added it, unless it waives that', async () => {
    const added = other([ask('go'), ask('waived', { requesterMayDecide: true })]);
    const { events } = await play({
      steps: [ask('contain'), wait('watch', 10 * MINUTE)],
      opening: { ...opening, requester: 'rhea' },
      messages: [adding(added, 1_000)],
    });
    const excluded = events.flatMap((event) =>
      event.type === 'decision.asked' ? [[event.path, event.data.excluded]] : [],
    );
    expect(excluded).toEqual([
      ['contain', ['rhea']],
      ['+1/go', ['rhea', 'ana']],
      ['+1/waived', []],
    ]);
    const alone = await play({
      steps: [wait('watch', 20 * MINUTE)],
      bots: [{ ...commander, person: 'ana' }],
      messages: [adding(other([ask('go')]), 1_000)],
    });
    expect(alone.lines).toContain('601 +1/go decision.made deny');
  });

  it('that fails asks by its own rule, and unwinds itself alone', async () => {
    const added: Plan = {
      ...other([act('cut', 'model.isolate', { unattended: 'tested' }), act('check', 'model.validate')]),
      onFailedStep: { ...planOf([]).onFailedStep, by: [{ role: 'engineering-manager', count: 1 }] },
    };
    const manager = {
      ...commander,
      person: 'bot-manager',
      roles: ['engineering-manager'],
      failures: 'unwind' as const,
    };
    const { lines, events } = await play({
      steps: [...contained, wait('watch', 20 * MINUTE)],
      bots: [commander, manager],
      messages: [adding(added, 200_000)],
    });
    const asked = events.find((event) => event.type === 'decision.asked' && event.data.kind === 'failure');
    expect(asked).toMatchObject({ path: '+1/check', data: { by: [{ role: 'engineering-manager' }] } });
    expect(lines.filter((line) => line.includes('act.done undo')).map((line) => line.split(' ')[1])).toEqual([
      '+1/cut',
    ]);
    expect(lines.some((line) => / \+1 undo\.started unwind/.test(line))).toBe(true);
    expect(lines.some((line) => / \+1 plan\.finished unwound/.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/ {2}plan\.finished completed/);
  });

  it('is stood down with the others: their acts are undone together, the latest first whosesoever it was', async () => {
    const [cut, note] = [act('cut', 'model.isolate', { unattended: 'tested' }), say('brief')];
    const first = [
      cut,
      wait('a', 60_000),
      act('back', 'model.rollback', { unattended: 'tested' }),
      wait('b', 20 * MINUTE),
    ];
    const added = other([act('again', 'model.isolate', { unattended: 'tested' }), wait('c', 20 * MINUTE)], [note]);
    const messages = [adding(added, 30_000), say1('stand-down', 5 * MINUTE, { reason: 'false alarm' })];
    const told = await play({ steps: first, finally: [note], messages });
    const { lines } = told;
    expect(lines.filter((line) => line.includes('act.done undo')).map((line) => line.split(' ')[1])).toEqual([
      'back',
      '+1/again',
      'cut',
    ]);
    expect(lines.filter((line) => line.includes('undo.started'))).toEqual(['300  undo.started stand-down']);
    expect(lines.filter((line) => /brief act\.done/.test(line))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('plan.finished stood-down'))).toHaveLength(2);
    const broken = await play({ steps: first, finally: [note], messages, continueAfter: () => true });
    // What a stand-down cuts short at one moment may be told in another order.
    expect([...broken.lines].sort()).toEqual([...lines].sort());
    expect(system(told.world)).toMatchObject({ serving: 'v41', traffic: 'serving' });
  });

  it('leaves what a plan that has ended has done, when it is stood down', async () => {
    const added = other([act('back', 'model.rollback', { unattended: 'tested' }), wait('c', 20 * MINUTE)]);
    const { lines } = await play({
      steps: [act('cut', 'model.isolate', { unattended: 'tested' }), wait('a', 60_000)],
      messages: [adding(added, 30_000), say1('stand-down', 5 * MINUTE, { reason: 'wrong playbook' })],
    });
    expect(lines.filter((line) => line.includes('act.done undo')).map((line) => line.split(' ')[1])).toEqual([
      '+1/back',
    ]);
    expect(lines.some((line) => / \+1 undo\.started stand-down/.test(line))).toBe(true);
  });

  it('waits while the incident is paused, as all its plans do', async () => {
    const { lines } = await play({
      steps: [wait('a', 10 * MINUTE)],
      messages: [
        say1('pause', 10_000, { reason: 'counsel asked' }),
        adding(other([act('look', 'model.inspect')]), 20_000),
        say1('resume', 90_000),
      ],
    });
    expect(lines).toContain('20 +1 plan.started');
    expect(lines).toContain('90 +1/look act.started act');
  });
});

describe('risky acts of two plans on one AI system', () => {
  const risky = (id: string, capability: string) => act(id, capability, { unattended: 'tested' });

  it('do not cross: the later waits, and the timeline says for which', async () => {
    const { events } = await play({
      steps: [wait('a', 30_000), isolateUnattended()],
      messages: [adding(other([risky('back', 'model.rollback')]), 30_500)],
    });
    const of = (path: string, type: string) => events.find((event) => event.path === path && event.type === type);
    const held = of('+1/back', 'act.held');
    expect(held).toMatchObject({ data: { system: 'support-assistant', for: 'isolate' } });
    const proved = events.findLast((event) => event.path === 'isolate' && event.type === 'act.done');
    expect(proved).toMatchObject({ data: { purpose: 'prove' } });
    expect(of('+1/back', 'act.started')?.seq).toBeGreaterThan(proved?.seq ?? Number.POSITIVE_INFINITY);
  });

  it('do not come between an act and its proof when the incident is paused there; an undo is never held up', async () => {
    const messages = [
      adding(other([risky('back', 'model.rollback')]), 30_500),
      say1('pause', 31_000, { reason: 'counsel asked' }),
      say1('resume', 90_000),
    ];
    const { lines } = await play({ steps: [wait('a', 30_000), isolateUnattended()], messages });
    const at = (what: string) => lines.findIndex((line) => line.includes(what));
    expect(at('isolate act.done act')).toBeLessThan(at('incident.resumed'));
    expect(at('incident.resumed')).toBeLessThan(at('isolate act.done prove'));
    expect(at('isolate act.done prove')).toBeLessThan(at('+1/back act.started act'));
    const undoing = other([risky('back', 'model.rollback'), act('check', 'model.validate')]);
    const { lines: undone } = await play({
      steps: [wait('a', 100_000), isolateUnattended()],
      bots: [{ ...commander, failures: 'unwind', reactionMs: 90_000 }],
      messages: [adding(undoing, 1_000), say1('pause', 101_000, { reason: 'counsel asked' }), say1('resume', 600_000)],
      world: { ...world(), faults: [{ ...AWAY, capability: 'model.validate' }] },
    });
    const when = (what: string) => undone.findIndex((line) => line.includes(what));
    expect(when('+1/back act.done undo')).toBeGreaterThan(when('isolate act.done act'));
    expect(when('+1/back act.done undo')).toBeLessThan(when('incident.resumed'));
  });

  it('wait for nothing within one plan: its branches were checked together', async () => {
    const { events } = await play({
      steps: [parallel('both', { l: [risky('x', 'model.isolate')], r: [risky('y', 'model.rollback')] })],
    });
    expect(events.some((event) => event.type === 'act.held')).toBe(false);
  });

  it('are called off while they wait, when the incident is stood down', async () => {
    const { lines } = await play({
      steps: [wait('a', 30_000), isolateUnattended()],
      messages: [
        adding(other([risky('back', 'model.rollback')]), 30_500),
        say1('stand-down', 31_000, { reason: 'false alarm' }),
      ],
    });
    expect(lines.some((line) => line.includes('+1/back act.started act'))).toBe(false);
    expect(lines.some((line) => line.includes('+1/back act.held'))).toBe(true);
    expect(lines.filter((line) => line.includes('plan.finished stood-down'))).toHaveLength(2);
    // What never began is not undone.
    expect(lines.filter((line) => line.includes('act.done undo')).map((line) => line.split(' ')[1])).toEqual([
      'isolate',
    ]);
  });

  it('never wait for each other, also where each is proved on the system that the other changes', async () => {
    const probe = (of: string): Use => ({
      ...use('model.probe', { expect: 'cut' }),
      with: { system: { literal: of } },
    });
    const crossed = (system: string, proof: string) => ({
      ...risky('cut', 'model.isolate'),
      use: { ...use('model.isolate'), with: { system: { literal: system } } },
      prove: probe(proof),
    });
    const [first, second] = ['support-assistant', 'chat'];
    const two = world();
    const { events, status } = await play({
      steps: [wait('a', 30_000), crossed(first, second)],
      messages: [adding(other([crossed(second, first)]), 30_000)],
      world: { ...two, systems: { ...two.systems, [second]: two.systems[first] as SimulatedSystem } },
      bots: [{ ...commander, failures: 'skip' }],
    });
    expect(status).toBe('ended');
    expect(events.filter(({ type }) => type === 'plan.finished')).toHaveLength(2);
  });

  const isolateUnattended = () => ({ ...isolate(), coveredBy: null, unattended: 'tested' });
});

describe('adding a playbook is refused', () => {
  const refusalOf = async (messages: { at: number; message: Message }[], more: object = {}) => {
    const { lines } = await play({ steps: [wait('a', 10 * MINUTE)], messages, ...more });
    return lines.filter((line) => line.includes('plan.added'));
  };
  const tiny = (mark: string): Plan => ({ ...other([say('brief')]), hash: mark.repeat(64) });

  it('once the incident is resolved', async () => {
    const over = say1('resolve', 10_000, { summary: 'over' });
    expect(await refusalOf([over, adding(tiny('1'), 20_000)])).toEqual([]);
    expect(await refusalOf([over, say1('reopen', 15_000, { reason: 'back' }), adding(tiny('1'), 20_000)])).toHaveLength(
      1,
    );
  });

  it('while what was done is being undone', async () => {
    const steps = [act('back', 'model.rollback', { unattended: 'tested' }), wait('a', 10 * MINUTE)];
    const down = say1('stand-down', 60_000, { reason: 'false alarm' });
    expect(await refusalOf([down, adding(tiny('1'), 60_001)], { steps })).toEqual([]);
  });

  it('when ten were added, when it is no plan, and when the incident has no room for it', async () => {
    const many = Array.from({ length: 12 }, (_, i) => adding(tiny(i.toString(16)), 1_000 * (i + 1)));
    expect(await refusalOf(many)).toHaveLength(10);
    expect(await refusalOf([adding({ ...tiny('1'), version: 0 }, 1_000)])).toEqual([]);
    expect(await refusalOf([adding(tiny('1'), 1_000, { long: 'x'.repeat(1_000_000) })])).toEqual([]);
  });
});

describe('any two playbooks in one incident', () => {
  const pair = fc.record({
    drill: generatedDrill,
    second: generatedDrill,
    at: fc.integer({ min: 0, max: 400_000 }),
    down: fc.option(fc.integer({ min: 0, max: 600_000 })),
  });
  const both = ({ drill, second, at, down }: typeof pair extends fc.Arbitrary<infer T> ? T : never) => ({
    ...drill,
    messages: [
      ...(drill.messages ?? []),
      adding({ ...second.plan, hash: 'b'.repeat(64) }, at, opening.inputs),
      ...(down === null ? [] : [say1('stand-down', down, { reason: 'generated' })]),
    ],
  });

  it('end, each with its own end, and tell the same story when given up and taken up again after every event', async () => {
    let added = 0;
    await fc.assert(
      fc.asyncProperty(pair, async (given) => {
        const drill = both({ ...given, down: null });
        const whole = await rehearse(drill);
        const broken = await rehearse({ ...drill, continueAfter: () => true });
        const held = await rehearse({ ...drill, continueAfter: () => true, hold: true });
        const told = (events: typeof whole.events) =>
          events.map(({ at, path, type, data }) => ({ at, path, type, data }));
        expect(told(broken.events)).toEqual(told(whole.events));
        expect(broken.world).toEqual(whole.world);
        for (const { events, status } of [whole, held]) {
          expect(status).toBe('ended');
          const count = (type: string) => events.filter((event) => event.type === type).length;
          expect(count('plan.finished')).toBe(1 + count('plan.added'));
          expect(count('act.started')).toBe(count('act.done') + count('act.failed'));
          expect(count('decision.asked')).toBe(count('decision.made') + count('decision.withdrawn'));
          added += count('plan.added');
        }
      }),
      { numRuns: runs, endOnFailure: true },
    );
    expect(added).toBeGreaterThan(runs / 2);
  }, 90_000);

  it('end after a stand-down at any moment, also when they are given up and taken up again', async () => {
    await fc.assert(
      fc.asyncProperty(pair, async (given) => {
        const drill = both({ ...given, down: given.down ?? given.at + 1_000 });
        const whole = await rehearse(drill);
        const broken = await rehearse({ ...drill, continueAfter: () => true });
        expect(broken.world).toEqual(whole.world);
        for (const { events, status } of [whole, broken]) {
          expect(status).toBe('ended');
          const count = (type: string) => events.filter((event) => event.type === type).length;
          expect(count('plan.finished')).toBe(1 + count('plan.added'));
          expect(count('undo.started')).toBe(count('undo.finished'));
          expect(count('decision.asked')).toBe(count('decision.made') + count('decision.withdrawn'));
        }
      }),
      { numRuns: runs },
    );
  }, 90_000);

  it('leave the world as it was, when they are stood down together and nothing fails', async () => {
    let together = 0;
    await fc.assert(
      fc.asyncProperty(pair, async (given) => {
        const calm = { ...given.drill.world, faults: [] };
        const bare = (drill: typeof given.drill) => ({ ...drill, plan: { ...drill.plan, finally: [] }, world: calm });
        const drill = both({
          ...given,
          drill: bare(given.drill),
          second: bare(given.second),
          down: given.down ?? given.at + 60_000,
        });
        const { events, world: after } = await rehearse(drill);
        const at = (type: string) => events.find((event) => event.type === type)?.seq;
        const [down, end] = [at('incident.stood-down'), at('plan.finished')];
        fc.pre(down !== undefined && end !== undefined && down < end && at('plan.added') !== undefined);
        together++;
        expect(after.systems).toEqual(world().systems);
      }),
      { numRuns: runs },
    );
    expect(together).toBeGreaterThan(2);
  }, 90_000);
});
