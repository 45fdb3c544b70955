import type { NumberedEvent } from '../../incident/events.ts';
import { type Break, type Replay, type ReplayOptions, replay } from './replay.ts';
import { type Parting, partingOf } from './same.ts';

type Options = Omit<ReplayOptions, 'breaks' | 'changes' | 'named' | 'toTheEnd'>;
export type AsItWas = { parting: Parting | null; breaks: readonly Break[] };

/** More than an incident of any length is handed on. */
const BREAKS_MAX = 100;

/**
 * Replays a record with nothing changed. Where a step began later than it could have, the incident was being handed on to another run: the
 * timeline does not say so, and the replay is made again with that break.
 */
export async function asItWas(
  options: Options,
  about: { redacted: ReadonlySet<number>; open: boolean },
): Promise<AsItWas> {
  const { events } = options.recorded;
  const breaks: Break[] = [];
  let first: Parting | null = null;
  for (;;) {
    const played = await replay({
      ...options,
      changes: { questions: [], delays: [] },
      named: null,
      toTheEnd: false,
      breaks: [...breaks],
    });
    const parting = partingOf(events, played.events, about);
    if (!parting) return { parting, breaks };
    // Where no break explains it, what was found first tells most.
    first ??= parting;
    const next = breakAt(parting, played, events);
    if (!next || breaks.length >= BREAKS_MAX || breaks.some(({ seq }) => seq === next.seq))
      return { parting: first, breaks: [] };
    breaks.push(next);
  }
}

/** A step that begins. */
const BEGINS: ReadonlySet<NumberedEvent['type']> = new Set([
  'act.started',
  'act.held',
  'wait.started',
  'decision.asked',
  'obligation.opened',
  'round.started',
  'run.started',
  'undo.registered',
]);

/** From what brought it about here until it came, or until the next step began where it was called off meanwhile. */
function breakAt({ was, replayed }: Parting, { stimulusOf }: Replay, record: readonly NumberedEvent[]): Break | null {
  if (!replayed || (was && was.at <= replayed.at)) return null;
  const stimulus = stimulusOf(replayed.seq);
  // What is there from the beginning was held up by nothing.
  if (stimulus === 0) return null;
  if (was?.type === replayed.type) return { stimulus, until: was.at, seq: was.seq };
  if (!BEGINS.has(replayed.type)) return null;
  const next = record.find(({ at, type }) => at > replayed.at && BEGINS.has(type)) ?? record.at(-1);
  return next ? { stimulus, until: next.at, seq: next.seq } : null;
}
