import type { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { isNewcomerId, newcomerId, type SlackFacts } from '../../../inventory/slack.ts';
import type { Directory, Person } from '../../ports.ts';
import { waiting } from '../connection/pace.ts';
import type { SlackPeople, SlackPerson } from '../contract.ts';
import type { SlackLog, SlackMembers } from '../ports.ts';
import type { Asked } from './asked.ts';
import { createGroups, type Groups } from './groups.ts';
import { createMembers, type Member } from './members.ts';
import { refuse, silent } from './refusals.ts';

export type SlackPeopleDeps = {
  /** With short time-outs: a person waits. */
  client: WebClient;
  /** Our workspace; null until Slack has said. */
  team(): string | null;
  directory: Directory;
  /** Asked each time: an edit to the inventory counts at once. */
  facts(): Pick<SlackFacts, 'groups' | 'users'>;
  store: SlackMembers;
  log: SlackLog;
  now(): number;
  /** A person waits; what comes later is kept for the next click. */
  askTimeoutMs?: number;
};

/** `SlackPeople`, and what keeps it informed. */
export type LivePeople = SlackPeople & {
  /** Hears of changes of members and groups. */
  listen(app: App): void;
  /** Reads members and groups as a whole, so that a click in a busy hour or an outage is not refused. */
  refresh(): Promise<void>;
  /** Refreshes every ten minutes; call it when Slack is connected. Calling it again changes nothing. */
  start(): void;
  stop(): Promise<void>;
};

/** When Slack cannot say who somebody is, what it said within this time counts. */
export const KNOWN_MS_MAX = 15 * 60_000;
/** Reading only: to whom a question goes may be a minute old. */
const GROUPS_READ_MS_MAX = 60_000;
const ASK_TIMEOUT_MS = 2_000;
const REFRESH_MS = 10 * 60_000;
const REFRESH_AGAIN_MS = 30_000;

export function createSlackPeople(deps: SlackPeopleDeps): LivePeople {
  const { client, directory, facts, store, log, now, askTimeoutMs = ASK_TIMEOUT_MS } = deps;
  const members = createMembers(client, deps.team, now);
  const groups = createGroups(client, now);
  /** What the store has been told. */
  const noted = new Map<string, { person: string; name: string }>();
  const stop = new AbortController();
  let running: Promise<void> | null = null;
  const hasGroups = () => Object.keys(facts().groups).length > 0;

  /** What Slack says now; what it said within `maxMs` where that is enough or Slack is silent. Null: neither. */
  async function latest<T>(asked: Asked<T>, { fresh, maxMs = KNOWN_MS_MAX }: { fresh: boolean; maxMs?: number }) {
    const within = (ms: number) => {
      const said = asked.known();
      return said && now() - said.at <= ms ? { ...said, fresh: false } : null;
    };
    const enough = fresh ? null : within(maxMs);
    if (enough) return enough;
    const deadline = waiting(askTimeoutMs);
    try {
      const said = await Promise.race([asked.ask(), deadline.over]);
      if (said) return { ...said, fresh: true };
    } catch (error) {
      log.debug({ error: String(error) }, 'Slack did not say who somebody is');
    } finally {
      deadline.end();
    }
    return within(KNOWN_MS_MAX);
  }

  async function resolve(user: string, { fresh = true }: { fresh?: boolean } = {}): Promise<SlackPerson> {
    const mapped = hasGroups();
    const [who, all] = await Promise.all([
      latest(members.about(user), { fresh }),
      mapped ? latest(groups, { fresh }) : null,
    ]);
    if (who === null) throw silent('person', KNOWN_MS_MAX / 60_000);
    if (who.value.standing !== 'member') throw refuse(who.value.standing);
    const { own, otherAddress } = await whoIs(who.value);
    const groupsUnknown = mapped && all === null;
    // Roles of the inventory are sure without Slack; without any, nothing is.
    if (groupsUnknown && own.roles.length === 0) throw silent('groups', KNOWN_MS_MAX / 60_000);
    const person = { ...own, roles: union(own.roles, all ? rolesOf(user, all.value) : []) };
    note(who.value, person);
    const stale = [who, all].filter((said) => said !== null && !said.fresh).map((said) => said?.at ?? 0);
    const rolesAsOf = fresh && stale.length > 0 ? Math.min(...stale) : null;
    return { user, person, rolesAsOf, groupsUnknown, ...(otherAddress ? { otherAddress } : {}) };
  }

  /**
   * People change their address in Slack themselves. Whoever has been met as a person of the inventory stays that one, or they could
   * vote once more, and on what they asked for; but what the inventory gives is for whoever has the address.
   */
  async function whoIs(member: Member): Promise<{ own: Person; otherAddress: boolean }> {
    const named = namedWith(member.user);
    if (named) return { own: named, otherAddress: false };
    const own = addressedWith(member.email);
    if (own && noted.get(member.user)?.person === own.id) return { own, otherAddress: false };
    const met = await store.member(member.user);
    const before = met && directory.person(met.person);
    if (!before || before.id === own?.id || facts().users[before.id] !== undefined)
      return { own: own ?? newcomer(member), otherAddress: false };
    return { own: { ...before, roles: [] }, otherAddress: true };
  }

  function namedWith(user: string): Person | null {
    const { users } = facts();
    const id = Object.keys(users).find((one) => users[one] === user);
    return id === undefined ? null : directory.person(id);
  }

  /** By a mail address that Slack has confirmed. Whoever is named with another id is not this one, whatever their address says. */
  function addressedWith(email: string | null): Person | null {
    const { users } = facts();
    if (email === null) return null;
    return directory.people().find((one) => one.email?.toLowerCase() === email && users[one.id] === undefined) ?? null;
  }

  function rolesOf(user: string, all: Groups): string[] {
    return Object.entries(facts().groups).flatMap(([role, group]) => (all.find(group)?.users.has(user) ? [role] : []));
  }

  function note({ user, name }: Member, person: Person): void {
    const before = noted.get(user);
    if (before?.person === person.id && before.name === name) return;
    noted.set(user, { person: person.id, name });
    store.rememberMember(user, person.id, name).catch((error: unknown) => {
      noted.delete(user);
      log.warn({ user, error: String(error) }, 'the name of a member of Slack was not kept');
    });
  }

  async function userOf(id: string): Promise<string | null> {
    const known = knownUserOf(id);
    const email = known === null ? directory.person(id)?.email : null;
    if (!email) return known;
    try {
      return (await members.byEmail(email))?.user ?? null;
    } catch (error) {
      log.debug({ person: id, error: String(error) }, 'Slack did not say who has a mail address');
      return null;
    }
  }

  function knownUserOf(id: string): string | null {
    const named = facts().users[id];
    if (named !== undefined) return named;
    const person = directory.person(id);
    if (person === null) return newcomerUser(id);
    return person.email ? (members.knownByEmail(person.email)?.user ?? null) : null;
  }

  async function holders(roles: readonly string[]): Promise<string[]> {
    const all = hasGroups() ? await latest(groups, { fresh: false, maxMs: GROUPS_READ_MS_MAX }) : null;
    const wanted = roles.flatMap((role) => {
      const group = facts().groups[role];
      return group && all ? [...(all.value.find(group)?.users ?? [])] : [];
    });
    const inPerson = directory.people().filter((person) => person.roles.some((role) => roles.includes(role)));
    const named = await Promise.all(inPerson.map((person) => userOf(person.id)));
    const users = union(
      named.filter((user) => user !== null),
      wanted,
    );
    const standing = await Promise.all(users.map((user) => latest(members.about(user), { fresh: false })));
    return users.filter((_, i) => standing[i]?.value.standing === 'member');
  }

  /** Slack may bring an event minutes late. */
  const timeOf = ({ event_ts }: { event_ts?: string }) =>
    Math.min(now(), Number(event_ts ?? Number.NaN) * 1000 || now());

  async function refresh(): Promise<void> {
    await Promise.all([members.readAll(stop.signal), hasGroups() ? groups.ask() : null]);
  }

  async function live(): Promise<void> {
    while (!stop.signal.aborted) {
      const done = await refresh().then(
        () => true,
        (error: unknown) => log.debug({ error: String(error) }, 'the members of the workspace were not read'),
      );
      await waiting(done ? REFRESH_MS : REFRESH_AGAIN_MS, stop.signal).over;
    }
  }

  return {
    resolve,
    userOf,
    holders,
    mentions: () => ({
      person(id) {
        const user = knownUserOf(id);
        return user ? `<@${user}>` : null;
      },
      role(id) {
        const group = facts().groups[id];
        const found = group ? groups.known()?.value.find(group) : null;
        return found ? `<!subteam^${found.id}>` : null;
      },
    }),
    listen(app) {
      app.event('user_change', async ({ event }) => members.hear(event.user, timeOf(event)));
      app.event('team_join', async ({ event }) => members.hear(event.user, timeOf(event)));
      for (const changed of ['subteam_created', 'subteam_updated', 'subteam_members_changed'] as const)
        app.event(changed, async () => {
          await latest(groups, { fresh: true });
        });
    },
    refresh,
    start: () => {
      running ??= live();
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
}

const union = (one: readonly string[], two: readonly string[]): string[] => [...new Set([...one, ...two])];

/** Somebody who is in no inventory: may report and note, and decides only by the groups they are in. */
const newcomer = ({ user, name, email }: Member): Person => ({ id: newcomerId(user), name, email, roles: [] });

const newcomerUser = (id: string): string | null => (isNewcomerId(id) ? id.slice('slack-'.length).toUpperCase() : null);
