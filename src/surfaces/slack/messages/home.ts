import type { HomeView, KnownBlock } from '@slack/types';
import { roleInWords } from '../../../incident/decision.ts';
import { staffRolesOf } from '../../../incident/exercise-view.ts';
import { counted } from '../../../incident/phrases.ts';
import { isOnRoster } from '../../drills/spoilers.ts';
import { listed } from '../../model/describe.ts';
import { openDuties } from '../../model/duties.ts';
import { stageWord } from '../../model/next.ts';
import { planFor } from '../../model/plans.ts';
import { waitingFor } from '../../model/standing.ts';
import { rolesIn } from '../../permissions.ts';
import type { Person } from '../../ports.ts';
import { ACTIONS, type Story, type Waiting } from '../contract.ts';
import { actions, bounded, context, divider, type Fact, facts, header, section, VIEW_BLOCKS_MAX } from './blocks.ts';
import { answerButtons } from './decision.ts';
import { dutiesDue } from './duty.ts';
import { due, fullTime, headline, lead, markOf, nameIn, questionFacts, seatsText } from './facts.ts';
import { fitted, link, md } from './text.ts';

/** Home: what waits for the reader, then what is open, then how to report. */
/** At most nine blocks a question, two for all duties and two an incident: together within the hundred of a view. */
const WAITING_MAX = 6;
const OPEN_MAX = 16;

export function homeView(
  person: Person | null,
  waiting: readonly Waiting[],
  open: readonly Story[],
  now: number,
  drills: readonly Story[] = [],
): HomeView {
  const blocks =
    person === null
      ? stranger()
      : [
          ...waitingBlocks(waiting),
          ...dueBlocks(person, open, now),
          ...openBlocks(open, waiting, now),
          ...report(),
          ...drillBlocks(person, drills),
        ];
  return { type: 'home', callback_id: 'home', blocks: bounded(blocks, VIEW_BLOCKS_MAX) };
}

const DRILLS_MAX = 5;

/** What is played stands by itself, below all that is real: with the questions in it that wait for the reader. */
function drillBlocks(person: Person, drills: readonly Story[]): KnownBlock[] {
  if (drills.length === 0) return [];
  return [
    divider,
    header(`EXERCISE: ${counted(drills.length, 'drill')} running`),
    ...mineFirst(person, drills)
      .slice(0, DRILLS_MAX)
      .flatMap((story) => drillRow(person, story)),
    ...(drills.length > DRILLS_MAX ? [context('There are more: see the console.')] : []),
  ];
}

/** Those that the reader takes part in come first. */
export const mineFirst = ({ id }: Person, drills: readonly Story[]): Story[] => {
  const isMine = ({ view: { exercise } }: Story) => exercise !== undefined && isOnRoster(exercise, id);
  return [...drills.filter(isMine), ...drills.filter((one) => !isMine(one))];
};

export function drillRow(person: Person, story: Story): KnownBlock[] {
  const { exercise } = story.view;
  if (!exercise) return [];
  const me = { id: person.id, roles: rolesIn(person, story.view) };
  const roles = [...me.roles, ...staffRolesOf(exercise, person.id)].map(roleInWords);
  const place = roles.length === 0 ? 'you are no part of it' : `you are ${listed(roles)}`;
  const waiting = waitingFor(story.view, me, story.now);
  return [
    section(fitted(exercise.title, 600)),
    context(
      md`*${markOf('exercise') ?? ''}*`,
      md`${story.view.id} · ${place} · ${link(story.url, 'Open in the console')}`,
    ),
    ...waiting.slice(0, DRILL_QUESTIONS_MAX).flatMap((decision) => waitingQuestion({ story, decision })),
    ...(waiting.length > DRILL_QUESTIONS_MAX ? [context('More questions of it wait for you: see the console.')] : []),
  ];
}

const DRILL_QUESTIONS_MAX = 2;

const stranger = (): KnownBlock[] => [
  header('Tocsin'),
  section(
    'Tocsin answers incidents of AI systems. It does not know you as a full member of this workspace, so there is nothing to show here.',
  ),
  context('If that is wrong, ask whoever looks after Tocsin. To report an AI incident, tell somebody who works here.'),
];

