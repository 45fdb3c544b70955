import type { ExerciseCommand } from '../../incident/exercise-messages.ts';
import { type ExerciseView, mayRun, seatsOf } from '../../incident/exercise-view.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { Script } from '../../simulator/core/script.ts';
import type { Directory, Person } from '../ports.ts';
import { Problem } from '../problem.ts';
import type { Drill } from './contract.ts';
import { isOnRoster, readsScript } from './spoilers.ts';

/** Who takes part in a drill, as its timeline will tell it. */
export const rosterOf = ({
  players,
  staff,
  status,
}: Pick<Drill, 'players' | 'staff' | 'status'>): Pick<ExerciseView, 'seats' | 'staff'> & { endedAt?: number } => ({
  seats: players.map((player) => ({ ...player, persona: null })),
  staff: [...staff],
  // When does not matter: everybody reads everything from then on.
  ...(status === 'ended' && { endedAt: 0 }),
});

/** Whether this person may read the script, the board and the notes of the staff. */
export const readsScriptOf = (drill: Pick<Drill, 'players' | 'staff' | 'status'>, person: string): boolean =>
  readsScript(rosterOf(drill), person);

type Arranged = Pick<Drill, 'staff' | 'plannedBy'>;
/** Those of the inventory; null: it has nobody of that name. */
export type People = { person(id: string): unknown };

/** Whoever planned it, and its facilitators, as far as the inventory still has them: a schedule is nobody. */
export const arrangersOf = ({ staff, plannedBy }: Arranged, people: People): string[] =>
  [...new Set([plannedBy, ...staff.filter(({ role }) => role === 'facilitator').map(({ person }) => person)])].filter(
    (person) => people.person(person) !== null,
  );

/** Where none of those is left, anybody may: else a drill whose facilitator has gone could be neither moved nor called off. */
export function mayArrange(drill: Arranged, person: string, people: People): boolean {
  const arrangers = arrangersOf(drill, people);
  return arrangers.length === 0 || arrangers.includes(person);
}

export const mayStart = (drill: Drill, person: string, people: People): boolean =>
  mayArrange(drill, person, people) || isOnRoster(rosterOf(drill), person);

type Role = 'run' | 'facilitate' | 'evaluate' | 'play' | 'take part';
const SAYS: Record<ExerciseCommand['type'], Role> = {
  'drill-pause': 'run',
  'drill-resume': 'run',
  'drill-pace': 'run',
  'drill-jump': 'run',
  endex: 'run',
  'drill-close': 'run',
  'inject-now': 'facilitate',
  'inject-skip': 'facilitate',
  'inject-edit': 'facilitate',
  'inject-add': 'facilitate',
  hint: 'facilitate',
  voice: 'facilitate',
  observe: 'evaluate',
  'hot-wash': 'take part',
  seen: 'play',
  'answer-voice': 'play',
  'drill-open': 'play',
};

const NOT_DONE = 'Nothing was changed.';

/** Throws Problem unless this person may say it in this drill. */
export function assertMaySay(
  drill: Pick<Drill, 'players' | 'staff' | 'status'>,
  by: Person,
  command: Pick<ExerciseCommand, 'type'> & { because?: unknown },
): void {
  const roster = rosterOf(drill);
  // Everybody may stop it for a real incident.
  const needed = command.type === 'endex' && command.because === 'real' ? 'take part' : SAYS[command.type];
  const facilitators = roster.staff.filter(({ role }) => role === 'facilitator').map(({ person }) => person);
  const may: Record<Role, boolean> = {
    run: mayRun(roster, by.id),
    facilitate: facilitators.includes(by.id),
    evaluate: roster.staff.some(({ role, person }) => person === by.id && role !== 'observer'),
    play: seatsOf(roster, by.id).length > 0,
    'take part': isOnRoster(roster, by.id),
  };
  if (may[needed]) return;
  const ask = facilitators.length > 0 ? `Ask ${facilitators.join(' or ')}.` : 'Ask somebody who plays.';
  const refusals: Record<Role, [message: string, next: string]> = {
    run: ['Only whoever runs this drill may do that.', ask],
    facilitate:
      facilitators.length > 0
        ? ['Only the facilitator of this drill may do that.', ask]
        : ['Nobody facilitates this drill: its injects come by themselves.', 'Plan one with a facilitator.'],
    evaluate: ['Only an evaluator or the facilitator of this drill may do that.', ask],
    play: ['Only who plays in this drill may do that; its staff never play.', 'Leave it to the players.'],
    'take part': ['You take no part in this drill.', ask],
  };
  const [message, next] = refusals[needed];
  throw new Problem({ status: 403, code: 'not-entitled', message, notDone: NOT_DONE, next });
}

