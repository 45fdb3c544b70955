import { roleInWords, seatsInWords } from './decision.ts';
import type { EventOf, NumberedEvent } from './events.ts';
import { isExerciseEvent } from './exercise-view.ts';
import { exerciseWords } from './exercise-wording.ts';
import type { JsonObject } from './json.ts';
import { obligationWords } from './obligation-wording.ts';
import { capitalised, clock, counted, listed, oneLine, plainText, quoted, sentenceEnd, text } from './phrases.ts';
import { severityLabel } from './severity.ts';
import { placeOf, planNumber, roundsOf } from './step-path.ts';
import type { StepView } from './view.ts';

export { plainText } from './phrases.ts';

const WAIT_ENDED = {
  elapsed: 'the wait is over',
  condition: 'what was waited for is true',
  alert: 'the alert that was waited for came',
  'called-off': 'the wait was called off',
} as const;

/**
 * The timeline in words. Text and note are plain text: whoever shows them escapes for their own medium. Titles, reasons and
 * alerts come from outside, so characters that could steer a terminal or turn a line round are made visible here.
 */
export type Sentence = { text: string; note?: string };

export type Names = {
  /** Person id → name. */
  people: ReadonlyMap<string, string>;
  /** Step path → title; a path without one stands for itself. */
  steps?: ReadonlyMap<string, string>;
  /** Question number → what was asked. */
  questions?: ReadonlyMap<number, string>;
  /** Titles of the plans that were added, by number. */
  plans?: ReadonlyMap<number, string>;
};

/** What people filter a timeline by. */
export type Topic = 'incident' | 'decision' | 'act' | 'message' | 'note';

export function topicOf(event: NumberedEvent): Topic {
  if (event.type.startsWith('decision.') || event.type.startsWith('obligation.')) return 'decision';
  if (event.type === 'note.added' || event.type === 'amendment.added') return 'note';
  if ('purpose' in event.data) return event.data.purpose === 'say' ? 'message' : 'act';
  if (/^(step|branch|wait|run|undo)\./.test(event.type)) return 'act';
  return 'incident';
}

/** Events that a reader may see folded into one counted line: nothing was decided, finished or gone wrong. */
export function isRoutine(event: NumberedEvent): boolean {
  switch (event.type) {
    case 'act.started':
    case 'undo.registered':
    case 'branch.taken':
    case 'wait.started':
    case 'wait.ended':
    case 'run.started':
    case 'round.started':
    case 'plan.started':
    case 'act.held':
      return true;
    case 'act.done':
      return event.data.purpose === 'act' && event.data.provedBy !== null;
    case 'step.skipped':
      return event.data.by !== 'person';
    case 'undo.finished':
      // Its beginning has said so.
      return event.data.undone + event.data.left === 0;
    default:
      return false;
  }
}

/** Makes `names` for one incident. `steps`: of its plans, by where they stand on the timeline. */
export function namesFor(
  people: ReadonlyMap<string, string>,
  view: {
    decisions: readonly { question: { number: number; question: string } }[];
    added: readonly { number: number; playbook: { title: string } }[];
  },
  steps: Iterable<{ path: string; title: string }>,
): Names {
  return {
    people,
    steps: new Map([...steps].map(({ path, title }) => [path, title])),
    questions: new Map(view.decisions.map(({ question }) => [question.number, question.question])),
    plans: new Map(view.added.map(({ number, playbook }) => [number, playbook.title])),
  };
}

/** The one sentence, and perhaps a note, that say what an event means. */
export function sentence(event: NumberedEvent & { redacted?: { why: string } }, names: Names): Sentence {
  const said = words(event, names);
  const text = event.redacted ? `${said.text} (redacted)` : said.text;
  const note = event.redacted ? `Redacted: ${event.redacted.why}` : said.note;
  return note ? { text: oneLine(text), note: plainText(note) } : { text: oneLine(text) };
}

