import { describe, expect, it } from 'vitest';
import type { Script } from '../../../src/simulator/core/script.ts';
import { hasty, idle, LENGTHS, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'jailbreak-harmful-output';

async function played(length: string, cast: (script: Script) => Script) {
  const { events, world } = await playedWith(NAME, length, cast);
  const injects = events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : []));
  return { injects, sowka: world.systems.sowka };
}

describe('“The prompter’s box”', () => {
  it.each(LENGTHS)('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, steady, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it.each(LENGTHS)('a team that looks on changes nothing and tells nobody, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({ seen: 'missed', strict: 'missed', 'house-told': 'missed' });
  });

  it.each(LENGTHS)('whoever sets the filters back hears thirty new words, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, hasty, SEEDS))
      expect(results).toMatchObject({ strict: 'met', earlier: 'missed', 'not-usual': 'missed' });
    const quick = await played(length, hasty);
    expect(quick.injects).toEqual(expect.arrayContaining(['two-hundred', 'understudy']));
    expect(quick.sowka).toMatchObject({ serving: '5.4', around: { filter: 'usual' } });
  });

  it.each(['60m', '2h'])(
    'whoever leaves them strict gets children by another road what they need, in %s',
    async (length) => {
      const { injects, sowka } = await played(length, steady);
      expect(injects).toEqual(expect.arrayContaining(['all-green-again', 'cry', 'card']));
      expect(injects).not.toContain('understudy');
      expect(sowka).toMatchObject({ serving: '5.3', around: { filter: 'strict' } });
    },
  );
});
