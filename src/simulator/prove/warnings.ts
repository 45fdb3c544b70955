import type { Card, PlayerSight } from './player-sight.ts';
import { type Claim, clausesOf, type Reading, read, shared, wordsOf } from './reading.ts';

/** What is known so far: every text that was heard, read once. */
export class Known {
  readonly names: ReadonlySet<string>;
  readonly readings: Reading[] = [];
  /** When something was first cut, stopped or put back. */
  containedAt: number | null = null;
  #read = 0;

  constructor(names: ReadonlySet<string>) {
    this.names = names;
  }

  take({ heard }: PlayerSight): Reading[] {
    const fresh = heard.slice(this.#read).map((one) => read(one, this.names));
    this.#read = heard.length;
    this.readings.push(...fresh);
    return fresh;
  }

  /** The alert, or text, that tells what it is about. */
  get alarm(): Reading | undefined {
    return this.readings.find(({ heard }) => heard.by === 'alert') ?? this.readings.find(({ harm }) => harm);
  }

  /** By people who looked and by machines: not by whoever wants a quick end, nor by the team itself. */
  get evidence(): Reading[] {
    return this.readings.filter(({ presses, heard }) => !presses && !OWN.includes(heard.by));
  }
}

/** What the team and its plan say is no news to it. */
const OWN: readonly string[] = ['note', 'message'];

/** Warnings since the containment that nothing later about the same thing has cleared. */
export function standing(known: Known, card: Card): Claim[] {
  const { containedAt, evidence } = known;
  if (containedAt === null) return [];
  const since = evidence.filter(({ heard }) => heard.at > containedAt);
  return since.flatMap((reading, i) =>
    warningsIn(reading).filter((warning) => !since.slice(i).some((later) => settles(later, warning, card, known))),
  );
}

function warningsIn({ heard, claims }: Reading): Claim[] {
  // Whatever a monitor reports after the containment goes on in spite of it.
  if (heard.by === 'alert') return claims.slice(0, 1);
  return claims.filter(({ warns }) => warns);
}

function settles(later: Reading, warning: Claim, card: Card, { names }: Known): boolean {
  const { heard, claims, about } = later;
  // The last look of a kind is the one that counts.
  if (warning.heard.by === 'act')
    return heard.by === 'act' && heard.from === warning.heard.from && heard.ok && !claims.some(({ warns }) => warns);
  if (!mayClear(later, card, names)) return false;
  const from = claims.findIndex((claim) => claim.text === warning.text && claim.heard === warning.heard);
  const rest = claims.slice(from + 1);
  return rest.some(({ clears }) => clears) && shared(about, wordsOf(warning.text, names)) > 0;
}

/** Whoever sells it may not say that it is well, but where the question is about them. */
const mayClear = ({ outside, heard }: Reading, { question, details }: Card, names: Known['names']): boolean =>
  !outside ||
  /\bvendor\b/i.test(`${question} ${details}`) ||
  shared(wordsOf(heard.from, names), wordsOf(question, names)) > 0;

/** What the question itself says that is not well: its checks write that in capitals. */
const CHECK_SAYS_NO = /\b(?:NOT|STILL|OUT|REMAINS|OPEN)\b/;
export const saidByTheQuestion = ({ details }: Card): string | null =>
  clausesOf(details).find((one) => CHECK_SAYS_NO.test(one)) ?? null;

/** “Approve only if …”: what must be so, and no finding. */
const CONDITION = /^(?:approve|deny)\b|\bonly if\b/i;

/** Why the cause is known to be gone, or null. */
export function causeGone(known: Known, card: Card): string | null {
  const { alarm, names, containedAt } = known;
  if (!alarm) return null;
  const findings = clausesOf(card.details).filter((one) => !CONDITION.test(one));
  const looked = findings.find((one) => shared(wordsOf(one, names), alarm.about) > 0);
  if (looked !== undefined) return looked;
  const told = known.evidence.findLast(
    (reading) =>
      reading.heard.at > (containedAt ?? alarm.heard.at) &&
      PEOPLE.includes(reading.heard.by) &&
      mayClear(reading, card, names) &&
      reading.claims.some(({ clears }) => clears),
  );
  return told?.claims.findLast(({ clears }) => clears)?.text ?? null;
}
const PEOPLE: readonly string[] = ['slack', 'mail', 'phone', 'alert'];

/** One word in common is chance: that keys are off is no end of the leak of keys. */
const ASKED_WORDS = 2;

/** Who says since the containment, of the very thing that is asked, that it is gone; or null. That something else is stopped settles nothing. */
export function goneByWord({ evidence, containedAt, names }: Known, card: Card): string | null {
  const asked = wordsOf(card.question, names);
  for (const reading of evidence.toReversed()) {
    if (reading.heard.at <= (containedAt ?? 0) || !PEOPLE.includes(reading.heard.by) || !mayClear(reading, card, names))
      continue;
    const told = reading.claims.findLast(
      ({ clears, about }) => clears && shared(about, asked) >= Math.min(ASKED_WORDS, asked.size),
    );
    if (told) return told.text;
  }
  return null;
}

const FALSE_ALARM =
  /\b(?:false (?:alarm|positive)|wrong (?:ai )?system|test (?:alert|alarm)|(?:was|is) (?:only )?a (?:test|rehearsal|load test|scheduled \w+)|decoy|expected behaviou?r)\b/i;

/** Why containment would be wrong, or null. */
export function reasonToDeny(known: Known, card: Card): string | null {
  const since = known.evidence.filter(({ outside, heard }) => !outside && heard.by !== 'act');
  for (const { claims } of since) {
    const found = claims.find(
      ({ text }) => FALSE_ALARM.test(text) && !/\bnot? (?:a )?(?:false|test|wrong)/i.test(text),
    );
    if (found) return found.text;
  }
  for (const clause of denyIf(card.details)) {
    const words = wordsOf(clause, known.names);
    const spoken = since.flatMap(({ claims }) => claims).find(({ about }) => shared(about, words) >= DENY_WORDS);
    if (spoken) return spoken.text;
  }
  return null;
}
const DENY_WORDS = 3;

export const saysWhenToDeny = ({ details }: Card): boolean => denyIf(details).length > 0;

/** “If the world has changed …: deny”. */
const denyIf = (details: string): string[] =>
  clausesOf(details).filter((one) => /\bif\b.*\bdeny\b/i.test(one) || /\bdeny\b.*\bif\b/i.test(one));
