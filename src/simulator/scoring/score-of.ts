import type { NumberedEvent } from '../../incident/events.ts';
import type { Script } from '../core/script.ts';
import { castOf } from './causes.ts';
import { objectivesOf } from './objectives.ts';
import { outcomesOf } from './outcomes.ts';
import type { Outcome, Score, Standing } from './score.ts';
import { wallClockOf } from './wall.ts';

/** What is wrong with what was to be scored. */
export class NotScorable extends Error {
  readonly code: 'no-drill' | 'another-script';
  constructor(code: NotScorable['code'], message: string) {
    super(message);
    this.name = 'NotScorable';
    this.code = code;
  }
}

/**
 * What a drill came to, by the rules of docs/scores.md. Of a drill that still runs: as it stands. Reads the timeline and the script that was
 * frozen at STARTEX, and nothing else.
 */
export function scoreOf(script: Script, all: readonly NumberedEvent[]): Score {
  const started = startOf(script, all);
  const events = upToEndex(all);
  const cast = castOf(events);
  const outcomes = outcomesOf({ script, events, all, cast, clock: wallClockOf(events) });
  const { incident, simulation, version, length, playbook } = started.data;
  return {
    format: 1,
    drill: incident,
    ...{ simulation, version, length, playbook },
    script: script.hash,
    rubric: started.data.rubric ?? script.rubric ?? script.hash,
    played: cast.withPeople ? 'people' : 'bots',
    objectives: objectivesOf({ script, events, all, outcomes }),
    outcomes,
    counts: countsOf(outcomes),
  };
}

/** Event 1 of a drill that played this script. */
export function startOf(script: Pick<Script, 'hash'>, events: readonly NumberedEvent[]) {
  const started = events[0];
  if (started?.type !== 'exercise.started')
    throw new NotScorable(
      'no-drill',
      'This is no timeline of a drill from its first event on: there is nothing to score.',
    );
  if (started.data.script !== script.hash)
    throw new NotScorable(
      'another-script',
      `${started.data.incident} played another script than this one: it cannot be scored by it.`,
    );
  return started;
}

/** What is noted in the hot wash is no deed any more. */
export function upToEndex(events: readonly NumberedEvent[]): readonly NumberedEvent[] {
  const ended = events.findIndex(({ type }) => type === 'exercise.ended');
  return ended < 0 ? events : events.slice(0, ended + 1);
}

function countsOf(outcomes: readonly Outcome[]): Record<Standing, number> {
  const counts = { met: 0, 'met-late': 0, missed: 0, 'not-observed': 0, void: 0 };
  for (const { standing } of outcomes) counts[standing]++;
  return counts;
}