function words(event: NumberedEvent, names: Names): Sentence {
  const who = event.actor.kind === 'person' ? nameOf(event.actor.id, names) : 'Tocsin';
  if (isExerciseEvent(event)) return exerciseWords(event, who);
  const step = stepOf(event.path, names);
  switch (event.type) {
    case 'incident.opened':
      return opened(event, names);
    case 'incident.severity-changed': {
      const { from, to, reason } = event.data;
      const verb = to < from ? 'raised' : 'lowered';
      return {
        text: `${who} ${verb} the severity from ${severityLabel(from)} to ${severityLabel(to)}`,
        note: quoted(reason),
      };
    }
    case 'incident.paused':
      return { text: `${who} paused new acts`, note: quoted(event.data.reason) };
    case 'incident.resumed':
      return { text: `${who} let acts go on` };
    case 'incident.stood-down':
      return { text: `${who} stood the incident down`, note: quoted(event.data.reason) };
    case 'incident.resolved':
      return { text: `${who} resolved the incident: the harm is over`, note: quoted(event.data.summary) };
    case 'incident.closed':
      return { text: `${who} closed the incident` };
    case 'incident.reopened':
      return { text: `${who} reopened the incident`, note: quoted(event.data.reason) };
    case 'role.assigned':
      return { text: assigned(event, who, names) };
    case 'note.added':
      return said(`${who} noted`, event.data.text);
    case 'alert.joined': {
      const { alert, count } = event.data;
      return {
        text: `${alertInWords(alert)} joined this incident${count > 1 ? `, ${count} times` : ''}`,
        note: alertNote(alert),
      };
    }
    case 'plan.added': {
      const { playbook, reason } = event.data;
      return {
        text: `${who} added the playbook “${playbook.title}”, ${playbook.id} v${playbook.version}`,
        note: quoted(reason),
      };
    }
    case 'plan.started':
      return { text: `${planOf(event.path, names)} began, ${counted(event.data.steps, 'step')}` };
    case 'plan.finished':
      return { text: `${planOf(event.path, names)} ${PLAN_ENDS[event.data.outcome]}` };
    case 'step.skipped':
      return skipped(event, step, who);
    case 'step.taken-over':
      return { text: `${who} took over by hand: ${step}`, note: quoted(event.data.reason) };
    case 'step.failed':
      return { text: `Failed: ${step}`, note: event.data.message };
    case 'branch.taken':
      return { text: `${step}: took the way "${event.data.branch}"` };
    case 'round.started':
      return { text: `${step}: round ${event.data.round} of ${event.data.of} began` };
    case 'rounds.finished':
      return { text: `Done after ${counted(event.data.count, 'round')}: ${step}` };
    case 'act.held':
      return { text: `${step}: waits for “${stepOf(event.data.for, names)}” of another plan`, note: event.data.system };
    case 'act.started':
      return actStarted(event, step);
    case 'act.done':
      return actDone(event, step);
    case 'act.failed':
      return actFailed(event, step);
    case 'decision.asked':
      return asked(event);
    case 'decision.voted':
      return voted(event, names);
    case 'decision.reminded':
      return {
        text: `Reminded ${listed(event.data.roles.map(roleInWords))}: ${questionOf(event.data.number, names)}`,
      };
    case 'decision.escalated': {
      const paged = event.data.page ? ', who is paged' : '';
      return {
        text: `Escalated to ${roleInWords(event.data.to)}${paged}: ${questionOf(event.data.number, names)}`,
      };
    }
    case 'decision.made':
      return made(event, names);
    case 'decision.withdrawn':
      return {
        text: `No longer asked: ${questionOf(event.data.number, names)}`,
        note: event.data.because,
      };
    case 'alert.resolved': {
      const { alert, count = 1 } = event.data;
      return {
        text: `${alertInWords(alert)} no longer fires${count > 1 ? `, ${count} of them` : ''}`,
        note: alertNote(alert),
      };
    }
    case 'obligation.opened':
    case 'obligation.reminded':
    case 'obligation.overdue':
    case 'obligation.met':
    case 'obligation.waived':
      return obligationWords(event, who);
    case 'wait.started': {
      const until = clock(event.data.until, event.at);
      return { text: `${step}: waiting ${event.data.for ? 'at most ' : ''}until ${until}`, note: waitNote(event) };
    }
    case 'wait.ended':
      return { text: `${step}: ${WAIT_ENDED[event.data.because]}` };
    case 'run.started':
      return { text: `${step}: began the playbook ${event.data.playbook}` };
    case 'run.finished':
      return { text: `${step}: the playbook ${event.data.playbook} ended, ${event.data.outcome}` };
    case 'undo.registered':
      return { text: `${step}: can be undone by ${event.data.capability}` };
    case 'undo.started':
      return event.data.count === 0
        ? { text: NOTHING_TO_UNDO, note: event.data.because }
        : { text: `Undoing ${counted(event.data.count, 'act')}, the latest first`, note: event.data.because };
    case 'undo.finished': {
      if (event.data.undone + event.data.left === 0) return { text: NOTHING_TO_UNDO };
      const left = event.data.left > 0 ? `, ${counted(event.data.left, 'act')} left as it is` : '';
      return { text: `Undone: ${counted(event.data.undone, 'act')}${left}` };
    }
    case 'system.warned':
      return { text: `Warning: ${event.data.message}`, note: event.data.code };
    case 'amendment.added': {
      const about = event.data.about === null ? '' : ` on event ${event.data.about}`;
      return { text: `${who} amended the record${about}`, note: quoted(event.data.text) };
    }
    default:
      return event satisfies never;
  }
}

