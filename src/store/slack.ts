import type pg from 'pg';
import type { SlackMember, SlackMembers } from '../surfaces/slack/ports.ts';
import { transaction } from './pool.ts';

/** One thing that stands in Slack. `ts` null: no message (a pin, an invitation), or one that somebody deleted. */
export type SlackPosted = { key: string; channel: string; ts: string | null; hash: string };

export type SlackOwnChannel = { channel: string; name: string; topic: string; archivedAt: number | null };

/** All that Slack has of one incident. */
export type SlackStanding = {
  posts: Map<string, SlackPosted>;
  own: SlackOwnChannel | null;
  /** The last event that the thread of details covers. */
  toldSeq: number;
};

export type SlackStore = SlackMembers & {
  /** Where we are connected to. What stood in another workspace is forgotten; incidents that are closed by now are history. */
  connect(workspace: string, now: number): Promise<void>;
  standing(incident: string): Promise<SlackStanding>;
  savePost(incident: string, post: SlackPosted): Promise<void>;
  dropPost(incident: string, key: string): Promise<void>;
  saveChannel(incident: string, channel: string, name: string): Promise<void>;
  saveTopic(incident: string, topic: string): Promise<void>;
  /** Null: it is in use again. */
  saveArchived(incident: string, at: number | null): Promise<void>;
  /** The channel is lost (archived by hand, deleted): what stood in it cannot be kept current any more. */
  forgetChannel(incident: string): Promise<void>;
  saveTold(incident: string, seq: number): Promise<void>;
  saveSettled(incident: string, seq: number): Promise<void>;
  /** Incidents whose timelines have grown since they were settled; history from before Slack was connected is left out. */
  unsettled(): Promise<string[]>;
  /** Closed before Slack was connected. */
  isHistory(incident: string): Promise<boolean>;
  /** The incident that a channel was made for. */
  incidentIn(channel: string): Promise<string | null>;
  /** The drill that is told in a channel, with others or alone: the one that runs, else the last; null when several run. */
  drillIn(channel: string): Promise<string | null>;
  /** Of a message of ours; null for one that nobody noted. */
  postAt(channel: string, ts: string): Promise<{ incident: string; key: string } | null>;
  homeOpened(user: string, at: number): Promise<void>;
  /** Users who have opened Home since then, the latest first. */
  homes(since: number): Promise<string[]>;
  dm(user: string): Promise<string | null>;
  saveDm(user: string, channel: string): Promise<void>;
  /** Asks the server that publishes to look at this incident. */
  nudge(incident: string): Promise<void>;
};

/** Told to whoever publishes: see `slack-lead.ts`. */
export const NUDGES = 'tocsin_slack';

