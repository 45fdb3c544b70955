import { streamSSE } from 'hono/streaming';
import type { Ctx } from '../http/context.ts';
import type { Reader, StoredEvent } from '../ports.ts';
import { watch } from '../watch.ts';

/** What the page's script receives whenever the timeline grew: parts of the page, rendered here. */
export type Grown = {
  now: number;
  /** Of a drill; see `Frame`. */
  clock?: { wall: number; rate: number };
  /** Of what is shown: a page that has it already is not sent it again. */
  version: string;
  title: string | null;
  parts: Record<string, string>;
  /** Numbers of the decisions that the new events are about. */
  touched: number[];
  /** For screen readers: only questions, failures and decisions. */
  announce: string;
};

/** A proxy cuts a connection that says nothing for a minute. */
const HEARTBEAT_MS = 20_000;
/** Bursts of events become one rendering. */
const SETTLE_MS = 120;

/**
 * Renders anew on every growth until the reader goes or `render` says that they may no longer read. `since`: the version that
 * the page was made of, or the last one it received.
 */
export function follow(c: Ctx, reader: Reader, incident: string | null, render: () => Promise<Grown | null>): Response {
  c.header('X-Accel-Buffering', 'no');
  let since = c.req.header('last-event-id') ?? c.req.query('since');
  return streamSSE(c, async (out) => {
    const growth = watch(reader, incident);
    out.onAbort(growth.stop);
    try {
      await out.write('retry: 2000\n\n');
      while (!out.aborted) {
        const message = await render();
        if (message === null) return;
        if (message.version !== since) {
          since = message.version;
          await out.writeSSE({ event: 'grown', id: message.version, data: JSON.stringify(message) });
        }
        while (!out.aborted && !(await growth.next(HEARTBEAT_MS))) await out.write(': still here\n\n');
        await out.sleep(SETTLE_MS);
      }
    } finally {
      growth.stop();
    }
  });
}

export function touchedDecisions(events: readonly StoredEvent[]): number[] {
  const numbers = events.flatMap((event) =>
    event.type.startsWith('decision.') && 'number' in event.data ? [event.data.number] : [],
  );
  return [...new Set(numbers)];
}

/** The last question, failure or decision among new events, in words. */
export function announcement(events: readonly StoredEvent[], say: (event: StoredEvent) => string): string {
  const told = events.findLast((event) =>
    ['decision.asked', 'decision.made', 'decision.withdrawn', 'step.failed'].includes(event.type),
  );
  return told ? say(told) : '';
}
