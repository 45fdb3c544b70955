import { DateTime } from 'luxon';
import { oneLine } from '../../incident/phrases.ts';
import type { Improvement } from './contract.ts';

/** Who is to be reminded of an item today. What was sent is kept elsewhere: the same reminder has the same key and person. */
export type Reminder = { key: string; person: string; subject: string; text: string };

const BEFORE_DAYS = 7;
const WEEK_DAYS = 7;
const ESCALATED_AFTER_DAYS = 14;

export type RemindAbout = {
  /** A day of the organisation's calendar. */
  today: string;
  /** The day on which it was written. */
  written: string;
  /** Its owner is no longer in the inventory: others are reminded in their place. */
  ownerGone: boolean;
  /** Who hears of it when it has been overdue for long: those who ran its drill, or whoever wrote it. */
  escalateTo: readonly string[];
  url: string;
};

/**
 * A week before it is due, on the day, and every week that it is overdue; after a fortnight once to others. At most one for each person at
 * a time: a day on which nobody looked is made up for by the next. Another day to be due by starts anew.
 */
export function remindersDue(item: Improvement, about: RemindAbout): Reminder[] {
  if (item.status !== 'open') return [];
  const late = daysBetween(item.due, about.today);
  const to = (person: string, key: string, when: string, why: string): Reminder => ({
    person,
    key: `${item.due}/${key}`,
    subject: `[${item.id}] ${when}: ${shortened(oneLine(item.action))}`,
    text: textOf(item, when, why, about.url),
  });
  const gone = `You get this because its owner, ${item.owner}, is no longer in the inventory: give it to somebody else.`;
  const own = (key: string, when: string) =>
    about.ownerGone
      ? about.escalateTo.filter((person) => person !== item.owner).map((person) => to(person, key, when, gone))
      : [to(item.owner, key, when, 'You get this because it is yours to see to.')];
  if (late < -BEFORE_DAYS) return [];
  // Whoever has only just been given it knows.
  if (late < 0) return daysBetween(about.written, item.due) > BEFORE_DAYS ? own('before', `due on ${item.due}`) : [];
  if (late < WEEK_DAYS) return own('on', late === 0 ? 'due today' : `due since ${item.due}`);
  const overdue = `overdue since ${item.due}`;
  const others =
    late < ESCALATED_AFTER_DAYS || about.ownerGone ? [] : about.escalateTo.filter((person) => person !== item.owner);
  const told = 'You get this once, because it has been overdue for a fortnight and you ran its drill, or wrote it.';
  return [
    ...own(`late-${Math.floor(late / WEEK_DAYS)}`, overdue),
    ...others.map((person) => to(person, 'escalated', overdue, told)),
  ];
}

const daysBetween = (from: string, to: string): number =>
  Math.round(DateTime.fromISO(to, { zone: 'utc' }).diff(DateTime.fromISO(from, { zone: 'utc' }), 'days').days);

const SUBJECT_MAX = 80;
const shortened = (text: string): string => (text.length > SUBJECT_MAX ? `${text.slice(0, SUBJECT_MAX - 1)}…` : text);

/** Marked line by line, so that nothing in it passes for the frame. */
const quoted = (text: string): string =>
  text
    .split(/\r\n?|\n|\u2028|\u2029/)
    .map((line) => `> ${line}`)
    .join('\n');

function textOf({ id, from, issue, action, owner }: Improvement, when: string, why: string, url: string): string {
  const learnt = from.startsWith('EX-') ? `the exercise ${from}; it is real work all the same` : from;
  return [
    `Improvement item ${id} is ${when}. Owner: ${owner}.`,
    '',
    'What is to be done:',
    quoted(action),
    'Because:',
    quoted(issue),
    '',
    `Learnt in ${learnt}.`,
    `Mark it done, move its day or say what stands in its way: ${url}`,
    '',
    why,
  ].join('\n');
}
