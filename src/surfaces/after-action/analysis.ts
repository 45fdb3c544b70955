import { listed, quoted } from '../../incident/phrases.ts';
import type { Expectation } from '../../simulator/core/script.ts';
import { type Decision, decisionsOf } from '../../simulator/scoring/causes.ts';
import { isAbout } from '../../simulator/scoring/outcomes.ts';
import type { Outcome } from '../../simulator/scoring/score.ts';
import { spanText } from '../model/clock.ts';
import type { Told } from './contract.ts';
import { eventsOf, type Ground, titleOf, told } from './told.ts';

/**
 * What stood around something that was missed or late, as far as the timeline shows: who read it when, who was asked, what they said and why,
 * who could not be reached. A cause is for people to name; these are the facts from which they do.
 */
export function analyst(ground: Ground): (outcome: Outcome) => Told {
  const decisions = decisionsOf(ground.events);
  const toldOf = new Map<string, string>();
  return (outcome) => {
    const one = ground.script.expectations.find(({ id }) => id === outcome.expectation);
    const around = one ? facts(ground, decisions, one, outcome) : [];
    if (around.length === 0)
      return told('The timeline does not show why: ask those who were there.', lastOf(ground, outcome));
    const text = around.map((each) => each.text).join(' ');
    const cites = around.flatMap((each) => each.cites);
    const like = toldOf.get(text);
    if (like !== undefined) return told(`The same as around ${quoted(like)}.`, cites);
    toldOf.set(text, outcome.title);
    return told(text, cites);
  };
}

const lastOf = ({ events }: Ground, { cites }: Outcome): number[] =>
  cites.length > 0 ? cites : [events.at(-1)?.seq ?? 1];

function facts(ground: Ground, decisions: readonly Decision[], one: Expectation, outcome: Outcome): Told[] {
  // The one that brought it about, or the last before ENDEX.
  const decision = decisions
    .filter((each) => isAbout(one, each))
    .findLast(({ seq }) => outcome.seq === null || seq <= outcome.seq);
  return [...readWords(ground, one), ...(decision ? [...askedWords(decision), ...away(ground, decision)] : [])];
}

/** When what set it off came, and was first read by a person. */
function readWords(ground: Ground, { since }: Expectation): Told[] {
  const came = eventsOf(ground, 'inject.delivered').find(({ data }) => data.id === since);
  if (!came) return [];
  const [first] = eventsOf(ground, 'inject.seen').filter(({ data }) => data.id === since);
  const what = quoted(came.data.title);
  if (!first) return [told(`No player is recorded as having read ${what}.`, [came.seq])];
  const roles = rolesOf(ground, first.actor.kind === 'person' ? first.actor.id : '');
  const by = roles.length === 0 ? '' : `, by ${listed(roles)}`;
  const when = first.at <= came.at ? 'as soon as it came' : `${spanText(first.at - came.at)} after it came`;
  return [told(`${what} was first read ${when}${by}.`, [came.seq, first.seq])];
}

const rolesOf = ({ exercise }: Ground, person: string): string[] =>
  exercise.seats.filter((seat) => seat.person === person).map(({ role }) => titleOf(role));

function askedWords({ seq, question, votes, reminded, escalated, made }: Decision): Told[] {
  const by = listed([...new Set(question.by.map(({ role }) => titleOf(role)))]);
  const asked = told(`${quoted(question.question)} was asked of ${by}.`, [seq]);
  const answers = votes.map(({ seq: voted, at, vote }) => {
    const words = `${listed(vote.roles.map(titleOf))} answered ${quoted(vote.answer)} after ${spanText(at - question.askedAt)}`;
    return told(vote.reason ? `${words}, and gave as the reason: ${quoted(vote.reason)}` : `${words}.`, [voted]);
  });
  const silent = made?.by === 'default' && votes.length === 0;
  return [
    asked,
    ...(reminded.length > 0
      ? [
          told(
            `${reminded.length === 1 ? 'One reminder' : `${reminded.length} reminders`} went out.`,
            reminded.map(({ seq: at }) => at),
          ),
        ]
      : []),
    ...(escalated ? [told(`It was escalated to ${titleOf(escalated.to)}.`, [escalated.seq])] : []),
    ...answers,
    ...(silent ? [told('Nobody answered.', [made.seq])] : []),
  ];
}

/** Of those who were asked, who could not be reached while it was open. */
function away(ground: Ground, { question, escalated, made, withdrawn }: Decision): Told[] {
  const until = made?.at ?? withdrawn?.at ?? question.until;
  const asked = new Set([...question.by.map(({ role }) => role), ...(escalated ? [escalated.to] : [])]);
  const backs = eventsOf(ground, 'seat.back');
  return eventsOf(ground, 'seat.away').flatMap(({ seq, at, data: { role } }) => {
    const back = backs.find((one) => one.data.role === role && one.seq > seq);
    if (!asked.has(role) || at > until || (back && back.at < question.askedAt)) return [];
    const rest = back ? `for ${spanText(back.at - at)}` : 'until the end';
    return [told(`${titleOf(role)} could not be reached ${rest}.`, [seq, ...(back ? [back.seq] : [])])];
  });
}
