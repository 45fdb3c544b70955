import { describe, expect, it } from 'vitest';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import type { Script } from '../../../src/simulator/core/script.ts';
import { shippedScript } from '../../support/scripts.ts';
import { castOf, idle, resultsWith, SEEDS, unmet } from './casts.ts';

const NAME = 'model-theft';
const LENGTHS = ['15m', '60m', '2h'];
const steady = (script: Script) => castOf(script, 'steady');
const hasty = (script: Script) => castOf(script, 'hasty');

async function played(length: string, cast: (script: Script) => Script) {
  const { script, plan } = shippedScript(NAME, length);
  const { events, world } = await rehearseScript({ script: cast(script), plan, seed: 7 });
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
