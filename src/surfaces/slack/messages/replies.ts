import { roleInWords, tally } from '../../../incident/decision.ts';
import { counted, sentenceEnd } from '../../../incident/phrases.ts';
import type { DecisionView } from '../../../incident/view.ts';
import { defaultSentence, listed, outcomeWord } from '../../model/describe.ts';
import { stageWord } from '../../model/next.ts';
import { lastVote, standingOf } from '../../model/standing.ts';
import type { Person } from '../../ports.ts';
import type { Problem } from '../../problem.ts';
import { COMMAND, type Replies, type SlackPost, type Story, type Waiting } from '../contract.ts';
import { context, facts, header, post, type Said, section } from './blocks.ts';
import { decisionUrl } from './decision.ts';
import { drillBoard, drillHelp, drillList, drillPlanned } from './drill-replies.ts';
import { asksInWords, fullTime, headline, markFirst, markOf, markWord, smallMark } from './facts.ts';
import { drillRow, dueBlocks, incidentRow, mineFirst, questionList } from './home.ts';
import { objection, outcomeSentence } from './outcome.ts';
import { link, md } from './text.ts';

/** Words for one person: why not, what now; what was done; what there is. */
type About = { story: Story; decision?: DecisionView | undefined };

function refusal(problem: Problem, about?: Parameters<Replies['refusal']>[1]): SlackPost {
  // Only what was sent and never answered may have counted; all others say for sure what was not done.
  if (problem.code === 'unreachable') return notConfirmed(about, problem);
  if (about?.decision) {
    const { story, decision } = about;
    if (decision.made || decision.withdrawn || story.now >= decision.question.until) return settled(story, decision);
    const words = WHY_NOT[problem.code];
    if (words) return notYours({ story, decision }, words);
  }
  const said = reply(`■ ${sentenceEnd(problem.message)}`, [problem.notDone, problem.next], about);
  return about || problem.extra.drill === undefined ? said : ofDrill(said);
}

const ofDrill = ({ text, blocks }: SlackPost): SlackPost => ({
  text: `${markWord('exercise').markup}${text}`,
  blocks: [context(md`*${markOf('exercise') ?? ''}*`), ...blocks],
});

/** Refusals that come of who somebody is. */
const WHY_NOT: Readonly<Record<string, string>> = {
  requester: 'You opened this incident or added the playbook, so another person must answer.',
  'not-entitled': 'This question is not for you.',
};

const notYours = (about: Required<About> & { decision: DecisionView }, words: string): SlackPost =>
  reply(
    `■ ${words} Your answer changed nothing.`,
    [`It asks ${asksInWords(about.decision.question)}. ${defaultSentence(about.decision.question)} Times are UTC.`],
    about,
  );

function settled(story: Story, decision: DecisionView): SlackPost {
  const lead = decision.made
    ? 'Already decided. Your answer changed nothing.'
    : decision.withdrawn
      ? 'No longer asked. Your answer changed nothing.'
      : 'The time to answer is over. Your answer changed nothing.';
  return reply(`■ ${lead}`, [outcomeSentence(story, decision), objection(decision)], { story, decision });
}

function notConfirmed(about?: About, problem?: Problem): SlackPost {
  const lead = about?.decision
    ? 'Not confirmed. Your answer may not have arrived.'
    : 'Not confirmed. What you did may not have arrived.';
  const again = about?.decision
    ? 'Trying again is harmless: one person has one vote. Or answer in the console.'
    : 'Look in the console whether it did, before you try again.';
  return reply(`■ ${lead}`, [problem?.message ?? 'Tocsin could not finish this.', again], about);
}

function taken({ story, decision, answer, me }: Parameters<Replies['taken']>[0]): SlackPost {
  const { question } = decision;
  const standing = standingOf(decision, me, story.now);
  const words = `✓ ${outcomeWord(answer, question)}. Your answer is recorded.`;
  if (standing.kind === 'made') return reply(words, [outcomeSentence(story, decision)], { story, decision });
  // The timeline may be a moment behind the answer.
  const counted = lastVote(decision, me.id)?.answer === answer;
  return reply(words, [counted ? waitsFor(decision) : 'It is being counted.'], { story, decision });
}

function waitsFor({ question, votes, escalatedAt }: DecisionView): string {
  const { approvals } = tally(question, votes, escalatedAt !== undefined);
  const missing = approvals.filter((seat) => seat.have.length < seat.needed).map((seat) => roleInWords(seat.role));
  return missing.length > 0
    ? `It does not stand yet: the ${listed(missing.slice(0, 8))} ${missing.length > 1 ? 'are' : 'is'} asked too. You can change it until then; you need do nothing now.`
    : 'It is being counted.';
}

function reported({ story, created }: Parameters<Replies['reported']>[0]): SlackPost {
  const { view } = story;
  const words = created ? `✓ Reported: ${view.id} is open.` : `✓ This was reported already: ${view.id} is open.`;
  const next = view.playbook
    ? `The playbook “${view.playbook.title}” runs, and the people it needs are asked. You need do nothing more.`
    : 'No playbook fits it by itself: the incident commander decides what to do. You need do nothing more.';
  return reply(words, [view.title, next, 'If you notice more, add a note.'], { story });
}

