import type { Block, HomeView, KnownBlock, ModalView } from '@slack/types';
import type { Question } from '../../incident/decision.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { ObligationView } from '../../incident/obligation.ts';
import type { Severity } from '../../incident/severity.ts';
import type { DecisionView, IncidentView } from '../../incident/view.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { Drill, Offer } from '../drills/contract.ts';
import type { Check } from '../model/drill-asks.ts';
import type { BoardRow } from '../model/msel.ts';
import type { Looker } from '../model/standing.ts';
import type { AddedPlan, Person, StoredEvent } from '../ports.ts';
import type { Problem } from '../problem.ts';

/** The seams inside the Slack surface: `messages/` says things (pure), `handlers/` hears people, `publisher/` keeps messages current, `connection/` holds the line. */

export type SlackBlocks = (KnownBlock | Block)[];

/** A message as it is sent: `text` is what notifications and screen readers get. */
export type SlackPost = { text: string; blocks: SlackBlocks };

/** What a message needs to know about an incident. Times are epoch milliseconds. */
export type Story = {
  view: IncidentView;
  plan: Plan | null;
  /** Plans that were added. Absent: none was. */
  added?: readonly AddedPlan[] | undefined;
  /** Names by person id. */
  people: ReadonlyMap<string, string>;
  now: number;
  /** The console's page of this incident: `https://…/incidents/INC-2026-0001`. */
  url: string;
  mentions: Mentions;
};

/** How to call people so that Slack tells them; null where Slack does not know them. Both are ready mrkdwn: `<@U…>`, `<!subteam^S…>`. */
export type Mentions = {
  person(id: string): string | null;
  role(id: string): string | null;
};

/**
 * The names of everything that can be pressed, chosen or submitted. A button's value names the decision and its version, never what
 * it does: see `DecisionRef`.
 */
export const ACTIONS = {
  approve: 'decide.approve',
  deny: 'decide.deny',
  /** Own options and answers about a failed step: `decide.answer.<answer>`. */
  answer: 'decide.answer.',
  /** In Home and DMs: opens the console; Slack sends it although it needs nothing but an acknowledgement. */
  open: 'link.open',
  reportFromHome: 'report.open',
  /** Of a drill: I have read it; I answer it; the hot wash. */
  seen: 'drill.seen',
  answerInject: 'drill.answer',
  hotWash: 'drill.note',
} as const;

export const VIEWS = {
  /** An answer with what Slack cannot ask in one tap: confirmation of a risky act, a reason, a form. */
  answer: 'answer',
  report: 'report',
  note: 'note',
  openIncident: 'open',
  answerInject: 'drill.answer',
  hotWash: 'drill.hot-wash',
  noDuff: 'drill.no-duff',
  checkDrill: 'drill.check',
} as const;

export const SHORTCUTS = { report: 'report-incident', reportMessage: 'report-incident-message' } as const;
export const COMMAND = '/tocsin';

/**
 * Which decision a button belongs to. `version`: how many votes the message showed. It lets a payload tell what its person saw; an answer
 * is judged by how things stand, as a question itself never changes once it is asked.
 */
export type DecisionRef = { incident: string; number: number; version: number };

export const refText = ({ incident, number, version }: DecisionRef): string => `${incident}/${number}/${version}`;

export function readRef(text: string | undefined): DecisionRef | null {
  const match = /^((?:INC|EX)-\d{4}-\d{4,})\/(\d{1,9})\/(\d{1,9})$/.exec(text ?? '');
  return match ? { incident: match[1] as string, number: Number(match[2]), version: Number(match[3]) } : null;
}

/** Which inject a button belongs to; without one, which drill. */
export type InjectRef = { drill: string; inject: string | null };

export const injectRefText = ({ drill, inject }: InjectRef): string => `${drill}/${inject ?? ''}`;

export function readInjectRef(text: string | undefined): InjectRef | null {
  const [, drill, inject] = /^(EX-\d{4}-\d{4,})\/([a-z0-9-]{0,64})$/.exec(text ?? '') ?? [];
  return drill === undefined ? null : { drill, inject: inject || null };
}