/** Throws Problem when a role is named that nobody sits in, or something that is not in the scenario. */
export function assertNames(script: Script, command: ExerciseCommand): void {
  const roles = [...script.seats.map(({ role }) => role), 'everybody'];
  for (const role of addressees(command)) known('seat', role, roles, NOT_DONE);
  if (command.type === 'drill-open' && command.system !== null)
    known(
      'AI system',
      command.system,
      script.systems.map(({ snapshot }) => snapshot.id),
      NOT_DONE,
    );
  if (command.type === 'observe') assertScored(script, command);
}

function assertScored(
  { objectives, expectations }: Script,
  { objective, task, expectation }: Extract<ExerciseCommand, { type: 'observe' }>,
): void {
  const ids = (all: readonly { id: string }[]) => all.map(({ id }) => id);
  known('objective', objective, ids(objectives), NOT_DONE);
  if (task !== null) known('task', task, ids(objectives.find(({ id }) => id === objective)?.tasks ?? []), NOT_DONE);
  const own = expectations.filter((one) => one.objective === objective);
  if (expectation !== null) known('expectation', expectation, ids(own), NOT_DONE);
}

function addressees(command: ExerciseCommand): readonly string[] {
  if (command.type === 'hint' || command.type === 'voice') return command.to;
  if (command.type === 'inject-add') return command.inject.to;
  return command.type === 'inject-edit' ? (command.edit.to ?? []) : [];
}

/** Throws Problem unless these people can take these parts. */
export function assertRoster(
  directory: Directory,
  script: Script,
  { players, staff }: Pick<Drill, 'players' | 'staff'>,
  notDone: string,
): void {
  const people = directory.people().map(({ id }) => id);
  const seats = script.seats.map(({ role }) => role);
  for (const { role } of players) known('seat', role, seats, notDone);
  for (const { person } of [...players, ...staff]) known('person in the inventory', person, people, notDone);
  const refuse = (code: string, message: string, next: string): never => {
    throw new Problem({ status: 422, code, message, notDone, next });
  };
  if (players.length + staff.length === 0)
    refuse('nobody', 'Nobody takes part.', 'Let bots play by themselves: tocsin rehearse.');
  const both = players.find(({ person }) => staff.some((one) => one.person === person));
  if (both)
    refuse(
      'plays-and-runs',
      `${both.person} would play, and be on the staff: the staff know what will come.`,
      'Choose one of the two.',
    );
  const taken = [...players, ...staff].map(({ role, person }) => `${person} as ${role}`);
  const twice = taken.find((one, i) => taken.indexOf(one) !== i);
  if (twice !== undefined) refuse('twice', `${twice} is named twice.`, 'Name everybody once for each part.');
}

/** Throws Problem when there is none of that name. */
export function known(what: string, name: string, names: readonly string[], notDone: string): void {
  if (names.includes(name)) return;
  const near = didYouMean(name, names);
  throw new Problem({
    status: 422,
    code: `unknown-${what.split(' ')[0]?.toLowerCase()}`,
    message: `There is no ${what} "${name}".`,
    notDone,
    next: near ? `Did you mean "${near}"?` : `There are ${names.join(', ') || 'none'}.`,
  });
}
