import { expect, test } from 'vitest';
import { createTeller, wrap } from '../../src/demo/teller.ts';

const WIPED = '\r\u001b[K';

function told(live: boolean, colour = false) {
  let text = '';
  let now = 0;
  const teller = createTeller({
    out: (more) => {
      text += more;
    },
    live,
    colour,
    now: () => now,
  });
  return { teller, text: () => text, pass: (ms: number) => (now += ms) };
}

test('lines break at spaces within 80 columns, under the one who speaks', () => {
  const { teller, text } = told(false);
  teller.line('user', 'How long does a refund take, and what if I have lost the number of my policy in the move?');
  expect(text()).toBe(
    [
      '  user        How long does a refund take, and what if I have lost the number of',
      '              my policy in the move?',
      '',
    ].join('\n'),
  );
  for (const line of text().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('what is longer than a line stays whole, and paragraphs stay apart', () => {
  expect(wrap('see http://127.0.0.1:7373/a-long-address now\n\nthen', 12)).toEqual([
    'see',
    'http://127.0.0.1:7373/a-long-address',
    'now',
    '',
    'then',
  ]);
});

test('without a terminal there is no colour and no line that is rewritten', async () => {
  const { teller, text } = told(false);
  teller.chapter('One');
  expect(await teller.waiting('something', Promise.resolve(7))).toBe(7);
  expect(text()).toBe('\nOne\n\n');
});

test('in a terminal it shows what is awaited and for how long, and wipes it for what is said', async () => {
  const { teller, text, pass } = told(true);
  let come = (_: string): void => undefined;
  const waiting = teller.waiting(
    'Tocsin starts',
    new Promise<string>((resolve) => {
      come = resolve;
    }),
  );
  expect(text()).toMatch(/Tocsin starts 0 s$/);
  pass(3_000);
  teller.say('Said meanwhile.');
  expect(text()).toContain(`${WIPED}  Said meanwhile.\n`);
  expect(text()).toMatch(/Tocsin starts 3 s$/);
  come('there');
  expect(await waiting).toBe('there');
  expect(text().endsWith(WIPED)).toBe(true);
});

test('a failure of what is awaited is passed on, and the line is gone', async () => {
  const { teller, text } = told(true);
  await expect(teller.waiting('it', Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(text().endsWith(WIPED)).toBe(true);
});
