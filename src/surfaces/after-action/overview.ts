import { capitalised, counted, listed, quoted, sentenceEnd } from '../../incident/phrases.ts';
import { ATLAS } from '../../playbook/atlas.ts';
import { minutesWords } from '../../simulator/exchange/msel.ts';
import { spanText } from '../model/clock.ts';
import { bothMoments, longSpan, utcMoment } from '../model/duties.ts';
import type { AfterAction, Fact, MeasureLine, Told } from './contract.ts';
import { endOf, type Ground, nameOf, startOf, titleOf, told } from './told.ts';

/** What was exercised, by whom and when (HSEEP: exercise overview), each from the event that says so. */
export function overviewOf(ground: Ground): Fact[] {
  const { script, exercise, beside, score } = ground;
  const started = startOf(ground);
  const fact = (label: string, text: string | null, cites: readonly number[] = [started.seq]): Fact[] =>
    text === null || text === '' ? [] : [{ label, ...told(text, cites) }];
  const { playbook } = exercise;
  return [
    ...fact('Exercise', `${exercise.title}: ${exercise.simulation} v${exercise.version}`),
    ...fact('Type and length', `${script.length.title}, ${minutesWords(script.length.ms)}; the world was simulated`),
    ...fact('Organisation', beside.organisation),
    ...dates(ground),
    ...fact(
      'Scope',
      `${listed(script.systems.map(({ snapshot }) => snapshot.name))}; playbook ${playbook.title} (${playbook.id} v${playbook.version}), plan ${playbook.hash.slice(0, 12)}`,
    ),
    ...fact('Objectives', script.objectives.map(({ title }, i) => `${i + 1}. ${title}`).join('\n')),
    ...fact('Threat', script.references.map(referenceWords).join('\n')),
    ...fact('Scenario', script.about.trim()),
    ...fact('What was true', script.truth.trim()),
    ...fact('Participants', participantsWords(ground)),
    ...staff(ground, 'facilitator', 'Facilitator'),
    ...staff(ground, 'evaluator', 'Evaluators'),
    ...staff(ground, 'observer', 'Observers'),
    ...fact('Contact', beside.contact),
    ...fact(
      'Played by',
      score.played === 'bots' ? 'Bots alone: it shows that the scenario works, and nothing of people' : null,
    ),
  ];
}

/** On both clocks. */
function dates(ground: Ground): Fact[] {
  const { exercise, clocks, beside } = ground;
  const [started, ended] = [startOf(ground), endOf(ground)];
  const [first] = clocks.set;
  const wall = (event: { seq: number; at: number } | null) => (event ? clocks.wallOf(event) : null);
  const [from, to] = [first ? first.data.wall : null, wall(ended)];
  const cites = [started.seq, ...(first ? [first.seq] : []), ...(ended ? [ended.seq] : [])];
  const scenario = `${utcMoment(exercise.startedAt)}${ended ? ` to ${utcMoment(ended.at)}, ${spanText(ended.at - exercise.startedAt)}` : ''}`;
  return [
    ...(from === null
      ? []
      : [
          {
            label: 'Date, by the clock on the wall',
            ...told(
              `${bothMoments(from, beside.timezone)}${to === null ? '' : `, to ${bothMoments(to, beside.timezone)}: ${longSpan(to - from)}`}`,
              cites,
            ),
          },
        ]),
    { label: 'Date in the scenario', ...told(scenario, cites) },
    ...(ended ? [{ label: 'ENDEX', ...told(BECAUSE[ended.data.because], [ended.seq]) }] : []),
  ];
}

const BECAUSE = {
  time: 'Its time was up',
  over: 'Nothing was left to happen',
  facilitator: 'It was ended by hand',
  real: 'NO DUFF: it was stopped for something real',
} as const;

/** With what ATLAS calls the ids that are named. */
function referenceWords(reference: string): string {
  const ids = reference.match(/AML\.[A-Z]+\d+(?:\.\d+)?/g) ?? [];
  const known = ids.flatMap((id) => {
    const title = Object.hasOwn(ATLAS, id) ? ATLAS[id] : undefined;
    return title === undefined ? [] : [`${id} is ${quoted(title)}`];
  });
  return known.length === 0 ? reference : `${reference}: ${listed(known)}`;
}