function waitingBlocks(waiting: readonly Waiting[]): KnownBlock[] {
  if (waiting.length === 0) return [];
  return [header(`Waiting for you (${waiting.length})`), ...questionList(waiting)];
}

/** Each question with what it is about and its buttons: in Home, and where somebody asks for the list. */
export function questionList(waiting: readonly Waiting[]): KnownBlock[] {
  const shown = waiting.toSorted((a, b) => a.decision.question.until - b.decision.question.until).slice(0, WAITING_MAX);
  const left = waiting.length - shown.length;
  return [
    ...shown.flatMap((one) => [...waitingQuestion(one), divider]),
    ...(left > 0 ? [context(`${counted(left, 'more question')} for you: see the console.`)] : []),
  ];
}

/** Home is for seeing at a glance; the rest is one press away. */
const brief = (list: readonly Fact[]): Fact[] =>
  list.flatMap(([label, value]): Fact[] =>
    SHORT.has(label) ? [[label, typeof value === 'string' ? fitted(value, 500) : value]] : [],
  );

const SHORT = new Set(['What went wrong', 'What will happen', 'To what', 'Risk', 'Undo', 'If nobody answers']);

function waitingQuestion({ story, decision }: Waiting): KnownBlock[] {
  const { question } = decision;
  const seats = seatsText(story, decision);
  return [
    lead(story.view, `decision ${question.number}`),
    header(question.question),
    ...facts([
      ...brief(questionFacts(question, planFor(story, question.path))),
      ['Answer by', due(story, question.until)],
    ]),
    ...(seats === null ? [] : [section(fitted(seats, 1_000))]),
    ...answerButtons(story, decision, 'Read it in the console'),
  ];
}

/** Duties to notify, also of resolved incidents. */
export function dueBlocks(person: Person | null, open: readonly Story[], now: number): KnownBlock[] {
  const views = open.map(({ view }) => view);
  const roles = new Map(views.map((view) => [view.id, person === null ? [] : rolesIn(person, view)]));
  return dutiesDue(openDuties(views, now), (duty) => roles.get(duty.incident)?.includes(duty.owner) ?? false);
}

function openBlocks(open: readonly Story[], waiting: readonly Waiting[], now: number): KnownBlock[] {
  if (open.length === 0) return quiet(waiting, now);
  const left = open.length - OPEN_MAX;
  return [
    header(`Open incidents (${open.length})`),
    ...(waiting.length === 0 ? [context(`No question waits for you. Checked at ${fullTime(now)}.`)] : []),
    ...open.slice(0, OPEN_MAX).flatMap(incidentRow),
    ...(left > 0 ? [context(`${counted(left, 'more incident')}: see the console.`)] : []),
  ];
}

/** Two lines an incident: what, and how it stands. */
export function incidentRow(story: Story): KnownBlock[] {
  const { view } = story;
  const mark = markOf(view.mode);
  const commander = view.roles['incident-commander'];
  const commands = commander === undefined ? 'nobody commands' : `${nameIn(story, commander)} commands`;
  return [
    section(fitted(view.title, 600)),
    context(
      ...(mark === null ? [] : [mark]),
      md`${headline(view)} · ${stageWord(view)} · ${commands} · ${link(story.url, 'Open in the console')}`,
    ),
  ];
}

const quiet = (waiting: readonly Waiting[], now: number): KnownBlock[] =>
  waiting.length > 0
    ? []
    : [
        header('All quiet'),
        section(
          'No open incident, no question for you. When something needs you, this page says so first: the question, how long there is to answer, and what happens if nobody does.',
        ),
        context(`Checked at ${fullTime(now)}.`),
      ];

const report = (): KnownBlock[] => [
  divider,
  section('Seen an AI system do something it should not? You need not be sure.'),
  actions(
    [
      {
        text: 'Report an AI incident',
        action: ACTIONS.reportFromHome,
        label: 'Report an AI incident: three questions',
      },
    ],
    'report',
  ),
];
