import type { HomeView } from '@slack/types';
import { timeIn } from '../../../incident/exercise-clock.ts';
import { isOpenObligation } from '../../../incident/obligation.ts';
import type { IncidentView } from '../../../incident/view.ts';
import { isDatabaseAway } from '../../../store/pool.ts';
import type { SlackStanding, SlackStore } from '../../../store/slack.ts';
import type { Directory, FoundIncident, Reader } from '../../ports.ts';
import type { DecisionRef, Messages, SlackPeople, Story } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import { mentionsIn } from '../roster.ts';
import { createAudience } from './audience.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Desk, PublisherSettings, Scene, Task } from './desk.ts';
import { createFailures } from './failures.ts';
import { backOffMs } from './gate.ts';
import { createHomes } from './homes.ts';
import { createLooks } from './looks.ts';
import { createDrillChannel, createMainChannel } from './main-channel.ts';
import type { FullOutbox } from './outbox.ts';
import { archiveTask, channelTasks, makeTask } from './own-channel.ts';
import type { Urgency } from './pace.ts';
import { detailTask, postTasks } from './posting.ts';
import { createTurns } from './turns.ts';
import { type Audience, copyKey, type Wanted, wantedMembers, wantedPosts, wantsOwnChannel } from './wanted.ts';
import { wantedDrillPosts } from './wanted-drill.ts';

export type PublisherDeps = {
  reader: Reader;
  store: SlackStore;
  outbox: FullOutbox;
  people: SlackPeople;
  messages: Messages;
  directory: Pick<Directory, 'names'>;
  /** For the connection that holds the right to publish. */
  connectionString: string;
  /** Where the console is: `https://tocsin.example.org`. */
  publicUrl: string;
  /** Asked each time: an edit to the inventory counts at once. */
  settings: () => PublisherSettings;
  /** What Home shows to this user now. */
  home: (user: string) => Promise<HomeView>;
  log: SlackLog;
  clock?: Clock;
  /** How long a channel stays open after its incident was closed. */
  archiveAfterMs?: number;
};

export type PublisherStats = {
  /** Whether this server is the one that publishes. */
  leads: boolean;
  /** Calls that wait for Slack. */
  waiting: Record<Urgency, number>;
  awaySince: number | null;
  /** Why there is no main channel. */
  problem: string | null;
};

export type Publisher = {
  start(): void;
  stop(): Promise<void>;
  /** Something about this incident was just accepted or refused: show how it stands. */
  refresh(incident: string): Promise<void>;
  /** A message of ours was clicked: it may be one whose sending nobody heard of. Then it is kept current from now on. */
  adopt(channel: string, ts: string, ref: DecisionRef): Promise<void>;
  incidentIn(channel: string): Promise<string | null>;
  homeOpened(user: string): Promise<void>;
  stats(): PublisherStats;
  /** For the console: what people should know about Slack now; null when all is well. */
  notice(): string | null;
};

const SWEEP_MS = 60_000;
const ARCHIVE_AFTER_MS = 15 * 60_000;
/** So long people may note what they saw in a drill. */
const HOT_WASH_MS = 14 * 24 * 3_600_000;
const KEEP_RETRY_MS_MAX = 5_000;
const NOBODY: Audience = { holders: () => [], user: () => null };

/**
 * Brings Slack to what is true, again and again: looks at an incident, compares what should stand in Slack with what does, and does
 * what differs. Nothing is remembered but what was done (in the database), so an outage, a restart or another server going on makes
 * no difference: nothing is lost, and nothing is said twice.
 */
