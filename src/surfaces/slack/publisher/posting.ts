import { timeIn } from '../../../incident/exercise-clock.ts';
import type { SlackPosted } from '../../../store/slack.ts';
import type { SlackPost, Story } from '../contract.ts';
import type { Desk, Scene, Task } from './desk.ts';
import { foldDetails } from './details.ts';
import { notSent } from './outbox.ts';
import { first, hashOf, render } from './render.ts';
import { sayingOf, type Wanted } from './wanted.ts';

/** Of a post that somebody deleted, or that could not be made: it stays so. */
export const GONE = 'gone';

/** Before the hash of what was sent first: the message has no buttons, or no facts, yet. */
const BEGUN = 'begun ';

/** The messages of an incident that are not in Slack yet, or not as they should be; and how many wait for something else first. */
export function postTasks(desk: Desk, scene: Scene): { tasks: Task[]; waiting: number } {
  const tasks: Task[] = [];
  let waiting = 0;
  for (const wanted of withStanding(scene)) {
    const row = scene.standing.posts.get(wanted.key);
    if (row?.hash === GONE || isLocked(scene, wanted, row)) continue;
    const hash = wantedHash(desk, scene, wanted);
    if (hash === null || (row?.ts && (!wanted.current || row.hash === hash))) continue;
    const task = taskFor(desk, scene, wanted, hash, row);
    if (task) tasks.push(task);
    else waiting += 1;
  }
  return { tasks, waiting };
}

/** What is wanted, and the posts of decisions that stand already and would not be made any more: they are kept true as well. */
function withStanding(scene: Scene): Wanted[] {
  const kept = [...scene.standing.posts.values()].flatMap(({ key, ts }): Wanted[] => {
    const saying = ts === null || scene.wanted.has(key) ? null : sayingOf(key);
    return saying ? [{ key, place: { in: 'main' }, thread: null, urgency: 'decision', saying, current: true }] : [];
  });
  return [...scene.wanted.values(), ...kept];
}

/** Nothing can be said in a channel that is put away. */
const isLocked = ({ standing }: Scene, { place }: Wanted, row: SlackPosted | undefined): boolean =>
  standing.own !== null &&
  standing.own.archivedAt !== null &&
  (row?.ts ? row.channel === standing.own.channel : place.in === 'own');

const wantedHash = (desk: Desk, scene: Scene, wanted: Wanted): string | null => {
  const post = rendered(desk, scene, fresh(desk, scene.story), wanted);
  return post && hashOf(post);
};

function rendered(desk: Desk, scene: Scene, story: Story, { key, saying }: Wanted): SlackPost | null {
  const post = render(desk.messages, story, saying, scene.standing.own?.channel ?? null);
  return post && desk.inWords.has(`${story.view.id} ${key}`) ? inWordsAlone(post) : post;
}

const fresh = (desk: Desk, story: Story): Story => ({ ...story, now: timeIn(story.view, desk.clock.now()) });

/** When Slack takes none of the blocks: better than silence. */
const inWordsAlone = ({ text }: SlackPost): SlackPost => ({ text, blocks: [] });

function taskFor(desk: Desk, scene: Scene, wanted: Wanted, hash: string, row: SlackPosted | undefined): Task | null {
  const slot = `post ${wanted.key}`;
  const { id } = scene.story.view;
  if (row?.ts) {
    const { channel, ts } = row;
    const urgency = urgencyOf(scene, wanted, row);
    return { slot, hash, urgency, run: () => update(desk, id, { ...wanted, urgency }, channel, ts) };
  }
  const parent = wanted.thread === null ? null : scene.standing.posts.get(wanted.thread);
  if (wanted.thread !== null && !parent?.ts) return null;
  const { place } = wanted;
  if (place.in === 'dm') return { slot, hash, run: () => postDirectly(desk, id, wanted, place.user) };
  const channel = parent?.channel ?? channelOf(desk, scene, place.in);
  return channel ? { slot, hash, run: () => post(desk, id, wanted, channel, parent?.ts ?? null) } : null;
}

function channelOf(desk: Desk, scene: Scene, place: 'own' | 'drills' | 'main'): string | null {
  switch (place) {
    case 'own':
      return scene.standing.own?.channel ?? null;
    case 'drills':
      return desk.drills.id();
    case 'main':
      return desk.main.id();
    default:
      return place satisfies never;
  }
}

/** Buttons come and go at once; that one more vote was given may wait a little when there are many. */
function urgencyOf(scene: Scene, { saying, urgency }: Wanted, { hash }: SlackPosted): Wanted['urgency'] {
  if (saying.kind !== 'decision' || hash === '' || hash.startsWith(BEGUN)) return urgency;
  const decision = scene.story.view.decisions.find(({ question }) => question.number === saying.number);
  return decision?.made || decision?.withdrawn ? urgency : 'status';
}

