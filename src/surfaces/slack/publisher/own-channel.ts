import type { IncidentView } from '../../../incident/view.ts';
import { type Conversation, eachConversation } from './conversations.ts';
import type { Desk, Scene, Task } from './desk.ts';
import { channelName } from './names.ts';
import { notSent } from './outbox.ts';

const NAMES_TRIED_MAX = 9;
/** Clocks differ. */
const EARLIER_MS = 60_000;

/** What is to be done for an incident's own channel besides messages: it is made, named, peopled and put away. */
export function channelTasks(desk: Desk, scene: Scene): Task[] {
  const { story, standing, members } = scene;
  const { view } = story;
  const { own } = standing;
  if (own === null) return [makeTask(desk, view)];
  if (own.archivedAt !== null)
    return view.status === 'closed' ? [] : [{ slot: 'channel', hash: 'unarchive', run: () => takeUp(desk, view.id) }];
  const topic = desk.messages.topic(view);
  const status = standing.posts.get('status');
  const uninvited = members.filter((user) => !standing.posts.has(`invite/${user}`));
  const tasks: Task[] = [];
  if (uninvited.length > 0)
    tasks.push({ slot: 'invite', hash: uninvited.join(), run: () => invite(desk, view.id, own.channel, uninvited) });
  if (own.topic !== topic) tasks.push({ slot: 'topic', hash: topic, run: () => setTopic(desk, view.id, own.channel) });
  if (status?.ts && standing.posts.get('pin')?.hash !== status.ts)
    tasks.push({ slot: 'pin', hash: status.ts, run: () => pin(desk, view.id, own.channel, status.ts ?? '') });
  if (view.status !== 'closed' && standing.posts.has('closing'))
    tasks.push({ slot: 'closing', hash: 'again', run: () => desk.keep(() => desk.store.dropPost(view.id, 'closing')) });
  return tasks;
}

export const makeTask = (desk: Desk, view: IncidentView): Task => ({
  slot: 'channel',
  hash: 'make',
  run: () => make(desk, view),
});

/** Puts the channel away; the last thing that is done in it. */
export const archiveTask = (desk: Desk, incident: string, channel: string): Task => ({
  slot: 'archive',
  hash: channel,
  async run() {
    await ignoring(['already_archived'], () =>
      desk.outbox.call({ method: 'conversations.archive', args: { channel }, queue: channel, urgency: 'status' }),
    );
    await desk.keep(() => desk.store.saveArchived(incident, desk.clock.now()));
  },
});

async function make(desk: Desk, view: IncidentView): Promise<void> {
  for (let turn = 1; turn <= NAMES_TRIED_MAX; turn += 1) {
    const name = channelName(view, turn);
    const channel = await create(desk, name, view);
    if (channel === null) continue;
    await desk.keep(() => desk.store.saveChannel(view.id, channel.id, channel.name));
    return;
  }
  throw new Error(`${NAMES_TRIED_MAX} names for a channel of ${view.id} are taken in Slack`);
}

/** A drill is for its roster until ENDEX, whatever the channels of incidents are. */
const isPrivate = (desk: Desk, { exercise }: IncidentView): boolean =>
  exercise !== undefined || desk.settings().ownChannelsPrivate;

/** Null when the name is taken by another channel. */
async function create(desk: Desk, name: string, view: IncidentView): Promise<Conversation | null> {
  try {
    const { channel } = await desk.outbox.call<{ channel: Conversation }>({
      method: 'conversations.create',
      args: () => (desk.scene(view.id) ? { name, is_private: isPrivate(desk, view) } : null),
      queue: 'conversations',
      urgency: 'decision',
    });
    return channel;
  } catch (error) {
    if (!notSent(error, 'name_taken')) throw error;
    return ourUnheard(desk, name, view);
  }
}

