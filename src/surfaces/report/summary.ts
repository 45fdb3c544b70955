import { exerciseWords } from '../../incident/exercise-wording.ts';
import { capitalised, counted, listed, quoted, sentenceEnd, text } from '../../incident/phrases.ts';
import { dayText, hourText } from '../model/clock.ts';
import { type Duty, isOpen, leftWords, longSpan } from '../model/duties.ts';
import { stageWord } from '../model/next.ts';
import { type ActLine, outcomeWords } from './acts.ts';
import { alertTitle } from './chart.ts';
import type { DecisionLine } from './decisions.ts';
import { playedIn } from './exercise.ts';
import type { Finding } from './findings.ts';
import { type Facts, personIn } from './report.ts';

/** A sentence, and the events that it is told from. */
export type Said = { about: 'what happened' | 'what was done' | 'how it ended'; text: string; events: number[] };

type Parts = {
  findings: readonly Finding[];
  decisions: readonly DecisionLine[];
  acts: readonly ActLine[];
  duties: readonly Duty[];
};

/** Longer, and nobody reads it: the tables hold the rest. */
const EACH_MAX = 8;

/** How it went, in one sentence. */
export function lede({ view, measures }: Facts): string {
  const { contain, recover, notify } = measures;
  const parts = [
    contain.ms === null ? null : `contained ${longSpan(contain.ms)} after it was opened`,
    recover.ms === null ? null : `back to normal after ${longSpan(recover.ms)}`,
    notify.ms === null
      ? null
      : `notice given ${longSpan(Math.abs(notify.marginMs))} ${notify.marginMs >= 0 ? 'before' : 'after'} the limit`,
  ].filter((part): part is string => part !== null);
  const stage = stageWord(view);
  if (parts.length === 0) return `${stage}. Nothing was contained, given back or notified that could be measured.`;
  return `${stage}: ${listed(parts)}.`;
}

/** The incident in sentences, each from the facts of the timeline; nothing is said that no event says. */
export function summaryOf(told: Facts, { findings, decisions, acts, duties }: Parts): Said[] {
  return [
    ...exercised(told),
    ...began(told),
    ...moreAlerts(told),
    ...capped(findings.map(foundWords), 'what happened', 'finding'),
    ...capped(decisions.map(decidedWords), 'what was done', 'decision'),
    ...capped(acts.filter(isNotable).map(actWords), 'what was done', 'act'),
    ...duties.map((duty) => dutyWords(duty, told)),
    ...ended(told),
  ];
}

function capped(all: readonly Said[], about: Said['about'], noun: string): Said[] {
  const left = all.length - EACH_MAX;
  if (left <= 0) return [...all];
  return [...all.slice(0, EACH_MAX), { about, text: `${counted(left, `more ${noun}`)}: see below.`, events: [] }];
}

/** `at 03:22:07 on Thu 19 Nov 2026`. */
const at = (ms: number): string => `at ${hourText(ms, true)} UTC on ${dayText(ms)}`;
const clock = (ms: number): string => `${hourText(ms, true)}`;

/** Of a drill: what was played, and that none of it is real. */
function exercised({ events, timezone }: Facts): Said[] {
  const started = events.find((event) => event.type === 'exercise.started');
  if (!started) return [];
  const { title, simulation, version, length } = started.data;
  const played = playedIn(events, timezone);
  const text = `This was an exercise, of ${quoted(title)} (${simulation} v${version}, ${length}). It began ${at(started.at)}${played ? ' in the scenario' : ''}.`;
  const said: Said = { about: 'what happened', text, events: [started.seq] };
  if (!played) return [said];
  const pace = `All times below are the scenario’s. It was played: ${played.wall}. ${played.pace}`;
  const clocks = events.flatMap(({ type, seq }) => (type === 'exercise.clock' ? [seq] : []));
  return [said, { about: 'what happened', text: pace, events: clocks.slice(0, 1) }];
}

function began({ view, events, names, measures }: Facts): Said[] {
  const opened = events.find((event) => event.type === 'incident.opened');
  if (!opened) return [{ about: 'what happened', text: 'No incident was opened in it.', events: [] }];
  const { alert } = opened.data;
  const about = view.system ? ` about ${view.system.name}` : '';
  const by =
    view.requester !== null
      ? personIn(names, view.requester)
      : alert
        ? `The alert ${quoted(alertTitle(alert))}${sourceOf(alert)}`
        : 'Tocsin';
  const late = measures.detect.ms === null ? '' : `, ${longSpan(measures.detect.ms)} after it began to fire`;
  const text = `${by} opened this incident${about} ${at(view.openedAt)}${late}.`;
  return [{ about: 'what happened', text, events: [opened.seq] }];
}

function sourceOf(alert: Parameters<typeof text>[0]): string {
  const source = text(alert, 'source');
  return source ? ` from ${source}` : '';
}

