import { describe, expect, it } from 'vitest';
import { effectOf } from '../../src/capabilities/effects.ts';
import type { NumberedEvent } from '../../src/incident/events.ts';
import { measuresOf } from '../../src/incident/measures.ts';
import { planPath } from '../../src/incident/step-path.ts';
import { everyPlanStep } from '../../src/playbook/plan.ts';
import { actOnWorld, type World } from '../../src/simulator/core/world.ts';
import {
  actedAt,
  answered,
  beganAs,
  ENDS,
  firstWorld,
  mails,
  playShipped,
  SHIPPED,
  stateOf,
} from '../support/shipped.ts';

/** Every shipped playbook against a simulated world in which everything is wrong that it looks for. */
describe.each(SHIPPED.map((plan) => [plan.playbook, plan] as const))('%s', (name, plan) => {
  const mended = answered(plan);
  const isAsked = (path: string) => !mended.has(planPath(path));
  const approved = () => playShipped(plan, { approvals: 'approve', failures: 'stop' });

  it('when all approve, mends what it finds and gives back what it took', async () => {
    const { events, world } = await approved();
    expect(events.at(-1)).toMatchObject({ type: 'plan.finished', data: { outcome: 'completed' } });
    expect(typesOf(events)).not.toContain('step.failed');
    expect(stateOf(world)).toMatchObject(ENDS[name] ?? {});
    const duties = [...everyPlanStep(plan)].filter(({ kind }) => kind === 'oblige');
    const notices = world.mailbox.filter(({ to }) => to === 'supervisory-authority');
    expect(notices).toHaveLength(duties.length);
    // What counsel gave as the reason is for the record only.
    for (const { text } of notices) expect(text).not.toContain('Why?');
  });

  it.each(['deny', 'ignore'] as const)(
    'when everybody answers “%s”, changes nothing and says so',
    async (approvals) => {
      const { events, world } = await playShipped(plan, { approvals, failures: 'stop' });
      expect(events.at(-1)).toMatchObject({ type: 'plan.finished' });
      const risky = events.filter((event) => event.type === 'act.started' && isRisky(event.data.risk));
      expect(risky).toEqual([]);
      expect(beganAs(world)).toEqual(beganAs(firstWorld(plan)));
      // Besides the closing brief.
      if (plan.finally.length > 0) expect(mails(world).length).toBeGreaterThan(1);
    },
  );

  it('is measured as contained and recovered by what was proved, and as neither when people deny', async () => {
    if (plan.opensOn === null) return;
    const { contain, recover } = measuresOf((await approved()).events, effectOf);
    expect(contain.ms).toBeGreaterThan(0);
    expect(recover.ms).toBeGreaterThanOrEqual(contain.ms ?? Number.POSITIVE_INFINITY);
    const denied = measuresOf((await playShipped(plan, { approvals: 'deny', failures: 'stop' })).events, effectOf);
    expect([denied.contain.ms, denied.recover.ms]).toEqual([null, null]);
  });

  it('stays contained, and says so, when people contain it and deny to go back', async () => {
    const ids = [...everyPlanStep(plan)];
    const reopen = ids.find(({ id }) => id === 'reopen');
    if (!reopen || !ids.some(({ id }) => id === 'contain')) return;
    const { events, world } = await playShipped(plan, {
      approvals: 'approve',
      failures: 'stop',
      choices: { [reopen.path]: 'deny' },
    });
    expect(events.at(-1)).toMatchObject({ type: 'plan.finished' });
    expect(beganAs(world)).not.toEqual(beganAs(firstWorld(plan)));
    expect(events.some(({ type }) => type === 'undo.started')).toBe(false);
    const covered = reopen.kind === 'ask' ? reopen.covers : [];
    expect(events.filter((event) => event.type === 'act.started' && covered.includes(event.path))).toEqual([]);
    expect(events.some(({ path }) => path.startsWith(`${reopen.path}/on-deny/`))).toBe(true);
  });

  it('asks about each act that fails, and loses nothing when it is tried again', async () => {
    const smooth = await approved();
    // What failed by itself would be tried again for ever.
    expect(typesOf(smooth.events)).not.toContain('step.failed');
    for (const { path, capability } of actedAt(plan, smooth.events)) {
      if (!isAsked(path)) continue;
      const { events, world } = await playShipped(plan, {
        approvals: 'approve',
        failures: 'retry',
        fault: { path, capability },
      });
      const asked = events.filter((event) => event.type === 'decision.asked' && event.data.kind === 'failure');
      expect(
        asked.map((event) => event.path),
        path,
      ).toEqual([path]);
      expect(events.at(-1), path).toMatchObject({ data: { outcome: 'completed' } });
      expect(world.systems, path).toEqual(smooth.world.systems);
      expect(mails(world), path).toEqual(mails(smooth.world));
    }
  });

  it('unwinds from each act that fails, last first, back to where it began', async () => {
    const smooth = await approved();
    for (const { path, capability } of actedAt(plan, smooth.events)) {
      if (!isAsked(path)) continue;
      const { events, world } = await playShipped(plan, {
        approvals: 'approve',
        failures: 'unwind',
        fault: { path, capability },
      });
      const failed = events.find((event) => event.type === 'step.failed');
      expect(failed?.path, path).toBe(path);
      const began = events.filter((event) => event.type === 'undo.registered').map((event) => event.path);
      const undone = events
        .filter((event) => event.type === 'act.started' && event.data.purpose === 'undo')
        .map((event) => event.path);
      expect(undone, path).toEqual(began.filter((one) => undone.includes(one)).toReversed());
      // An act that certainly had no effect has nothing to undo.
      expect(
        began.filter((one) => !undone.includes(one)).every((one) => one === path),
        path,
      ).toBe(true);
      expect(beganAs(world, plan), path).toEqual(beganAs(firstWorld(plan), plan));
    }
  });

  it('claims no proof in its brief for an act that people took over or skipped', async () => {
    const smooth = await approved();
    for (const { path, capability } of actedAt(plan, smooth.events)) {
      const step = [...everyPlanStep(plan)].find((one) => one.path === path);
      const line = (CUTS.includes(name) ? CUT_LINES : BACK_LINE)[step?.id ?? ''];
      if (step?.kind !== 'do' || !line || capability !== step.use.capability) continue;
      expect(textsOf(smooth.world), path).toMatch(new RegExp(`${line.source}: yes`));
      for (const failures of ['take-over', 'skip'] as const) {
        const { world } = await playShipped(plan, { approvals: 'approve', failures, fault: { path, capability } });
        expect(textsOf(world), `${path} ${failures}`).toMatch(new RegExp(`${line.source}: left to people`));
        if (step.id === 'isolate') expect(textsOf(world)).not.toMatch(/nobody gets an answer from the version/);
      }
    }
  });

  it('answers by itself what fails where it tries, and ends with nothing half done', async () => {
    const smooth = await approved();
    for (const { path, capability } of actedAt(plan, smooth.events)) {
      if (isAsked(path)) continue;
      const { events, world } = await playShipped(plan, {
        approvals: 'approve',
        failures: 'stop',
        fault: { path, capability },
      });
      expect(events.find((event) => event.type === 'step.failed')?.path, path).toBe(path);
      expect(
        events.some((event) => event.type === 'decision.asked' && event.data.kind === 'failure'),
        path,
      ).toBe(false);
      expect(events.at(-1), path).toMatchObject({ type: 'plan.finished', data: { outcome: 'completed' } });
      expect(['cut', 'serving'], path).toContain(stateOf(world)?.traffic);
      expect(
        mails(world).some(({ subject }) => /did not hold|do not rely on|ended/.test(subject)),
        path,
      ).toBe(true);
    }
  });

  it('believes no act that says it is done and did nothing', async () => {
    const proving = new Map(
      [...everyPlanStep(plan)].flatMap((step) =>
        step.kind === 'do' && step.prove ? [[step.path, step.use.capability]] : [],
      ),
    );
    for (const [path, capability = ''] of proving) {
      // The simulated probe asks whether anybody answers, not which version does.
      if (!isAsked(path) || capability === 'model.rollback') continue;
      const fault = { path, capability, kind: 'lie' } as const;
      const { events } = await playShipped(plan, { approvals: 'approve', failures: 'stop', fault });
      if (!events.some((event) => event.type === 'act.started' && event.path === path)) continue;
      const failed = events.find((event) => event.type === 'step.failed');
      expect(failed, path).toMatchObject({ path, data: { code: 'not-proved' } });
    }
  });

  it('comes to an end whatever people answer to any one question, and does nothing that was not approved', async () => {
    for (const step of everyPlanStep(plan)) {
      if (step.kind !== 'ask') continue;
      for (const answer of [
        ...(step.task ? ['not-done'] : (step.options?.map(({ id }) => id) ?? ['deny'])),
        'ignore',
      ]) {
        const { events, status } = await playShipped(plan, {
          approvals: 'approve',
          failures: 'stop',
          choices: { [step.path]: answer },
        });
        const where = `${step.path}: ${answer}`;
        expect(status, where).toBe('ended');
        const end = events.at(-1);
        expect(end?.type === 'plan.finished' && end.data.outcome, where).toMatch(/^(completed|denied)$/);
        const failed = events.filter((event) => event.type === 'step.failed' && isAsked(event.path));
        expect(failed, where).toEqual([]);
        if (step.options) continue;
        const done = events.filter(
          (event) => event.type === 'act.started' && step.covers.includes(planPath(event.path)),
        );
        expect(done, where).toEqual([]);
      }
    }
  });

  it('tells the same story when whoever plays it dies after every event', async () => {
    const smooth = await approved();
    const broken = await playShipped(plan, { approvals: 'approve', failures: 'stop', continueAfter: () => true });
    if (typesOf(smooth.events).includes('decision.asked')) expect(broken.continued).toBeGreaterThan(0);
    expect(told(broken.events)).toEqual(told(smooth.events));
    expect(broken.world).toEqual(smooth.world);
  });

  it('has each act take effect once, however often it is repeated', async () => {
    const { events, world } = await approved();
    for (const event of events) {
      if (event.type !== 'act.started') continue;
      const { key, capability, risk, purpose, attempt, with: input } = event.data;
      const { path, at } = event;
      const call = {
        key,
        path,
        capability,
        risk,
        purpose,
        attempt,
        with: input,
        timeoutMs: 1,
        undoes: null,
        approval: null,
      };
      expect(actOnWorld(world, call, at).world, key).toEqual(world);
    }
  });
});

/** What closing briefs claim, by the id of the step that it rests on. */
type Claims = Readonly<Record<string, RegExp | undefined>>;
const CUTS = ['supply-chain-tampered-artifact', 'pii-leak-output'];
const CUT_LINES: Claims = { isolate: /Cut, and proved by traffic/, restore: /Serving again, proved by traffic/ };
const BACK_LINE: Claims = { back: /Back to normal, and proved/ };
const textsOf = ({ mailbox }: World): string => mailbox.map(({ text }) => text).join('\n');

const isRisky = (risk: string): boolean => risk === 'disruptive' || risk === 'irreversible';
const typesOf = (events: readonly NumberedEvent[]) => events.map(({ type }) => type);
const told = (events: readonly NumberedEvent[]) => events.map(({ at, path, type, data }) => ({ at, path, type, data }));