/** What `private_metadata` of a view of ours holds, as JSON (3,000 characters at most). */
export type ViewContext = {
  incident?: string;
  number?: number;
  answer?: string;
  /** Of a drill. */
  inject?: string;
  /** What is done in it when the form is submitted; where it jumps to: scenario time; null: to what is due next. */
  check?: Check;
  to?: number | null;
  /** Where the person came from: for the message to refresh and for words that only they see. */
  channel?: string;
  ts?: string;
  /** Of the message that a report is about. */
  permalink?: string;
};

/** What is said in Slack (`messages/messages.ts`, `modals.ts` and `replies.ts` export one of each). All pure: the same story gives the same blocks, within Block Kit's limits for any input. */
export interface Messages {
  /** In the incident's channel and in a DM to those who may answer. Open: with buttons; else what came of it and who, when, why. */
  decision(story: Story, decision: DecisionView, place: 'channel' | 'dm'): SlackPost;
  /** The pinned status message of an incident. */
  status(story: Story): SlackPost;
  /** One line a story in the announcements channel: an incident opened. */
  announcement(story: Story, channel: string | null): SlackPost;
  /** The last words in the channel of an incident that is closed. */
  closing(story: Story): SlackPost;
  /** The detail of what happened, for the thread: null for events that are told elsewhere or are routine. */
  detail(story: Story, event: StoredEvent): SlackPost | null;
  /** In the thread of the decision: mentions who has not answered. */
  reminder(story: Story, decision: DecisionView): SlackPost;
  escalation(story: Story, decision: DecisionView): SlackPost;
  /** Of a duty to notify: to whoever answers for it, directly; reminders in the thread as well. */
  duty(story: Story, obligation: ObligationView, news: 'opened' | 'reminder' | 'overdue'): SlackPost;
  /** What is said of a drill alone; null when there is nothing (any more). */
  drill(story: Story, saying: DrillSaying): SlackPost | null;
  /** `SEV 1 · open · Model artefact tampered with`, at most 250 characters. */
  topic(view: IncidentView): string;
  /** `person`: null for those who take no part (guests, bots): they are shown nothing of any incident. `now`: when it was looked. */
  home(
    person: Person | null,
    waiting: readonly Waiting[],
    open: readonly Story[],
    now: number,
    /** Those that run. */
    drills?: readonly Story[],
  ): HomeView;
}

export type DrillSaying =
  /** What is played, by whom, until when: stands as long as the drill's messages do. */
  | { kind: 'startex' }
  /** Something has reached the players. */
  | { kind: 'inject'; id: string }
  /** The outside world spoke, or was spoken to. `seq`: of the event. */
  | { kind: 'voice'; seq: number }
  /** To those for whom it is. */
  | { kind: 'hint'; seq: number }
  /** Somebody set the clock, or the drill is over. */
  | { kind: 'turn'; event: ExerciseTurn }
  /** After ENDEX, to each of those who took part. */
  | { kind: 'hot-wash' };

export type ExerciseTurn = Extract<StoredEvent, { type: 'exercise.clock' | 'exercise.ended' }>;

/** A question that waits for the reader. */
export type Waiting = { story: Story; decision: DecisionView };

/** What was filled in, by block and action, as Slack sends it. */
export type ViewValues = Record<string, Record<string, Record<string, unknown>>>;

/** By block, ready for `response_action: 'errors'`. */
export type FieldErrors = { errors: Record<string, string> };

/**
 * The modals, and how what was filled in is read. Everything an answer needs besides one tap is asked in `answer`: use
 * `needsCheck` of model/standing.ts to tell. `private_metadata` of each holds its `context` as JSON.
 */
