import { roleInWords } from '../../incident/decision.ts';
import type { IncidentView } from '../../incident/view.ts';
import { EVERYBODY, playersMeant } from '../slack/roster.ts';
import type { Drill } from './contract.ts';

/** The mails of drills as they should be sent: to players, never to an address that a script names. Plain text throughout. */
export type DrillMail = {
  drill: string;
  /** Names it among those of its drill. */
  key: string;
  person: string;
  subject: string;
  text: string;
};

const BY_MAIL: readonly string[] = ['mail', 'letter'];

/** What has reached the players by mail and by letter, while they play. */
export function mailsOf({ id, exercise }: Pick<IncidentView, 'id' | 'exercise'>, url: string): DrillMail[] {
  if (!exercise?.clock || exercise.endedAt !== undefined) return [];
  const about = { id, title: exercise.title, url };
  const injects = exercise.injects.map((one) => ({ ...one, key: `inject/${one.id}` }));
  const voices = exercise.voices.flatMap((one) =>
    one.said ? [{ ...one, key: `voice/${one.seq}`, from: one.as, subject: `From ${one.as}` }] : [],
  );
  return [...injects, ...voices]
    .filter(({ by }) => BY_MAIL.includes(by))
    .flatMap(({ key, by, from, to, subject, text }) =>
      playersMeant(exercise, to).map((person) => ({
        ...{ drill: id, key, person },
        subject: exerciseSubject(subject),
        text: framed(about, [
          `${by === 'letter' ? 'Letter from' : 'From'}: ${inOneLine(from)}`,
          `To: ${inWords(to)}`,
          '',
          quoted(text),
        ]),
      })),
    );
}

