import type { Desk, Task } from './desk.ts';
import { notSent } from './outbox.ts';
import { GONE } from './posting.ts';

/** What cannot be done is tried again after a while: somebody may have mended it in Slack. */
const AGAIN_MS = 10 * 60_000;

/** What failed for good, so that it is not repeated in vain: until it is about something else, or for a while. */
export function createFailures(desk: Desk) {
  const blocked = new Map<string, { hash: string; until: number }>();
  /** Posts that were made anew once because somebody had deleted them. */
  const anew = new Set<string>();

  const block = (incident: string, { slot, hash }: Task, error: unknown): void => {
    blocked.set(`${incident} ${slot}`, { hash, until: desk.clock.now() + AGAIN_MS });
    desk.log.error({ incident, what: slot, error: String(error) }, 'something could not be said in Slack');
  };

  /** A message that is no longer there: an open question is asked anew, anything else stays deleted. */
  const deleted = async (incident: string, key: string): Promise<void> => {
    const scene = desk.scene(incident);
    const row = scene?.standing.posts.get(key);
    if (!scene || !row) return;
    const wanted = scene.wanted.get(key);
    const name = `${incident} ${key}`;
    const open = wanted?.saying.kind === 'decision' && isOpen(scene.story.view.decisions, wanted.saying.number);
    if ((open || wanted?.saying.kind === 'status' || wanted?.saying.kind === 'startex') && !anew.has(name)) {
      anew.add(name);
      await desk.keep(() => desk.store.dropPost(incident, key));
    } else await desk.keep(() => desk.store.savePost(incident, { ...row, ts: null, hash: GONE }));
    desk.log.info({ incident, key }, 'a message of ours is gone from Slack');
  };

  const lostChannel = async (incident: string, task: Task, error: unknown): Promise<void> => {
    const scene = desk.scene(incident);
    const own = scene?.standing.own;
    const key = task.slot.replace(/^post /, '');
    const row = scene?.standing.posts.get(key);
    const wanted = scene?.wanted.get(key);
    if (own && (row?.ts ? row.channel === own.channel : !['main', 'drills', 'dm'].includes(wanted?.place.in ?? ''))) {
      desk.log.warn(
        { incident, channel: own.channel },
        'the channel of an incident is lost in Slack; a new one is made',
      );
      await desk.keep(() => desk.store.forgetChannel(incident));
    } else if (row?.ts) await deleted(incident, key);
    else {
      desk.main.forget();
      desk.drills.forget();
      block(incident, task, error);
    }
  };

  return {
    isBlocked(incident: string, { slot, hash }: Task): boolean {
      const one = blocked.get(`${incident} ${slot}`);
      return one !== undefined && one.hash === hash && desk.clock.now() < one.until;
    },
    /** The incident is over and nothing more is said of it. */
    forget(incident: string): void {
      const its = `${incident} `;
      for (const known of [blocked, anew, desk.inWords])
        for (const name of known.keys()) if (name.startsWith(its)) known.delete(name);
    },
    /** Makes the best of it. Never throws but for the database. */
    async met(incident: string, task: Task, error: unknown): Promise<void> {
      if (notSent(error, 'obsolete', 'stopped')) return;
      const key = task.slot.replace(/^post /, '');
      if (notSent(error, ...BAD_BLOCKS) && !desk.inWords.has(`${incident} ${key}`)) {
        desk.log.error(
          { incident, key, code: error.code },
          'Slack did not take a message; it is sent without its blocks',
        );
        desk.inWords.add(`${incident} ${key}`);
      } else if (notSent(error, 'is_archived', 'is_inactive', 'channel_not_found'))
        await lostChannel(incident, task, error);
      else if (notSent(error, 'not_in_channel')) await join(desk, incident, task, error, block);
      else if (notSent(error, 'message_not_found', 'cant_update_message', 'thread_not_found'))
        await deleted(incident, key);
      else block(incident, task, error);
    },
  };
}

/** Somebody took us out of the channel. */
async function join(
  desk: Desk,
  incident: string,
  task: Task,
  error: unknown,
  block: (incident: string, task: Task, error: unknown) => void,
): Promise<void> {
  const scene = desk.scene(incident);
  const key = task.slot.replace(/^post /, '');
  const shared = scene?.story.view.exercise ? desk.drills : desk.main;
  const channel =
    scene?.standing.posts.get(key)?.channel ?? scene?.standing.own?.channel ?? (scene ? shared.id() : null);
  try {
    if (!channel) throw error;
    await desk.outbox.call({ method: 'conversations.join', args: { channel }, queue: channel, urgency: 'decision' });
  } catch {
    block(incident, task, error);
  }
}

const isOpen = (
  decisions: readonly { question: { number: number }; made?: unknown; withdrawn?: unknown }[],
  number: number,
) => decisions.some((one) => one.question.number === number && !one.made && !one.withdrawn);

const BAD_BLOCKS = [
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'invalid_attachments',
];
