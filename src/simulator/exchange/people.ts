import type { NumberedEvent } from '../../incident/events.ts';

/** Who was in an incident, by the role they had: names of persons do not travel. */
export type People = { roleOf: ReadonlyMap<string, string>; without: (words: string) => string };

export function peopleIn(events: readonly NumberedEvent[]): People {
  const roleOf = new Map<string, string>();
  const ids = new Set<string>();
  const sits = (person: string, role: string | undefined) => {
    ids.add(person);
    if (role !== undefined && !roleOf.has(person)) roleOf.set(person, role);
  };
  for (const event of events) {
    if (event.actor.kind === 'person') ids.add(event.actor.id);
    if (event.type === 'incident.opened' && event.data.requester !== null) ids.add(event.data.requester);
    if (event.type === 'role.assigned') sits(event.data.assignee, event.data.role);
    if (event.type === 'decision.voted') sits(event.data.vote.person, event.data.vote.roles[0]);
    if (event.type === 'decision.made') for (const person of event.data.people) ids.add(person);
    if (event.type === 'exercise.started') for (const { person, role } of event.data.seats) sits(person, role);
  }
  return { roleOf, without: scrubber([...ids], roleOf) };
}

const MAIL = /[\p{L}\d._%+-]+@[\p{L}\d.-]+\.\p{L}{2,}/gu;
const MENTION = /<@[^>\s]{1,60}>/g;
/** Shorter parts of a name would take words out of sentences. */
const PART_MIN = 3;

/** Puts roles in the place of persons: of their ids, of names made of the same words, and of each of those words. */
function scrubber(ids: readonly string[], roleOf: ReadonlyMap<string, string>): (words: string) => string {
  const words = (role: string) => role.replaceAll('-', ' ');
  const ofRoles = new Set([...roleOf.values()].flatMap((role) => role.split('-')));
  const replacements = ids.flatMap((id): [string, string][] => {
    const name = id.split(/[^\p{L}\d]+/u).filter((part) => part !== '');
    const role = roleOf.get(id);
    const stand = role === undefined ? 'somebody' : `the ${words(role)}`;
    if (id === role) return [];
    const parts = name.filter(
      (part) => part.length >= PART_MIN && !ofRoles.has(part.toLowerCase()) && !/^\d+$/.test(part),
    );
    return [[name.join('[^\\p{L}\\d]{0,2}'), stand], ...parts.map((part): [string, string] => [part, stand])];
  });
  // The longest first: a full name before its parts.
  const patterns = replacements
    .filter(([pattern]) => pattern !== '')
    .sort(([a], [b]) => b.length - a.length)
    .map(([pattern, stand]) => ({ pattern: new RegExp(`(?<![\\p{L}\\d])@?${pattern}(?![\\p{L}\\d])`, 'giu'), stand }));
  return (text) =>
    patterns.reduce(
      (said, { pattern, stand }) => said.replace(pattern, stand),
      text.replace(MAIL, 'somebody').replace(MENTION, 'somebody'),
    );
}