/** What each does, and how it is written. */
const COMMANDS: readonly (readonly [name: string, does: string, example: string])[] = [
  ['status', 'What waits for you, and what is open; or how one incident stands.', 'status 147'],
  ['report', 'Reports that an AI system does something wrong: three questions.', 'report It promises refunds'],
  ['open', 'Opens an incident. Alone: a form.', 'open Odd answers about payouts --system customer-assistant'],
  ['decide', 'Answers a question. Alone: the questions that wait for you.', 'decide 147 1 deny Payouts run at three'],
  ['note', 'Adds a note to the timeline. Alone: a form.', 'note 147 Registry logs are kept'],
  ['role', 'Gives somebody a role in an incident.', 'role 147 incident-commander @mara'],
  ['severity', 'Changes how bad an incident is.', 'severity 147 sev1 Customers are affected'],
  [
    'drill',
    'What is played now. With more words: list, plan, start; open, seen, answer; pause, resume, pace, jump, end; board, now, skip, hint, say; no-duff; help.',
    'drill start pii-leak-output as legal-counsel 15m',
  ],
  ['help', 'This list.', 'help'],
];

const help = (): SlackPost =>
  post(md`How to use ${COMMAND}`, [
    section(`${COMMAND} answers incidents of AI systems. Only you see what it says here.`),
    ...facts(
      COMMANDS.map(([name, does, example]) => [`${COMMAND} ${name}`, `${does}\nFor example: ${COMMAND} ${example}`]),
    ),
    context(
      'In the channel of an incident its number may be left out.',
      'The shortcut “Report an AI incident” does the same as report, also on a message.',
    ),
  ]);

function overview(waiting: readonly Waiting[], open: readonly Story[], now: number): SlackPost {
  const first = open.slice(0, 8);
  const left = open.length - first.length;
  const words = `${counted(waiting.length, 'question')} for you, ${counted(open.length, 'open incident')}`;
  if (waiting.length + open.length === 0)
    return post(md`All quiet`, [section('All quiet. No open incident, no question for you.'), checked(now)]);
  return post(md`${words}`, [
    section(`${words}.`),
    ...questionList(waiting.slice(0, 2)),
    ...(waiting.length > 2 ? [context(`All ${waiting.length} questions: ${COMMAND} decide, or Home.`)] : []),
    ...dueBlocks(null, open, now),
    ...first.flatMap(incidentRow),
    ...(left > 0 ? [context(`${counted(left, 'more incident')}: see the console.`)] : []),
    checked(now),
  ]);
}

const checked = (now: number) => context(`Checked at ${fullTime(now)}.`);

function questions(waiting: readonly Waiting[], now: number): SlackPost {
  if (waiting.length === 0)
    return post(md`No question waits for you`, [section('No question waits for you.'), checked(now)]);
  const words = `${counted(waiting.length, 'question')} for you`;
  return post(md`${words}`, [header(words), ...questionList(waiting.slice(0, 5)), checked(now)]);
}

function drills(person: Person, running: readonly Story[], now: number): SlackPost {
  if (running.length === 0) return post(md`No drill runs`, [section('No drill runs.'), checked(now)]);
  const words = `${counted(running.length, 'drill')} running`;
  return post(md`EXERCISE · ${words}`, [
    header(`EXERCISE: ${words}`),
    ...mineFirst(person, running)
      .slice(0, 3)
      .flatMap((story) => drillRow(person, story)),
    ...(running.length > 3 ? [context('There are more: see the console.')] : []),
    checked(now),
  ]);
}

const plainReply = (words: string, story?: Story): SlackPost => reply(words, [], story ? { story } : undefined);

/** One thing said, what it means, and where to look. */
function reply(words: string, more: readonly (string | null)[], about?: About): SlackPost {
  const { story, decision } = about ?? {};
  const told = more.filter((one): one is string => one !== null && one !== '');
  const small: Said[] = [
    ...(story ? smallMark(story) : []),
    ...(story ? [`${headline(story.view)} · ${stageWord(story.view)}`] : []),
    ...(decision ? [`Decision ${decision.question.number}: ${decision.question.question.slice(0, 300)}`] : []),
    ...(story ? [link(decision ? decisionUrl(story, decision.question) : story.url, 'Open in the console')] : []),
  ];
  return post(md`${story ? markWord(story.view.mode) : ''}${[words, ...told].join(' ')}`, [
    ...(story ? markFirst(story) : []),
    section(words),
    ...(told.length > 0 ? [section(told.join('\n'))] : []),
    ...(small.length > 0 ? [context(...small)] : []),
  ]);
}

export const replies: Replies = {
  refusal,
  notConfirmed,
  taken,
  reported,
  help,
  overview,
  questions,
  drills,
  drillHelp,
  drillList,
  drillPlanned,
  drillBoard,
  plain: plainReply,
};
