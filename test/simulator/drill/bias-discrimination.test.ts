import { describe, expect, it } from 'vitest';
import { atTheirScreens, hasty, idle, LENGTHS, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'bias-discrimination';

const played = async (cast: typeof steady, length: string) => {
  const { events, world } = await playedWith(NAME, length, cast);
  return {
    delivered: events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : [])),
    asked: events.flatMap((e) => (e.type === 'decision.asked' && e.path === 'respond/recover/reopen' ? [e.data] : [])),
    system: world.systems['instalment-scorer'],
  };
};

describe('“Small hooks”', () => {
  it.each(LENGTHS)('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    const cast = length === '15m' ? atTheirScreens : steady;
    for (const results of await resultsWith(NAME, length, cast, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it.each(LENGTHS)('a team that looks on lets it decide, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({
        answered: 'missed',
        stopped: 'missed',
        'cases-stated': 'missed',
        'return-decided': 'missed',
      });
  });

  it.each(LENGTHS)('whoever trusts green figures lets a bar for each group decide, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, hasty, SEEDS))
      expect(results).toMatchObject({ stopped: 'met', 'freeze-not-skipped': 'missed', 'no-two-bars': 'missed' });
  });

  it('the question names one version and its figures another, for whoever reads both', async () => {
    const { asked, system } = await played(hasty, '60m');
    expect(asked[0]?.question).toContain('version 7.2');
    expect(asked[0]?.details).toContain('Version 7.3b');
    expect(asked[0]?.details).toContain('Within tolerance');
    expect(system).toMatchObject({ serving: '7.3b', traffic: 'serving' });
  });

  it('what was let back prints its second bar on a letter, and the pipeline learns from refusals', async () => {
    expect((await played(hasty, '60m')).delivered).toEqual(expect.arrayContaining(['learns', 'group-b']));
    const { delivered, system } = await played(steady, '2h');
    expect(delivered).not.toContain('learns');
    expect(delivered).not.toContain('group-b');
    expect(system).toMatchObject({ traffic: 'cut', around: { pipeline: 'frozen' } });
  });
});
