import { contractOf } from '../../capabilities/contracts.ts';
import { roleInWords, seatsInWords } from '../../incident/decision.ts';
import { counted, listed, quoted } from '../../incident/phrases.ts';
import { recipientOf, span, titleOf, valueInWords } from '../graph/words.ts';
import type {
  DoStep,
  EachStep,
  ObligeStep,
  ParallelStep,
  RepeatStep,
  RunStep,
  SayStep,
  Step,
  Use,
  Value,
  WaitStep,
} from '../plan.ts';
import { endsEarly, longestOf } from '../wait-words.ts';
import { questionFields, words } from './asking.ts';
import { equal, type Said } from './change.ts';
import { BLOCK_FIELDS } from './match.ts';

/** Says a step of before in the names of after, so that a renamed step does not seem to change whatever speaks of it. */
export type Renamed = <T>(value: T) => T;

type Field = (a: never, b: never) => Said[];

/** How people read a changed field. A field that is not here is told by its name and its values: nothing is passed over. */
const COMMON: Record<string, Field> = {
  when: (a: Step, b: Step) => conditionChange(a, b),
};
const FIELDS: Partial<Record<Step['kind'], Record<string, Field>>> = {
  ask: questionFields,
  do: {
    use: (a: DoStep, b: DoStep) => useChanges(a.use, b.use),
    prove: (a: DoStep, b: DoStep) => helperChange('proof', a.prove, b.prove),
    undo: (a: DoStep, b: DoStep) => helperChange('undo', a.undo, b.undo),
    retry: (a: DoStep, b: DoStep) => [
      { code: 'retries', about: 'acts', text: `it is tried ${tries(b)}; it was ${tries(a)}` },
    ],
    unattended: (a: DoStep, b: DoStep) =>
      a.unattended !== null && b.unattended !== null
        ? [{ ...words('reason', a.unattended, b.unattended), text: 'the reason why nobody decides reads otherwise' }]
        : [],
    fulfils: (_: DoStep, b: DoStep) => [
      {
        code: 'duty',
        danger: b.fulfils === undefined,
        about: 'duties',
        text: b.fulfils === undefined ? 'it meets no duty any more' : `it meets the duty ${b.fulfils}`,
      },
    ],
  },
  say: { use: (a: SayStep, b: SayStep) => messageChanges(a, b) },
  wait: {
    // Working time stands in place of it.
    forMs: (a: WaitStep, b: WaitStep) => (a.business || b.business ? [] : lastingChange(a, b)),
    business: (a: WaitStep, b: WaitStep) => lastingChange(a, b),
    alert: (a: WaitStep, b: WaitStep) => awaitedChange(a, b),
  },
  oblige: {
    rule: (a: ObligeStep, b: ObligeStep) => [
      {
        code: 'duty',
        danger: b.rule.limitMs > a.rule.limitMs,
        about: 'duties',
        text: `${rule(b)}; it was: ${rule(a)}`,
      },
    ],
    owner: (a: ObligeStep, b: ObligeStep) => [
      { code: 'duty', about: 'duties', text: `${roleInWords(b.owner)} answers for it; it was ${roleInWords(a.owner)}` },
    ],
  },
  parallel: {
    any: (_, b: ParallelStep) => [
      {
        code: 'called-off',
        danger: b.any === true,
        about: 'order',
        text: b.any
          ? 'the first branch that completes calls off the others; before, all ran to their end'
          : 'all branches run to their end; before, the first that completed called off the others',
      },
    ],
    failFast: (_, b: ParallelStep) => [
      {
        code: 'called-off',
        danger: b.failFast === true,
        about: 'order',
        text: b.failFast
          ? 'a branch that is denied or fails calls off the others; before, they ran to their end'
          : 'a branch that is denied or fails leaves the others alone; before, it called them off',
      },
    ],
  },
  run: {
    playbook: (a: RunStep, b: RunStep) => [
      { code: 'run', about: 'order', text: `it runs ${b.playbook}; it ran ${a.playbook}` },
    ],
  },
  each: {
    atOnce: (a: EachStep, b: EachStep) => [
      { code: 'rounds', about: 'order', text: `at most ${b.atOnce} at the same time; it was ${a.atOnce}` },
    ],
  },
  repeat: {
    times: (a: RepeatStep, b: RepeatStep) => [
      { code: 'rounds', about: 'order', text: `at most ${counted(b.times, 'round')}; it was ${a.times}` },
    ],
  },
};

/** The branches of a `parallel` are named on the timeline. */
function branchChange(a: Step, b: Step): Said[] {
  if (a.kind !== 'parallel' || b.kind !== 'parallel') return [];
  const [old, now] = [a, b].map(({ branches }) => branches.map(({ name }) => name));
  return equal(old?.toSorted(), now?.toSorted())
    ? []
    : [
        {
          code: 'branches',
          about: 'wording',
          text: `its branches are ${listed(now ?? [])}; they were ${listed(old ?? [])}`,
        },
      ];
}

const lastingChange = (a: WaitStep, b: WaitStep): Said[] => [
  {
    code: 'wait',
    about: 'order',
    text: `it waits ${endsEarly(b) === null ? '' : 'at most '}${longestOf(b, span)}; it was ${longestOf(a, span)}`,
  },
];