const NOTHING_TO_UNDO = 'Nothing had to be undone';

const PLAN_ENDS: Record<EventOf<'plan.finished'>['data']['outcome'], string> = {
  completed: 'is completed',
  denied: 'ended: an approval was denied',
  failed: 'ended: a step failed',
  stopped: 'was stopped; what was contained stays contained',
  'stood-down': 'ended: the incident was stood down',
  unwound: 'ended: its acts were undone',
};

/** A plan that was added is called by its title. */
const planOf = (path: string, { plans }: Names): string =>
  path === '' ? 'The plan' : `The plan “${plans?.get(planNumber(path)) ?? path}”`;

function opened(event: EventOf<'incident.opened'>, names: Names): Sentence {
  const { title, severity, system, requester, alert, mode, playbook } = event.data;
  // A report is what a person said, not what a monitor saw.
  const reported = requester !== null && alert?.kind === 'report';
  const by = alert && !reported ? alertInWords(alert) : requester ? nameOf(requester, names) : 'Tocsin';
  const facts = [
    title,
    severityLabel(severity),
    system?.name,
    playbook ? `playbook ${playbook.id} v${playbook.version}` : 'no playbook',
    mode === 'exercise' ? 'EXERCISE' : mode === 'simulated-inventory' ? 'simulated inventory' : undefined,
  ];
  return { text: `${by} opened this incident`, note: facts.filter(Boolean).join(' · ') };
}

function assigned(event: EventOf<'role.assigned'>, who: string, names: Names): string {
  const role = roleInWords(event.data.role);
  if (event.actor.kind === 'person' && event.actor.id === event.data.assignee) return `${who} took the role of ${role}`;
  const assignee = nameOf(event.data.assignee, names);
  return event.actor.kind === 'person' ? `${who} gave ${assignee} the role of ${role}` : `${assignee} is ${role}`;
}

function skipped(event: EventOf<'step.skipped'>, step: string, who: string): Sentence {
  switch (event.data.by) {
    case 'person':
      return { text: `${who} skipped: ${step}`, note: quoted(event.data.reason) };
    case 'condition':
      return { text: `Skipped, its condition does not hold: ${step}`, note: event.data.reason };
    case 'end':
      return { text: `Not reached: ${step}`, note: event.data.reason };
    default:
      return event.data.by satisfies never;
  }
}

function actStarted(event: EventOf<'act.started'>, step: string): Sentence {
  const { capability, attempt, purpose } = event.data;
  const begun = { act: 'began', prove: 'proving', undo: 'undoing', say: 'sending' }[purpose];
  const target = text(event.data.with, 'system') ?? text(event.data.with, 'to');
  return {
    text: `${step}: ${begun}${attempt > 1 ? `, try ${attempt}` : ''}`,
    note: target ? `${capability} · ${target}` : capability,
  };
}

function actDone(event: EventOf<'act.done'>, step: string): Sentence {
  const { capability, outputs, provedBy, purpose } = event.data;
  const detail = text(outputs, 'detail');
  switch (purpose) {
    case 'prove': {
      const by = text(outputs, 'strength');
      return {
        text: outputs.proved === false ? `${step}: not proved` : `${step}: proved${by ? ` by ${by}` : ''}`,
        note: detail,
      };
    }
    case 'undo':
      return { text: `${step}: undone`, note: detail ?? capability };
    case 'say': {
      const count = outputs.recipients;
      return {
        text: `${step}: sent${typeof count === 'number' ? ` to ${counted(count, 'recipient')}` : ''}`,
        note: detail,
      };
    }
    case 'act':
      return provedBy
        ? { text: `${step}: carried out, not yet proved`, note: `${provedBy} must prove it` }
        : { text: `${step}: done`, note: detail ?? capability };
    default:
      return purpose satisfies never;
  }
}

function actFailed(event: EventOf<'act.failed'>, step: string): Sentence {
  const { message, attempt, retryAt, purpose } = event.data;
  const what = { act: 'failed', prove: 'the proof failed', undo: 'the undo failed', say: 'not sent' }[purpose];
  const next = retryAt === null ? '' : ` Next try at ${clock(retryAt, event.at, true)}.`;
  return { text: `${step}: ${what}${attempt > 1 ? ` at try ${attempt}` : ''}`, note: `${sentenceEnd(message)}${next}` };
}

function asked(event: EventOf<'decision.asked'>): Sentence {
  const { question, by, until, otherwise, escalate } = event.data;
  const page = escalate?.page ? `, and ${roleInWords(escalate.to)} is paged at ${clock(escalate.at, event.at)}` : '';
  const due = clock(until, event.at);
  if (event.data.kind === 'task')
    return {
      text: `To be done by people: ${question}`,
      note: `${capitalised(seatsInWords(by))}, by ${due}. If nobody says that it is done, the step has failed then${page}.`,
    };
  return {
    text: `Asked: ${question}`,
    note: `${capitalised(seatsInWords(by))}, by ${due}. If nobody answers, it counts as ${otherwise} then${page}.`,
  };
}

