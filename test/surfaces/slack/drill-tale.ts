import type { EventData, EventType, NumberedEvent } from '../../../src/incident/events.ts';
import { emptyView, evolve } from '../../../src/incident/view.ts';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import type { StoredEvent } from '../../../src/surfaces/ports.ts';
import type { Story } from '../../../src/surfaces/slack/contract.ts';
import { mentionsIn } from '../../../src/surfaces/slack/roster.ts';
import { shippedScript } from '../../support/scripts.ts';

/** A drill as its players see it: what bots did in a rehearsal of a shipped simulation, with people in two of the seats. */
export const DRILL = 'EX-2026-0003';
/** When it was started, on the clock on the wall. */
export const WALL = Date.parse('2026-11-20T09:00:00Z');

/** Mara commands, Tomas is on call; Sofia facilitates. Bots sit in the other seats. */
const PLAYERS: Readonly<Record<string, string>> = { 'incident-commander': 'mara', 'ml-on-call': 'tomas' };
export const names = new Map([
  ['mara', 'Mara Lindqvist'],
  ['tomas', 'Tomas Okafor'],
  ['sofia', 'Sofia Mendes'],
]);
const users: Record<string, string> = { mara: 'U0MARA', tomas: 'U0TOMAS', sofia: 'U0SOFIA', kim: 'U0KIM' };
export const userOf = (person: string): string | null => users[person] ?? null;

export async function rehearsedDrill(): Promise<StoredEvent[]> {
  const { script, plan } = shippedScript('pii-leak-output', '15m');
  const { events } = await rehearseScript({ script, plan, seed: 7, id: DRILL });
  const [started, ...rest] = events;
  if (started?.type !== 'exercise.started') throw new Error('a rehearsal begins with STARTEX');
  const seats = started.data.seats.map((seat) => {
    const person = PLAYERS[seat.role];
    return person === undefined ? seat : { ...seat, person, persona: null };
  });
  const data = { ...started.data, seats, staff: [{ role: 'facilitator' as const, person: 'sofia' }] };
  const clock = { wall: WALL, rate: 1, from: started.at, because: 'startex' as const, reason: null };
  return stored([{ ...started, data }, { ...started, type: 'exercise.clock', data: clock }, ...rest]);
}

export const stored = (events: readonly NumberedEvent[]): StoredEvent[] =>
  events.map((event, i) => ({ ...event, seq: i + 1, hash: '', recordedAt: '' }));

/** The same, and then something else. */
export function andThen<T extends EventType>(
  events: readonly StoredEvent[],
  type: T,
  data: EventData<T>,
  by = 'sofia',
): StoredEvent[] {
  const last = events.at(-1);
  const event = {
    at: last?.at ?? 0,
    path: '',
    type,
    actor: { kind: 'person', id: by },
    data,
  } as unknown as NumberedEvent;
  return stored([...events, event]);
}

/** As long as it runs. */
export const played = (events: readonly StoredEvent[]): StoredEvent[] =>
  stored(events.filter(({ type }) => type !== 'exercise.ended'));

export const url = `https://tocsin.example/incidents/${DRILL}`;

export function storyOf(events: readonly StoredEvent[], now?: number): Story {
  const view = events.reduce((folded, event) => evolve(folded, event), emptyView());
  const mentions = { person: (id: string) => (users[id] ? `<@${users[id]}>` : null), role: () => '<!subteam^S0ALL>' };
  return {
    view,
    plan: null,
    people: names,
    now: now ?? events.at(-1)?.at ?? 0,
    url,
    mentions: mentionsIn(view, mentions),
  };
}
