import { describe, expect, it } from 'vitest';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import { shippedScript } from '../../support/scripts.ts';
import { atTheirScreens, hasty, idle, LENGTHS, playedWith, resultsWith, SEEDS, steady, unmet } from './casts.ts';

const NAME = 'credential-leak-llmjacking';

const played = async (cast: typeof steady, length: string) => {
  const { events, world } = await playedWith(NAME, length, cast);
  return {
    delivered: events.flatMap((e) => (e.type === 'inject.delivered' ? [e.data.id] : [])),
    around: world.systems['homework-tutor']?.around,
  };
};

describe('“Night school”', () => {
  it.each(LENGTHS)('a team that knows its trade meets all that a machine can judge, in %s', async (length) => {
    const cast = length === '15m' ? atTheirScreens : steady;
    for (const results of await resultsWith(NAME, length, cast, SEEDS)) expect(unmet(results)).toEqual([]);
  });

  it.each(LENGTHS)('a team that looks on revokes nothing and caps nothing, in %s', async (length) => {
    for (const results of await resultsWith(NAME, length, idle, SEEDS))
      expect(results).toMatchObject({ seen: 'missed', revoked: 'missed', capped: 'missed', 'keys-decided': 'missed' });
  });

  it.each([
    ['15m', 'no-keys-yet'],
    ['60m', 'no-keys-before-dark'],
    ['2h', 'no-keys-before-dark'],
  ])('whoever skips what failed and approves the rest falls into both traps, in %s', async (length, noKeys) => {
    for (const results of await resultsWith(NAME, length, hasty, SEEDS))
      expect(results).toMatchObject({ 'not-skipped': 'missed', revoked: 'missed', [noKeys]: 'missed' });
  });

  it('and sees strangers with the new keys seventy seconds later', async () => {
    const { delivered, around } = await played(hasty, '60m');
    expect(delivered).toEqual(expect.arrayContaining(['still-in', 'again']));
    expect(around).toMatchObject({ credentials: 'valid', strangers: 2 });
  });

  it('whoever tries again and hands out no key leaves nobody in', async () => {
    const { delivered, around } = await played(steady, '2h');
    for (const never of ['still-in', 'again', 'backup-calls']) expect(delivered).not.toContain(never);
    expect(around).toMatchObject({ credentials: 'revoked' });
  });

  it('whoever waits for the portal and issues keys then meets the thief’s own name on the list, and sees it go', async () => {
    const { script, plan } = shippedScript(NAME, '2h');
    const patient = {
      ...steady(script),
      answers: { ...script.answers, 'respond/recover/purge': 'closed', 'respond/recover/reopen': 'approve' },
      personas: script.personas.map((persona) => ({ ...persona, medianMs: 8 * 60_000, spread: 1 })),
      away: [{ role: 'security-on-call', fromMs: 20 * 60_000, untilMs: 45 * 60_000, why: null }],
    };
    const { events } = await rehearseScript({ script: patient, plan, seed: 7 });
    const at = (id: string) => events.find((e) => e.type === 'inject.delivered' && e.data.id === id)?.at;
    const seen = events.flatMap((e) =>
      e.type === 'act.done' && e.path.endsWith('look-again') ? [Number(e.data.outputs.strangers)] : [],
    );
    expect(at('again')).toBeUndefined();
    expect(at('backup-calls')).toBeDefined();
    expect(seen[0]).toBe(1);
    expect(seen.at(-1)).toBe(0);
  });
});
