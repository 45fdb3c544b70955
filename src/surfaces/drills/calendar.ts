import { ICalAttendeeRole, ICalCalendar, ICalEventStatus } from 'ical-generator';
import { plainText } from '../../incident/phrases.ts';
import type { Directory } from '../ports.ts';
import { Problem } from '../problem.ts';
import type { Drill } from './contract.ts';

type About = { directory: Pick<Directory, 'person'>; publicUrl: string; now: number };

/** A drill as a file for any calendar (RFC 5545). The same drill is the same entry there, however often it is moved. */
export function drillCalendar(drill: Drill, { directory, publicUrl, now }: About): string {
  const { id, script, at, revision, note, players, staff, status, plannedBy } = drill;
  if (at === null)
    throw new Problem({
      status: 409,
      code: 'no-time',
      message: `When ${id} is to begin is not settled.`,
      notDone: 'There is nothing for a calendar.',
      next: `Settle it: tocsin drill change ${id} --at 2026-12-01T09:00Z.`,
    });
  const link = `${publicUrl}/drills/${id}`;
  const calendar = new ICalCalendar({ prodId: { company: 'Tocsin', product: 'Tocsin' } });
  const planner = directory.person(plannedBy);
  const event = calendar.createEvent({
    id: `${id}@${new URL(publicUrl).hostname}`,
    sequence: revision,
    stamp: new Date(now),
    start: new Date(at),
    end: new Date(at + script.length.ms),
    summary: plainText(`EXERCISE: ${script.title} (${id})`),
    description: [
      'EXERCISE. Nothing in it is real, and nothing real is touched.',
      ...(note === null ? [] : [plainText(note)]),
      `Who plays, and what to read before: ${link}`,
    ].join('\n\n'),
    url: link,
    status: status === 'cancelled' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    ...(planner?.email ? { organizer: { name: planner.name, email: planner.email } } : {}),
  });
  const people = new Set([...players, ...staff].map(({ person }) => person));
  for (const person of people) {
    const found = directory.person(person);
    if (found?.email)
      event.createAttendee({ name: found.name, email: found.email, role: ICalAttendeeRole.REQ, rsvp: true });
  }
  return calendar.toString();
}
