import type { Heard, PlayerSight } from './player-sight.ts';

/**
 * How the golden policy reads: by words that people use for what is wrong, for what is mended, and for wanting a quick end. Plain patterns
 * over single clauses; texts in other languages tell it nothing, and break nothing.
 */
export type Claim = {
  heard: Heard;
  text: string;
  /** What it is about: its words, without those that stand in every text. */
  about: ReadonlySet<string>;
  /** Says that something is still wrong. */
  warns: boolean;
  /** Says that something is mended, or was found and removed. */
  clears: boolean;
};

export type Reading = {
  heard: Heard;
  claims: readonly Claim[];
  about: ReadonlySet<string>;
  /** Whoever wrote it wants a quick end: what it says settles nothing. */
  presses: boolean;
  /** Comes from outside the house. */
  outside: boolean;
  /** Tells of harm. */
  harm: boolean;
};

const any = (...parts: string[]): RegExp => new RegExp(`\\b(?:${parts.join('|')})\\b`, 'i');

const NOT =
  "(?:not|never|no longer|cannot|can't|isn't|aren't|wasn't|weren't|doesn't|don't|didn't|hasn't|haven't|won't)";

const WARNS = any(
  'still',
  'once more',
  '(?:it|they|he|she|does|did|do|happens?|happened|live|serving|appears?|appeared) (?:it )?again',
  `${NOT} (?:yet |been |be |quite |fully |known to be )*(?:yet|verif\\w+|clean\\w*|closed|known|proved|proven|gone|removed|revoked|blocked|safe|match\\w*|fixed|mended|rotated|sure|signed|stopp?e?d?|help|forget|cover|explain\\w*|mean|prove|change|pass\\w*|reach|exclude\\w*|enough|the cause)`,
  "does n[o']t hold",
  'fail(?:s|ed|ing|ures?)?',
  'unknown|unclear|unverified|unsigned|unpatched|untested',
  '(?:was|were|been|got|is|are) (?:just )?(?:pushed|redeployed|re-deployed|deployed|restored|re-?enabled|re-?opened|re-?uploaded|re-?created|re-?issued|re-?ingested|re-?indexed|re-?imported|promoted|overwritten|switched back|turned back on)',
  '(?:deployed|redeployed|pushed|promoted|restored|re-enabled|re-created|merged) by',
  'remains?|keeps|continues|persists?|comes back|came back|come back|left over|lives on|lingers?',
  '(?:a|one|the|two|three|some|any) (?:second|third|other|further|more) (?:cop(?:y|ies)|keys?|tokens?|accounts?|backdoors?|rules?|grants?|jobs?|instances?|schedules?|sources?)',
  'another (?:copy|key|token|account|backdoor|rule|grant|job|instance|schedule|source)',
  'independent of',
  '(?:do|must|should|may) not (?:put|give|restore|open|reopen|enable|release|resume|turn|switch|go back|retrain|publish)',
  "don't (?:put|give|restore|open|reopen|enable|release|resume|turn|switch|go back|retrain|publish)",
  '(?:mends?|fixe?s?|explains?|changes?|proves?|clears?) nothing',
  '(?:same|identical) (?:result|answer|behaviou?r|error|output|weights|file|hash|digest)',
);

/** “0 unknown principals”, “no further failures”: nothing of what would be a warning. */
const NONE_OF_IT = /(?<![.\d])\b(?:0|zero|no(?! longer)) (?:[\w-]+ )?[\w-]+/gi;

const CLEARS = any(
  'removed|revoked|deleted|purged|clean|cleaned|cleared|verified|verifies|passes|passed|gone|closed|blocked|rotated',
  'fixed|mended|patched|repaired|emptied|flushed|rebuilt|reverted|undone|reversed|quarantined|expired|disabled|resolved|traced|withdrawn|barred|plugged|unplugged|wiped|erased',
  'switched (?:it )?off|turned (?:it )?off|shut (?:it )?(?:off|down)|taken (?:it )?(?:away|down|out|off)|took (?:it )?(?:away|down|out|off)',
  'is off|are off|stopped|put .{1,30}back|in (?:its|their) place|matches|in band|within tolerance|no (?:further|more|other) \\w+',
);

const PRESSES = any(
  'just|easy|easily|simply|no need|no reason to|skip|overreact\\w*|be done with it|and be done|hurry|asap|right now|right away',
  'take (?:the |full )?responsibility|on my (?:word|head)|trust me|good enough|looks? (?:fine|good)|fine by me',
  'before (?:noon|lunch|five|six|four|three|two|the (?:board|weekend|meeting|show|call|demo|launch))',
  '(?:cannot|can this not|could this not|can it not|why not) wait|wait until',
  'need (?:it|them|this|him|her) (?:back|live|up|on|running)|get (?:it|them|us) back|want (?:it|them) back',
);
/** “Put the old one back”, “Give me the tools back”, “Turn it on again”. */
const URGES =
  /^\W*(?:please |so |then |and )?(?:put|give|turn|switch|bring|open|let|roll|skip|restore|release|resume|enable|unfreeze)\b/i;

const HARM = any(
  'wrong\\w*|leak\\w*|stolen|steal\\w*|theft|attack\\w*|tamper\\w*|poison\\w*|breach\\w*|exposed|compromis\\w*|fraud\\w*|hacked|abus\\w*|misus\\w*',
  "strangers?|unauthori[sz]ed|discriminat\\w*|injection|jailbreak\\w*|harm\\w*|illegal|somebody else's|someone else's|deleted|destroy\\w*|runaway|out of control",
);