export function createPublisher(deps: PublisherDeps): Publisher {
  const { reader, store, outbox, people, log, clock = systemClock, archiveAfterMs = ARCHIVE_AFTER_MS } = deps;
  const scenes = new Map<string, Scene>();
  /** What is being done, by incident and slot. */
  const busy = new Map<string, Set<string>>();
  /** Counts what was done for each incident, so that a look knows whether what it read is still so. */
  const done = new Map<string, number>();
  /** Drills that people play, and for which Slack lets no channel be made. */
  const placeless = new Set<string>();
  let stopping = false;
  const noted = new Set<string>();

  const channelsOf = { outbox, clock, log, found: () => void sweep() };
  const main = createMainChannel({ ...channelsOf, key: 'channel', setting: () => deps.settings().channel });
  const named = createMainChannel({ ...channelsOf, key: 'drills', setting: () => deps.settings().drills });
  const drills = createDrillChannel(named, main);
  const desk: Desk = {
    settings: deps.settings,
    outbox,
    store,
    messages: deps.messages,
    main,
    drills,
    clock,
    log,
    inWords: new Set(),
    scene: (incident) => (turns.publishes() ? (scenes.get(incident) ?? null) : null),
    keep,
  };
  const failures = createFailures(desk);
  const looks = createLooks(look, clock, log);
  const audience = createAudience({ people, clock, log, changed: looks.soon });
  const homes = createHomes({ home: deps.home, store, outbox, clock, log, leads: () => turns.publishes() });
  const turns = createTurns({
    connectionString: deps.connectionString,
    outbox,
    store,
    clock,
    log,
    onNudge: looks.soon,
    begin: publish,
  });
  const speaks = () => turns.publishes() && !stopping;

  async function keep(work: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (!turns.leads() || !isDatabaseAway(error)) throw error;
        log.warn({ error: String(error) }, 'what was done in Slack could not be written down; it is tried again');
        await new Promise<void>(
          (resolve) =>
            void clock.after(
              backOffMs(tries, KEEP_RETRY_MS_MAX, () => 0.5),
              resolve,
            ),
        );
      }
    }
  }

  async function look(incident: string): Promise<void> {
    if (!speaks()) return;
    const before = done.get(incident);
    const [found, standing] = await Promise.all([reader.incident(incident), store.standing(incident)]);
    if (!found) return;
    const { view, events } = found;
    const untold = standing.posts.size === 0 && standing.own === null;
    if (view.status === 'closed' && untold && (await store.isHistory(incident))) return;
    if (!speaks()) return;
    // From here on nothing is awaited until what there is to do has begun: what was read is still so.
    if (done.get(incident) !== before) {
      looks.soon(incident);
      return;
    }
    const story = storyOf(found);
    const known = audience.of(view);
    const asked = audience.settled(view) ? known : NOBODY;
    const own = wantsOwn(view, standing.own !== null);
    const wanted = view.exercise
      ? wantedOfDrill(found, standing, own, asked)
      : wantedPosts({ view, own, audience: asked });
    const scene: Scene = {
      story,
      events,
      standing,
      wanted: new Map(wanted.map((one) => [one.key, one])),
      members: wantedMembers(view, asked),
    };
    scenes.set(incident, scene);
    if (isPlayed(view) && wanted.length === 0) placeless.add(incident);
    else placeless.delete(incident);
    const left = wanted.length === 0 ? Number(isPlayed(view)) : bringAbout(incident, scene, own);
    noteUnknown(view);
    if (left > 0 || !audience.settled(view)) return;
    await store.saveSettled(incident, view.seq);
    if (view.status === 'closed' && !busy.get(incident)?.size) forget(incident);
  }

  /** While no channel can be made, the main one serves. A drill has none, or one that others named for it. */
  function wantsOwn(view: IncidentView, has: boolean): boolean {
    const { drills: shared, ownChannelFor } = deps.settings();
    const wants = view.exercise ? has || shared === undefined : wantsOwnChannel(view, ownChannelFor, has);
    return wants && !failures.isBlocked(view.id, makeTask(desk, view));
  }

  /** A drill that was over before anything of it was told is not told any more; one that has no place of its own, never where incidents are. */
  function wantedOfDrill(
    { view, events }: Pick<FoundIncident, 'view' | 'events'>,
    { posts, own: has }: SlackStanding,
    own: boolean,
    audience: Audience,
  ): readonly Wanted[] {
    const told = posts.size > 0 || has !== null;
    if (view.exercise?.endedAt !== undefined && !told) return [];
    const placed = own || deps.settings().drills !== undefined;
    return placed ? wantedDrillPosts({ view, events, own, audience }) : [];
  }

  /** Begins what can be done now. Answers with how much there is left to do. */
  function bringAbout(incident: string, scene: Scene, own: boolean): number {
    const posts = postTasks(desk, scene);
    const details = detailTask(desk, scene);
    const tasks = [...(own ? channelTasks(desk, scene) : []), ...posts.tasks, ...(details.task ? [details.task] : [])];
    let left = tasks.length + posts.waiting + (details.waiting ? 1 : 0) + (busy.get(incident)?.size ?? 0);
    const { view } = scene.story;
    const channel = scene.standing.own;
    if (left === 0 && view.status === 'closed' && channel !== null && channel.archivedAt === null) {
      left = 1;
      if (clock.now() >= closedAt(scene) + (view.exercise ? HOT_WASH_MS : archiveAfterMs))
        tasks.push(archiveTask(desk, incident, channel.channel));
    }
    for (const task of tasks) begin(incident, task);
    return left;
  }

  function begin(incident: string, task: Task): void {
    const slots = busy.get(incident) ?? new Set();
    if (slots.has(task.slot)) {
      if (task.urgency === 'decision') outbox.hasten(`${incident} ${task.slot}`);
      return;
    }
    if (failures.isBlocked(incident, task)) return;
    busy.set(incident, slots.add(task.slot));
    void task
      .run()
      .catch((error: unknown) => failures.met(incident, task, error))
      .catch((error: unknown) =>
        log.error({ incident, what: task.slot, error: String(error) }, 'Slack is not up to date'),
      )
      .then(() => {
        slots.delete(task.slot);
        if (slots.size === 0) busy.delete(incident);
        done.set(incident, (done.get(incident) ?? 0) + 1);
        looks.soon(incident);
      });
  }

  function noteUnknown(view: IncidentView): void {
    if (!audience.settled(view)) return;
    for (const person of audience.unknown(view)) {
      if (noted.has(`${view.id} ${person}`)) continue;
      noted.add(`${view.id} ${person}`);
      log.info(
        { incident: view.id, person },
        'Slack does not know somebody of this incident: they are told elsewhere only',
      );
    }
  }

  function forget(incident: string): void {
    scenes.delete(incident);
    failures.forget(incident);
    done.delete(incident);
    for (const one of noted) if (one.startsWith(`${incident} `)) noted.delete(one);
  }

  const storyOf = ({ view, plan, added }: Pick<Story, 'view' | 'plan' | 'added'>): Story => ({
    view,
    plan,
    added,
    people: deps.directory.names(),
    now: timeIn(view, clock.now()),
    url: `${deps.publicUrl.replace(/\/$/, '')}/incidents/${view.id}`,
    mentions: mentionsIn(view, people.mentions()),
  });

  /** Everything that is not settled, open questions and duties: who may answer them, and whether there is time left, changes by itself. */
  async function sweep(): Promise<void> {
    if (!turns.publishes()) return;
    try {
      for (const incident of await store.unsettled()) looks.soon(incident);
      for (const [incident, { story }] of scenes) if (isWaiting(story.view)) looks.soon(incident);
      homes.soon();
    } catch (error) {
      log.warn({ error: String(error) }, 'Slack could not be looked over; it is tried again in a minute');
    }
  }

  function publish(): () => void {
    let callOff = (): void => {};
    const unsubscribe = reader.subscribe(null, (incident) => {
      looks.soon(incident);
      homes.soon();
    });
    const again = (): void => {
      void sweep();
      callOff = clock.after(SWEEP_MS, again);
    };
    again();
    return () => {
      unsubscribe();
      callOff();
      scenes.clear();
      done.clear();
      placeless.clear();
    };
  }

  return {
    start: turns.start,
    async stop() {
      stopping = true;
      // First what is under way: its answers are written down while this server still has the right to.
      await outbox.stop();
      await looks.stop();
      homes.stop();
      await turns.stop();
    },
    async refresh(incident) {
      if (turns.leads()) looks.soon(incident);
      else await store.nudge(incident);
    },
    async adopt(channel, ts, { incident, number }) {
      if ((await store.postAt(channel, ts)) === null) {
        log.info({ incident, channel, ts }, 'a message of ours that nobody knew of is kept current from now on');
        await store.savePost(incident, { key: copyKey(number, channel, ts), channel, ts, hash: '' });
        done.set(incident, (done.get(incident) ?? 0) + 1);
      }
      await this.refresh(incident);
    },
    incidentIn: async (channel) => (await store.incidentIn(channel)) ?? store.drillIn(channel),
    homeOpened: homes.opened,
    stats: () => ({
      leads: turns.leads(),
      waiting: outbox.waiting(),
      awaySince: outbox.awaySince(),
      problem: main.problem(),
    }),
    notice: () => awayWords(outbox) ?? main.problem() ?? drills.problem() ?? placelessWords(placeless),
  };
}

