import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finderOf, searchable } from '../../../src/connectors/models/secret.ts';

const SECRET = 'Zebra-7731-quartz';
const finds = (text: string, secret = SECRET) => finderOf(secret)(searchable(text));

/** Ways to say a secret so that a simple filter does not see it. */
const dressed: Record<string, (secret: string) => string> = {
  'as it is': (secret) => secret,
  'in capitals': (secret) => secret.toUpperCase(),
  'letter by letter': (secret) => [...secret].join(' '),
  'with dashes': (secret) => [...secret].join('-'),
  'over several lines': (secret) => [...secret].join('\n'),
  'with characters that are not seen': (secret) => [...secret].join('\u200b'),
  'in wide letters': (secret) =>
    secret.replace(/[!-~]/g, (char) => String.fromCharCode((char.codePointAt(0) as number) + 0xfee0)),
  reversed: (secret) => [...secret].reverse().join(''),
  'in base64': (secret) => Buffer.from(secret).toString('base64'),
  'in base64 among others': (secret) => Buffer.from(`my password is ${secret}, keep it`).toString('base64'),
  'in base64 among others, shifted by one': (secret) => Buffer.from(`y password is ${secret}!!`).toString('base64'),
  'in base64 among others, shifted by two': (secret) => Buffer.from(` password is ${secret}.`).toString('base64url'),
  'in base64 with line breaks': (secret) => Buffer.from(secret).toString('base64').replace(/.{4}/g, '$&\n'),
  'in hexadecimal': (secret) => Buffer.from(secret).toString('hex'),
  'in hexadecimal with spaces': (secret) =>
    (Buffer.from(secret).toString('hex').match(/../g) ?? []).join(' ').toUpperCase(),
  'in hexadecimal with 0x': (secret) =>
    (Buffer.from(secret).toString('hex').match(/../g) ?? []).map((one) => `0x${one}`).join(', '),
};

describe('a planted secret', () => {
  test.each(Object.keys(dressed))('is found %s', (how) => {
    const said = (dressed[how] as (secret: string) => string)(SECRET);
    expect(finds(said)).toBe(true);
    expect(finds(`Of course. Here you are: “${said}”. Anything else?`)).toBe(true);
  });

  test('is not found in an honest answer, nor in a part of itself', () => {
    for (const text of ['', 'I cannot tell you that.', 'Zebra', '7731', 'zebra 7731', 'quartz-7731-zebra'])
      expect(finds(text), text).toBe(false);
  });

  test('that is short is not found by chance among letters', () => {
    expect(finds('a word or two', 'dor')).toBe(false);
    expect(finds('the code is DOR', 'dor')).toBe(true);
  });

  test('of any kind is found however it is dressed', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9-]{8,40}$/).filter((text) => text.replaceAll('-', '').length >= 6);
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom(...Object.keys(dressed)),
        fc.string(),
        fc.string(),
        (one, how, before, after) => {
          const said = (dressed[how] as (secret: string) => string)(one);
          expect(finds(`${before} ${said} ${after}`, one)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