export function createSlackStore(pool: pg.Pool): SlackStore {
  return {
    ...members(pool),
    ...progress(pool),
    async standing(incident) {
      const posts = await pool.query<SlackPosted>({
        name: 'slack-posts',
        text: 'SELECT key, channel, ts, hash FROM slack_posts WHERE incident = $1',
        values: [incident],
      });
      const facts = await pool.query<StandingRow>({
        name: 'slack-standing',
        text: `SELECT c.channel, c.name, c.topic, c.archived_at, coalesce(p.told_seq, 0) AS told_seq
               FROM (SELECT $1::text AS incident) i
               LEFT JOIN slack_channels c USING (incident) LEFT JOIN slack_progress p USING (incident)`,
        values: [incident],
      });
      return standingOf(posts.rows, facts.rows[0]);
    },
    async savePost(incident, { key, channel, ts, hash }) {
      await pool.query({
        name: 'slack-save-post',
        text: `INSERT INTO slack_posts (incident, key, channel, ts, hash) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (incident, key) DO UPDATE SET
                 channel = excluded.channel, ts = excluded.ts, hash = excluded.hash, changed_at = clock_timestamp()`,
        values: [incident, key, channel, ts, hash],
      });
    },
    async dropPost(incident, key) {
      await pool.query('DELETE FROM slack_posts WHERE incident = $1 AND key = $2', [incident, key]);
    },
    async saveChannel(incident, channel, name) {
      await pool.query(
        `INSERT INTO slack_channels (incident, channel, name) VALUES ($1, $2, $3)
         ON CONFLICT (incident) DO UPDATE SET
           channel = excluded.channel, name = excluded.name, topic = '', archived_at = NULL`,
        [incident, channel, name],
      );
    },
    async saveTopic(incident, topic) {
      await pool.query('UPDATE slack_channels SET topic = $2 WHERE incident = $1', [incident, topic]);
    },
    async saveArchived(incident, at) {
      await pool.query('UPDATE slack_channels SET archived_at = $2 WHERE incident = $1', [incident, at]);
    },
    async forgetChannel(incident) {
      await transaction(pool, async (client) => {
        const { rows } = await client.query<{ channel: string }>(
          'DELETE FROM slack_channels WHERE incident = $1 RETURNING channel',
          [incident],
        );
        const channel = rows[0]?.channel;
        if (channel)
          await client.query('DELETE FROM slack_posts WHERE incident = $1 AND channel = $2', [incident, channel]);
      });
    },
    async incidentIn(channel) {
      const { rows } = await pool.query<{ incident: string }>(
        'SELECT incident FROM slack_channels WHERE channel = $1',
        [channel],
      );
      return rows[0]?.incident ?? null;
    },
    async drillIn(channel) {
      const { rows } = await pool.query<{ incident: string; over: boolean }>(
        `SELECT p.incident, i.status = 'closed' AS over FROM slack_posts p JOIN incidents i ON i.id = p.incident
         WHERE p.channel = $1 AND p.key = 'startex' ORDER BY over, p.incident DESC LIMIT 2`,
        [channel],
      );
      const [one, other] = rows;
      return one === undefined || (other && !one.over && !other.over) ? null : one.incident;
    },
    async postAt(channel, ts) {
      const { rows } = await pool.query<{ incident: string; key: string }>(
        'SELECT incident, key FROM slack_posts WHERE channel = $1 AND ts = $2',
        [channel, ts],
      );
      return rows[0] ?? null;
    },
    async nudge(incident) {
      await pool.query('SELECT pg_notify($1, $2)', [NUDGES, incident]);
    },
  };
}

type StandingRow = {
  channel: string | null;
  name: string;
  topic: string;
  archived_at: number | null;
  told_seq: number;
};

function standingOf(posts: SlackPosted[], row: StandingRow | undefined): SlackStanding {
  const own = row?.channel
    ? { channel: row.channel, name: row.name, topic: row.topic, archivedAt: row.archived_at }
    : null;
  return { posts: new Map(posts.map((post) => [post.key, post])), own, toldSeq: row?.told_seq ?? 0 };
}

