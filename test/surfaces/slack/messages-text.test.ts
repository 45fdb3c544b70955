import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fitMarkup,
  fitted,
  inert,
  link,
  listText,
  MORE,
  md,
  plain,
} from '../../../src/surfaces/slack/messages/text.ts';
import { words } from './hostile.ts';

const decoded = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

describe('words from outside', () => {
  test('mention nobody, link nowhere and format nothing where there is markup', () => {
    expect(inert('<!channel> <@U0MARA> <https://evil.example|the console>')).toBe(
      '&lt;!channel&gt; &lt;＠U0MARA&gt; &lt;https∶//evil.example|the console&gt;',
    );
    expect(inert('@here *bold* _italic_ ~gone~ `code` :white_check_mark:')).toBe(
      '＠here ∗bold∗ ˍitalicˍ ∼gone∼ ˋcodeˋ ∶white_check_mark:',
    );
    expect(inert('a\n> quoted\n&gt; quoted')).toBe('a &gt; quoted &amp;gt; quoted');
  });

  test('stay readable: names of things, times and other scripts are as they were', () => {
    const kept = 'model_v2 at 03:08:02 (a/b: 5 * 3 is not) مرحبا 字 👩‍👩‍👧';
    expect(inert(kept.replace('*', 'x'))).toBe(kept.replace('*', 'x'));
  });

  test('show what would hide or turn round a line', () => {
    expect(plain('\u202egnp.exe\u200b').text).toBe('\\u202egnp.exe\\u200b');
    expect(plain('a broken \ud83d half').text).toBe('a broken \ufffd half');
  });

  test('markup takes only what is ours', () => {
    expect(md`*Until* ${'<!here> *now*'} ${link('https://tocsin.example/a|b?x=1&y=<2>', 'Open <it>')}`.markup).toBe(
      '*Until* &lt;!here&gt; ∗now∗ <https://tocsin.example/a%7Cb?x=1&amp;y=%3C2%3E|Open &lt;it&gt;>',
    );
  });

  test('no emphasis, however the pieces fall', () => {
    fc.assert(
      fc.property(words, (text) => {
        expect(inert(text)).not.toMatch(/[*~`]|(^|[^a-z0-9])_|_([^a-z0-9]|$)|:[a-z_+-]+:/i);
      }),
      { numRuns: 300 },
    );
  });
});

describe('cutting', () => {
  test('says where the rest is, and never cuts a character or an entity', () => {
    const text = `${'a'.repeat(100)}${'👩'.repeat(100)}`;
    const cut = fitted(text, 150);
    expect(cut).toMatch(/… \(whole text in the console\)$/u);
    expect(cut).not.toMatch(/\p{Cs}/u);
    expect(fitted('👩'.repeat(30), 11)).toBe('👩👩👩👩👩…');
    expect(fitMarkup(md`${'<&>'.repeat(60)}${'x'.repeat(250)}`, 200)).toMatch(/(&(lt|gt|amp);)+… \(whole/);
    expect(fitMarkup(md`${'x'.repeat(150)}${link(`https://tocsin.example/${'y'.repeat(100)}`, 'Open')}`, 200)).toBe(
      `${'x'.repeat(150)}${MORE}`,
    );
  });

  test('is within the limit also where Slack counts entities', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 24, max: 500 }), (text, max) => {
        const cut = fitted(text, max);
        const sent = cut.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        expect(sent.length).toBeLessThanOrEqual(max);
        expect(cut.trim()).not.toBe('');
        if (decoded(text).length <= max / 6 && !/\s|\p{Cc}|\p{Cs}|\p{Cf}/u.test(text) && text !== '')
          expect(cut).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test('a list keeps whole lines and counts what is left', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `act ${i + 1}`);
    expect(listText(lines, 1_000, 3)).toBe('act 1\nact 2\nact 3\n… and 47 more (all in the console)');
  });
});