/** What it says at this moment, which may be long after it was asked for; null when it is not wanted any more. */
function saysNow(desk: Desk, incident: string, wanted: Wanted): { story: Story; post: SlackPost } | null {
  const { key } = wanted;
  const scene = desk.scene(incident);
  if (!scene || !(scene.wanted.has(key) || scene.standing.posts.get(key)?.ts)) return null;
  const story = fresh(desk, scene.story);
  const said = rendered(desk, scene, story, wanted);
  return said && { story, post: said };
}

/** Previews of links would tell the console's address to Slack's fetchers, and bury what matters. */
const QUIET = { unfurl_links: false, unfurl_media: false };

async function post(desk: Desk, incident: string, wanted: Wanted, channel: string, thread: string | null) {
  let hash = '';
  const { ts } = await desk.outbox.call<{ ts: string }>({
    method: 'chat.postMessage',
    args: () => {
      const says = saysNow(desk, incident, wanted);
      if (!says) return null;
      const sent = first(wanted.saying, says.story, says.post);
      hash = sent === says.post ? hashOf(sent) : `${BEGUN}${hashOf(sent)}`;
      return { channel, ...content(sent), ...QUIET, ...(thread ? { thread_ts: thread } : {}) };
    },
    queue: channel,
    urgency: wanted.urgency,
  });
  await desk.keep(() => desk.store.savePost(incident, { key: wanted.key, channel, ts, hash }));
}

async function update(desk: Desk, incident: string, wanted: Wanted, channel: string, ts: string) {
  let hash = '';
  await desk.outbox.call({
    method: 'chat.update',
    args: () => {
      const says = saysNow(desk, incident, wanted);
      if (!says) return null;
      hash = hashOf(says.post);
      return { channel, ts, ...content(says.post) };
    },
    queue: channel,
    urgency: wanted.urgency,
    key: `${incident} post ${wanted.key}`,
  });
  await desk.keep(() => desk.store.savePost(incident, { key: wanted.key, channel, ts, hash }));
}

const content = ({ text, blocks }: SlackPost) => ({ text, blocks });

async function postDirectly(desk: Desk, incident: string, wanted: Wanted, user: string): Promise<void> {
  try {
    await post(desk, incident, wanted, await direct(desk, incident, wanted, user), null);
  } catch (error) {
    if (!notSent(error, ...NO_DM)) throw error;
    desk.log.info({ incident, user, code: error.code }, 'somebody cannot be written to directly');
    await desk.keep(() => desk.store.savePost(incident, { key: wanted.key, channel: user, ts: null, hash: GONE }));
  }
}

/** What Slack says of people whom an app cannot write to. */
const NO_DM = [
  'cannot_dm_bot',
  'channel_not_found',
  'invalid_users',
  'messages_tab_disabled',
  'restricted_action',
  'user_disabled',
  'user_not_found',
  'user_not_visible',
  'users_not_found',
];

async function direct(desk: Desk, incident: string, wanted: Wanted, user: string): Promise<string> {
  const known = await desk.store.dm(user);
  if (known !== null) return known;
  const opened = await desk.outbox.call<{ channel: { id: string } }>({
    method: 'conversations.open',
    args: () => (saysNow(desk, incident, wanted) ? { users: user } : null),
    queue: user,
    urgency: wanted.urgency,
  });
  await desk.keep(() => desk.store.saveDm(user, opened.channel.id));
  return opened.channel.id;
}

/** What happened, into the thread of the status message or, without a channel of its own, of the announcement. */
export function detailTask(desk: Desk, scene: Scene): { task: Task | null; waiting: boolean } {
  const { story, events, standing } = scene;
  const parent = standing.posts.get(detailKey(scene));
  if (standing.own !== null && standing.own.archivedAt !== null) return { task: null, waiting: false };
  const details = foldDetails(desk.messages, story, events, standing.toldSeq);
  if (!details || parent?.hash === GONE) return { task: null, waiting: false };
  if (!parent?.ts) return { task: null, waiting: true };
  const { channel, ts } = parent;
  return {
    task: { slot: 'details', hash: String(details.upTo), run: () => tell(desk, story.view.id, channel, ts) },
    waiting: false,
  };
}

/** The message in whose thread the detail stands. */
const detailKey = ({ wanted, story }: Scene): string =>
  wanted.has('status') ? 'status' : story.view.exercise ? 'startex' : 'announcement';

/** All that has come about by the time it is sent, as one message. */
async function tell(desk: Desk, incident: string, channel: string, thread: string): Promise<void> {
  let upTo = 0;
  await desk.outbox.call({
    method: 'chat.postMessage',
    args: () => {
      const scene = desk.scene(incident);
      const details = scene && foldDetails(desk.messages, scene.story, scene.events, scene.standing.toldSeq);
      if (!details) return null;
      upTo = details.upTo;
      const said = desk.inWords.has(`${incident} details`) ? inWordsAlone(details.post) : details.post;
      return { channel, ...content(said), ...QUIET, thread_ts: thread };
    },
    queue: channel,
    urgency: 'chatter',
  });
  await desk.keep(() => desk.store.saveTold(incident, upTo));
}