const VOTED: Record<string, string> = {
  approve: 'approved',
  deny: 'denied',
  retry: 'chose to try again',
  skip: 'chose to skip the step',
  'take-over': 'took the step over by hand',
  stop: 'chose to stop the plan',
  unwind: 'chose to undo what was done',
  done: 'did it',
  'not-done': 'said that it could not be done',
};

function voted(event: EventOf<'decision.voted'>, names: Names): Sentence {
  const { vote, number } = event.data;
  const verb = Object.hasOwn(VOTED, vote.answer) ? VOTED[vote.answer] : `answered ${vote.answer}`;
  const from = `From ${SURFACES[vote.surface]}.`;
  const known =
    vote.rolesAsOf === undefined
      ? ''
      : ` Groups could not be asked; as they were at ${clock(vote.rolesAsOf, event.at)}.`;
  return {
    text: `${nameOf(vote.person, names)} ${verb}: ${questionOf(number, names)}`,
    note: `${vote.reason ? `${quoted(vote.reason)} ` : ''}${from}${known}`,
  };
}

/** Where an answer came from, as people say it. */
export const SURFACES: Record<EventOf<'decision.voted'>['data']['vote']['surface'], string> = {
  console: 'the console',
  api: 'the API',
  cli: 'the CLI',
  slack: 'Slack',
  bot: 'the bot',
};

function made(event: EventOf<'decision.made'>, names: Names): Sentence {
  const { number, outcome, by, people, reason, answers } = event.data;
  const question = questionOf(number, names);
  if (outcome === 'not-done')
    return {
      text: by === 'default' ? `Nobody said that it was done: ${question}` : `It could not be done: ${question}`,
      note: reason ? quoted(reason) : undefined,
    };
  if (by === 'default')
    return { text: `Nobody answered, it counts as ${outcome}: ${question}`, note: reason ?? undefined };
  const deciders = listed(people.map((id) => nameOf(id, names)));
  const byWhom = deciders ? ` by ${deciders}` : '';
  return {
    text: outcome === 'done' ? `Done${byWhom}: ${question}` : `Decided${byWhom}, ${outcome}: ${question}`,
    note: [reason ? quoted(reason) : '', answers ? answersInWords(answers) : ''].filter(Boolean).join(' ') || undefined,
  };
}

const answersInWords = (answers: JsonObject): string =>
  Object.entries(answers)
    .map(([field, value]) => `${field}: ${value === true ? 'yes' : value === false ? 'no' : String(value)}`)
    .join('; ');

function waitNote({ data }: EventOf<'wait.started'>): string | undefined {
  return data.for === null ? undefined : `Ends early ${earlyInWords({ cel: data.for, alerts: data.awaits })}`;
}

/** When a wait ends before its time. */
export const earlyInWords = ({ cel, alerts }: NonNullable<StepView['waitsFor']>): string =>
  alerts ? `${alerts.resolved ? 'when an alert is over' : 'with an alert'}: ${cel}` : `when ${cel}`;

function alertInWords(alert: JsonObject): string {
  const kind = text(alert, 'kind') ?? 'of an unnamed kind';
  const source = text(alert, 'source');
  const kinds = alert.kinds;
  const others = Array.isArray(kinds) && kinds.length > 1 ? ` and ${counted(kinds.length - 1, 'other kind')}` : '';
  return `Alert ${kind}${others}${source ? ` from ${source}` : ''}`;
}

/** What an alert says of itself. */
function alertNote(alert: JsonObject): string | undefined {
  const kinds = Array.isArray(alert.kinds) ? alert.kinds.filter((kind) => typeof kind === 'string') : [];
  return kinds.length > 1 ? kinds.join(', ') : text(alert, 'title');
}

function said(lead: string, words: string): Sentence {
  return words.length <= 140 && !words.includes('\n') ? { text: `${lead}: ${words}` } : { text: lead, note: words };
}

const nameOf = (id: string, names: Names): string => names.people.get(id) ?? id;
/** The title of the step at a path of the timeline, with its round where it stands in one. */
export function stepTitle(path: string, names: Names): string {
  const title = names.steps?.get(path) ?? names.steps?.get(placeOf(path));
  const rounds = roundsOf(path);
  return title !== undefined && rounds !== '' ? `${title} (round ${rounds})` : (title ?? path);
}

const stepOf = (path: string, names: Names): string => stepTitle(path, names) || 'The incident';
const questionOf = (number: number, names: Names): string => names.questions?.get(number) ?? `question ${number}`;