function moreAlerts({ events }: Facts): Said[] {
  const joined = events.flatMap((event) => (event.type === 'alert.joined' ? [event] : []));
  const resolved = events.flatMap((event) => (event.type === 'alert.resolved' ? [event] : []));
  const about = 'what happened' as const;
  const titles = [...new Set(joined.map(({ data }) => quoted(alertTitle(data.alert))))];
  const count = joined.reduce((sum, { data }) => sum + data.count, 0);
  const shown = titles.length > 4 ? [...titles.slice(0, 4), `${titles.length - 4} more kinds`] : titles;
  const last = resolved.at(-1);
  return [
    ...(count === 0
      ? []
      : [
          {
            about,
            text: `${capitalised(counted(count, 'further alert'))} joined it: ${listed(shown)}.`,
            events: joined.slice(0, 6).map(({ seq }) => seq),
          },
        ]),
    ...(last
      ? [{ about, text: `The monitor said at ${clock(last.at)} that it no longer fires.`, events: [last.seq] }]
      : []),
  ];
}

const foundWords = ({ words, title, seq }: Finding): Said => ({
  about: 'what happened',
  text: `${title}: ${words}`,
  events: [seq],
});

function decidedWords(line: DecisionLine): Said {
  const { question, by, byDefault, outcome, askedAt, endedAt, reason, events } = line;
  const about = 'what was done' as const;
  if (endedAt === null) return { about, text: `${quoted(question)} is still asked of ${line.asked}.`, events };
  const took = `${longSpan(endedAt - askedAt)} after it was asked`;
  if (byDefault)
    return { about, text: `Nobody answered ${quoted(question)}; at ${clock(endedAt)} it ${counts(outcome)}.`, events };
  const why = reason ? ` ${quoted(sentenceEnd(reason))}` : '';
  if (by.length === 0)
    return { about, text: `${quoted(question)} was no longer asked at ${clock(endedAt)}.${why}`, events };
  const text = `${listed(by)} answered ${quoted(question)} at ${clock(endedAt)}, ${took}: ${outcome}.${why}`;
  return { about, text, events };
}

const counts = (outcome: string): string => outcome.replace(/^C/, 'c').replace(/^counts/, 'counted');

/** Messages that the plan sends along are in the table only. */
const isNotable = ({ purpose }: ActLine): boolean => purpose !== 'say';

function actWords(line: ActLine): Said {
  const { title, target, endedAt, startedAt, proof, seq } = line;
  const what = `${title}${target ? ` (${target})` : ''}`;
  const when = `at ${clock(endedAt ?? startedAt)}`;
  return {
    about: 'what was done',
    text: `${what}: ${outcomeWords(line).replace(/^./, (c) => c.toLowerCase())} ${when}.`,
    events: proof ? [seq, proof.seq] : [seq],
  };
}

function dutyWords(duty: Duty, { events, madeAt, names }: Facts): Said {
  const cited = events.filter(
    (event) =>
      (event.type === 'obligation.opened' || event.type === 'obligation.met' || event.type === 'obligation.waived') &&
      event.data.number === duty.number,
  );
  const by = duty.settled?.person ? ` by ${personIn(names, duty.settled.person)}` : '';
  const became = isOpen(duty) ? leftWords(duty, madeAt) : `${leftWords(duty, madeAt)}${by}`;
  return {
    about: 'what was done',
    text: `${duty.rule.article} of ${duty.rule.law} asked to tell ${duty.rule.whom} by ${hourText(duty.dueAt)} UTC on ${dayText(duty.dueAt)}: ${became}.`,
    events: cited.map(({ seq }) => seq),
  };
}

function ended(told: Facts): Said[] {
  const { events, names, view } = told;
  const about = 'how it ended' as const;
  const said = events.flatMap((event): Said[] => {
    const who = event.actor.kind === 'person' ? personIn(names, event.actor.id) : 'Tocsin';
    switch (event.type) {
      case 'plan.finished':
        return [{ about, text: `${PLAN_ENDED[event.data.outcome]} at ${clock(event.at)}.`, events: [event.seq] }];
      case 'incident.stood-down':
        return [
          {
            about,
            text: `${who} stood it down at ${clock(event.at)}: ${quoted(event.data.reason)}`,
            events: [event.seq],
          },
        ];
      case 'incident.resolved':
        return [
          { about, text: `${who} resolved it ${at(event.at)}: ${quoted(event.data.summary)}`, events: [event.seq] },
        ];
      case 'incident.reopened':
        return [
          { about, text: `${who} reopened it ${at(event.at)}: ${quoted(event.data.reason)}`, events: [event.seq] },
        ];
      case 'incident.closed':
        return [{ about, text: `${who} closed it ${at(event.at)}.`, events: [event.seq] }];
      case 'exercise.ended':
        return [{ about, text: `${exerciseWords(event, who).text}, ${at(event.at)}.`, events: [event.seq] }];
      default:
        return [];
    }
  });
  if (view.status === 'closed' || view.status === 'resolved') return said;
  return [...said, { about, text: `It is open: ${stageWord(view).toLowerCase()}.`, events: [] }];
}

const PLAN_ENDED = {
  completed: 'The plan was completed',
  denied: 'The plan ended with a denied approval',
  failed: 'The plan ended with a failed step',
  stopped: 'The plan was stopped; what was contained stayed contained',
  'stood-down': 'The plan ended because the incident was stood down',
  unwound: 'The plan ended and its acts were undone',
} as const;
