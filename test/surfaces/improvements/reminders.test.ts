import { expect, test } from 'vitest';
import type { Improvement } from '../../../src/surfaces/improvements/contract.ts';
import { remindersDue } from '../../../src/surfaces/improvements/reminders.ts';

const item = (more: Partial<Improvement> = {}): Improvement => ({
  ...{ id: 'IMP-2026-0004', status: 'open', version: 1, from: 'EX-2026-0003', objective: null, about: [] },
  ...{ issue: 'Nobody knew the number.\nIt rang out.', action: 'Put it into\nthe runbook.', owner: 'tomas' },
  ...{ start: null, due: '2026-12-15', goal: null, createdAt: 0, createdBy: 'mara', closed: null, redrills: [] },
  ...{ linked: null, unsynced: null, history: [], ...more },
});
const about = {
  written: '2026-11-19',
  ownerGone: false,
  escalateTo: ['sofia'],
  url: 'https://tocsin.example/improvements/IMP-2026-0004',
};
const on = (today: string, more: Partial<Improvement> = {}, other: object = {}) =>
  remindersDue(item(more), { ...about, ...other, today }).map(({ person, key }) => `${person} ${key}`);

test('its owner is reminded a week before, on the day and weekly after it; whoever ran the drill once after a fortnight', () => {
  const expected: [day: string, ...due: string[]][] = [
    ['2026-12-07'],
    ['2026-12-08', 'tomas 2026-12-15/before'],
    ['2026-12-14', 'tomas 2026-12-15/before'],
    ['2026-12-15', 'tomas 2026-12-15/on'],
    ['2026-12-21', 'tomas 2026-12-15/on'],
    ['2026-12-22', 'tomas 2026-12-15/late-1'],
    ['2026-12-28', 'tomas 2026-12-15/late-1'],
    ['2026-12-29', 'tomas 2026-12-15/late-2', 'sofia 2026-12-15/escalated'],
    ['2027-01-05', 'tomas 2026-12-15/late-3', 'sofia 2026-12-15/escalated'],
  ];
  for (const [day, ...due] of expected) expect(on(day), day).toEqual(due);
});

test('nobody is reminded of what is done or closed, nor a week before of what was written in that week', () => {
  for (const status of ['done', 'closed'] as const) expect(on('2027-01-05', { status })).toEqual([]);
  expect(on('2026-12-12', {}, { written: '2026-12-10' })).toEqual([]);
  expect(on('2026-12-15', {}, { written: '2026-12-10' })).toEqual(['tomas 2026-12-15/on']);
});

test('another day, or another owner, is reminded of anew; an owner is not told as facilitator too', () => {
  expect(on('2027-01-05', { due: '2027-01-06' })).toEqual(['tomas 2027-01-06/before']);
  expect(on('2026-12-15', { owner: 'jonas' })).toEqual(['jonas 2026-12-15/on']);
  expect(on('2027-01-05', { owner: 'sofia' })).toEqual(['sofia 2026-12-15/late-3']);
});

test('where its owner has left, those who ran the drill are reminded in their place, each time and once', () => {
  const gone = { ownerGone: true, escalateTo: ['sofia', 'tomas'] };
  expect(on('2026-12-15', {}, gone)).toEqual(['sofia 2026-12-15/on']);
  expect(on('2026-12-29', {}, gone)).toEqual(['sofia 2026-12-15/late-2']);
  const [mail] = remindersDue(item(), { ...about, ...gone, today: '2026-12-15' });
  expect(mail?.text).toContain('its owner, tomas, is no longer in the inventory');
});

test('the mail says what, by when, where it was learnt and where to go, and nothing in it passes for its frame', () => {
  const [mail] = remindersDue(item(), { ...about, today: '2026-12-22' });
  expect(mail?.subject).toBe('[IMP-2026-0004] overdue since 2026-12-15: Put it into the runbook.');
  expect(mail?.text.split('\n')).toEqual(
    expect.arrayContaining(['> Put it into', '> the runbook.', '> It rang out.', expect.stringContaining(about.url)]),
  );
  expect(mail?.text).toContain('Learnt in the exercise EX-2026-0003; it is real work all the same.');
});
