import { describe, expect, it } from 'vitest';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import type { Script } from '../../../src/simulator/core/script.ts';
import { shippedScript } from '../../support/scripts.ts';
import { castOf, idle, resultsWith, SEEDS, unmet } from './casts.ts';

const NAME = 'training-data-poisoning';
const LENGTHS = ['15m', '60m', '2h'];
const steady = (script: Script) => castOf(script, 'steady');
const hasty = (script: Script) => castOf(script, 'hasty');

async function played(length: string, cast: (script: Script) => Script) {
  const { script, plan } = shippedScript(NAME, length);
  const { events, world } = await rehearseScript({ script: cast(script), plan, seed: 7 });
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
