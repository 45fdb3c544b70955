import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import { waiting } from '../connection/pace.ts';
import { type Asked, createAsked, createBudget } from './asked.ts';

/** What we need to know of a user of Slack, and no more. */
export type Member = {
  user: string;
  /** Their full name. */
  name: string;
  /** Lower case; null when there is none that Slack has confirmed. */
  email: string | null;
  standing: Standing;
};

/** Why somebody may not act for the workspace; `member` may. */
export type Standing = 'member' | 'bot' | 'deactivated' | 'guest' | 'stranger' | 'unknown';

/** Who the members of the workspace are, as far as Slack has said. */
export type Members = {
  about(user: string): Asked<Member>;
  byEmail(email: string): Promise<Member | null>;
  knownByEmail(email: string): Member | null;
  /** Of an event, which carries the whole user: as they were then. */
  hear(user: unknown, at: number): void;
  /** Reads the whole list, so that a busy hour or an outage does not make strangers of everybody. */
  readAll(signal?: AbortSignal): Promise<void>;
};

const PAGE = 200;
/** Whoever is not among the first 20,000 is asked for one by one. */
const PAGES_MAX = 100;
const EMAIL_MISS_MS = 10 * 60_000;

export function createMembers(client: WebClient, team: () => string | null, now: () => number): Members {
  const asked = new Map<string, Asked<Member>>();
  /** User by mail address. */
  const emails = new Map<string, string>();
  const missed = new Map<string, number>();
  const [infos, lookups] = [createBudget(now), createBudget(now)];

  const about = (user: string): Asked<Member> => {
    const there = asked.get(user) ?? createAsked(() => info(user), infos);
    asked.set(user, there);
    return there;
  };
  const keep = (member: Member, at: number): Member => {
    about(member.user).keep({ value: member, at });
    if (member.email) emails.set(member.email, member.user);
    return member;
  };

  /** Whom we do not know ourselves to be, nobody is a colleague of. */
  const home = (): string => {
    const own = team();
    if (own === null) throw new Error('Slack has not said yet which workspace this is');
    return own;
  };

  async function info(user: string): Promise<Member> {
    try {
      const member = memberOf((await client.users.info({ user })).user, user, home());
      if (member.email) emails.set(member.email, user);
      return member;
    } catch (error) {
      if (!saysNo(error, ['user_not_found', 'user_not_visible', 'users_not_found'])) throw error;
      return { user, name: user, email: null, standing: 'unknown' };
    }
  }

  function knownByEmail(email: string): Member | null {
    const user = emails.get(email.toLowerCase());
    const member = user ? asked.get(user)?.known()?.value : null;
    // They may have another address by now.
    return member?.email === email.toLowerCase() ? member : null;
  }

  return {
    about,
    hear(user, at) {
      const { id } = Object(user) as { id?: unknown };
      if (typeof id === 'string') keep(memberOf(user, id, home()), at);
    },
    knownByEmail,
    async byEmail(email) {
      const wanted = email.toLowerCase();
      const known = knownByEmail(wanted);
      if (known || (missed.get(wanted) ?? 0) > now() - EMAIL_MISS_MS) return known;
      try {
        const at = now();
        const { user } = await lookups.spend(() => client.users.lookupByEmail({ email: wanted }));
        return keep(memberOf(user, user?.id ?? '', home()), at);
      } catch (error) {
        if (!saysNo(error, ['users_not_found'])) throw error;
        missed.set(wanted, now());
        return null;
      }
    },
    async readAll(signal) {
      let cursor = '';
      for (let page = 0; page < PAGES_MAX && !signal?.aborted; page += 1) {
        const at = now();
        const found = await patiently(() => client.users.list({ limit: PAGE, ...(cursor ? { cursor } : {}) }), signal);
        for (const user of found.members ?? []) keep(memberOf(user, user.id ?? '', home()), at);
        cursor = found.response_metadata?.next_cursor ?? '';
        if (cursor === '') return;
      }
    },
  };
}

/** A large workspace has more pages than Slack gives in a minute. */
async function patiently<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof WebAPIRateLimitedError) || signal?.aborted) throw error;
      await waiting(error.retryAfter * 1000, signal).over;
    }
  }
}

const saysNo = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof WebAPIPlatformError && codes.includes(error.data.error);

/** The parts of Slack's user object that matter here. Its texts are other people's. */
type SlackUser = {
  team_id?: string;
  name?: string;
  real_name?: string;
  deleted?: boolean;
  is_bot?: boolean;
  is_workflow_bot?: boolean;
  is_restricted?: boolean;
  is_ultra_restricted?: boolean;
  is_stranger?: boolean;
  is_email_confirmed?: boolean;
  enterprise_user?: { teams?: string[] };
  profile?: { display_name?: string; real_name?: string; email?: string };
};

function memberOf(given: unknown, id: string, team: string): Member {
  const user = Object(given) as SlackUser;
  // The record names people in full: what somebody calls themselves in chat may be a joke.
  const name = user.real_name || user.profile?.real_name || user.profile?.display_name || user.name || id;
  // An address that its holder has not confirmed proves nothing.
  const email = user.is_email_confirmed === false ? null : (user.profile?.email?.trim().toLowerCase() ?? null);
  return { user: id, name: name.trim().slice(0, 80) || id, email: email || null, standing: standingOf(user, id, team) };
}

function standingOf(user: SlackUser, id: string, team: string): Standing {
  if (user.is_bot || user.is_workflow_bot || id === 'USLACKBOT') return 'bot';
  if (user.deleted) return 'deactivated';
  // In an organisation of many workspaces a member's home may be another one.
  const here = user.team_id === team || (user.enterprise_user?.teams ?? []).includes(team);
  if (user.is_stranger || !here) return 'stranger';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}