export interface Modals {
  answer(about: {
    story: Story;
    decision: DecisionView;
    answer: string;
    context: ViewContext;
    /** The reader, if known by now: then it can say whether theirs is the last voice. */
    me?: Looker | undefined;
    /** Why the last try was not taken. */
    error?: string | undefined;
  }): ModalView;
  /** What was answered. `reason` and `outputs` are ready for `decide`. */
  readAnswer(about: {
    values: ViewValues;
    question: Question;
    answer: string;
    plan: Plan | null;
  }): { reason: string | undefined; outputs: JsonObject | undefined } | FieldErrors;
  /** "Report an AI incident": three plain questions. */
  report(about: {
    context: ViewContext;
    /** Of the message it is about: the first words of the report. */
    text?: string | undefined;
    systems: readonly { id: string; name: string }[];
    error?: string | undefined;
  }): ModalView;
  readReport(values: ViewValues): Report | FieldErrors;
  note(about: { context: ViewContext; story?: Story | undefined; text?: string; error?: string }): ModalView;
  readNote(values: ViewValues): { text: string } | FieldErrors;
  openIncident(about: {
    context: ViewContext;
    title?: string | undefined;
    /** `drilled`: how far this version was, in words. */
    playbooks: readonly { id: string; title: string; drilled: string }[];
    systems: readonly { id: string; name: string }[];
    error?: string | undefined;
  }): ModalView;
  /** An answer to an inject: to whom, and what. */
  answerInject(about: {
    story: Story;
    context: ViewContext;
    to: string;
    text?: string | undefined;
    error?: string | undefined;
  }): ModalView;
  readAnswerInject(values: ViewValues): { to: string; text: string } | FieldErrors;
  /** The questions of the hot wash. */
  hotWash(about: {
    story: Story;
    context: ViewContext;
    questions: readonly string[];
    error?: string | undefined;
  }): ModalView;
  readHotWash(values: ViewValues): HotWashAnswers | FieldErrors;
  /** A real incident stops the drill: the reason, and which one. */
  noDuff(about: {
    story: Story;
    context: ViewContext;
    reason?: string | undefined;
    error?: string | undefined;
  }): ModalView;
  readNoDuff(values: ViewValues): { reason: string; incident: string | null } | FieldErrors;
  /** What must not be done in a drill by accident. `about`: what it means here. */
  checkDrill(about: {
    story: Story;
    context: ViewContext & { check: Check };
    about: readonly string[];
    reason?: string | undefined;
    error?: string | undefined;
  }): ModalView;
  readCheckDrill(values: ViewValues, check: Check): { reason: string | null } | FieldErrors;
  readOpenIncident(
    values: ViewValues,
  ): { title: string | null; playbook: string | null; system: string | null; severity: Severity | null } | FieldErrors;
  /** Opened at once when the real one needs longer than a trigger lives; replaced by `views.update`. */
  working(title: string): ModalView;
  /** What came of it, in place of the form: `title` has 24 characters at most. */
  result(title: string, said: SlackPost): ModalView;
}

/** `question`: from 1; null: what else should be said. */
export type HotWashAnswers = { answers: { question: number | null; text: string }[]; anonymous: boolean };

/** `severity`: what the answer about harm means at least; null leaves it to the playbook. `words`: the answer itself, for the record. */
export type Report = {
  what: string;
  system: string | null;
  harm: 'now' | 'soon' | 'no' | 'unknown';
  words: string;
  severity: Severity | null;
};

