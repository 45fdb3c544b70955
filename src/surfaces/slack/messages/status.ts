import { roleInWords } from '../../../incident/decision.ts';
import { severityLabel } from '../../../incident/severity.ts';
import { type DecisionView, type IncidentView, openDecisions } from '../../../incident/view.ts';
import { inSentence, sentenceCase } from '../../model/describe.ts';
import { type Duty, openDuties } from '../../model/duties.ts';
import { type Next, stageWord, whatNext } from '../../model/next.ts';
import { planState, plansOf, wholeTree } from '../../model/plans.ts';
import { countedSteps, progressOf, progressWords } from '../../model/tree.ts';
import type { SlackPost, Story } from '../contract.ts';
import { context, type Fact, facts, header, post, section } from './blocks.ts';
import { dutyLines } from './duty.ts';
import { asksInWords, fullTime, headline, lead, markOf, markWord, nameIn, utc } from './facts.ts';
import { fitted, inert, joined, link, listText, md, ready } from './text.ts';

/** How an incident stands: pinned in its channel, announced in the main one. Only moments, no running clocks: it changes when the incident does. */
export function statusPost(story: Story): SlackPost {
  const { view } = story;
  const next = nextText(story);
  const open = openDecisions(view).map((decision) => openLine(decision));
  const duties = openDuties([view], story.now);
  return post(md`${markWord(view.mode)}${headline(view)}: ${stageWord(view)}. ${view.title}`, [
    lead(view),
    header(view.title),
    ...(view.title.length > 140 ? [section(view.title)] : []),
    ...facts(statusFacts(story)),
    ...(open.length > 0 ? [section(`Open questions:\n${listText(open, 1_900)}`)] : []),
    ...(duties.length > 0 ? [section(joined([md`Duties to notify:`, dutyLines(duties, ownerOf)], '\n'))] : []),
    ...(next === null ? [] : [section(`What happens next:\n${next}`)]),
    ...warnings(view),
    context(md`Times are UTC. ${link(story.url, 'Open in the console')}`),
  ]);
}

const ownerOf = ({ number, ownerWords }: Duty): string => ` · ${ownerWords} answers for it (duty ${number})`;

function statusFacts(story: Story): Fact[] {
  const { view } = story;
  const list: Fact[] = [
    ['State', `${severityLabel(view.severity)}, ${inSentence(stageWord(view))}`],
    ['Incident commander', commanderOf(story)],
    ['Opened', openedWords(story)],
    ['Plan', planWords(story)],
  ];
  const over = view.closedAt ?? view.resolvedAt;
  if (over !== undefined) list.push([view.status === 'closed' ? 'Closed' : 'Resolved', utc(over, view.openedAt)]);
  const roles = Object.entries(view.roles).filter(([role]) => role !== 'incident-commander');
  if (roles.length > 0)
    list.push([
      'Roles',
      listText(
        roles.map(([role, person]) => `${sentenceCase(roleInWords(role))}: ${nameIn(story, person)}`),
        1_200,
      ),
    ]);
  return list;
}

function commanderOf(story: Story): string {
  const commander = story.view.roles['incident-commander'];
  if (commander !== undefined) return nameIn(story, commander);
  // In a drill whoever sits in the seat commands, as the console says.
  const seats = story.view.exercise?.seats.filter(({ role }) => role === 'incident-commander') ?? [];
  if (seats.length === 0) return 'Nobody has taken command';
  return seats.map(({ person, persona }) => (persona === null ? nameIn(story, person) : 'a bot')).join(', ');
}

function openedWords(story: Story): string {
  const { view } = story;
  const by = view.requester === null ? '' : `, by ${nameIn(story, view.requester)}`;
  return `${fullTime(view.openedAt)}${by}`;
}

function planWords(story: Story): string {
  const plans = plansOf(story.view, story);
  if (plans.length === 0) return 'None. People decide what to do.';
  const lines = plans.flatMap((one) => {
    const { title, version, hash } = one.playbook;
    const state = plans.length > 1 ? `, ${planState(one, story.view.paused)}` : '';
    const name = `${title}, v${version} (${hash.slice(0, 8)})${state}`;
    return one.tree === null ? [name] : [name, progressWords(progressOf(countedSteps(one.tree)))];
  });
  return listText(lines, 1_200);
}

const openLine = ({ question }: DecisionView): string =>
  `◆ ${question.number}. ${question.question.slice(0, 200)} Asks ${asksInWords(question)}, until ${utc(question.until, question.askedAt)}.`;

/** Nobody in particular reads it, so it says what is true for everybody. */
function nextText(story: Story): string | null {
  const { view, now } = story;
  const list = whatNext(view, wholeTree(plansOf(view, story)), { id: '', roles: [] }, now);
  return list.length === 0
    ? null
    : listText(
        list.map((next) => nextLine(next, view.openedAt)),
        1_900,
      );
}

function nextLine({ when, lead: who, text }: Next, day: number): string {
  const at = typeof when === 'string' ? when : `At ${utc(when.until, day)}`;
  return `${at}: ${who ? `${who} ` : ''}${text}`;
}

function warnings(view: IncidentView) {
  const list = view.warnings.slice(-3).map(({ at, message }) => `▲ ${utc(at, view.openedAt)}: ${message}`);
  return view.status === 'closed' || list.length === 0 ? [] : [section(`Warnings:\n${listText(list, 1_900)}`)];
}

/** One line in the main channel; kept current. */
export function announcementPost(story: Story, channel: string | null): SlackPost {
  const { view } = story;
  const mark = markOf(view.mode);
  const where =
    channel === null ? md`Detail in this thread.` : md`People meet in ${ready(`<#${channel.replace(/\W/g, '')}>`)}.`;
  return post(md`${markWord(view.mode)}${headline(view)}: ${view.title}`, [
    section(`${headline(view, stageWord(view))}\n${fitted(view.title, 600)}`),
    context(...(mark === null ? [] : [md`*${mark}*`]), md`${where} ${link(story.url, 'Open in the console')}`),
  ]);
}

/** Before the channel is put away. */
export function closingPost(story: Story): SlackPost {
  const { view } = story;
  const mark = markOf(view.mode);
  const words = `${view.id} is closed. This channel will be archived; the timeline stays in the console.`;
  return post(md`${markWord(view.mode)}${words}`, [
    section(words),
    context(...(mark === null ? [] : [md`*${mark}*`]), link(story.url, 'Open in the console')),
  ]);
}

const TOPIC_LENGTH_MAX = 250;

/** Coarse on purpose: every change of a topic is a line in the channel. */
export function topicOf(view: IncidentView): string {
  if (view.exercise) {
    const over = view.exercise.endedAt !== undefined;
    return `EXERCISE · ${over ? 'ended' : 'running'} · ${inert(view.exercise.title, TOPIC_LENGTH_MAX - 30)}`;
  }
  const start = `${markWord(view.mode).markup}${severityLabel(view.severity)} · ${view.status} · `;
  return `${start}${inert(view.title, TOPIC_LENGTH_MAX - start.length)}`;
}
