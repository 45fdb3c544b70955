import type { Accounts, Directory, Person, Session } from './ports.ts';
import { Problem } from './problem.ts';

/** Who is calling. The inventory says who exists and what they hold: whoever leaves it is out at once, whatever tokens remain. */
export interface Identity {
  bySession(token: string): Promise<{ person: Person; session: Session } | null>;
  byToken(token: string): Promise<{ person: Person; session: Session } | null>;
  /** Signs in by password. `login`: person id or mail address. `address`: of the caller, for rate limits. Throws Problem. */
  signIn(login: string, password: string, address: string): Promise<SignedIn>;
  /** Whom a one-time link is for, without using it; null when it is unknown, used or expired. */
  peekLink(link: string): Promise<Person | null>;
  /** Signs in by a one-time link. Throws Problem. */
  signInByLink(link: string): Promise<SignedIn>;
  signOut(token: string): Promise<void>;
}

export type SignedIn = { person: Person; token: string; expiresAt: number };

/** Failures allowed within the window, for each login and for each address. */
const FAILURES_PER_LOGIN_MAX = 5;
const FAILURES_PER_ADDRESS_MAX = 30;
const FAILURE_WINDOW_MS = 10 * 60_000;

export function createIdentity(
  accounts: Accounts,
  directory: Pick<Directory, 'person' | 'people'>,
  now: () => number,
): Identity {
  const failures = createFailureCount(now);
  const start = async (person: Person): Promise<SignedIn> => ({
    person,
    ...(await accounts.startSession(person.id)),
  });
  return {
    async bySession(token) {
      const session = await accounts.session(token);
      const person = session && directory.person(session.person);
      return person ? { person, session: { kind: 'cookie', expiresAt: session.expiresAt } } : null;
    },
    async byToken(token) {
      const info = await accounts.token(token);
      const person = info && directory.person(info.person);
      if (!person) return null;
      return {
        person,
        session: { kind: 'token', id: info.id, name: info.name, scope: info.scope, expiresAt: info.expiresAt },
      };
    },
    async signIn(login, password, address) {
      const wanted = login.trim().toLowerCase();
      const keys = failures.admit(wanted, address);
      const person =
        directory.person(wanted) ?? directory.people().find((one) => one.email?.toLowerCase() === wanted) ?? null;
      // An unknown login costs the same check, so that the answer's time tells nothing.
      const right = await accounts.checkPassword(person?.id ?? '', password);
      if (person && right) return start(person);
      failures.add(keys);
      throw new Problem({
        status: 401,
        code: 'wrong-password',
        message: 'This name and password do not match.',
        notDone: 'You are not signed in.',
        next: 'Check both, or ask for a one-time sign-in link.',
      });
    },
    async peekLink(link) {
      const person = await accounts.peekLink(link);
      return person ? directory.person(person) : null;
    },
    // Nobody guesses 256 random bits, so attempts are not counted: a link gets in when wrong passwords have shut the door.
    async signInByLink(link) {
      const id = await accounts.useLink(link);
      const person = id ? directory.person(id) : null;
      if (person) return start(person);
      throw new Problem({
        status: 401,
        code: 'link-spent',
        message: 'This sign-in link was used before, or it has expired.',
        notDone: 'You are not signed in.',
        next: 'Ask for a new one: an administrator runs "tocsin sign-in".',
      });
    },
    signOut: (token) => accounts.endSession(token),
  };
}

/** Counts failed sign-ins of the last minutes, in this process. */
function createFailureCount(now: () => number) {
  const times = new Map<string, number[]>();
  const recent = (key: string) => (times.get(key) ?? []).filter((at) => at > now() - FAILURE_WINDOW_MS);
  return {
    /** Throws when there were too many; answers with the keys to count a failure under. */
    admit(login: string, address: string): string[] {
      const limits: [string, number][] = [
        [`address ${address}`, FAILURES_PER_ADDRESS_MAX],
        [`login ${login}`, FAILURES_PER_LOGIN_MAX],
      ];
      if (limits.some(([key, max]) => recent(key).length >= max))
        throw new Problem({
          status: 429,
          code: 'too-many-attempts',
          message: 'There were too many failed attempts to sign in.',
          notDone: 'You are not signed in; this attempt was not checked.',
          next: `Wait ${FAILURE_WINDOW_MS / 60_000} minutes, or use a one-time sign-in link.`,
        });
      return limits.map(([key]) => key);
    },
    add(keys: string[]): void {
      for (const key of keys) times.set(key, [...recent(key), now()]);
      // Keeps the map small under a flood of made-up names.
      if (times.size > 10_000) for (const key of times.keys()) if (recent(key).length === 0) times.delete(key);
    },
  };
}
