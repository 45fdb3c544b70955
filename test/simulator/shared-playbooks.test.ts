import { describe, expect, it } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import { type Cast, playShipped, SHIPPED, stateOf } from '../support/shipped.ts';

const named = (name: string): Plan => SHIPPED.find((plan) => plan.playbook === name) as Plan;
const play = (name: string, cast: Partial<Cast> = {}) =>
  playShipped(named(name), { approvals: 'approve', failures: 'stop', ...cast });
const HOUR = 3_600_000;

describe('bringing a model back in steps', () => {
  it('watches it for half an hour before it says that it is back', async () => {
    const { world, events } = await play('restore-service');
    const back = world.mailbox.find(({ subject }) => subject.endsWith('is back in use'));
    const served = events.find(({ type, path }) => type === 'act.done' && path === 'trial/try/serve');
    expect((back?.at ?? 0) - (served?.at ?? 0)).toBeGreaterThan(HOUR / 2);
    expect(stateOf(world)?.traffic).toBe('serving');
  });

  it.each([
    ['its figures cannot be had', { fault: { path: 'trial/try/settle/001/look', capability: 'quality.compare' } }],
    ['it gives nothing but silence to the probe', { fault: { path: 'trial/try/serve', capability: 'model.probe' } }],
    ['people cannot work with it', { choices: { confirm: 'cut' } }],
  ] as const)('cuts it again, and says so, when %s', async (_, cast) => {
    const { world } = await play('restore-service', {
      ...cast,
      choices: { ...('choices' in cast && cast.choices), 'holds/else/again': 'deny' },
    });
    expect(stateOf(world)?.traffic).toBe('cut');
    const told = world.mailbox.map(({ to, subject }) => `${to}: ${subject.replace(/^.*?: /, '')}`);
    expect(told).toEqual(['stakeholders: Claims triage did not hold', 'stakeholders: Claims triage is not put back']);
  });

  it('cuts it again as soon as an alert about it comes in', async () => {
    const smooth = await play('restore-service');
    const served = smooth.events.find(({ type, path }) => type === 'act.done' && path === 'trial/try/serve')?.at ?? 0;
    const { events } = await play('restore-service', {
      alert: { at: served + HOUR / 10, kind: 'model.output-leak' },
      choices: { 'holds/else/again': 'deny' },
    });
    const cut = events.find(({ type, path }) => type === 'act.started' && path === 'holds/else/step-back');
    expect((cut?.at ?? 0) - served).toBeLessThan(HOUR / 9);
  });

  it('leaves it in use when its figures hold and nobody says that it does not work', async () => {
    const { world } = await play('restore-service', { choices: { confirm: 'ignore' } });
    expect(stateOf(world)?.traffic).toBe('serving');
  });
});

describe('keeping stakeholders informed', () => {
  const news = 'updates/try/rounds/*/news';
  const words = 'updates/try/rounds/*/words';
  const to = (mails: readonly { to: string; text: string }[], whom: string) => mails.filter((mail) => mail.to === whom);

  const released = (events: readonly NumberedEvent[]) =>
    events.flatMap((event) =>
      event.type === 'decision.asked' && event.path.endsWith('/release') ? [event.data.details] : [],
    );

  it('tells what is known at once, and nothing more when there is nothing new', async () => {
    const { world } = await play('stakeholder-updates', { choices: { [news]: 'ignore' } });
    expect(to(world.mailbox, 'stakeholders').map(({ text }) => text)).toEqual([
      expect.stringContaining('It is being looked into.'),
    ]);
  });

  it('ends after three days, and says so to the incident commander alone', async () => {
    const { world, events } = await play('stakeholder-updates', { choices: { [news]: 'tell' } });
    expect(to(world.mailbox, 'stakeholders')).toHaveLength(1 + 18);
    expect(to(world.mailbox, 'incident-commander')).toHaveLength(1);
    const lasted = (events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0);
    expect(lasted / HOUR).toBeGreaterThan(17 * 4);
    expect(lasted / HOUR).toBeLessThan(72);
  });

  it('publishes nothing that two people did not approve word for word, and goes on asking for news', async () => {
    const held = await play('stakeholder-updates', { choices: { [news]: 'publish', [words]: 'ignore' } });
    expect(released(held.events)).toEqual([]);
    expect(to(held.world.mailbox, 'stakeholders')).toHaveLength(1 + 18);
    const approved = await play('stakeholder-updates', { choices: { [news]: 'publish' } });
    expect(released(approved.events)).toEqual(Array.from({ length: 18 }, () => 'To the outside, word for word'));
  });
});

describe('an agent that runs again', () => {
  it('is stopped again as soon as an alert about it comes in', async () => {
    const resumed = (await play('agent-runaway')).events.find(
      ({ type, path }) => type === 'act.done' && path === 'respond/recover/back',
    );
    const { world } = await play('agent-runaway', {
      alert: { at: (resumed?.at ?? 0) + HOUR / 10, kind: 'agent.runaway' },
    });
    expect(stateOf(world)?.around?.agent).toBe('stopped');
  });

  it('is stopped again when nobody can see what it does', async () => {
    const { world } = await play('agent-runaway', {
      fault: { path: 'respond/recover/watch/try/quiet/001/look-again', capability: 'agent.inspect' },
    });
    expect(stateOf(world)?.around?.agent).toBe('stopped');
    expect(world.mailbox.at(-1)?.text).toContain('Stopped again afterwards: YES');
  });
});
