import { describe, expect, it } from 'vitest';
import type { Script } from '../../../src/simulator/core/script.ts';
import { hasty, idle, LENGTHS, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'third-party-vendor-breach';

async function played(length: string, cast: (script: Script) => Script) {
  return playedWith(NAME, length, cast);
}

describe('“One line more”', () => {
  it.each(LENGTHS)('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, steady, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it.each(LENGTHS)('a team that looks on leaves mail, key and duty as they are, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({ off: 'missed', 'keys-dead': 'missed', 'worst-read': 'missed', clock: 'missed' });
  });

  it.each(LENGTHS)('whoever agrees with everybody goes back to the package with a new key, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, hasty, SEEDS))
      expect(results).toMatchObject({ stays: 'missed', 'no-return': 'missed' });
    const { events, world } = await played(length, hasty);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'inject.delivered', data: expect.objectContaining({ id: 'again' }) }),
    );
    expect(world.systems['tenancy-desk']?.around).toMatchObject({ route: 'primary', credentials: 'valid' });
  });

  it('one worker goes on as before while the switch says done: trying again moves it, passing over does not', async () => {
    const wise = await played('60m', steady);
    expect(wise.world.systems['tenancy-desk']?.around).toMatchObject({ route: 'fallback', credentials: 'revoked' });
    for (const results of await resultsWith(NAME, '60m', hasty, SEEDS))
      expect(results).toMatchObject({ off: 'missed' });
  });
});
