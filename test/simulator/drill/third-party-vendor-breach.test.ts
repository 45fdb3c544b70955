import { describe, expect, it } from 'vitest';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import type { Script } from '../../../src/simulator/core/script.ts';
import { shippedScript } from '../../support/scripts.ts';
import { castOf, idle, resultsWith, SEEDS, unmet } from './casts.ts';

const NAME = 'third-party-vendor-breach';
const LENGTHS = ['15m', '60m', '2h'];
const steady = (script: Script) => castOf(script, 'steady');
const hasty = (script: Script) => castOf(script, 'hasty');

async function played(length: string, cast: (script: Script) => Script) {
  const { script, plan } = shippedScript(NAME, length);
  return rehearseScript({ script: cast(script), plan, seed: 7 });
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
