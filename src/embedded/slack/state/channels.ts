import type { SlackChannel, WorkspaceState } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { idOf, newId } from './ids.ts';
import { channelOf, type Site, userOf } from './site.ts';

type Channels = Pick<
  WorkspaceState,
  'channels' | 'channel' | 'im' | 'createChannel' | 'openConversation' | 'join' | 'leave' | 'changeChannel'
>;

const NAME_LETTERS_MAX = 80;
const TOPIC_LETTERS_MAX = 250;

export function channelsOf(site: Site): Channels {
  const { channels } = site.data;

  function add(channel: Partial<SlackChannel> & Pick<SlackChannel, 'id' | 'name' | 'kind' | 'members'>): SlackChannel {
    const added: SlackChannel = {
      is_archived: false,
      topic: '',
      purpose: '',
      creator: site.app.botUser,
      created: Math.floor(site.clock.now() / 1000),
      ...channel,
    };
    channels.set(added.id, added);
    site.data.messages.set(added.id, []);
    site.tell({ kind: 'channel', channel: added.id });
    return added;
  }

  function change(id: string, changes: Partial<SlackChannel>): SlackChannel {
    const changed = { ...channelOf(site, id), ...changes };
    channels.set(id, changed);
    site.tell({ kind: 'channel', channel: id });
    return changed;
  }

  /** Id by the people in it, so that the same people find the same conversation. */
  function openConversation(users: string[]): SlackChannel {
    const people = [...new Set(users)].sort();
    for (const user of people) userOf(site, user);
    if (people.length === 0) throw new SlackError('no_user');
    const [first = ''] = people;
    const members = [...people, site.app.botUser];
    const id = idOf(people.length === 1 ? 'D' : 'G', people.join(','));
    const known = channels.get(id);
    if (known) return known;
    if (people.length === 1) return add({ id, name: '', kind: 'im', user: first, members });
    const names = members.map((user) => userOf(site, user).name);
    return add({ id, name: `mpdm-${names.join('--')}-1`, kind: 'mpim', members });
  }

  return {
    channels: () => [...channels.values()],
    channel: (id) => channels.get(id) ?? null,
    im: (user) => openConversation([user]),
    openConversation,
    createChannel({ name, kind, creator }) {
      checkName(name);
      if (named(site, name)) throw new SlackError('name_taken');
      return add({ id: newId('C'), name, kind, creator, members: [creator] });
    },
    join(id, user) {
      userOf(site, user);
      const { members } = channelOf(site, id);
      if (members.includes(user)) throw new SlackError('already_in_channel');
      change(id, { members: [...members, user] });
    },
    leave(id, user) {
      const { members } = channelOf(site, id);
      if (!members.includes(user)) throw new SlackError('not_in_channel');
      change(id, { members: members.filter((member) => member !== user) });
    },
    changeChannel(id, changes) {
      if (changes.name !== undefined) {
        checkName(changes.name);
        const other = named(site, changes.name);
        if (other && other.id !== id) throw new SlackError('name_taken');
      }
      for (const text of [changes.topic, changes.purpose]) {
        if (text !== undefined && [...text].length > TOPIC_LETTERS_MAX) throw new SlackError('too_long');
      }
      return change(id, changes);
    },
  };
}

/** Archived channels keep their names. */
function named(site: Site, name: string): SlackChannel | undefined {
  return [...site.data.channels.values()].find((channel) => channel.name === name);
}

function checkName(name: string): void {
  if (name === '') throw new SlackError('invalid_name_required');
  if (name.length > NAME_LETTERS_MAX) throw new SlackError('invalid_name_maxlength');
  if (/[A-Z\s]|[^\p{L}\p{N}_-]/u.test(name)) throw new SlackError('invalid_name_specials');
  if (/^[-_]+$/.test(name)) throw new SlackError('invalid_name_punctuation');
}
