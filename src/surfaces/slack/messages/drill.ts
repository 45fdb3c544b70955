import type { KnownBlock } from '@slack/types';
import { roleInWords } from '../../../incident/decision.ts';
import type { Actor } from '../../../incident/events.ts';
import { wallAt } from '../../../incident/exercise-clock.ts';
import type { ExerciseView } from '../../../incident/exercise-view.ts';
import { namesFor, sentence } from '../../../incident/wording.ts';
import { alertTitle } from '../../model/alert.ts';
import { sentenceCase } from '../../model/describe.ts';
import {
  ACTIONS,
  COMMAND,
  type DrillSaying,
  type ExerciseTurn,
  injectRefText,
  type SlackPost,
  type Story,
} from '../contract.ts';
import { EVERYBODY, playersMeant } from '../roster.ts';
import { actions, context, type Fact, facts, header, post, type Said, section } from './blocks.ts';
import { fullTime, markOf, markWord, nameIn, utc } from './facts.ts';
import { fitted, joined, link, listText, type Markup, md, moment, ready } from './text.ts';

/** What is said of a drill alone. All that comes from its script, its facilitator and its players is plain text. */
export function drillPost(story: Story, saying: DrillSaying): SlackPost | null {
  const { exercise } = story.view;
  if (!exercise) return null;
  switch (saying.kind) {
    case 'startex':
      return startexPost(story, exercise);
    case 'inject': {
      const at = exercise.injects.findIndex(({ id }) => id === saying.id);
      return at < 0 ? null : injectPost(story, exercise, at);
    }
    case 'voice': {
      const voice = exercise.voices.find(({ seq }) => seq === saying.seq);
      return voice ? voicePost(story, voice) : null;
    }
    case 'hint': {
      const hint = exercise.hints.find(({ seq }) => seq === saying.seq);
      return hint ? hintPost(story, exercise, hint) : null;
    }
    case 'turn':
      return turnPost(story, saying.event);
    case 'hot-wash':
      return hotWashPost(story);
    default:
      return saying satisfies never;
  }
}

const MARK = markWord('exercise');

/** EXERCISE, which drill, and what else there is to know of a message. */
const drillLead = ({ view }: Story, ...more: readonly Said[]): KnownBlock =>
  context(md`*${markOf('exercise') ?? ''}*`, view.id, ...more);

const toPage = ({ url }: Story): Markup => link(url, 'Open in the console');

function startexPost(story: Story, exercise: ExerciseView): SlackPost {
  const over = exercise.endedAt !== undefined;
  const mentions = playersMeant(exercise, [EVERYBODY]).flatMap((id) => story.mentions.person(id) ?? []);
  return post(md`${MARK}${over ? 'ENDEX' : 'STARTEX'}, ${story.view.id}: ${exercise.title}`, [
    drillLead(story, exercise.length),
    header(exercise.title),
    section(over ? `ENDEX at ${fullTime(exercise.endedAt ?? 0)} on the clock of the scenario.` : runsUntil(exercise)),
    ...facts([
      [
        'Plays',
        listText(
          exercise.seats.map((seat) => seatLine(story, seat)),
          1_200,
          30,
        ),
      ],
      ...staffFact(story, exercise),
    ]),
    ...(over || mentions.length === 0 ? [] : [section(md`Playing: ${ready(mentions.slice(0, 50).join(' '))}`)]),
    context(...(over ? [] : HOW), toPage(story)),
  ]);
}

const HOW: readonly string[] = [
  `What happens arrives in this channel. Decide, note and assign roles as in an incident; ${COMMAND} drill open TITLE opens it.`,
  `Something real happens: ${COMMAND} drill no-duff REASON stops the exercise.`,
];

const seatLine = (story: Story, { role, person, persona }: ExerciseView['seats'][number]): string =>
  `${sentenceCase(roleInWords(role))}: ${persona === null ? nameIn(story, person) : `a bot (${persona})`}`;

