import { describe, expect, it } from 'vitest';
import type { Script } from '../../../src/simulator/core/script.ts';
import { hasty, idle, LENGTHS, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'model-theft';

async function played(length: string, cast: (script: Script) => Script) {
  const { events, world } = await playedWith(NAME, length, cast);
  const injects = events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : []));
  return { injects, kielo: world.systems.kielo };
}

describe('“Our best customer”', () => {
  it.each(LENGTHS)('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, steady, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it.each(LENGTHS)('a team that looks on closes no door and changes no secret, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({ seen: 'missed', shut: 'missed', rotated: 'missed', 'users-told': 'missed' });
  });

  it.each(LENGTHS)('whoever takes the reseller’s word leaves the thief alone with the model, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, hasty, SEEDS))
      expect(results).toMatchObject({ 'close-decided': 'met', shut: 'missed', 'side-door': 'missed' });
    expect((await played(length, hasty)).injects).toContain('hurry');
    expect((await played(length, steady)).injects).not.toContain('hurry');
  });

  it.each(['60m', '2h'])(
    'the sealed store holds the new credentials up, and whoever waits for its keys has them, in %s',
    async (length) => {
      for (const results of await resultsWith(NAME, length, hasty, SEEDS))
        expect(results).toMatchObject({ 'judged-answers': 'missed', 'back-in': 'missed' });
      const { injects, kielo } = await played(length, steady);
      expect(injects).toEqual(expect.arrayContaining(['sealed', 'unsealed']));
      expect(kielo).toMatchObject({ around: { credentials: 'valid', strangers: 0, filter: 'strict' } });
    },
  );
});
