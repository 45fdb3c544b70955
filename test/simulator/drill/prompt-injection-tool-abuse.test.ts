import { describe, expect, it } from 'vitest';
import { hasty, idle, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'prompt-injection-tool-abuse';

const played = async (cast: typeof steady, length = '60m') => {
  const { events, world } = await playedWith(NAME, length, cast);
  return {
    delivered: events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : [])),
    around: world.systems['customer-assistant']?.around,
  };
};

describe('“White on white”', () => {
  it('a team that knows its trade meets all that a machine can judge', async () => {
    for (const results of await resultsWith(NAME, '60m', steady, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it('in the warm-up it is short of time for one thing at most', async () => {
    for (const results of await resultsWith(NAME, '15m', steady, SEEDS))
      expect(unmet(results).filter((id) => id !== 'purged')).toEqual([]);
  });

  it.each(['15m', '60m', '2h'])('a team that looks on leaves the assistant its tools, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({ 'contain-decided': 'missed', disarmed: 'missed', 'locked-out': 'missed' });
  });

  it('whoever passes over the failed clean-up gives the tools back to an assistant that still reads the carrier', async () => {
    for (const results of await resultsWith(NAME, '60m', hasty, SEEDS))
      expect(results).toMatchObject({
        disarmed: 'met',
        'not-skipped': 'missed',
        purged: 'missed',
        'no-tools-on-poison': 'missed',
      });
  });

  it('and is told so by the monitor, for the world has not become well', async () => {
    const { delivered, around } = await played(hasty);
    expect(delivered).toContain('again');
    expect(delivered).not.toContain('sunday');
    expect(around).toMatchObject({ index: 'sunday', tools: 'enabled' });
  });

  it('whoever tries again after the owner of the index has spoken serves a clean one', async () => {
    const { delivered, around } = await played(steady);
    expect(delivered).toContain('sunday');
    expect(delivered).not.toContain('again');
    expect(around).toMatchObject({ index: 'saturday', tools: 'enabled' });
  });

  it('in two hours Saturday is not clean either, and patience ends on Thursday', async () => {
    const { delivered, around } = await played(steady, '2h');
    expect(delivered).toEqual(expect.arrayContaining(['sunday', 'pictures', 'refused-calls']));
    expect(delivered).not.toContain('pictures-again');
    expect(around).toMatchObject({ index: 'thursday', tools: 'enabled' });
    expect((await played(hasty, '2h')).delivered).toContain('pictures-again');
  });
});