function awaitedChange(a: WaitStep, b: WaitStep): Said[] {
  const [was, is] = [endsEarly(a), endsEarly(b)].map((early) => (early === null ? 'for its time' : early));
  const since =
    a.alert?.since === b.alert?.since
      ? ''
      : `; alerts ${b.alert?.since ? 'since the opening' : 'from its beginning on'} count`;
  return [
    {
      code: 'wait',
      about: 'order',
      text: `${was === is ? 'it waits as before' : `it waits ${is}; it was ${was}`}${since}`,
    },
  ];
}

/** Told by the matching, or by what else they change. */
const ELSEWHERE = new Set(['id', 'path', 'kind', 'covers', 'coveredBy', ...BLOCK_FIELDS]);

/** What is said otherwise in the same step. Blocks within it, cover and place are compared by whoever knows the whole plan. */
export function stepChanges(a: Step, b: Step, renamed: Renamed): Said[] {
  const past = renamed(a);
  const [old, now] = [past as unknown as Record<string, unknown>, b as unknown as Record<string, unknown>];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => !ELSEWHERE.has(name));
  const changed = names.filter((name) => !equal(old[name], now[name]));
  const own = FIELDS[b.kind] ?? {};
  return [
    ...changed.flatMap((name) => {
      if (name === 'title') return titleChange(past, b, changed.length === 1 && a.id === b.id);
      const tell = own[name] ?? COMMON[name];
      return tell ? (tell as (a: Step, b: Step) => Said[])(past, b) : [plain(name, old[name], now[name])];
    }),
    ...branchChange(a, b),
    ...handlingChanges(a, b),
  ];
}

/** A field that nobody worded. */
export const plain = (name: string, old: unknown, now: unknown): Said => ({
  code: name,
  about: 'order',
  text: `${inWords(name)}: ${valueWords(now)}; it was ${valueWords(old)}`,
});

const inWords = (name: string): string =>
  name
    .replace(/Ms$/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();

function valueWords(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length > 0 ? value.map(valueWords).join(', ') : 'none';
  if (typeof value !== 'object') return String(value);
  const parts = Object.entries(value);
  if (parts.length === 1 && ['cel', 'literal'].includes(parts[0]?.[0] ?? '')) return valueWords(parts[0]?.[1]);
  return parts.map(([name, one]) => `${inWords(name)} ${valueWords(one)}`).join(', ');
}

/** A title that is made of the rest changes with it, and is not told twice. */
function titleChange(a: Step, b: Step, alone: boolean): Said[] {
  const made = (step: Step): boolean =>
    (step.kind === 'if' && step.title === `If ${step.cel}`) ||
    (step.kind === 'wait' && /^Wait /.test(step.title)) ||
    (step.kind === 'say' &&
      equal(step.use.with.to, { literal: step.title.replace(/^Tell /, '').replaceAll(' ', '-') })) ||
    step.title.toLowerCase() === step.id.replaceAll('-', ' ');
  if (!alone && made(a) && made(b)) return [];
  return [{ code: 'title', about: 'wording', text: `it is called ${quoted(b.title)}; it was ${quoted(a.title)}` }];
}

function conditionChange(a: Step, b: Step): Said[] {
  const risky = b.kind === 'do' && isRisky(b.use);
  if (b.when === null)
    return [
      { code: 'condition', danger: risky, about: 'order', text: `it is always done; it was only if ${a.when?.cel}` },
    ];
  const before = a.when === null ? 'it was always done' : `it was only if ${a.when.cel}`;
  return [{ code: 'condition', about: 'order', text: `it is only done if ${b.when.cel}; ${before}` }];
}

export const isRisky = ({ risk }: Use): boolean => risk === 'disruptive' || risk === 'irreversible';
const RISKS = ['read', 'reversible', 'disruptive', 'irreversible'];

function useChanges(a: Use, b: Use): Said[] {
  const found: Said[] = [];
  if (a.capability !== b.capability)
    found.push({ code: 'capability', about: 'acts', text: `it uses ${b.capability}; it used ${a.capability}` });
  if (a.risk !== b.risk)
    found.push({
      code: 'risk',
      danger: RISKS.indexOf(b.risk) > RISKS.indexOf(a.risk),
      about: 'acts',
      text: `it is ${b.risk}; it was ${a.risk}`,
    });
  found.push(...givenChanges(a.with, b.with));
  if (a.timeoutMs !== b.timeoutMs)
    found.push({
      code: 'timeout',
      about: 'acts',
      text: `one try takes at most ${span(b.timeoutMs)}; it was ${span(a.timeoutMs)}`,
    });
  return found;
}

const given = (value: Value | undefined): string => (value === undefined ? 'nothing' : quoted(valueInWords(value)));

function givenChanges(a: Record<string, Value>, b: Record<string, Value>): Said[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !equal(a[name], b[name]));
  return names.map((name) => ({
    code: 'input',
    about: 'acts',
    text: `${name} is ${given(b[name])}; it was ${given(a[name])}`,
  }));
}

