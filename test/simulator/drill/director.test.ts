import { describe, expect, it } from 'vitest';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import { resultsOf } from '../../../src/simulator/core/results.ts';
import type { Script } from '../../../src/simulator/core/script.ts';
import { shippedScript } from '../../support/scripts.ts';

const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');

const withCondition = (cel: string): Script => ({
  ...script,
  injects: script.injects.map((one) =>
    one.id === 'scene' ? { ...one, trigger: { on: 'condition', cel, delayMs: 0 } } : one,
  ),
});
const delivered = async (cel: string) => {
  const { events } = await rehearseScript({ script: withCondition(cel), plan, seed: 7 });
  const at = events.find((e) => e.type === 'inject.delivered' && e.data.id === 'scene')?.at;
  return { events, minute: at === undefined ? null : (at - script.startsAt) / 60_000 };
};

describe('a condition', () => {
  it('sets its inject off at the minute that it names, when nothing else happens then', async () => {
    expect((await delivered('minutes >= 14.0')).minute).toBe(14);
  });

  it('is looked at as soon as the world, the incident or another inject is otherwise', async () => {
    const cut = await delivered('world.systems["claims-triage"].traffic == "cut"');
    const isolated = cut.events.find((e) => e.type === 'act.done' && e.path === 'isolate');
    expect(cut.minute).toBeCloseTo(((isolated?.at ?? 0) - script.startsAt) / 60_000, 0);
    expect((await delivered('"contain" in incident.asked')).minute).toBeGreaterThanOrEqual(2);
    expect((await delivered('injects["alarm"].delivered')).minute).toBe(2);
  });

  it('that cannot be evaluated sets nothing off, and the timeline says so once', async () => {
    const { events, minute } = await delivered('world.systems["claims-triage"].around.indexes["none"] > 0');
    expect(minute).toBeNull();
    const warned = events.filter((e) => e.type === 'system.warned');
    expect(warned).toHaveLength(1);
    expect(warned[0]?.data).toMatchObject({
      code: 'script',
      message: expect.stringMatching(/^The condition of inject scene/),
    });
  });
});

it('an expectation about events passes over those that lack what it names', async () => {
  const cel = 'event.data.outcome == "approve"';
  const [first] = script.expectations;
  if (!first) throw new Error('the sample expects something');
  const expecting: Script = { ...script, expectations: [{ ...first, sought: { what: 'event', cel } }] };
  const { events } = await rehearseScript({ script: expecting, plan, seed: 7 });
  expect(events.filter((e) => e.type === 'system.warned')).toEqual([]);
  const [result] = resultsOf(expecting, events);
  expect(events.find(({ seq }) => seq === result?.seq)?.type).toMatch(/^decision\./);
});