/** It may be we who took the name, and the answer was lost: a channel of ours that no incident has. */
async function ourUnheard(desk: Desk, name: string, view: IncidentView): Promise<Conversation | null> {
  const self = await desk.outbox.call<{ user_id: string }>({
    method: 'auth.test',
    args: {},
    queue: 'auth',
    urgency: 'decision',
  });
  for await (const channel of eachConversation(desk.outbox, 'public_channel,private_channel')) {
    if (channel.name !== name) continue;
    // Of a drill that is scenario time; nobody else's channel has its id.
    const since = view.exercise ? 0 : view.openedAt - EARLIER_MS;
    const ours = channel.creator === self.user_id && (channel.created ?? 0) * 1000 >= since;
    return ours && (await desk.store.incidentIn(channel.id)) === null ? channel : null;
  }
  return null;
}

/** The incident was reopened. Apps may not always unarchive; then it gets a new channel. */
async function takeUp(desk: Desk, incident: string): Promise<void> {
  const channel = desk.scene(incident)?.standing.own?.channel;
  if (!channel) return;
  try {
    await ignoring(['not_archived'], () =>
      desk.outbox.call({ method: 'conversations.unarchive', args: { channel }, queue: channel, urgency: 'decision' }),
    );
    await desk.keep(() => desk.store.saveArchived(incident, null));
  } catch (error) {
    if (notSent(error, 'obsolete', 'stopped')) throw error;
    desk.log.info({ incident, channel, error: String(error) }, 'the channel stays archived; a new one is made');
    await desk.keep(() => desk.store.forgetChannel(incident));
  }
}

async function setTopic(desk: Desk, incident: string, channel: string): Promise<void> {
  let topic = '';
  await desk.outbox.call({
    method: 'conversations.setTopic',
    args: () => {
      const scene = desk.scene(incident);
      if (!scene) return null;
      topic = desk.messages.topic(scene.story.view);
      return { channel, topic };
    },
    queue: channel,
    urgency: 'status',
  });
  await desk.keep(() => desk.store.saveTopic(incident, topic));
}

async function pin(desk: Desk, incident: string, channel: string, ts: string): Promise<void> {
  await ignoring(['already_pinned'], () =>
    desk.outbox.call({ method: 'pins.add', args: { channel, timestamp: ts }, queue: channel, urgency: 'status' }),
  );
  await desk.keep(() => desk.store.savePost(incident, { key: 'pin', channel, ts: null, hash: ts }));
}

const INVITED_AT_ONCE = 30;

/** All together; one by one when Slack refuses somebody among them. Who cannot be invited is noted, and not asked for again. */
async function invite(desk: Desk, incident: string, channel: string, users: readonly string[]): Promise<void> {
  const some = users.slice(0, INVITED_AT_ONCE);
  const call = (list: readonly string[]) =>
    desk.outbox.call({
      method: 'conversations.invite',
      args: () => (desk.scene(incident) ? { channel, users: list.join(',') } : null),
      queue: channel,
      urgency: 'decision',
    });
  const note = (user: string, how: string) =>
    desk.keep(() => desk.store.savePost(incident, { key: `invite/${user}`, channel, ts: null, hash: how }));
  if (some.length > 1) {
    const together = await call(some).then(
      () => true,
      (error: unknown) => {
        if (notSent(error, ...OF_ONE_USER)) return false;
        throw error;
      },
    );
    if (together) {
      for (const user of some) await note(user, 'invited');
      return;
    }
  }
  for (const user of some) {
    try {
      await call([user]);
      await note(user, 'invited');
    } catch (error) {
      if (!notSent(error, ...OF_ONE_USER)) throw error;
      if (error.code !== 'already_in_channel')
        desk.log.info({ incident, channel, user, code: error.code }, 'somebody could not be invited to the channel');
      await note(user, error.code);
    }
  }
}

/** What Slack says about one of those who are invited. */
const OF_ONE_USER = [
  'already_in_channel',
  'cant_invite',
  'cant_invite_self',
  'user_not_found',
  'users_not_found',
  'user_is_restricted',
  'user_is_ultra_restricted',
  'ura_max_channels',
  'user_team_not_in_channel',
  'no_user',
  'user_disabled',
  'invalid_users',
  'failed_for_some_users',
];

async function ignoring(codes: readonly string[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!notSent(error, ...codes)) throw error;
  }
}