function staffFact(story: Story, { staff }: ExerciseView): Fact[] {
  const lines = staff.map(({ role, person }) => `${sentenceCase(role)}: ${nameIn(story, person)}`);
  return lines.length === 0 ? [] : [['Runs and watches it', listText(lines, 1_200)]];
}

function runsUntil({ clock, paused, endsAt }: ExerciseView): Markup {
  const until = md`The exercise runs until ${fullTime(endsAt)} on the clock of the scenario`;
  const wall = clock ? wallAt(clock, endsAt) : null;
  if (!clock || wall === null || paused) return md`${until}. It is paused: the clock stands still.`;
  const forYou = md`${until} (for you: ${moment(wall, fullTime(wall))}).`;
  return clock.rate === 1 ? forYou : md`${forYou} That clock runs ${clock.rate} times as fast as the one on the wall.`;
}

type By = ExerciseView['injects'][number]['by'];

/** Each way has its card. */
const CARDS = {
  alert: { card: 'ALERT', from: 'Raised by' },
  slack: { card: 'MESSAGE IN SLACK', from: 'From' },
  mail: { card: 'MAIL', from: 'From' },
  phone: { card: 'PHONE CALL', from: 'Caller' },
  news: { card: 'NEWS ARTICLE', from: 'Published by' },
  social: { card: 'POST ON SOCIAL MEDIA', from: 'Posted by' },
  letter: { card: 'LETTER', from: 'Sender' },
} as const satisfies Record<By, { card: string; from: string }>;

/** Numbered as they came: the names of the script would tell what they are for. */
function injectPost(story: Story, exercise: ExerciseView, at: number): SlackPost {
  const inject = exercise.injects[at] as ExerciseView['injects'][number];
  const { card, from } = CARDS[inject.by];
  const over = exercise.endedAt !== undefined;
  return post(
    md`${MARK}Inject ${at + 1} of ${story.view.id}, ${card.toLowerCase()} from ${inject.from}: ${inject.subject}`,
    [
      drillLead(story, `inject ${at + 1}`, utc(inject.at, exercise.startedAt)),
      header(`${card}: ${inject.subject}`),
      ...facts([
        [from, inject.from],
        ['To', toWhom(story, exercise, inject.to)],
        // What a monitor says is all there is to read of most alerts.
        ...(inject.alert ? ([['It says', alertTitle(inject.alert)]] satisfies Fact[]) : []),
      ]),
      ...textBlocks(inject.text),
      ...(inject.attachments.length > 0 ? [context(`Attached, in the console: ${inject.attachments.join(', ')}`)] : []),
      ...(over ? [] : [injectButtons(story, inject)]),
      context(...seenBy(story, exercise, inject.id), toPage(story)),
    ],
  );
}

/** A monitor hears no answer. */
function injectButtons({ view }: Story, { id, by }: ExerciseView['injects'][number]): KnownBlock {
  const value = injectRefText({ drill: view.id, inject: id });
  const seen = { text: 'Seen', action: ACTIONS.seen, value, label: 'I have read this' };
  const answer = { text: 'Answer', action: ACTIONS.answerInject, value, label: 'Write an answer' };
  return actions(by === 'alert' ? [seen] : [seen, answer], `drill.${view.id}.${id}`);
}

const TEXT_BLOCK = 2_900;

/** As it is, as far as Slack shows it. */
function textBlocks(text: string): KnownBlock[] {
  if (text.trim() === '') return [];
  const whole = [...text];
  const parts = Array.from({ length: Math.ceil(whole.length / TEXT_BLOCK) }, (_, i) =>
    whole.slice(i * TEXT_BLOCK, (i + 1) * TEXT_BLOCK).join(''),
  );
  return parts.slice(0, 4).map((part) => section(part, 3_000));
}

