import { describe, expect, it } from 'vitest';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import { resultsOf } from '../../../src/simulator/core/results.ts';
import type { Script } from '../../../src/simulator/core/script.ts';
import { play } from '../../../src/simulator/prove/play.ts';
import { shippedScript } from '../../support/scripts.ts';
import { hasty, idle, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'supply-chain-tampered-artifact';

describe('“The release nobody signed off”', () => {
  it.each(['60m', '2h'])('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, steady, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it.each(['15m', '60m', '2h'])('a team that looks on cuts nothing, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({ 'cut-decided': 'missed', 'cut-proved': 'missed', 'rolled-back': 'missed' });
  });

  it('whoever passes over the failed validation has nothing to decide on, and users stay without an answer', async () => {
    for (const results of await resultsWith(NAME, '60m', hasty, SEEDS))
      expect(results).toMatchObject({ 'cut-proved': 'met', validated: 'missed', 'two-agree': 'missed' });
    const { script, plan } = shippedScript(NAME, '60m');
    const { world, events } = await rehearseScript({ script: hasty(script), plan, seed: 7 });
    // Without the decision of two people no worker puts traffic back, whoever wants it.
    expect(events.some((event) => event.type === 'act.failed' && event.data.code === 'approval-refused')).toBe(true);
    expect(world.systems['claims-triage']).toMatchObject({ traffic: 'cut' });
  });

  it('in two hours, whoever puts traffic back while the token is valid has the tampered weights back with it', async () => {
    // Nobody is in the tunnel, so all can agree as soon as the checks are green.
    const early = (script: Script) => ({ ...steady(script), away: [] });
    for (const results of await resultsWith(NAME, '2h', early, SEEDS))
      expect(results).toMatchObject({ validated: 'met', 'two-agree': 'met', 'no-reentry': 'missed' });
    const { script, plan } = shippedScript(NAME, '2h');
    const { events, world } = await rehearseScript({ script: early(script), plan, seed: 7 });
    expect(events.some((e) => e.type === 'inject.delivered' && e.data.id === 'pushed-over')).toBe(true);
    expect(world.systems['claims-triage']).toMatchObject({ serving: '4.2.0', traffic: 'serving' });
  });

  it.each([
    ['Yes, we were hacked, and it is dozens.', 'missed'],
    ['Yes, that is so: “paid dozens of claims because of a "hacked AI". Is that so?”', 'missed'],
    ['We cannot confirm that anybody was hacked. You hear from us at four.', 'met'],
    ['Whether it is dozens we do not know yet.', 'met'],
    ["I can't say 'hacked', and no number.", 'met'],
  ])('what the journalist is told, “%s”, counts as %s', async (text, result) => {
    const { script, plan } = shippedScript(NAME, '15m');
    const { events } = await play({ script, plan, seed: 1 }, ({ heard }) => {
      const call = heard.find(({ from }) => from.startsWith('Kari Nygaard'));
      return call ? [{ do: 'answer', role: 'communications-lead', heard: call.number, to: call.from, text }] : [];
    });
    const found = resultsOf(script, events).find(({ expectation }) => expectation === 'nothing-confirmed');
    expect(found?.result).toBe(result);
  });
});
