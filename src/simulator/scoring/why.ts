import type { NumberedEvent } from '../../incident/events.ts';
import { capitalised, listed, quoted, spanText } from '../../incident/phrases.ts';
import type { Result } from '../core/results.ts';
import type { Expectation, Script } from '../core/script.ts';
import type { Decision } from './causes.ts';
import { type Excuse, isAbout } from './outcomes.ts';
import type { Standing } from './score.ts';

type About = {
  script: Script;
  events: readonly NumberedEvent[];
  decisions: readonly Decision[];
  one: Expectation;
  result: Result;
  standing: Standing;
  excuse: Excuse;
};
/** A sentence, and the numbers of further events that it names. */
export type Why = { why: string; cites: number[] };

export function whyOf(about: About): Why {
  const { one, result, standing, excuse } = about;
  if (one.sought.what === 'judged' && standing === 'not-observed')
    return plain(`Only an evaluator can tell: ${one.sought.text}`);
  if (standing === 'void') return neverDelivered(about);
  if (excuse === 'bots') return plain(botsAlone(result));
  if (excuse === 'cut-short') return cutShort(about);
  if (one.never) return ofNever(about);
  if (standing === 'missed') return ofMissed(about);
  return plain(standing === 'met-late' ? lateWords(about) : metWords(about));
}

const plain = (why: string): Why => ({ why, cites: [] });
const eventWords = (seq: number | null): string => `event ${seq ?? 0}`;
const STARTEX = 'STARTEX';

/** What its time counts from, in words. */
function sinceWords({ script, one }: About): string {
  return one.since === null ? STARTEX : quoted(titleOf(script, one.since));
}

function titleOf({ injects, expectations }: Script, id: string): string {
  return [...injects, ...expectations].find((other) => other.id === id)?.title ?? id;
}

/** `4 min 10 s after STARTEX`; before it where a team is ahead of the script. */
function whenWords(about: About): string {
  const { result, events } = about;
  const since = result.since?.at ?? events[0]?.at ?? 0;
  const took = (result.at ?? since) - since;
  const ahead = result.since !== null && (result.seq ?? 0) < result.since.seq;
  return ahead
    ? `before ${sinceWords(about)} (event ${result.since?.seq})`
    : `${spanText(took)} after ${sinceWords(about)}`;
}

const limitWords = ({ one }: About): string | null =>
  one.withinMs === null ? null : `the limit was ${spanText(one.withinMs)}`;

function metWords(about: About): string {
  const { one, result, script } = about;
  const before = one.before === null ? null : `it had to come before ${quoted(titleOf(script, one.before))}`;
  const other = before && (result.before ? `${before} (event ${result.before.seq})` : `${before}, which never came`);
  const terms = [limitWords(about), other].filter((words) => words !== null);
  const rest = terms.length === 0 ? 'there was no limit' : listed(terms);
  return `${capitalised(eventWords(result.seq))}, ${whenWords(about)}; ${rest}.`;
}

function lateWords(about: About): string {
  const { one, result, script, events } = about;
  const since = result.since?.at ?? events[0]?.at ?? 0;
  const past = one.withinMs === null ? 0 : (result.at ?? 0) - since - one.withinMs;
  const words: string[] = [];
  if (past > 0)
    words.push(
      `${past < 1_000 ? 'less than a second' : spanText(past)} over the limit of ${spanText(one.withinMs ?? 0)}`,
    );
  if (one.before !== null && result.before && (result.seq ?? 0) > result.before.seq)
    words.push(
      `after ${quoted(titleOf(script, one.before))} (event ${result.before.seq}), which it had to come before`,
    );
  return `${capitalised(eventWords(result.seq))}, ${whenWords(about)}: ${listed(words)}.`;
}

function ofNever(about: About): Why {
  const { one, result, script, standing } = about;
  const before = one.before === null ? '' : ` before ${quoted(titleOf(script, one.before))}`;
  const other = result.before ? ` (event ${result.before.seq})` : '';
  if (standing !== 'met')
    return plain(`It happened ${whenWords(about)} (event ${result.seq}), and must not${before}${other}.`);
  if (result.before) return plain(`It did not happen${before}${other}.`);
  const { words, cites } = lastWords(about);
  const had = result.since ? `Since ${sinceWords(about)} (event ${result.since.seq}) it had` : 'It had';
  return { why: `${had} not happened by ${words}.`, cites };
}