function progress(pool: pg.Pool): Pick<SlackStore, 'connect' | 'saveTold' | 'saveSettled' | 'unsettled' | 'isHistory'> {
  return {
    connect: (workspace, now) =>
      transaction(pool, async (client) => {
        const { rows } = await client.query<{ workspace: string | null }>('SELECT workspace FROM slack_setup');
        const before = rows[0]?.workspace ?? null;
        if (before === workspace) return;
        if (before !== null) await forgetWorkspace(client);
        await client.query(
          `INSERT INTO slack_setup (since, workspace) VALUES ($1, $2)
           ON CONFLICT (one) DO UPDATE SET since = excluded.since, workspace = excluded.workspace`,
          [now, workspace],
        );
      }),
    async saveTold(incident, seq) {
      await pool.query(
        `INSERT INTO slack_progress AS p (incident, told_seq) VALUES ($1, $2)
         ON CONFLICT (incident) DO UPDATE SET told_seq = greatest(p.told_seq, excluded.told_seq)`,
        [incident, seq],
      );
    },
    async saveSettled(incident, seq) {
      await pool.query(
        `INSERT INTO slack_progress AS p (incident, settled_seq) VALUES ($1, $2)
         ON CONFLICT (incident) DO UPDATE SET settled_seq = greatest(p.settled_seq, excluded.settled_seq)`,
        [incident, seq],
      );
    },
    async unsettled() {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT i.id FROM incidents i CROSS JOIN slack_setup s LEFT JOIN slack_progress p ON p.incident = i.id
         WHERE coalesce(p.settled_seq, 0) < i.head_seq
           AND (i.status <> 'closed' OR i.closed_at >= s.since OR p.incident IS NOT NULL)
         ORDER BY i.opened_at, i.id`,
      );
      return rows.map(({ id }) => id);
    },
    async isHistory(incident) {
      const { rowCount } = await pool.query(
        `SELECT FROM incidents i JOIN slack_setup s ON i.closed_at < s.since WHERE i.id = $1 AND i.status = 'closed'`,
        [incident],
      );
      return rowCount === 1;
    },
  };
}

async function forgetWorkspace(client: pg.PoolClient): Promise<void> {
  await client.query('DELETE FROM slack_posts');
  await client.query('DELETE FROM slack_channels');
  await client.query('DELETE FROM slack_progress');
  // Names stay: they stand on timelines.
  await client.query('UPDATE slack_members SET dm = NULL, home_opened_at = NULL');
}

type MemberPart = keyof SlackMembers | 'homeOpened' | 'homes' | 'dm' | 'saveDm';

function members(pool: pg.Pool): Pick<SlackStore, MemberPart> {
  return {
    async rememberMember(user, person, name) {
      await pool.query(
        // By the hour: the moment could be that of an answer without a name.
        `INSERT INTO slack_members (slack_user, person, name, seen_at) VALUES ($1, $2, $3, date_trunc('hour', clock_timestamp()))
         ON CONFLICT (slack_user) DO UPDATE SET
           person = excluded.person, name = excluded.name, seen_at = excluded.seen_at`,
        [user, person, name],
      );
    },
    async members() {
      const { rows } = await pool.query<SlackMember>(
        `SELECT slack_user AS "user", person, name FROM slack_members
         WHERE person IS NOT NULL AND name IS NOT NULL ORDER BY slack_user`,
      );
      return rows;
    },
    async member(user) {
      const { rows } = await pool.query<SlackMember>({
        name: 'slack-member',
        text: `SELECT slack_user AS "user", person, name FROM slack_members
               WHERE slack_user = $1 AND person IS NOT NULL AND name IS NOT NULL`,
        values: [user],
      });
      return rows[0] ?? null;
    },
    async homeOpened(user, at) {
      await pool.query(
        `INSERT INTO slack_members (slack_user, home_opened_at) VALUES ($1, $2)
         ON CONFLICT (slack_user) DO UPDATE SET home_opened_at = excluded.home_opened_at, seen_at = clock_timestamp()`,
        [user, at],
      );
    },
    async homes(since) {
      const { rows } = await pool.query<{ user: string }>(
        `SELECT slack_user AS "user" FROM slack_members WHERE home_opened_at >= $1
         ORDER BY home_opened_at DESC, slack_user`,
        [since],
      );
      return rows.map(({ user }) => user);
    },
    async dm(user) {
      const { rows } = await pool.query<{ dm: string | null }>('SELECT dm FROM slack_members WHERE slack_user = $1', [
        user,
      ]);
      return rows[0]?.dm ?? null;
    },
    async saveDm(user, channel) {
      await pool.query(
        `INSERT INTO slack_members (slack_user, dm) VALUES ($1, $2)
         ON CONFLICT (slack_user) DO UPDATE SET dm = excluded.dm`,
        [user, channel],
      );
    },
  };
}
