import type { NumberedEvent } from '../../incident/events.ts';
import { emptyView, evolve } from '../../incident/view.ts';
import { isRoutine } from '../../incident/wording.ts';
import { MARKS } from '../report/marks.ts';
import { scrubbed, withoutNames } from './anonymous.ts';
import { calledIn, changesOf, deviationsOf, hintsOf, mselPlayed } from './conduct.ts';
import type { AfterAction, Entry } from './contract.ts';
import { courseOf, lanesBy } from './course.ts';
import { evidenceIn, withheld } from './evidenced.ts';
import { ledeOf, overviewOf } from './overview.ts';
import { hotWashOf, namesIn, participantsOf } from './people.ts';
import { countsOf, findingsOf, ratedObjectives, trapsOf } from './ratings.ts';
import { marginsOf, measuresIn } from './results.ts';
import { type AfterActionInput, type Ground, startOf, titlesIn, wordsOf } from './told.ts';
import { twoClocks } from './two-clocks.ts';

/** The report of a drill: the same input gives the same report, whoever asks and whenever. */
export function afterActionOf(input: AfterActionInput): AfterAction {
  if (input.audience !== 'anonymous') return reportOf(input);
  return withoutNames(reportOf(scrubbed(input)), input);
}

function reportOf(input: AfterActionInput): AfterAction {
  const ground = groundOf(input);
  const { script, events, beside, exercise, audience, head } = ground;
  const started = startOf(ground);
  const last = events.at(-1) ?? started;
  const lanes = lanesBy(ground);
  const measures = measuresIn(ground);
  const traps = trapsOf(ground);
  return {
    format: 1,
    drill: started.data.incident,
    title: exercise.title,
    audience,
    status: beside.final ? 'final' : 'draft',
    version: head?.seq ?? last.seq,
    head,
    rubric: { hash: exercise.rubric ?? null, cites: [started.seq] },
    script: { hash: script.hash, cites: [started.seq] },
    leftOut: [...LEFT_OUT[audience], ...(audience !== 'anonymous' && withheld(ground) ? [AMONG_THEM] : [])],
    withheld: withheld(ground),
    lede: ledeOf(ground, { measures, traps }),
    overview: overviewOf(ground),
    objectives: ratedObjectives(ground),
    ...countsOf(ground),
    findings: findingsOf(ground),
    traps,
    course: courseOf(ground),
    lanes,
    margins: marginsOf(ground),
    measures,
    hints: hintsOf(ground),
    deviations: deviationsOf(ground),
    changes: changesOf(ground),
    called: calledIn(ground),
    hotWash: hotWashOf(ground),
    participants: participantsOf(ground, lanes),
    msel: mselPlayed(ground),
    evidence: evidenceIn(ground),
    timeline: timelineOf(ground),
    beside,
  };
}

const LEFT_OUT: Record<AfterAction['audience'], string[]> = {
  team: ['Figures of single persons: they are for the staff of the drill, and for that person.'],
  staff: [],
  anonymous: [
    'Names, ids and addresses of persons: players and staff go by numbers.',
    'Names of the organisation and of its AI systems.',
    'Notes, reasons, answers in words, hints, and what was said in the hot wash.',
    'Comparisons with real incidents, the improvement plan, and what the drill is evidence of.',
  ],
};

const AMONG_THEM = 'What was said in the hot wash, and opinions that name somebody: they are for those who took part.';

function groundOf(input: AfterActionInput): Ground {
  const view = input.events.reduce(evolve, emptyView());
  const { exercise } = view;
  if (!exercise) throw new Error('An after-action report is of a drill: no event says STARTEX.');
  const people = namesIn(exercise, input.beside, input.audience);
  const acts = view.decisions.flatMap(({ question }) => question.acts);
  const names = {
    people,
    steps: new Map(acts.map(({ path, title }) => [path, title])),
    questions: new Map(view.decisions.map(({ question }) => [question.number, question.question])),
    plans: new Map(view.added.map(({ number, playbook }) => [number, playbook.title])),
  };
  return { ...input, view, exercise, clocks: twoClocks(input.events), names, titles: titlesIn(input) };
}

const DROPPED = 'Redacted: what it said was dropped for good';

function timelineOf(ground: Ground): Entry[] {
  const { events, redacted, clocks } = ground;
  const first = events[0];
  const gone = redacted.map((seq): Entry => {
    const { at, wallAt } = { at: first?.at ?? 0, wallAt: null, ...before(events, seq) };
    return { seq, at, wallAt, type: 'redacted', text: DROPPED, note: null, routine: false, mark: '' };
  });
  const told = events.map((event) => {
    const { seq, at, type } = event;
    const { text, note } = wordsOf(ground, event);
    const mark = MARKS[type] ?? '';
    return { seq, at, wallAt: clocks.wallOf(event), type, text, note, routine: isRoutine(event), mark };
  });
  return gone.length === 0 ? told : [...told, ...gone].sort((a, b) => a.seq - b.seq);
}

/** When is not known any more but by what stands before it. */
const before = (events: readonly NumberedEvent[], seq: number) => {
  const last = events.findLast((event) => event.seq < seq);
  return last && { at: last.at };
};
