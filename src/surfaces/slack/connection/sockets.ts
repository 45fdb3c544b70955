import type { App, Receiver, ReceiverEvent } from '@slack/bolt';
import type { SlackFailure } from './failure.ts';
import { createLine, type LineDeps } from './line.ts';

/** One app of bolt with several lines: Slack gives each envelope to one of them, so that one may come and go. */
export type SocketReceiver = Receiver & {
  open(): number;
  /** Lines that are not open try now. */
  wake(): void;
  /** Why no line is open; null when one is, or when none has failed yet. */
  failure(): SlackFailure | null;
};

/** Two: with one, clicks fail whenever it is renewed. */
const LINES = 2;

export function createSocketReceiver(deps: Omit<LineDeps, 'receive'>): SocketReceiver {
  let app: App | null = null;
  const receive = async (event: ReceiverEvent) => {
    await app?.processEvent(event);
  };
  let openBefore = 0;
  const changed = () => {
    const open = openNow();
    // Where one gets through, the others will too.
    if (open > openBefore) wake();
    openBefore = open;
    deps.changed();
  };
  const lines = Array.from({ length: LINES }, () => createLine({ ...deps, receive, changed }));
  const wake = () => {
    for (const line of lines) if (!line.state().open) line.wake();
  };
  const openNow = () => lines.filter((line) => line.state().open).length;

  return {
    init(bolt) {
      app = bolt;
    },
    async start() {
      for (const line of lines) line.start();
    },
    async stop() {
      await Promise.all(lines.map((line) => line.stop()));
    },
    open: openNow,
    wake,
    failure: () => (openNow() > 0 ? null : (lines.map((line) => line.state().failure).find(Boolean) ?? null)),
  };
}