/** Words that one person sees: ephemeral, in a DM, or in a modal. Give `decision` as it stands now, not as it was shown. */
export interface Replies {
  /** Why something was not done, what that means, and what to do now. A problem whose `extra` names a `drill` is marked as said of it. */
  refusal(
    problem: Problem,
    about?: { story: Story; decision?: DecisionView | undefined; me?: Looker | undefined },
  ): SlackPost;
  /** Something of ours failed on the way: it is not known whether the answer counted. */
  notConfirmed(about?: { story: Story; decision?: DecisionView | undefined }): SlackPost;
  /** The answer was taken; whether it stands already. */
  taken(about: { story: Story; decision: DecisionView; answer: string; me: Looker }): SlackPost;
  /** To whoever reported: what happens next, and where. `created` false: it was reported already. */
  reported(about: { story: Story; created: boolean }): SlackPost;
  /** `/tocsin help`. */
  help(): SlackPost;
  /** `/tocsin` and `/tocsin status`: what waits for the reader, then what is open. */
  overview(waiting: readonly Waiting[], open: readonly Story[], now: number): SlackPost;
  /** `/tocsin decide` without a number: the questions, with their buttons. */
  questions(waiting: readonly Waiting[], now: number): SlackPost;
  /** `/tocsin drill`: what is played now, and the reader's part in it. */
  drills(person: Person, running: readonly Story[], now: number): SlackPost;
  /** `/tocsin drill help`. */
  drillHelp(): SlackPost;
  /** `/tocsin drill list`: what can be played, what is planned and what runs. */
  drillList(about: {
    offers: readonly Offer[];
    drills: readonly Drill[];
    people: ReadonlyMap<string, string>;
    now: number;
  }): SlackPost;
  /** A drill that was planned or started: who plays what, and what to do now. */
  drillPlanned(about: { drill: Drill; people: ReadonlyMap<string, string>; url: string }): SlackPost;
  /** For its staff: what is to come, by the names that the commands take. */
  drillBoard(story: Story, rows: readonly BoardRow[], jumpsTo: number | null): SlackPost;
  /** Any other words; nothing in them is markup. `story`: its mark (EXERCISE, simulated) and its link are added. */
  plain(words: string, story?: Story): SlackPost;
}

/** A Slack user who is nobody else's: who they are for Tocsin, and how sure that is. Throws Problem for those who may not decide (bots, guests, strangers, the deactivated). */
export type SlackPerson = {
  user: string;
  person: Person;
  /** Since when their roles are known, when Slack could not say just now; goes into the vote. */
  rolesAsOf: number | null;
  /** Slack could not say which groups they are in: their roles are those of the inventory alone. Say so when that is not enough. */
  groupsUnknown?: boolean;
  /** They were met as this person of the inventory, and Slack knows them by another mail address now: the inventory gives them no roles. */
  otherAddress?: boolean;
};

export interface SlackPeople {
  /** Asks Slack at every call, so that a click counts for what its person is now. `fresh: false` (reading only) may use what is known. */
  resolve(user: string, options?: { fresh?: boolean }): Promise<SlackPerson>;
  /** The Slack user of a person, and the group of a role, as far as known. */
  userOf(person: string): Promise<string | null>;
  mentions(): Mentions;
  /** All who hold one of these roles now, as Slack user ids (inventory and groups), for DMs and invitations. */
  holders(roles: readonly string[]): Promise<string[]>;
}

/** The settings of the connection, secrets resolved. */
export type SlackSettings = {
  botToken: string;
  /** Socket Mode when there is one. */
  appToken: string | null;
  /** Signed HTTP when there is one (and no app token). */
  signingSecret: string | null;
  /** `https://slack.com/api/` unless it is another Slack. */
  apiUrl: string;
  /** A Slack on this machine, for trying. */
  local: boolean;
};

/** How messages get to Slack: one queue a channel, decisions first, limits and outages waited out. Rejects only for what waiting cannot mend. */
export interface Outbox {
  call<T = Record<string, unknown>>(request: {
    method: string;
    /** A function is asked at each try, so that what waited says what is true by then; null: no longer wanted, and it rejects. */
    args: Record<string, unknown> | (() => Record<string, unknown> | null);
    /** The queue it waits in: a channel's id, or a name for calls without one. */
    queue: string;
    /** Decisions go before status, status before chatter. */
    urgency: 'decision' | 'status' | 'chatter';
    /** A name by which it can be made urgent while it waits. */
    key?: string;
  }): Promise<T>;
  /** Since when Slack cannot be reached; null when it can. */
  awaySince(): number | null;
  stop(): Promise<void>;
}