/** To everybody on the roster of a drill that has a date, again with every change of it. */
export function invitationsOf(drill: Drill, url: string): DrillMail[] {
  const { id, script, at, note, revision, players, staff, status } = drill;
  if (status !== 'planned' || at === null) return [];
  const parts = new Map<string, string[]>();
  for (const { role, person } of [...players, ...staff])
    parts.set(person, [...(parts.get(person) ?? []), roleInWords(role)]);
  const minutes = Math.round(script.length.ms / 60_000);
  return [...parts].map(([person, roles]) => ({
    ...{ drill: id, key: `invitation/${revision}`, person },
    subject: exerciseSubject(
      `${revision > 0 ? 'changed: ' : ''}${script.title}, ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ),
    text: framed({ id, title: script.title, url }, [
      `You take part as ${roles.join(', ')}.`,
      `It begins at ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC and takes ${minutes} minutes.`,
      'A file for your calendar is attached. What to read before stands behind the link.',
      ...(note === null ? [] : ['', quoted(note)]),
    ]),
  }));
}

/** To whoever was invited and need not come: it was called off, or they are no longer on its roster. `done`: mails, by key and person. */
export function withdrawalsOf(
  drill: Drill,
  { done, now }: { done: ReadonlySet<string>; now: number },
  url: string,
): DrillMail[] {
  const { id, script, at, revision, players, staff, status, cancelledBecause } = drill;
  const isOff = status === 'cancelled';
  if (at === null || at <= now || !(isOff || status === 'planned')) return [];
  const stay = new Set(isOff ? [] : [...players, ...staff].map(({ person }) => person));
  const [invited, withdrawn] = [latestBy('invitation', done), latestBy('withdrawal', done)];
  const told = isOff
    ? ['It was called off. You need not come.', '', quoted(cancelledBecause ?? '')]
    : ['Its roster was changed: you no longer take part.'];
  const gone = [...invited].filter(
    ([person, number]) => !stay.has(person) && (withdrawn.get(person) ?? Number.NEGATIVE_INFINITY) < number,
  );
  return gone.map(([person]) => ({
    ...{ drill: id, key: `withdrawal/${revision}`, person },
    subject: exerciseSubject(`${isOff ? 'called off' : 'you no longer take part'}: ${script.title}`),
    text: framed({ id, title: script.title, url }, told),
  }));
}

/** By person, the highest revision for which one of these mails was sent. */
function latestBy(kind: 'invitation' | 'withdrawal', done: ReadonlySet<string>): Map<string, number> {
  const latest = new Map<string, number>();
  for (const name of done) {
    const [, found, revision, person] = /^(\w+)\/(\d+) (.+)$/.exec(name) ?? [];
    if (found === kind && person !== undefined) latest.set(person, Math.max(Number(revision), latest.get(person) ?? 0));
  }
  return latest;
}

/**
 * To whoever runs it, so long before it begins. Only the last that is due: nobody needs two at once. None that was due before it was
 * planned, because the invitation says the same.
 */
export function remindersOf(
  drill: Drill,
  { remindMs, line, now }: { remindMs: readonly number[]; line(person: string): string | null; now: number },
  url: string,
): DrillMail[] {
  const { id, script, at, plannedAt, staff, status } = drill;
  if (status !== 'planned' || at === null || at <= now) return [];
  const due = remindMs.filter((ms) => at - ms <= now && at - ms > plannedAt);
  if (due.length === 0) return [];
  const facilitators = new Set(staff.filter(({ role }) => role === 'facilitator').map(({ person }) => person));
  return [...facilitators].map((person) => ({
    ...{ drill: id, key: `reminder/${at}/${Math.min(...due)}`, person },
    subject: exerciseSubject(`reminder: ${script.title}`),
    text: framed({ id, title: script.title, url }, [line(person) ?? `You facilitate ${id}.`]),
  }));
}

/** To everybody who took part, when it is over. */
export function hotWashMailsOf({ id, players, staff, script }: Drill, url: string): DrillMail[] {
  const people = new Set([...players, ...staff].map(({ person }) => person));
  return [...people].map((person) => ({
    ...{ drill: id, key: 'hot-wash', person },
    subject: exerciseSubject(`hot wash of ${script.title}`),
    text: framed({ id, title: script.title, url }, [
      'ENDEX: the drill is over. What went well, what did not, what should change?',
      'The questions stand behind the link. Answer with your name or without; first opinions are your own.',
    ]),
  }));
}

/** To whom the draft of the report goes by itself: whoever ran it, judged it or planned it. */
export const draftedFor = ({ staff, plannedBy }: Pick<Drill, 'staff' | 'plannedBy'>): string[] => [
  ...new Set([...staff.filter(({ role }) => role !== 'observer').map(({ person }) => person), plannedBy]),
];

export const DRAFT_KEY = 'report';

/** As soon as a drill is over. `summary`: what the report begins with, as Markdown. */
export const draftMailsOf = (drill: Drill, summary: string, url: string): DrillMail[] =>
  draftedFor(drill).map((person) => ({
    ...{ drill: drill.id, key: DRAFT_KEY, person },
    subject: exerciseSubject(`after-action report, a draft: ${drill.script.title}`),
    text: framed({ id: drill.id, title: drill.script.title, url }, [
      `The draft of the after-action report is ready: ${url}/report`,
      'It is final when the hot wash is closed, or after fourteen days.',
      '',
      quoted(summary.trim()),
    ]),
  }));

/** What is sent once more after nobody heard whether it arrived. */
export const secondCopy = (text: string): string => {
  const [first = '', ...rest] = text.split('\n');
  return [first, '', SECOND, ...rest].join('\n');
};
const SECOND = 'You may have this mail already: whether an earlier try arrived is not known.';

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const exerciseSubject = (subject: string): string => `EXERCISE: ${inOneLine(subject)}`;

/** The first and the last line say that it is an exercise, and of which. */
function framed({ id, title, url }: { id: string; title: string; url: string }, lines: readonly string[]): string {
  const name = `“${inOneLine(title)}” (${id})`;
  return [
    `EXERCISE. This mail is part of the drill ${name}: nothing in it is real. ${url}`,
    '',
    ...lines,
    '',
    `EXERCISE. End of a mail of the drill ${name}. Answer there, not by mail: ${url}`,
  ].join('\n');
}

/** Marked line by line, so that nothing in it passes for the frame. */
const quoted = (text: string): string =>
  text
    .split(/\r\n?|\n|\u2028|\u2029/)
    .map((line) => `> ${line}`)
    .join('\n');

const inWords = (to: readonly string[]): string =>
  to.map((role) => (role === EVERYBODY ? role : roleInWords(role))).join(', ');
