import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { golden } from '../../../src/simulator/prove/golden.ts';
import { play } from '../../../src/simulator/prove/play.ts';
import type { Heard } from '../../../src/simulator/prove/player-sight.ts';
import { read } from '../../../src/simulator/prove/reading.ts';
import { approveEverything } from '../../../src/simulator/prove/simple-policies.ts';
import { shippedScript } from '../../support/scripts.ts';

const full = process.env.TOCSIN_SWEEP === 'full';
const options = { numRuns: full ? 2_000 : 150, ...(full ? {} : { seed: 20_261_122 }) };

/** Words that the careful policy reads for, words of other languages, and what breaks parsers. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'still',
      'not',
      'verified',
      'removed',
      'just',
      'again',
      'REMAINS',
      'is gone',
      'put it back',
      'deny if',
      '0 unknown',
    ],
    ...[
      'ist noch da',
      'encore là',
      'всё ещё там',
      '仍然存在',
      'لا يزال',
      'ennå der',
      '\u202e',
      '\u0000',
      '\ud800',
      '“',
      '«',
      '"',
      '…',
      '\n',
      '. ',
    ],
    ...[
      '__proto__',
      'constructor',
      '$' + '{steps.x}',
      '<script>',
      '%s',
      '\\',
      'a'.repeat(400),
      '"'.repeat(60),
      'a '.repeat(300),
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(' '));

const heardOf = (by: Heard['by'], from: string, subject: string, said: string): Heard => ({
  ...{ number: 1, at: 0, by, from, to: [], subject, text: said, readers: ['incident-commander'], ok: true },
});

describe('whatever a text says', () => {
  it('it is read, and quickly', () => {
    const property = fc.property(
      text,
      text,
      text,
      fc.constantFrom('slack', 'alert', 'act', 'mail'),
      (from, subject, said, by) => {
        const started = performance.now();
        const { claims } = read(heardOf(by as Heard['by'], from, subject, said), new Set(['triage']));
        expect(performance.now() - started).toBeLessThan(2_000);
        for (const { warns, clears } of claims) expect(warns && clears).toBe(false);
      },
    );
    fc.assert(property, options);
  });

  it.each([
    ['a'.repeat(100_000)],
    ['"'.repeat(100_000)],
    ['not '.repeat(25_000)],
    ['“a b c '.repeat(15_000)],
    ['0 no '.repeat(20_000)],
    ['a.'.repeat(50_000)],
    [`x${'_.-'.repeat(33_000)}`],
  ])('no text takes long: %#', (said) => {
    const started = performance.now();
    read(heardOf('mail', 'somebody', '', said), new Set());
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('a drill whose texts are all like that is played to its end', async () => {
    const { script, plan } = shippedScript('pii-leak-output', '15m');
    const property = fc.asyncProperty(fc.array(text, { minLength: 3, maxLength: 6 }), async (texts) => {
      const injects = script.injects.map((inject, i) => ({
        ...inject,
        from: (texts[i % texts.length] ?? '').slice(0, 200) || 'x',
        text: texts[(i + 1) % texts.length] ?? '',
      }));
      for (const player of [golden(), approveEverything()]) {
        const { events } = await play({ script: { ...script, injects }, plan, seed: 1 }, player);
        expect(events.at(-1)?.type).toBe('exercise.ended');
      }
    });
    await fc.assert(property, { ...options, numRuns: full ? 200 : 10 });
  });
});

describe('the careful policy reads', () => {
  const claim = (said: string, by: Heard['by'] = 'slack') => {
    const { claims, presses } = read(heardOf(by, 'Ada Lund, platform', '', said), new Set());
    return { warns: claims.some(({ warns }) => warns), clears: claims.some(({ clears }) => clears), presses };
  };

  it.each([
    ['The old key still works.'],
    ['The digest does not match.'],
    ['4.2.0 was redeployed at ten.'],
    ['We have not verified the snapshot yet.'],
    ['A second token of that account is in use.'],
    ['The cache is independent of the model behind it.'],
    ['Do not put it back before I call.'],
  ])('a warning in “%s”', (said) => expect(claim(said)).toMatchObject({ warns: true, clears: false }));

  it.each([
    ['The carrier is removed from all mailboxes.'],
    ['Saturday is clean, I have searched it.'],
    ['The token was revoked at 14:02.'],
    ['I have taken the button away from him and put 4.1.7 back.'],
  ])('an end of it in “%s”', (said) => expect(claim(said)).toMatchObject({ warns: false, clears: true }));

  it.each([
    ['Is it gone?'],
    ['It must be removed by tonight.'],
    ['Nobody has verified it.'],
    ['“Verified” is the name of a virus scan.'],
    ['To have it purged, write to us.'],
  ])('nothing that is mended in “%s”', (said) => expect(claim(said)).toMatchObject({ clears: false }));

  it.each([
    ['Just put it back, the board meets at noon.'],
    ['There is no need for a circus.'],
    ['Skip that step. I take the responsibility.'],
    ['Can this not wait until Monday?'],
  ])('haste in “%s”', (said) => expect(claim(said).presses).toBe(true));

  it('no warning in a monitor that counts to none', () =>
    expect(claim('Calls of 0 unknown principals are let in.', 'act')).toMatchObject({ warns: false }));
});
