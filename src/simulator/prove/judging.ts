import { agreement } from '../../incident/decision.ts';
import type { Card, PlayerSight } from './player-sight.ts';
import {
  causeGone,
  goneByWord,
  type Known,
  reasonToDeny,
  saidByTheQuestion,
  saysWhenToDeny,
  standing,
} from './warnings.ts';
import { meaningOf, weigh } from './weighing.ts';

/** What the golden policy answers to a question now, or why it waits. */
export type Judgement = { answer: string; why: string } | { waits: string };

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Paces follow from how long the exercise is: in a warm-up nobody can wait long. */
export const paceOf = ({ startedAt, endsAt }: Pick<PlayerSight, 'startedAt' | 'endsAt'>) => {
  const part = (share: number, minMin: number, maxMin: number): number =>
    Math.min(maxMin * MINUTE_MS, Math.max(minMin * MINUTE_MS, (endsAt - startedAt) * share));
  return {
    /** Before the end, or the time to answer, what cannot be cleared is denied. */
    lastCallMs: part(0.08, 2, 8),
    /** For late news, before something is given back. */
    settleMs: 2 * MINUTE_MS,
    /** For news about a failed step. */
    newsMs: part(0.12, 2, 8),
    /** People need some time for a task. */
    taskMs: part(0.05, 1, 5),
    /** For a reason to deny, where the question names one. */
    doubtMs: part(0.06, 1, 4),
    /** For what is found out about data of persons. */
    dutyMs: part(0.2, 3.5, 18),
    /** For evidence on a choice. */
    choiceMs: part(0.12, 1.5, 8),
  };
};

type Scene = { sight: PlayerSight; known: Known; card: Card };

export function judge(scene: Scene): Judgement {
  const { card } = scene;
  switch (card.kind) {
    case 'failure':
      return aboutFailure(scene);
    case 'task':
      return aboutTask(scene);
    case 'choice':
      return isLegal(card) ? aboutDuty(scene) : aboutChoice(scene);
    case 'approval':
      return aboutApproval(scene);
    default:
      return card.kind satisfies never;
  }
}

/** When there is no more time to wait. */
const isLastCall = ({ sight, card }: Scene): boolean => {
  const { lastCallMs } = paceOf(sight);
  return sight.now >= Math.min(sight.endsAt - lastCallMs, card.until - MINUTE_MS);
};

const since = ({ sight, card }: Scene): number => sight.now - card.askedAt;

const GIVES_BACK = /\b(?:restore|resume|enable|relax|release|unfreeze|failback)\b/;
const CUTS = /\b(?:isolate|revoke|stop|disable|tighten|quarantine|freeze|failover|rollback|preserve)\b/;
const GIVES_BACK_IN_WORDS = /\b(?:back|again|resume|reopen|re-open|release|issue new|restore|learn|publish)\b/i;

export type Direction = 'back' | 'cut' | 'out' | 'other';
export function directionOf({ acts, question }: Card): Direction {
  if (acts.some(({ capability }) => GIVES_BACK.test(capability))) return 'back';
  if (acts.some(({ capability }) => CUTS.test(capability))) return 'cut';
  if (acts.some(({ capability }) => capability.startsWith('notify.'))) return 'out';
  return GIVES_BACK_IN_WORDS.test(question) ? 'back' : 'other';
}

function aboutApproval(scene: Scene): Judgement {
  switch (directionOf(scene.card)) {
    case 'back':
      return aboutGivingBack(scene);
    case 'cut':
    case 'other':
      return aboutCutting(scene);
    case 'out':
      return since(scene) < MINUTE_MS
        ? { waits: 'to read what would be sent' }
        : yes(scene.card, 'It is due, and what it says is what we know.');
  }
}

const yes = ({ options }: Card, why: string): Judgement => ({ answer: options[0] ?? 'approve', why });

function aboutCutting(scene: Scene): Judgement {
  const { card, known, sight } = scene;
  if (since(scene) < 30 * SECOND_MS) return { waits: 'to read what is asked' };
  const against = reasonToDeny(known, card);
  const { doubtMs } = paceOf(sight);
  if (against === null && saysWhenToDeny(card) && since(scene) < doubtMs && !isLastCall(scene))
    return { waits: 'to see whether what it names as a reason to deny is so' };
  if (against === null) return yes(card, evidenceFor(known));
  if (since(scene) < doubtMs && !isLastCall(scene)) return { waits: `to see whether this is so: “${against}”` };
  return { answer: agreement(card)?.no ?? card.otherwise, why: `The evidence speaks against it: “${against}”` };
}

function evidenceFor({ alarm }: Known): string {
  const said = alarm?.claims[0]?.text;
  return said ? `What we rest on: “${said}” (${alarm.heard.from}).` : 'Nothing speaks against it.';
}

function aboutGivingBack(scene: Scene): Judgement {
  const { card, known, sight } = scene;
  const warning = standing(known, card).at(-1);
  const stands = warning ? `“${warning.text}” (${warning.heard.from})` : saidByTheQuestion(card);
  const gone = causeGone(known, card);
  const isLast = isLastCall(scene);
  if (stands === null && gone !== null) {
    if (isLast || since(scene) >= paceOf(sight).settleMs)
      return yes(card, `Nothing stands against it, and the cause is gone: “${gone}”`);
    return { waits: 'two minutes for late news, before anything is given back' };
  }
  const why = stands === null ? 'nobody has said what the cause was and that it is gone' : `this stands: ${stands}`;
  return isLast
    ? { answer: agreement(card)?.no ?? card.otherwise, why: `Not now, for ${why}.` }
    : { waits: `because ${why}` };
}

