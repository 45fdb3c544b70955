import { describe, expect, it } from 'vitest';
import { atTheirScreens, hasty, idle, LENGTHS, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'rag-memory-poisoning';
/** Bots read no messages: only an answer of theirs later on is a sign. */
const READING = ['clicks-read'];

const played = async (cast: typeof steady, length: string) => {
  const { events, world } = await playedWith(NAME, length, cast);
  return {
    delivered: events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : [])),
    around: world.systems['parlour-ask']?.around,
  };
};

describe('“A channel with one member”', () => {
  it.each(LENGTHS)('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    const cast = length === '15m' ? atTheirScreens : steady;
    for (const results of await resultsWith(NAME, length, cast, SEEDS))
      expect(unmet(results).filter((id) => !READING.includes(id))).toEqual([]);
  });

  it.each(LENGTHS)('a team that looks on goes on reading the planted text, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({
        'picked-up': 'missed',
        frozen: 'missed',
        'served-clean': 'missed',
        'learning-decided': 'missed',
      });
  });

  it.each([
    ['15m', 'no-learning'],
    ['60m', 'no-learning-before-purge'],
    ['2h', 'no-learning-before-purge'],
  ])(
    'whoever passes over the feed and lets it learn again falls into both traps, in %s',
    async (length, noLearning) => {
      for (const results of await resultsWith(NAME, length, hasty, SEEDS))
        expect(results).toMatchObject({ 'feed-not-skipped': 'missed', frozen: 'missed', [noLearning]: 'missed' });
    },
  );

  it('and the planted text is served again, as the monitor says', async () => {
    const { delivered, around } = await played(hasty, '60m');
    expect(delivered).toEqual(expect.arrayContaining(['written-again', 'learned-again']));
    expect(around).toMatchObject({ index: 'live', pipeline: 'open' });
  });

  it('whoever waits serves Sunday to the end, memory cleared, and takes nothing in', async () => {
    const { delivered, around } = await played(steady, '2h');
    expect(delivered).toEqual(expect.arrayContaining(['remembered', 'forgotten', 'sister']));
    expect(delivered).not.toContain('written-again');
    expect(delivered).not.toContain('learned-again');
    expect(around).toMatchObject({ index: 'sunday', pipeline: 'frozen', indexes: { sunday: 0 } });
  });
});
