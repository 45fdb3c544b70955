import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Change } from '../contract.ts';
import { type Eye, maySee, seenBy } from './eye.ts';

/** A stream that only says "look again": the page then fetches itself, so that there is one way of drawing it. */
export class Streams {
  readonly #ends = new Set<() => void>();

  /** Bursts of changes become one word. */
  static readonly SETTLE_MS = 40;
  /** What lies between may cut a connection that says nothing for a minute. */
  static readonly HEARTBEAT_MS = 20_000;

  follow(c: Context, eye: Eye): Response {
    return streamSSE(c, async (out) => {
      const bell = createBell();
      const stop = eye.workspace.onChange((change) => concerns(eye, change) && bell.ring());
      const end = (): void => {
        stop();
        bell.end();
      };
      this.#ends.add(end);
      out.onAbort(end);
      try {
        await out.write('retry: 1000\n\n');
        // What changed between the drawing of the page and now is not known: look once.
        await out.writeSSE({ event: 'changed', data: '' });
        for (;;) {
          const rung = await bell.next(Streams.HEARTBEAT_MS);
          if (rung === 'ended') return;
          if (rung === 'quiet') await out.write(': still here\n\n');
          else {
            await out.sleep(Streams.SETTLE_MS);
            bell.hush();
            await out.writeSSE({ event: 'changed', data: '' });
          }
        }
      } finally {
        end();
        this.#ends.delete(end);
      }
    });
  }

  stop(): void {
    for (const end of this.#ends) end();
  }
}

/** What is not on this person's screen is not told to it either. */
function concerns(eye: Eye, change: Change): boolean {
  switch (change.kind) {
    case 'message': {
      const channel = eye.workspace.channel(change.channel);
      if (channel === null || !maySee(eye, channel)) return false;
      const message = eye.workspace.message(change.channel, change.ts);
      return message === null || seenBy(eye, message);
    }
    case 'view':
    case 'home':
      return change.user === eye.me.id;
    case 'channel':
    case 'reset':
      return true;
    default:
      return change satisfies never;
  }
}

type Rung = 'rung' | 'quiet' | 'ended';

function createBell() {
  let ringing = false;
  let ended = false;
  let wake: (() => void) | null = null;
  return {
    ring: (): void => {
      ringing = true;
      wake?.();
    },
    hush: (): void => {
      ringing = false;
    },
    end: (): void => {
      ended = true;
      wake?.();
    },
    /** Waits until it rings, it is over, or nothing happened for so long. */
    async next(quietMs: number): Promise<Rung> {
      if (!ringing && !ended)
        await new Promise<void>((woken) => {
          const timer = setTimeout(woken, quietMs);
          wake = () => {
            clearTimeout(timer);
            woken();
          };
        });
      wake = null;
      return ended ? 'ended' : ringing ? 'rung' : 'quiet';
    },
  };
}
