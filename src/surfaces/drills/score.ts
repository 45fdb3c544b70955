import type { Script } from '../../simulator/core/script.ts';
import { type DrillMeasures, withoutIndividuals } from '../../simulator/scoring/measures.ts';
import { drillMeasuresOf } from '../../simulator/scoring/measures-of.ts';
import type { Score } from '../../simulator/scoring/score.ts';
import { NotScorable, scoreOf } from '../../simulator/scoring/score-of.ts';
import { incidentOr404 } from '../commands.ts';
import type { Directory, Person, Reader, StoredEvent } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import type { Drill, DrillDesk } from './contract.ts';
import { readable } from './readable.ts';
import { foundFor } from './spoilers.ts';

export type ScorePorts = {
  reader: Reader;
  drills: Pick<DrillDesk, 'find'>;
  directory: Pick<Directory, 'names'>;
};
export type Scored = { score: Score; measures: DrillMeasures };

/** What a drill came to, for whoever may read it, once it is over. Figures of single persons are for its staff and for themselves. */
export async function scoreFor(ports: ScorePorts, by: Person, id: string): Promise<Scored> {
  const drill = await ports.drills.find(id);
  if (drill.status !== 'ended') throw notOver(drill);
  const found = await incidentOr404(ports.reader, id);
  const { events } = foundFor(found, id, by.id, ports.directory.names());
  const scored = scoredOf(drill.script, events);
  if (scored === null) throw notScorable(drill);
  const { score, measures } = scored;
  const isStaff = drill.staff.some(({ person }) => person === by.id);
  return { score, measures: isStaff ? measures : withoutIndividuals(measures, by.id) };
}

/** As anybody finds it by the export. Null where the first event, which says what was played, was redacted. */
export function scoredOf(script: Script, all: readonly StoredEvent[]): Scored | null {
  const events = readable(all);
  try {
    const score = scoreOf(script, events);
    return { score, measures: drillMeasuresOf(script, events, score) };
  } catch (error) {
    if (error instanceof NotScorable) return null;
    throw error;
  }
}

export const notScorable = ({ id }: Drill): Problem =>
  new Problem({
    status: 409,
    code: 'not-scorable',
    message: `Event 1 of ${id}, which says what was played, was redacted.`,
    notDone: 'Nothing was scored.',
    next: 'What is left of it can be read: its timeline.',
  });

function notOver({ id, status }: Drill): Problem {
  if (status === 'cancelled') return notFound(`score of ${id}: it was called off`, 'Plan another: tocsin drill plan.');
  return new Problem({
    status: 409,
    code: 'not-over',
    message: `${id} is not over yet.`,
    notDone: 'Nothing was scored.',
    next: 'Ask again after ENDEX.',
  });
}
