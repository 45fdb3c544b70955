import { describe, expect, it } from 'vitest';
import type { Script } from '../../../src/simulator/core/script.ts';
import { hasty, idle, LENGTHS, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'training-data-poisoning';

async function played(length: string, cast: (script: Script) => Script) {
  const { events, world } = await playedWith(NAME, length, cast);
  return { delivered: events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : [])), world };
}

describe('“A deposit for a bicycle”', () => {
  it.each(LENGTHS)('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, steady, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it.each(LENGTHS)('a team that looks on lets it learn and serve, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({ frozen: 'missed', 'went-back': 'missed', 'breach-judged': 'missed' });
  });

  it.each(LENGTHS)(
    'whoever passes over the failed check serves the back door under an older number, in %s',
    async (length) => {
      for (const results of await resultsWith(NAME, length, hasty, SEEDS))
        expect(results).toMatchObject({ frozen: 'met', 'check-not-skipped': 'missed', 'breach-judged': 'missed' });
      const { delivered, world } = await played(length, hasty);
      expect(delivered).toContain('let-through');
      expect(delivered).not.toContain('fridays');
      expect(world.systems['payment-watch']?.serving).toBe('3.2');
    },
  );

  it('whoever waits for the reason gets the version that never saw the records, and lets that one learn', async () => {
    const { delivered, world } = await played('2h', steady);
    expect(delivered).toEqual(expect.arrayContaining(['fridays', 'descendants', 'mirror', 'mirror-cut']));
    expect(delivered).not.toContain('let-through');
    expect(world.systems['payment-watch']).toMatchObject({
      serving: '3.1',
      around: { pipeline: 'open', data: 'quarantined' },
    });
  });
});