function helperChange(code: 'proof' | 'undo', a: Use | null, b: Use | null): Said[] {
  const done = code === 'proof' ? 'proves' : 'undoes';
  if (b === null)
    return [{ code, danger: true, about: 'acts', text: `nothing ${done} it any more; it was ${a?.capability}` }];
  if (a?.capability !== b.capability)
    return [{ code, about: 'acts', text: `${b.capability} ${done} it; it was ${a?.capability ?? 'nothing'}` }];
  return useChanges(a, b).map((said) => ({ ...said, code, text: `what ${done} it (${b.capability}): ${said.text}` }));
}

function tries({ retry: { attempts, delayMs, factor, ...more } }: DoStep): string {
  const pauses = attempts > 1 ? `, the first pause ${span(delayMs)}, each next one ${factor} times that` : '';
  const rest = Object.entries(more).map(([name, value]) => `, ${inWords(name)} ${valueWords(value)}`);
  return `${attempts === 1 ? 'once' : `${attempts} times`}${pauses}${rest.join('')}`;
}

function messageChanges(a: SayStep, b: SayStep): Said[] {
  const found: Said[] = [];
  if (!equal(a.use.with.to, b.use.with.to))
    found.push({
      code: 'recipient',
      about: 'messages',
      text: `it goes to ${recipientOf(b)}; it went to ${recipientOf(a)}`,
    });
  for (const [name, what] of [
    ['subject', 'subject'],
    ['text', 'message'],
  ] as const)
    if (!equal(a.use.with[name], b.use.with[name])) {
      const [old, now] = [a.use.with[name], b.use.with[name]].map((value) => (value ? valueInWords(value) : ''));
      found.push({ ...words(name, old ?? '', now ?? ''), text: `the ${what} reads otherwise` });
    }
  const rest = (use: Use) => ({ ...use, with: { ...use.with, to: 0, subject: 0, text: 0 } });
  return equal(rest(a.use), rest(b.use))
    ? found
    : [...found, ...useChanges(rest(a.use) as unknown as Use, rest(b.use) as unknown as Use)];
}

const rule = ({ rule: { article, whom, limitMs, starts } }: ObligeStep): string =>
  `${article}: tell ${whom} within ${span(limitMs)} of ${starts}`;

/** Whether a failure, or a deny, has steps of its own to follow it. */
function handlingChanges(a: Step, b: Step): Said[] {
  const found: Said[] = [];
  const handled = (step: Step): boolean => 'onFailure' in step && (step.onFailure ?? null) !== null;
  if (handled(a) !== handled(b))
    found.push({
      code: 'failure',
      danger: handled(b),
      about: 'decisions',
      text: handled(b)
        ? 'when it fails nobody is asked; steps of its own follow'
        : 'when it fails people are asked; before, steps of its own followed',
    });
  if (a.kind === 'ask' && b.kind === 'ask' && (a.onDeny === null) !== (b.onDeny === null))
    found.push({
      code: 'deny',
      about: 'order',
      text: b.onDeny === null ? 'it no longer says what a deny leads to' : 'it says what a deny leads to',
    });
  return found;
}

/** An act that takes something away from an attacker, or from an accident, until it is given back. */
const contains = ({ capability }: Use): boolean => contractOf(capability)?.effect === 'contains';

/** What came, or went, with a whole step. */
export function wholeStep(step: Step, came: boolean): Said {
  const verb = came ? 'new' : 'gone';
  switch (step.kind) {
    case 'do': {
      const { use, unattended, coveredBy } = step;
      const decided = coveredBy
        ? `, after the approval of ${coveredBy}`
        : unattended
          ? `; nobody decides: ${unattended}`
          : '';
      const met =
        step.fulfils === undefined
          ? ''
          : came
            ? `; it meets the duty ${step.fulfils}`
            : `; it met the duty ${step.fulfils}`;
      return {
        code: came ? 'added' : 'removed',
        danger: came ? isRisky(use) : contains(use) || step.fulfils !== undefined,
        about: 'acts',
        text: `${verb}: ${use.capability} (${use.risk}${came ? decided : ''})${met}`,
      };
    }
    case 'ask':
      return {
        code: came ? 'added' : 'removed',
        danger: came ? step.otherwise === 'approve' && step.covers.length > 0 : step.covers.length > 0,
        about: 'decisions',
        text:
          step.covers.length > 0
            ? `${verb}: a question that allows ${listed(step.covers)}`
            : `${verb}: a ${step.task ? 'task' : 'question'} for the ${seatsInWords(step.by)}`,
      };
    case 'oblige':
      return {
        code: came ? 'added' : 'removed',
        danger: !came,
        about: 'duties',
        text: `${verb}: a duty, ${rule(step)}`,
      };
    case 'say':
      return {
        code: came ? 'added' : 'removed',
        about: 'messages',
        text: `${verb}: a message to ${recipientOf(step)}`,
      };
    default:
      return {
        code: came ? 'added' : 'removed',
        about: 'order',
        text: `${verb}: ${step.kind}, ${quoted(titleOf(step))}`,
      };
  }
}
