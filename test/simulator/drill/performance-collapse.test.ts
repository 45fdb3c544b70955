import { describe, expect, it } from 'vitest';
import type { Script } from '../../../src/simulator/core/script.ts';
import { hasty, idle, LENGTHS, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'performance-collapse';

async function played(length: string, cast: (script: Script) => Script) {
  const { events, world } = await playedWith(NAME, length, cast);
  return { delivered: events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : [])), world };
}

describe('“Fifteen point three”', () => {
  it.each(LENGTHS)('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, steady, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it.each(LENGTHS)('a team that looks on neither refuses nor judges, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({ refused: 'missed', 'not-a-breach': 'missed', 'not-blind': 'met' });
  });

  it.each(LENGTHS)(
    'whoever puts the older version back gets quiet, and patients for whom it does not ring, in %s',
    async (length) => {
      for (const results of await resultsWith(NAME, length, hasty, SEEDS))
        expect(results).toMatchObject({ refused: 'missed', 'not-blind': 'missed', 'wards-told': 'missed' });
      const { delivered, world } = await played(length, hasty);
      expect(delivered).toContain('blind');
      expect(world.systems['early-sign']?.serving).toBe('5.1');
    },
  );

  it('whoever refuses keeps the night on record, though the store was full, and has people work without the scores', async () => {
    const { delivered, world } = await played('60m', steady);
    expect(delivered).toContain('no-room');
    expect(delivered).not.toContain('blind');
    expect(world.systems['early-sign']).toMatchObject({ serving: '5.2', around: { pipeline: 'open' } });
    expect(world.systems['early-sign']?.around?.held.length).toBeGreaterThan(0);
    for (const results of await resultsWith(NAME, '60m', hasty, SEEDS))
      expect(results).toMatchObject({ 'night-kept': 'missed' });
  });
});
