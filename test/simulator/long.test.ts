import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../src/incident/events.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { everyPlanStep, type Plan } from '../../src/playbook/plan.ts';
import { STEPS_MAX } from '../../src/playbook/steps.ts';
import { rehearse } from '../../src/simulator/core/rehearse.ts';
import { longOpening, longPlaybook, SECTION_STEPS } from '../support/long.ts';
import { commander, START, world } from '../support/plans.ts';

const SECTIONS = STEPS_MAX / SECTION_STEPS;

const rehearsed = (plan: Plan, every: number) => {
  let events = 0;
  return rehearse({
    plan,
    opening: longOpening,
    world: world(),
    bots: [commander],
    startAt: START,
    continueAfter: () => ++events % every === 0,
  });
};

describe(`a playbook of ${STEPS_MAX} steps`, { timeout: 120_000 }, () => {
  const { plan, diagnostics } = longPlaybook(SECTIONS);

  it('is checked and compiled whole', () => {
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic)).toEqual([]);
    expect([...everyPlanStep(plan as Plan)]).toHaveLength(STEPS_MAX);
  });

  it('runs every step once and in order, given up and taken up again on its way', async () => {
    const { events, status, continued } = await rehearsed(plan as Plan, 400);
    expect(status).toBe('ended');
    expect(continued).toBeGreaterThan(20);
    for (const event of events) parseEvent(event);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.at(-1)).toMatchObject({ type: 'plan.finished', data: { outcome: 'completed' } });

    const steps = [...everyPlanStep(plan as Plan)];
    const done = (type: string) => events.filter((event) => event.type === type).map(({ path }) => path);
    const pathsOf = (kinds: string[]) => steps.filter(({ kind }) => kinds.includes(kind)).map(({ path }) => path);
    expect(done('step.skipped')).toEqual(steps.filter(({ when }) => when).map(({ path }) => path));
    expect(done('decision.made')).toEqual(pathsOf(['ask']));
    expect(done('branch.taken')).toEqual(pathsOf(['if']));
    expect(done('act.done')).toEqual(steps.filter(({ kind, when }) => /do|say/.test(kind) && !when).map((s) => s.path));
  });

  it('says the same, event by event, as when it is never given up', async () => {
    const { plan: short } = longPlaybook(30);
    const whole = await rehearsed(short as Plan, Number.POSITIVE_INFINITY);
    const pieces = await rehearsed(short as Plan, 1);
    expect(pieces.continued).toBeGreaterThanOrEqual(30);
    expect(pieces.events).toEqual(whole.events);
  });
});

describe('a playbook that is too long', { timeout: 120_000 }, () => {
  it('is refused where the first step too many stands', () => {
    const { plan, diagnostics } = longPlaybook(SECTIONS, '\n  - { id: last, do: model.inspect }');
    expect(plan).toBeNull();
    expect(diagnostics.map(formatDiagnostic)).toEqual([
      expect.stringMatching(/^long\.yaml:6506:5 .*the plan has more than 5000 steps/),
    ]);
  });

  it('is refused when its texts are more than an incident can carry', () => {
    const said = (n: number) =>
      `\n  - { id: say-${n}, say: ${randomBytes(14_000).toString('hex').slice(0, 19_990)}, to: incident-commander }`;
    const texts = Array.from({ length: 95 }, (_, n) => said(n));
    const { plan, diagnostics } = longPlaybook(1, texts.join(''));
    expect(plan).toBeNull();
    expect(diagnostics.map(formatDiagnostic)).toContainEqual(
      expect.stringMatching(/error: the plan takes .* packed.*more than an incident can carry/),
    );
  });
});