function toWhom(story: Story, exercise: ExerciseView, to: readonly string[]): Markup {
  const words = to.slice(0, 12).map((role) => (role === EVERYBODY ? role : roleInWords(role)));
  const mentions = playersMeant(exercise, to).flatMap((id) => story.mentions.person(id) ?? []);
  const called = mentions.slice(0, 20).join(' ');
  return called === '' ? md`${words.join(', ')}` : md`${words.join(', ')} (${ready(called)})`;
}

function seenBy(story: Story, { seen, startedAt }: ExerciseView, id: string): string[] {
  const people = seen[id] ?? [];
  if (people.length === 0) return [];
  const names = people.map(({ person, at }) => `${nameIn(story, person)} (${utc(at, startedAt)})`);
  return [`✓ Seen by ${fitted(names.join(', '), 700)}`];
}

function voicePost(story: Story, voice: ExerciseView['voices'][number]): SlackPost {
  const at = utc(voice.at, story.view.exercise?.startedAt ?? voice.at);
  const who = voice.said
    ? `${voice.as}, ${CARDS[voice.by].card.toLowerCase()}`
    : `${actorIn(story, voice.actor)} to ${voice.to}`;
  return post(md`${MARK}${story.view.id}, ${who}: ${voice.text.slice(0, 200)}`, [
    drillLead(story, at),
    section(`${fitted(who, 700)}:`),
    ...textBlocks(voice.text),
    ...(voice.said ? [context(md`To ${toWhom(story, story.view.exercise as ExerciseView, voice.to)}`)] : []),
  ]);
}

const actorIn = (story: Story, actor: Actor): string =>
  actor.kind === 'person' ? nameIn(story, actor.id) : 'A player';

function hintPost(story: Story, exercise: ExerciseView, hint: ExerciseView['hints'][number]): SlackPost {
  const about = exercise.injects.findIndex(({ id }) => id === hint.about) + 1;
  const more = about > 0 ? [`about inject ${about}`] : [];
  return post(md`${MARK}A hint from the facilitator of ${story.view.id}: ${hint.text.slice(0, 200)}`, [
    drillLead(story, utc(hint.at, exercise.startedAt), ...more),
    section('A hint from the facilitator:'),
    ...textBlocks(hint.text),
    context(toPage(story)),
  ]);
}

/** Its clock, set by people, and ENDEX. */
function turnPost(story: Story, event: ExerciseTurn): SlackPost {
  const { text, note } = sentence(event, namesFor(story.people, story.view, []));
  const words = text.replace(/^EXERCISE, /, '');
  const over = event.type === 'exercise.ended';
  return post(joined([MARK, md`${story.view.id}: ${words}`], ''), [
    drillLead(story, utc(event.at, story.view.exercise?.startedAt ?? event.at)),
    section(`${words}.`),
    ...(note ? [section(note)] : []),
    ...(over ? [section(reportLink(story)), ...hotWashBlocks(story)] : []),
    context(toPage(story)),
  ]);
}

/** It is found from the timeline: there is one as soon as the drill is over. */
const reportLink = ({ url, view }: Story): Markup =>
  md`${link(url.replace(/\/(?:incidents|drills)\/[^/]*$/, `/drills/${view.id}/report`), 'After-action report')}, a draft until the hot wash is over.`;

const HOT_WASH =
  'Hot wash: what went well, what did not, what should change? Everybody who took part is asked, with their name or without.';

function hotWashBlocks({ view }: Story): KnownBlock[] {
  const value = injectRefText({ drill: view.id, inject: null });
  const button = { text: 'Hot wash', action: ACTIONS.hotWash, value, label: 'Answer the questions of the hot wash' };
  return [section(HOT_WASH), actions([button], `drill.${view.id}.hot-wash`)];
}

/** To each alone. It says nothing of what was answered, nor of who has. */
const hotWashPost = (story: Story): SlackPost =>
  post(md`${MARK}Hot wash of ${story.view.id}`, [drillLead(story), ...hotWashBlocks(story), context(toPage(story))]);
