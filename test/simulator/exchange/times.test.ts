import { expect, it } from 'vitest';
import { placeTimes, readTime } from '../../../src/simulator/exchange/times.ts';

const minutes = (times: string[], startex = -1) =>
  placeTimes(times.map(readTime), startex).placed.map(({ ms }) => (ms === null ? null : ms / 60_000));

it.each([
  ['since STARTEX', ['+0:05', 'T+1:30', 'STARTEX + 45', 'T+0:04:30'], [5, 90, 45, 4.5]],
  ['in minutes and in words', ['0', '15', '45 min', '1h30m', '2 h'], [0, 15, 45, 90, 120]],
  ['hours and minutes from nothing', ['0:00', '0:15', '1:40'], [0, 15, 100]],
  ['by the clock', ['9:00', '09:20', '10:05'], [0, 20, 65]],
  ['by the clock, in halves of the day', ['11:50 am', '12:10 pm', '1:00 pm'], [0, 20, 70]],
  ['by the clock, past midnight', ['23:50', '0:10', '01:00'], [0, 20, 70]],
  ['as the military has them', ['0930', '0945Z', '1010'], [0, 15, 40]],
  ['with a day', ['2026-03-06 14:00', '2026-03-06T14:30Z', '2026-03-07 14:00'], [0, 30, 1440]],
  ['that are none', ['on request', '+0:05', ''], [null, 5, null]],
])('reads times %s', (_what, times, expected) => {
  expect(minutes(times)).toEqual(expected);
});

it('counts by the clock from the row that says STARTEX', () => {
  expect(minutes(['8:30', '9:00', '9:10'], 1)).toEqual([0, 0, 10]);
});
