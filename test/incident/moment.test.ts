import fc from 'fast-check';
import { expect, it } from 'vitest';
import { moment, momentText } from '../../src/incident/moment.ts';

it.each([
  ['2026-11-19T03:22Z', Date.UTC(2026, 10, 19, 3, 22)],
  ['2026-11-19T03:22:05.5+02:00', Date.UTC(2026, 10, 19, 1, 22, 5, 500)],
  ['2026-11-19T03:22', null],
  ['2026-13-19T03:22Z', null],
  ['2026-11-19', null],
  ['yesterday', null],
  ['', null],
])('%j is the moment %j', (text, ms) => expect(moment(text)).toBe(ms));

it('is written in UTC, as short as it can be, and read as it was written', () => {
  expect(momentText(Date.UTC(2026, 10, 19, 3, 22))).toBe('2026-11-19T03:22Z');
  expect(momentText(Date.UTC(2026, 10, 19, 3, 22, 5))).toBe('2026-11-19T03:22:05Z');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0) }), (ms) => {
      expect(moment(momentText(ms))).toBe(ms);
    }),
  );
});
