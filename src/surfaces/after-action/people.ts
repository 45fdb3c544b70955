import type { ExerciseView } from '../../incident/exercise-view.ts';
import { counted } from '../../incident/phrases.ts';
import type { AfterAction, Audience, Beside, Lane, Participant } from './contract.ts';
import { endOf, eventsOf, type Ground, nameOf, sinceStart, startOf, titleOf, told } from './told.ts';

/** What persons are called: by name for the staff, by role for the team. */
export function namesIn(
  { seats, staff }: Pick<ExerciseView, 'seats' | 'staff'>,
  { people }: Pick<Beside, 'people'>,
  audience: Audience,
): Map<string, string> {
  const bots = seats.filter(({ persona }) => persona !== null);
  const asBots = bots.map(({ person, role }) => [person, `${titleOf(role)} (bot)`] as const);
  if (audience !== 'team') return new Map([...asBots, ...Object.entries(people)]);
  const players = seats.filter(({ persona }) => persona === null);
  const parts = [...players, ...staff].map(({ role, person }) => ({ role: role as string, person }));
  const called = new Map<string, string[]>();
  for (const role of new Set(parts.map((one) => one.role))) {
    const those = parts.filter((one) => one.role === role);
    those.forEach(({ person }, i) => {
      const name = those.length === 1 ? titleOf(role) : `${titleOf(role)} ${i + 1}`;
      called.set(person, [...(called.get(person) ?? []), name]);
    });
  }
  return new Map([
    ...asBots,
    ...Object.keys(people).map((person) => [person, 'Somebody'] as const),
    ...[...called].map(([person, roles]) => [person, roles.join(', ')] as const),
  ]);
}

/** Who was there, as what, from when to when. */
export function participantsOf(ground: Ground, lanes: readonly Lane[]): Participant[] {
  const { exercise } = ground;
  const players = exercise.seats.map(({ role, person, persona }): Participant => {
    const bot = persona !== null;
    const who = bot ? `a bot, ${persona}` : (ground.beside.people[person] ?? nameOf(ground, person));
    return {
      part: 'player',
      role: titleOf(role),
      who,
      bot,
      ...attendance(ground, person, bot),
      did: didOf(ground, lanes, role),
    };
  });
  const staff = exercise.staff.map(({ role, person }): Participant => {
    const who = ground.beside.people[person] ?? nameOf(ground, person);
    const attended = attendance(ground, person, false);
    return { part: role, role: titleOf(role), who, bot: false, ...attended, did: told('', attended.present.cites) };
  });
  return [...players, ...staff];
}

/** By what they did and said: nobody is taken as present because they were invited. */
function attendance(ground: Ground, person: string, bot: boolean): Pick<Participant, 'present'> {
  const started = startOf(ground);
  if (bot) return { present: told('from STARTEX to ENDEX', [started.seq]) };
  const all = ground.events.filter(
    (event) =>
      (event.actor.kind === 'person' && event.actor.id === person) ||
      (event.type === 'decision.voted' && event.data.vote.person === person),
  );
  const ended = endOf(ground)?.seq ?? Number.MAX_SAFE_INTEGER;
  const own = all.filter(({ seq }) => seq <= ended);
  const [first, last, after] = [own[0], own.at(-1), all.at(-1)];
  if (!first || !last) {
    const text = after
      ? 'in the hot wash; nothing they did before is recorded'
      : 'on the roster; nothing they did is recorded';
    return { present: told(text, [after?.seq ?? started.seq]) };
  }
  const from = `first at ${sinceStart(ground, first.at)}, last at ${sinceStart(ground, last.at)}`;
  const text = ground.audience === 'staff' ? `${counted(own.length, 'event')}, ${from}` : `took part, ${from}`;
  return { present: told(text, [first.seq, last.seq]) };
}

/** By role: what one person decided is for the staff alone, in the lanes. */
function didOf(ground: Ground, lanes: readonly Lane[], role: string): Participant['did'] {
  const started = startOf(ground);
  // One person sits in most seats: how many of their answers were late would be a figure of that person, beside the name.
  if (ground.audience !== 'staff') return told('', [started.seq]);
  const lane = lanes.find((one) => one.role === role);
  const { answers = [], unanswered = [], bot = false } = lane ?? {};
  if (answers.length + unanswered.length === 0) return told('asked nothing', [started.seq]);
  const late = answers.filter((one) => one.late).length;
  const words = [
    `${counted(answers.length, 'question')} answered`,
    ...(late > 0 ? [`${late} late`] : []),
    ...(unanswered.length > 0 ? [`${unanswered.length} not answered`] : []),
    ...(bot ? ['not counted'] : []),
  ];
  return told(
    words.join(', '),
    [...answers, ...unanswered].flatMap(({ cites }) => cites),
  );
}

/** What was said after ENDEX, by question; who spoke without a name stays so. */
export function hotWashOf(ground: Ground): AfterAction['hotWash'] {
  const { script, events } = ground;
  const ended = events.findIndex(({ type }) => type === 'exercise.ended');
  const answers = eventsOf(ground, 'hot-wash.answered').map(({ seq, actor, data }) => ({
    question: data.question,
    who: actor.kind === 'person' ? nameOf(ground, actor.id) : null,
    text: data.text,
    cites: [seq],
  }));
  const notes = eventsOf({ events: ended < 0 ? [] : events.slice(ended) }, 'note.added').map(
    ({ seq, actor, data }) => ({
      question: null,
      who: actor.kind === 'person' ? nameOf(ground, actor.id) : null,
      text: data.text,
      cites: [seq],
    }),
  );
  const all = [...answers, ...notes];
  const of = (question: number | null) =>
    all.filter((one) => one.question === question).map(({ question: _, ...rest }) => rest);
  return [
    ...script.debrief.map((question, i) => ({ question, answers: of(i + 1) })),
    ...(of(null).length > 0 ? [{ question: 'Whatever else', answers: of(null) }] : []),
  ];
}