function participantsWords({ exercise }: Ground): string {
  const people = new Set(exercise.seats.filter(({ persona }) => persona === null).map(({ person }) => person));
  const roles = new Set(exercise.seats.filter(({ persona }) => persona === null).map(({ role }) => role));
  const bots = exercise.seats.filter(({ persona }) => persona !== null).map(({ role }) => titleOf(role));
  const played =
    people.size === 0
      ? 'Nobody played'
      : `${counted(people.size, 'person').replace('persons', 'people')} in ${counted(roles.size, 'role')}`;
  return bots.length === 0 ? played : `${played}; bots as ${listed(bots)}, left out of every human measure`;
}

function staff(ground: Ground, role: string, label: string): Fact[] {
  const people = ground.exercise.staff.filter((one) => one.role === role).map(({ person }) => person);
  const names = people.map((person) => ground.beside.people[person] ?? nameOf(ground, person));
  return people.length === 0 ? [] : [{ label, ...told(names.join(', '), [startOf(ground).seq]) }];
}

/** How it went, in a few sentences that the facts bear out. */
export function ledeOf(
  ground: Ground,
  { measures, traps }: { measures: readonly MeasureLine[]; traps: AfterAction['traps'] },
): Told[] {
  const { score, exercise } = ground;
  const ended = endOf(ground);
  return [
    ...(ended?.data.because === 'real'
      ? [told('The drill was stopped for something real, so what follows is a part of it.', [ended.seq])]
      : []),
    ratingsSaid(ground),
    ...paceSaid(measures),
    ...trapsSaid(traps),
    ...(score.played === 'bots' || exercise.seats.every(({ persona }) => persona !== null)
      ? [told('Bots played it alone: this says nothing of people.', [startOf(ground).seq])]
      : []),
  ];
}

const RATED = {
  P: 'performed without challenges',
  S: 'performed with some challenges',
  M: 'performed with major challenges',
  U: 'not performed',
} as const;

function ratingsSaid(ground: Ground): Told {
  const { objectives } = ground.score;
  const rated = objectives.flatMap(({ machine, title }) => (machine ? [{ ...machine, title }] : []));
  const cites = rated.flatMap((one) => one.cites);
  const parts = (['P', 'S', 'M', 'U'] as const).flatMap((rating) => {
    const count = rated.filter((one) => one.rating === rating).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? 'was' : 'were'} ${RATED[rating]}`];
  });
  const open = objectives.length - rated.length;
  const [first] = rated;
  const same = open === 0 && rated.every(({ rating }) => rating === first?.rating) ? first?.rating : undefined;
  const worst = rated.find(({ rating }) => rating === 'U') ?? rated.find(({ rating }) => rating === 'M');
  const text = [
    rated.length === 0
      ? 'Nothing was observed by which an objective could be rated.'
      : same !== undefined && objectives.length > 1
        ? same === 'U'
          ? `None of the ${objectives.length} objectives was performed.`
          : `All ${objectives.length} objectives were ${RATED[same]}.`
        : `Of ${counted(objectives.length, 'objective')}, ${listed([...parts, ...(open > 0 ? [`${open} could not be rated`] : [])])}.`,
    ...(worst ? [`${capitalised(quoted(worst.title))}: ${sentenceEnd(worst.why)}`] : []),
  ].join(' ');
  return told(text, cites.length > 0 ? cites : [startOf(ground).seq]);
}

function paceSaid(measures: readonly MeasureLine[]): Told[] {
  const of = (name: string) => measures.find((one) => one.name === name && one.ms !== null);
  const said = (name: string, verb: string) => {
    const one = of(name);
    return one ? [{ words: `${verb} after ${one.text}`, cites: one.cites }] : [];
  };
  const parts = [...said('contain', 'it was contained'), ...said('recover', 'users had all of it back')];
  if (parts.length === 0) return [];
  return [
    told(
      `From the opening of the incident: ${listed(parts.map(({ words }) => words))}.`,
      parts.flatMap(({ cites }) => cites),
    ),
  ];
}

function trapsSaid(traps: AfterAction['traps']): Told[] {
  const known = traps.filter(({ fell, achieved }) => fell === true || (fell === false && achieved));
  if (known.length === 0) return [];
  const fell = known.filter((one) => one.fell);
  const text =
    known.length === 1
      ? `The team ${fell.length === 0 ? 'did not take' : 'took'} the bait that the scenario laid out.`
      : `The team took ${fell.length === 0 ? 'none' : fell.length} of ${known.length} baits that the scenario laid out.`;
  return [
    told(
      text,
      known.flatMap(({ cites }) => cites),
    ),
  ];
}
