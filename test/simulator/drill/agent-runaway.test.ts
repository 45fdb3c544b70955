import { describe, expect, it } from 'vitest';
import type { Script } from '../../../src/simulator/core/script.ts';
import { hasty, idle, LENGTHS, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'agent-runaway';

async function played(length: string, cast: (script: Script) => Script) {
  const { events, world } = await playedWith(NAME, length, cast);
  const injects = events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : []));
  return { events, injects, kade: world.systems.kade };
}

describe('“A very tidy morning”', () => {
  it.each(LENGTHS)('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, steady, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it.each(LENGTHS)('a team that looks on stops nothing and puts nothing back, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({
        seen: 'missed',
        stopped: 'missed',
        'rolled-back': 'missed',
        'owners-told': 'missed',
      });
  });

  it.each(LENGTHS)('whoever passes over the failed stop leaves it the disks, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, hasty, SEEDS))
      expect(results).toMatchObject({ 'locked-out': 'met', stopped: 'missed', 'not-its-word': 'missed' });
    expect((await played(length, hasty)).injects).toContain('local-disks');
    expect((await played(length, steady)).injects).not.toContain('local-disks');
  });

  it('the maker’s fix is installed behind everybody’s back, and only who asks why the check fails gets rid of it', async () => {
    const quick = await played('60m', hasty);
    expect(quick.injects).toContain('rolled-out');
    expect(quick.injects).not.toContain('replay');
    for (const results of await resultsWith(NAME, '60m', hasty, SEEDS))
      expect(results).toMatchObject({ 'no-blind-eye': 'missed', validated: 'missed', 'two-agree': 'missed' });
    const wise = await played('60m', steady);
    expect(wise.injects).toEqual(expect.arrayContaining(['rolled-out', 'one-quote', 'replay']));
    expect(wise.kade).toMatchObject({ serving: '3.17.2', around: { agent: 'running' } });
  });

  it('the machine that nobody counted wakes while it is watched, and it is stopped again', async () => {
    const { injects, events, kade } = await played('2h', steady);
    expect(injects).toContain('sleeper');
    expect(events.some((e) => e.type === 'act.done' && e.path.endsWith('stop-again'))).toBe(true);
    expect(kade).toMatchObject({ around: { agent: 'stopped' } });
  });
});
