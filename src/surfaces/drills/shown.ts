import { mayRun, seatsOf, staffRolesOf } from '../../incident/exercise-view.ts';
import { evaluationGuide } from '../papers/eeg.tsx';
import { facilitatorGuide } from '../papers/facilitator.tsx';
import { playerGuide, situationManual } from '../papers/situation.tsx';
import { notFound, Problem } from '../problem.ts';
import type { Drill } from './contract.ts';
import { mayArrange, mayStart, type People, readsScriptOf, rosterOf } from './roster.ts';

/** What of a drill somebody may know before it is over: where it begins, who plays, and the brief of their own seats. */
export function drillFor(drill: Drill, person: string, people: People) {
  const { script, seed, ...rest } = drill;
  const { simulation, version, title, about, length, seats } = script;
  const roster = rosterOf(drill);
  const own = seatsOf(roster, person);
  const reads = readsScriptOf(drill, person);
  return {
    ...rest,
    ...{ simulation, version, title, about, length },
    seats: seats.map(({ role, needed }) => {
      const players = drill.players.filter((player) => player.role === role).map((player) => player.person);
      return { role, needed, players, bot: players.length === 0 };
    }),
    you: {
      plays: own,
      staff: staffRolesOf(roster, person),
      briefs: seats.filter(({ role }) => own.includes(role)).map(({ role, brief }) => ({ role, brief })),
      mayStart: mayStart(drill, person, people),
      mayArrange: mayArrange(drill, person, people),
      mayRun: mayRun(roster, person),
      readsScript: reads,
    },
    script: reads ? script : null,
    seed: reads ? seed : null,
  };
}
export type ShownDrill = ReturnType<typeof drillFor>;

export const PAPERS = ['manual', 'player', 'facilitator', 'eeg'] as const;
export type PaperKind = (typeof PAPERS)[number];

/** The paper that somebody needs before a drill, or the one they ask for; for printing. Throws Problem when it is not theirs to read. */
export function briefingFor(
  drill: Drill,
  person: string,
  asked: { paper?: PaperKind | undefined; role?: string | undefined },
): { name: PaperKind; html: string } {
  const { script } = drill;
  const reads = readsScriptOf(drill, person);
  const own = seatsOf(rosterOf(drill), person);
  const usual = drill.staff.some((one) => one.person === person) ? 'facilitator' : own.length > 0 ? 'player' : 'manual';
  const name = asked.paper ?? usual;
  if (name === 'manual') return { name, html: situationManual(script) };
  if (name === 'facilitator') {
    if (!reads) throw notYours('The facilitator’s guide tells what is to come');
    return { name, html: facilitatorGuide(script) };
  }
  if (name === 'eeg') {
    if (!reads) throw notYours('The evaluation guide tells what is looked for');
    return { name, html: evaluationGuide(script) };
  }
  const role = asked.role ?? own[0];
  if (role === undefined) throw notYours('You have no seat in this drill');
  if (!script.seats.some((seat) => seat.role === role)) throw notFound(`seat "${role}" in ${drill.id}`);
  if (!own.includes(role) && !reads) throw notYours('What one player knows, the others need not');
  return { name, html: playerGuide(script, role) };
}

const notYours = (why: string): Problem =>
  new Problem({
    status: 403,
    code: 'for-staff',
    message: `${why}.`,
    notDone: 'The paper is not shown.',
    next: 'The situation manual is for everybody; after ENDEX all papers are.',
  });
