import type { IncidentView } from '../../../incident/view.ts';
import type { SlackPeople } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import { playersMeant, rosterOf } from '../roster.ts';
import type { Clock } from './clock.ts';
import { type Audience, askedOf } from './wanted.ts';

/** Who holds a role may be a minute old: what counts is asked at the click. */
const KNOWN_MS = 60_000;
/** When Slack knew nobody, or did not answer. */
const AGAIN_MS = 10_000;

/** `said`: Slack has answered at least once. */
type Known<T> = { value: T; said: boolean; askedAt: number; asking: boolean; freshMs: number };

/**
 * Answers at once with what is known, and asks Slack meanwhile; `changed` is called when it knew better. So a message to a channel
 * never waits for the question who is to get it directly.
 */
export function createAudience(deps: {
  people: SlackPeople;
  clock: Clock;
  log: SlackLog;
  changed: (incident: string) => void;
}) {
  const { people, clock, log, changed } = deps;
  const roles = new Map<string, Known<readonly string[]>>();
  const users = new Map<string, Known<string | null>>();
  /** Incidents that asked while an answer was under way. */
  const waiting = new Map<string, Set<string>>();

  const look = <T>(
    known: Map<string, Known<T>>,
    key: string,
    incident: string,
    unknown: T,
    ask: () => Promise<T>,
  ): void => {
    const entry = known.get(key) ?? { value: unknown, said: false, askedAt: 0, asking: false, freshMs: 0 };
    known.set(key, entry);
    if (!entry.asking && clock.now() - entry.askedAt < entry.freshMs) return;
    const about = `${known === (users as unknown) ? 'user' : 'role'} ${key}`;
    waiting.set(about, (waiting.get(about) ?? new Set()).add(incident));
    if (entry.asking) return;
    entry.asking = true;
    void ask()
      .then(
        (value) => {
          const differs = !entry.said || JSON.stringify(value) !== JSON.stringify(entry.value);
          const nobody = value === null || (Array.isArray(value) && value.length === 0);
          Object.assign(entry, { value, said: true, freshMs: nobody ? AGAIN_MS : KNOWN_MS });
          return differs;
        },
        (error: unknown) => {
          entry.freshMs = AGAIN_MS;
          log.debug({ about, error: String(error) }, 'Slack did not say who is meant');
          return false;
        },
      )
      .then((differs) => {
        Object.assign(entry, { askedAt: clock.now(), asking: false });
        const incidents = waiting.get(about) ?? [];
        waiting.delete(about);
        if (differs) for (const one of incidents) changed(one);
      });
  };

  return {
    /** Of this incident; asks for what is not known yet or is old. */
    of(view: IncidentView): Audience {
      const asked = askedOf(view);
      for (const role of asked.roles) look(roles, role, view.id, [], () => people.holders([role]));
      for (const person of asked.people) look(users, person, view.id, null, () => people.userOf(person));
      const user = (person: string) => users.get(person)?.value ?? null;
      const { exercise } = view;
      if (!exercise) return { holders: (role) => roles.get(role)?.value ?? [], user };
      // Whoever holds the role outside the drill is no part of it.
      const roster = rosterOf(exercise);
      const onRoster = (person: string) => (roster.includes(person) ? user(person) : null);
      return {
        holders: (role) => playersMeant(exercise, [role]).flatMap((person) => onRoster(person) ?? []),
        user: onRoster,
      };
    },
    /** Whether Slack has been asked for all of this incident at least once: only then is "nobody" an answer. */
    settled(view: IncidentView): boolean {
      const asked = askedOf(view);
      const has = (entry: Known<unknown> | undefined) => entry?.said === true;
      return (
        asked.roles.every((role) => has(roles.get(role))) && asked.people.every((person) => has(users.get(person)))
      );
    },
    /** People of this incident whom Slack does not know. */
    unknown(view: IncidentView): string[] {
      return askedOf(view).people.filter((person) => users.get(person)?.value === null);
    },
  };
}