const OUTSIDERS = any(
  'journalist|reporter|editor|news\\w*|radio|television|tv|magazine|blog\\w*|press|podcast',
  'authority|regulator|commission\\w*|supervisor\\w*|ministry|police|ombudsman|agency|inspectorate',
  'customer success|customer support|support|vendor|provider|abuse (?:desk|team)|account manager|sales|law firm|attorney|solicitor|insurer',
  'member|customer|client|patient|citizen|applicant|tenant|user|parent|neighbour|fraud desk|bank\\w*|union|partner',
);
const PUBLIC: readonly string[] = ['news', 'social', 'letter'];

const COMMON = new Set(
  `about above after again all also although among and another any anybody anyone are because been before being below between both but came
   can cannot come could did does doing done down each else even ever every everybody everything few first five for four from get gets give
   given gives goes going gone good got had half has have having hear heard hello here hers him his hour hours how into its itself just keep
   know known last left less let like look looks made make makes many may maybe mean means might mine minute minutes more morning most much
   must need needs never next nine nobody not nothing now off one only onto other others our ours out over own please put put quite rather
   right said same says say see seen sees she should since six some somebody somebody someone something soon still such system systems take
   taken tell ten than that the their them then there these they thing things think this those three through time times today together told
   too toward two under until upon use used uses very want wants was way well went were what when where whether which while who whoever whole
   whom whose why will with within without would yes yesterday yet you your yours version model team people person answer answers work works
   friday monday tuesday wednesday thursday saturday sunday afternoon evening night week weeks days day ago regards dear thanks thank hi
   does doesn don didn isn aren wasn weren hasn haven won passes passed check checks checked`.split(/\s+/),
);

/** Words as they are compared: short ends cut off, numbers and versions whole. */
export function wordsOf(text: string, without: ReadonlySet<string> = new Set()): Set<string> {
  const found = new Set<string>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}][\p{L}\p{N}._-]*[\p{L}\p{N}]|\p{N}/gu)) {
    if (COMMON.has(word) || without.has(word) || (word.length < 3 && !/\d/.test(word))) continue;
    found.add(stem(word));
  }
  return found;
}

const stem = (word: string): string =>
  /\d/.test(word) ? word : word.replace(/(?:ing|ings|ed|es|e|s|ies|y|ation|ations)$/u, '').slice(0, 7) || word;

export const shared = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  let count = 0;
  for (const word of a) if (b.has(word)) count++;
  return count;
};

/** More than anybody writes in one message. */
const READ_CHARS = 10_000;
export const clausesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?…])\s+|\n+|;\s+|\s[–—-]\s/u)
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** Mails break their lines in the middle of a sentence. */
const unwrapped = (text: string): string => text.replace(/([\p{L}\p{N},])\n(?=[\p{L}\p{N}“"(])/gu, '$1 ');

/** What stands in scare quotes is somebody else’s word. */
const unquoted = (text: string): string => text.replace(/["“”«»„‘’'](?:\S{1,30}\s?){1,3}?["“”«»„‘’']/gu, ' … ');
const DENIED = new RegExp(
  `\\b(?:${NOT}|no|nobody|nothing|none|without|until|if|whether|before)\\b[^,]{0,40}$|\\b(?:to|must|should|shall|will|would|can|could|may)(?: be| get| (?:have|get) (?:it|them|this|that))?\\s+$`,
  'i',
);

function clears(clause: string): boolean {
  const text = unquoted(clause);
  for (const part of text.split(/,\s+|\s+and\s+|\s+but\s+/)) {
    const found = CLEARS.exec(part);
    if (found && !DENIED.test(part.slice(0, found.index))) return true;
  }
  return false;
}

/** Names of the AI systems stand in every text and tell nothing apart. */
export const namesOf = ({ systems }: Pick<PlayerSight, 'systems'>): Set<string> =>
  new Set(systems.flatMap(({ id, name }) => [id, ...`${id} ${name}`.toLowerCase().split(/[\s_-]+/)]));

/** `names`: see namesOf. */
export function read(heard: Heard, names: ReadonlySet<string>): Reading {
  const whole = `${heard.subject}\n${heard.text}`.slice(0, READ_CHARS);
  const byMachine = heard.by === 'act' || heard.by === 'message' || heard.by === 'alert';
  const clauses = clausesOf(byMachine ? whole : unwrapped(whole));
  const presses = !byMachine && clauses.some((one) => PRESSES.test(one) || URGES.test(one));
  return {
    heard,
    about: wordsOf(whole, names),
    presses,
    outside: !byMachine && isOutside(heard),
    harm: heard.by === 'alert' || HARM.test(whole),
    claims: clauses.flatMap((text) => {
      // A question claims nothing.
      if (text.endsWith('?')) return [];
      const warns = WARNS.test(text.replace(NONE_OF_IT, '')) || (heard.by === 'act' && !heard.ok);
      const claim: Claim = { heard, text, about: wordsOf(text, names), warns, clears: !warns && clears(text) };
      return [claim];
    }),
  };
}

/** Of the house, though they deal with outsiders. */
const INSIDERS =
  /\b(?:customer|member|client|user|vendor|partner|press|patient) (?:service|care|desk|operations|relations|research|manage\w*|office)\b/gi;

const isOutside = ({ by, from }: Heard): boolean =>
  PUBLIC.includes(by) ||
  (by !== 'slack' && OUTSIDERS.test(from.replace(INSIDERS, ''))) ||
  /[@.][a-z-]+\.(?:example|com|org|net|test)\b/i.test(from);
