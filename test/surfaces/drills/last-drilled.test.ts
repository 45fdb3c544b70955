import { expect, it } from 'vitest';
import { drilledAs, drilledWords } from '../../../src/surfaces/drills/last-drilled.ts';

const OSLO = 'Europe/Oslo';
const drill = (id: number, at: string, version: number, playbook = 'a-leak') => ({
  ...{ drill: `EX-2026-000${id}`, at: Date.parse(at), playbook, version },
});
const said = (last: [hash: string, ReturnType<typeof drill>][], version = 3, hash = 'three') =>
  drilledWords(drilledAs(new Map(last), { playbook: 'a-leak', version, hash }), OSLO);

it('a version says when it was drilled last, by the clocks of the organisation', () => {
  expect(said([['three', drill(3, '2026-03-11T23:30Z', 3)]])).toBe('last drilled 12 Mar 2026 (EX-2026-0003)');
});

it('one that was not says which version before it was, the latest of them', () => {
  const last: [string, ReturnType<typeof drill>][] = [
    ['one', drill(1, '2026-01-10T12:00Z', 1)],
    ['two', drill(2, '2026-02-10T12:00Z', 2)],
  ];
  expect(said(last)).toBe('drilled in an earlier version only: v2, 10 Feb 2026 (EX-2026-0002)');
});

it('neither a later version nor another playbook counts', () => {
  expect(said([['four', drill(4, '2026-03-11T12:00Z', 4)]])).toBe('never drilled');
  expect(said([['other', drill(5, '2026-03-11T12:00Z', 1, 'a-worm')]])).toBe('never drilled');
  expect(said([])).toBe('never drilled');
});
