import { describe, expect, it } from 'vitest';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import { shippedScript } from '../../support/scripts.ts';
import { hasty, idle, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'pii-leak-output';

describe('“Somebody else’s knee”', () => {
  it.each(['60m', '2h'])('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, steady, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it('in the warm-up it is short of time for one thing at most', async () => {
    for (const results of await resultsWith(NAME, '15m', steady, SEEDS))
      expect(unmet(results).filter((id) => id !== 'rolled-back')).toEqual([]);
  });

  it.each(['15m', '60m', '2h'])('a team that looks on neither cuts nor judges, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({ 'cut-decided': 'missed', 'cut-proved': 'missed', 'clock-judged': 'missed' });
  });

  it('whoever approves everything puts traffic back to the cache, and lets the duty pass', async () => {
    for (const results of await resultsWith(NAME, '60m', hasty, SEEDS))
      expect(results).toMatchObject({
        'cut-proved': 'met',
        'stays-cut': 'missed',
        'no-traffic': 'missed',
        'clock-judged': 'missed',
        noticed: 'missed',
      });
  });

  it('and hears from the filter that the old version leaks as well; the others never do', async () => {
    const { script, plan } = shippedScript(NAME, '60m');
    const delivered = async (cast: typeof script) => {
      const { events } = await rehearseScript({ script: cast, plan, seed: 7 });
      return events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : []));
    };
    expect(await delivered(hasty(script))).toEqual(expect.arrayContaining(['all-green', 'again']));
    const wise = await delivered(steady(script));
    expect(wise).toContain('all-green');
    expect(wise).not.toContain('again');
  });

  it('counsel answers after the hearing, and not before', async () => {
    const { script, plan } = shippedScript(NAME, '60m');
    const { events } = await rehearseScript({ script, plan, seed: 7 });
    const judged = events.find((e) => e.type === 'decision.made' && e.path === 'respond/legal/counsel');
    expect(judged?.at).toBeGreaterThanOrEqual(script.startsAt + 14 * 60_000);
  });
});
