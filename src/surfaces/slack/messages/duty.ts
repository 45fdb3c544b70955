import { roleInWords } from '../../../incident/decision.ts';
import type { ObligationView } from '../../../incident/obligation.ts';
import { counted } from '../../../incident/phrases.ts';
import { type Duty, dutyOf, isOpen, leftWords } from '../../model/duties.ts';
import type { SlackPost, Story } from '../contract.ts';
import { context, header, post, section } from './blocks.ts';
import { due, fullTime, headline, markFirst, markWord, nameIn, smallMark } from './facts.ts';
import { fitted, joined, link, type Markup, md, moment, ready } from './text.ts';

/** Duties to notify, as Slack says them. Times are tokens that Slack shows in the reader's own zone. */
export type DutyNews = 'opened' | 'reminder' | 'overdue';

const LEADS = { opened: 'Duty to notify', reminder: 'Reminder', overdue: '■ Overdue' } as const;

/** To whoever answers for it, in the thread and directly; once it is settled the same message says so. */
export function dutyPost(story: Story, obligation: ObligationView, news: DutyNews): SlackPost {
  const duty = dutyOf(story.view.id, obligation, story.now);
  const { number, rule } = duty;
  const lead = isOpen(duty) ? LEADS[news] : 'Settled';
  return post(md`${markWord(story.view.mode)}${lead}, duty ${number} of ${story.view.id}: tell ${rule.whom}`, [
    ...markFirst(story),
    section(`${lead}: ${rule.whom} must be told.`),
    section(isOpen(duty) ? openWords(story, duty) : settledWords(story, duty)),
    ...(isOpen(duty) && rule.content.length > 0
      ? [section(fitted(`The notice must hold: ${rule.content.join('; ')}.`, 1_500))]
      : []),
    context(
      ...smallMark(story),
      `${headline(story.view)} · ${fitted(duty.title, 300)}`,
      'The limit is the outer one: tell them without undue delay. Reference data, not legal advice.',
      link(`${story.url}/obligations/${number}`, isOpen(duty) ? 'Settle it in the console' : 'Open in the console'),
    ),
  ]);
}

const openWords = (story: Story, duty: Duty): Markup =>
  md`Due ${due(story, duty.dueAt)}. ${ownerMention(story, duty.owner)} answers for it.`;

function ownerMention(story: Story, owner: string): Markup {
  const mention = story.mentions.role(owner);
  return mention === null ? md`The ${roleInWords(owner)}` : md`The ${roleInWords(owner)} (${ready(mention)})`;
}

function settledWords(story: Story, duty: Duty): string {
  const by = duty.settled?.person ? ` by ${nameIn(story, duty.settled.person)}` : '';
  const at = duty.settled ? fullTime(duty.settled.at) : '';
  const { at: given = 0, recordedAt = 0 } = duty.settled ?? {};
  const recorded = given === recordedAt ? '' : ` (as recorded ${fullTime(recordedAt)})`;
  const what = duty.state === 'waived' ? 'Judged not to be due' : 'Given';
  return `${what}${by}, ${at}${recorded}; ${leftWords(duty, story.now)}.\n${fitted(duty.settled?.words ?? '', 1_000)}`;
}

const LINES_MAX = 6;

/** One line a duty, what is due first first, as many as there is room for. */
export function dutyLines(duties: readonly Duty[], label: (duty: Duty) => string): Markup {
  const lines = duties.slice(0, LINES_MAX).map((duty) => {
    const lead = duty.state === 'overdue' ? '■ Overdue since' : '◆ Due';
    const when = moment(duty.dueAt, fullTime(duty.dueAt));
    return md`${lead} ${when}: tell ${duty.rule.whom.slice(0, 120)}${label(duty).slice(0, 100)}`;
  });
  const left = duties.length - lines.length;
  return joined([...lines, ...(left > 0 ? [md`… and ${left} more (all in the console)`] : [])], '\n');
}

/** Home and `/tocsin`: what is due in all incidents; two blocks. `mine`: the reader answers for it. */
export function dutiesDue(duties: readonly Duty[], mine: (duty: Duty) => boolean) {
  if (duties.length === 0) return [];
  return [
    header(`${counted(duties.length, 'notice')} due`),
    section(dutyLines(duties, (duty) => ` · ${duty.incident}${mine(duty) ? ' · you answer for it' : ''}`)),
  ];
}