/** By the clock on the wall. A drill's view has the time of its scenario. */
function closedAt({ story: { view }, events }: Scene): number {
  if (!view.exercise) return view.closedAt ?? 0;
  const ended = events.find(({ type }) => type === 'exercise.ended');
  return ended ? Date.parse(ended.recordedAt) : 0;
}

function placelessWords(drills: ReadonlySet<string>): string | null {
  if (drills.size === 0) return null;
  const ids = [...drills].slice(0, 5).join(', ');
  return `Not told in Slack: ${ids}, as no channel could be made. Play here, or name a channel for drills in tocsin.yaml (slack: drills).`;
}

/** By people, now: should it have no place in Slack, it may get one yet. */
const isPlayed = ({ exercise }: IncidentView): boolean =>
  exercise?.clock !== undefined && exercise.endedAt === undefined;

const isWaiting = ({ decisions, obligations }: IncidentView): boolean =>
  decisions.some((one) => !one.made && !one.withdrawn) || obligations.some(isOpenObligation);

function awayWords(outbox: FullOutbox): string | null {
  const away = outbox.away();
  if (!away) return null;
  const { decision, status, chatter } = outbox.waiting();
  const count = decision + status + chatter;
  const since = new Date(away.since).toISOString().slice(11, 16);
  const wait = count === 0 ? '' : `, ${count} ${count === 1 ? 'message waits' : 'messages wait'}`;
  return `Slack cannot be used since ${since} UTC (${away.reason}). Decide here; Slack catches up by itself${wait}.`;
}