/** News: what somebody who does not press has said since. */
function newsSince({ known, card }: Scene): number | null {
  const told = known.evidence.findLast(
    ({ heard }) => heard.at > card.askedAt && heard.by !== 'act' && heard.readers.length > 0,
  );
  return told?.heard.at ?? null;
}

function aboutFailure(scene: Scene): Judgement {
  const { card, sight } = scene;
  const news = newsSince(scene);
  const again: Judgement = { answer: 'retry', why: 'It is needed: we try again and do not skip it.' };
  if (!card.options.includes('retry')) return { answer: card.otherwise, why: 'There is nothing to try again.' };
  if (news !== null && sight.now >= news + 30 * SECOND_MS) return again;
  if (since(scene) >= paceOf(sight).newsMs) return again;
  return { waits: `for news about why it failed: “${card.failure?.message ?? ''}”` };
}

const CANNOT = /\b(?:cannot|can't|impossible|no way to) (?:be )?(?:do|done|reach|remove|rotate|find|protect)/i;

function aboutTask(scene: Scene): Judgement {
  const { card, known, sight } = scene;
  if (since(scene) < paceOf(sight).taskMs && !isLastCall(scene)) return { waits: 'until it is done' };
  const stuck = known.evidence
    .flatMap(({ claims }) => claims)
    .find(({ text, heard }) => heard.at > card.askedAt && CANNOT.test(text));
  if (stuck && !isLastCall(scene)) return { waits: `because of this: “${stuck.text}”` };
  return yes(card, 'It is done, and was looked at by a second pair of eyes.');
}

/** Whether an authority must be told. */
const isLegal = ({ question }: Card): boolean => /\b(?:authority|regulator|notif\w+|duty to)\b/i.test(question);
const NO_DATA =
  /\b(?:no|not|never|nobody's|none of the) (?:\w+ ){0,3}(?:personal|health|member|customer|patient)?\s?(?:data|records?|names?|details)\b/i;
const DATA_OF_PERSONS =
  /\b(?:personal|health|identity|diagnos\w+|patients?|members?|names?|addresses|accounts?|medical|salar\w+|applicants?|customers?|claimants?|e-?mails?)\b/i;

const EXPOSED =
  /\b(?:leak\w*|exposed|disclosed|copied|stolen|exfiltrat\w*|downloaded|given away|left the|(?:was|were) sent|went to|stranger\w*|somebody else|someone else|wrong (?:member|person|patient|customer|recipient)\w*)\b/i;

/** Whoever looked answers the question itself: that texts name people is no breach of their data yet. */
const NO_BREACH =
  /\b(?:no|not an?) (?:personal )?(?:data )?breach\b|\bno (?:personal )?data (?:was|were|has been|have been) (?:exposed|altered|lost|disclosed)\b/i;

function aboutDuty(scene: Scene): Judgement {
  const { card, known, sight } = scene;
  if (since(scene) < Math.min(2 * MINUTE_MS, paceOf(sight).choiceMs))
    return { waits: 'to read what is known about data' };
  const runs = card.options.find((option) => meaningOf(card, option) === 'done') ?? card.otherwise;
  const not = card.options.find((option) => option !== runs) ?? card.otherwise;
  const looked = known.evidence.filter(({ outside, heard }) => !outside && heard.by !== 'act' && heard.by !== 'alert');
  const inside = looked.flatMap(({ claims }) => claims);
  const judged = inside.find(({ text }) => NO_BREACH.test(text));
  if (judged) return { answer: not, why: `Whoever looked says why none is due: “${judged.text}”` };
  const persons = known.evidence
    .flatMap(({ claims }) => claims)
    .filter(({ text }) => DATA_OF_PERSONS.test(text) && !NO_DATA.test(text));
  const some = persons.find(({ text }) => EXPOSED.test(text)) ?? persons[0];
  if (!(some && EXPOSED.test(some.text)) && since(scene) < paceOf(sight).dutyMs && !isLastCall(scene))
    return { waits: 'for what is found out about data of persons' };
  const none = inside.find(({ text }) => NO_DATA.test(text));
  if (none && !some) return { answer: not, why: `No data of persons is concerned: “${none.text}”` };
  return {
    answer: runs,
    why: some ? `Data of persons is concerned: “${some.text}”` : 'It cannot be ruled out, and the clock is short.',
  };
}

function aboutChoice(scene: Scene): Judgement {
  const { card, known, sight } = scene;
  const patient = since(scene) < paceOf(sight).choiceMs && !isLastCall(scene);
  const of = (meaning: ReturnType<typeof meaningOf>) =>
    card.options.find((option) => meaningOf(card, option) === meaning);
  const [done, open, unknown] = [of('done'), of('open'), of('unknown')];
  const not = unknown ?? open;
  if (done === undefined || not === undefined) return byWeight(scene, patient);
  if (patient) return { waits: 'for what is found out about it' };
  const warning = standing(known, card).at(-1);
  const cause = unknown === undefined ? 'It was gone through one by one.' : goneByWord(known, card);
  if (!warning && cause) return { answer: done, why: cause };
  const why = warning ? `this stands: “${warning.text}”` : 'nobody who looked has said that it is gone';
  return isLastCall(scene) ? { answer: not, why: `As far as we know, ${why}.` } : { waits: `because ${why}` };
}

function byWeight({ card, known }: Scene, patient: boolean): Judgement {
  if (patient) return { waits: 'for more evidence' };
  const [best, next] = weigh(known, card);
  if (best && best.weight > 0 && best.weight > (next?.weight ?? 0))
    return { answer: best.option, why: 'The evidence speaks of it rather than of the others.' };
  return { answer: card.otherwise, why: 'The evidence does not tell, and this is the careful answer.' };
}
