import type { Clock } from '../contract.ts';
import { secret } from '../state/ids.ts';

const LINK_MS = 30_000;

/** Tickets for one socket each, as `apps.connections.open` hands them out. */
export type Links = { issue(): string; use(ticket: string): boolean };

export function linksOf(clock: Clock): Links {
  const issued = new Map<string, number>();
  return {
    issue() {
      for (const [ticket, atMs] of issued) if (clock.now() - atMs > LINK_MS) issued.delete(ticket);
      const ticket = secret();
      issued.set(ticket, clock.now());
      return ticket;
    },
    use(ticket) {
      const atMs = issued.get(ticket);
      issued.delete(ticket);
      return atMs !== undefined && clock.now() - atMs <= LINK_MS;
    },
  };
}