/** By when: ENDEX, or the last that is known. */
function lastWords({ events }: About): { words: string; cites: number[] } {
  const last = events.at(-1);
  const seq = last?.seq ?? 0;
  return last?.type === 'exercise.ended'
    ? { words: `ENDEX (event ${seq})`, cites: [seq] }
    : { words: `event ${seq}, the last so far`, cites: [seq] };
}

function ofMissed(about: About): Why {
  const limit = limitWords(about);
  const from = limit === null ? '' : `; ${limit} from ${sinceWords(about)}`;
  const instead = insteadOf(about);
  const by = lastWords(about);
  const why = `It had not happened by ${by.words}${from}.${instead ? ` ${instead.why}` : ''}`;
  return { why, cites: [...(instead?.cites ?? []), ...by.cites] };
}

/** What happened in its place, as far as that can be told. */
function insteadOf({ one, decisions, events, result }: About): Why | null {
  const decision = decisions.filter((other) => isAbout(one, other)).at(-1);
  const { sought } = one;
  if (decision) {
    const { made, withdrawn, seq } = decision;
    if (made?.by === 'default')
      return {
        why: `Nobody answered in time, and ${quoted(made.outcome)} counted (event ${made.seq}).`,
        cites: [made.seq],
      };
    if (made && (sought.what === 'decided' || made.outcome !== 'approve'))
      return { why: `The answer was ${quoted(made.outcome)} (event ${made.seq}).`, cites: [made.seq] };
    if (!made)
      return {
        why: `It was asked (event ${seq}) and ${withdrawn ? `not answered before the question was withdrawn (event ${withdrawn.seq})` : 'is not answered yet'}.`,
        cites: [seq, ...(withdrawn ? [withdrawn.seq] : [])],
      };
  }
  if (sought.what === 'decided') return { why: 'It was never asked.', cites: [] };
  if (sought.what === 'act') return triedInstead(sought.capability, events, result);
  if (sought.what === 'duty') {
    const own = events.filter((event) => event.type === 'obligation.opened' && event.data.rule.id === sought.rule);
    const opened = own.find(({ seq }) => result.cites.includes(seq)) ?? own[0];
    return opened
      ? { why: `The duty was opened (event ${opened.seq}).`, cites: [opened.seq] }
      : { why: 'The duty was never opened.', cites: [] };
  }
  return null;
}

function triedInstead(capability: string, events: readonly NumberedEvent[], { cites }: Result): Why {
  const begun =
    events.find((event) => event.type === 'act.started' && cites.includes(event.seq)) ??
    events.findLast(
      (event) => event.type === 'act.started' && event.data.purpose === 'act' && event.data.capability === capability,
    );
  if (begun?.type !== 'act.started') return { why: 'It was never begun.', cites: [] };
  const failed = events.findLast(
    (event) => event.seq > begun.seq && event.path === begun.path && event.type === 'act.failed',
  );
  const on = typeof begun.data.with.system === 'string' ? ` on ${begun.data.with.system}` : '';
  const how = failed ? `failed (event ${failed.seq})` : 'was not proved';
  return {
    why: `It was begun${on} (event ${begun.seq}) and ${how}.`,
    cites: [begun.seq, ...(failed ? [failed.seq] : [])],
  };
}

const botsAlone = ({ seq }: Result): string =>
  seq === null
    ? 'Only bots were asked: it says nothing about the people.'
    : `Bots alone brought it about (event ${seq}): it says nothing about the people.`;

function cutShort({ events, result, script, one }: About): Why {
  const last = events.at(-1);
  const since = events[0]?.at ?? 0;
  const at = spanText((last?.at ?? since) - since);
  const ended =
    last?.type === 'exercise.ended'
      ? `The drill was ended ${at} after STARTEX`
      : `The drill stands ${at} after STARTEX`;
  const left = result.dueAt === null ? `its ${spanText(script.length.ms)} were not over` : 'its limit had not passed';
  const cites = last?.type === 'exercise.ended' ? [last.seq] : [];
  return {
    why: `${ended}${cites.length > 0 ? ` (event ${last?.seq})` : ''}, when ${left}: ${quoted(one.title)} could still have come.`,
    cites,
  };
}

function neverDelivered({ script, one, events }: About): Why {
  const inject = quoted(titleOf(script, one.since ?? ''));
  const skipped = events.find((event) => event.type === 'inject.skipped' && event.data.id === one.since);
  return skipped
    ? { why: `${inject} was passed over (event ${skipped.seq}) and never delivered.`, cites: [skipped.seq] }
    : plain(`${inject} was never delivered.`);
}
