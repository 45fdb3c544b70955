import { businessTimeInWords } from '../../capabilities/business-time.ts';
import type { CapabilityContract } from '../../capabilities/contract.ts';
import { type Risk, roleInWords, seatsInWords } from '../../incident/decision.ts';
import { capitalised, counted, listed, quoted, sentenceEnd } from '../../incident/phrases.ts';
import { severityLabel } from '../../incident/severity.ts';
import { type ReferenceGroup, referenceGroups } from '../frameworks.ts';
import { line, recipientOf, span, titleOf } from '../graph/words.ts';
import {
  type DoStep,
  type EachStep,
  everyPlanStep,
  type FailureRule,
  type ObligeStep,
  type Plan,
  type Step,
} from '../plan.ts';
import { type Line, linesOf } from './lines.ts';
import { questionInWords, reminders } from './questions.ts';
import { type WorstCase, worstCase } from './worst-case.ts';

/** A remark about one step. */
export type Note = { path: string; text: string };
/** What a plan will do, in sentences for whoever reviews it or is on call. Computed from the plan alone; nothing is run. */
export type Explanation = {
  playbook: string;
  title: string;
  version: number;
  opens: string[];
  references: ReferenceGroup[];
  sources: string[];
  steps: Line[];
  finally: Line[];
  questions: Note[];
  failedStep: string;
  irreversible: Note[];
  undone: Note[];
  outside: Note[];
  messages: { to: string; count: number }[];
  duties: Note[];
  capabilities: { capability: string; title: string; risk: Risk; uses: number }[];
  worstCase: WorstCase & { assumes: string[] };
};

type Contracts = (capability: string) => CapabilityContract | undefined;

export function explain(plan: Omit<Plan, 'hash'>, contractOf: Contracts): Explanation {
  const all = [...everyPlanStep(plan as Plan)];
  const acts = all.filter((step) => step.kind === 'do');
  const duties = all.filter((step) => step.kind === 'oblige');
  return {
    playbook: plan.playbook,
    title: line(plan.title),
    version: plan.version,
    opens: opensWhen(plan),
    references: referenceGroups(plan.references),
    sources: (plan.references?.sources ?? []).map((source) => line(source)),
    steps: linesOf(plan.steps),
    finally: linesOf(plan.finally),
    questions: all.flatMap((step) =>
      step.kind === 'ask' ? [named(step, step.title || step.id, questionInWords(step))] : [],
    ),
    failedStep: failedStepInWords(plan.onFailedStep),
    irreversible: acts.flatMap((step) => irreversible(step, contractOf)),
    undone: acts.flatMap((step) =>
      step.undo ? [noteOf(step, `By ${step.undo.capability} (${step.undo.risk}).`)] : [],
    ),
    outside: acts.flatMap((step) => (contractOf(step.use.capability)?.outside ? [noteOf(step, leaves(step))] : [])),
    messages: messagesTo(all),
    duties: duties.map((step) => noteOf(step, dutyInWords(step, acts))),
    capabilities: capabilitiesOf(all, contractOf),
    worstCase: { ...worstCase(plan), assumes: assumptions(plan, all) },
  };
}

/** A remark that names its step first. */
const noteOf = (step: Step, text: string): Note => named(step, titleOf(step), text);
const named = ({ path }: Step, name: string, text: string): Note => ({ path, text: line(`${name}: ${text}`, 2_000) });

function opensWhen({ opensOn, joinsOn, priority, severity, inputs, outputs }: Omit<Plan, 'hash'>): string[] {
  const needs = Object.entries(inputs).map(([name, { type }]) => `${name} (${type})`);
  const raised = severity.raiseTo.map((one) => `; ${severityLabel(one.severity)} if ${one.cel}`).join('');
  return [
    opensOn ? `An alert opens it if ${opensOn}.` : 'No alert opens it: a person does, or another playbook runs it.',
    ...(opensOn && priority !== 0
      ? [`Where several playbooks match, its priority is ${priority}; the highest wins.`]
      : []),
    ...(joinsOn ? [`While it is open, alerts about its AI system join it if ${joinsOn}.`] : []),
    `It is ${severityLabel(severity.default)}${raised}.`,
    ...(needs.length > 0 ? [`It must know ${listed(needs)}.`] : []),
    ...(outputs
      ? [
          `It leaves ${listed(Object.entries(outputs).map(([name, { type }]) => `${name} (${type})`))} to a playbook that runs it.`,
        ]
      : []),
  ].map((text) => line(text, 2_000));
}

function failedStepInWords({ by, withinMs, remindMs, escalate }: FailureRule): string {
  const asked = `A failed step is a question to the ${seatsInWords(by)}: retry, skip, take over, stop or unwind, within ${span(withinMs)}`;
  return `${asked}${reminders({ remindMs, escalate })}. If nobody answers, the plan stops where it is; what was contained stays contained.`;
}

function irreversible(step: DoStep, contractOf: Contracts): Note[] {
  const reason = contractOf(step.use.capability)?.irreversible;
  if (step.use.risk === 'irreversible') return [noteOf(step, reason ?? `${step.use.capability} cannot be undone.`)];
  return step.use.risk !== 'read' && step.undo === null
    ? [noteOf(step, `${step.use.capability} is ${step.use.risk}, and nothing undoes it here.`)]
    : [];
}

function leaves(step: DoStep): string {
  const to = step.use.with.to === undefined ? '' : ` to ${recipientOf(step)}`;
  const decided = step.coveredBy
    ? `only after the approval of ${step.coveredBy}`
    : `nobody decides about it${step.unattended ? `: ${step.unattended}` : ''}`;
  return sentenceEnd(`${step.use.capability}${to}, ${decided}`);
}

function messagesTo(all: readonly Step[]): { to: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const step of all) {
    if (step.kind !== 'say') continue;
    const to = line(recipientOf(step));
    counts.set(to, (counts.get(to) ?? 0) + 1);
  }
  return [...counts].map(([to, count]) => ({ to, count }));
}

function dutyInWords(step: ObligeStep, acts: readonly DoStep[]): string {
  const { rule, remindMs } = step;
  const met = acts.filter((act) => act.fulfils === step.path).map((act) => quoted(titleOf(act)));
  const reminded = remindMs.length > 0 ? `; reminders ${listed(remindMs.map(span))} before the limit` : '';
  return [
    `${rule.article} of ${rule.law} (${rule.jurisdiction}): tell ${rule.whom} within ${span(rule.limitMs)} of the moment that ${rule.starts}${reminded}.`,
    `${capitalised(roleInWords(step.owner))} answers for it.`,
    met.length > 0 ? `It is met by ${listed(met)}.` : 'No step gives this notice: somebody settles it by hand.',
  ].join(' ');
}

function capabilitiesOf(all: readonly Step[], contractOf: Contracts): Explanation['capabilities'] {
  const found = new Map<string, Explanation['capabilities'][number]>();
  for (const { capability, risk } of all.flatMap(usesOf)) {
    const known = found.get(capability);
    if (known) known.uses++;
    else
      found.set(capability, {
        capability,
        title: contractOf(capability)?.title ?? capability,
        risk: contractOf(capability)?.risk ?? risk,
        uses: 1,
      });
  }
  return [...found.values()].sort((a, b) => (a.capability < b.capability ? -1 : 1));
}

function usesOf(step: Step) {
  if (step.kind === 'say') return [step.use];
  if (step.kind === 'wait') return step.business ? [step.business] : [];
  return step.kind === 'do' ? [step.use, step.prove, step.undo].filter((use) => use !== null) : [];
}

function assumptions({ onFailedStep }: Omit<Plan, 'hash'>, all: readonly Step[]): string[] {
  const conditional = all.some((step) => step.when !== null || step.kind === 'if');
  return [
    'Every try takes its whole time, and only the last one succeeds; every question is answered at its last moment; every wait lasts as long as it may.',
    ...(all.some((step) => step.kind === 'wait' && step.business)
      ? [
          'Working time goes by the calendar of the inventory when it begins: nights and days off that lie in it come on top.',
        ]
      : []),
    ...(conditional ? ['Every condition turns out so that it takes the longest.'] : []),
    ...all.flatMap((step) => (step.kind === 'each' ? [listAssumed(step)] : [])),
    `No failed step waits for people: each that does adds up to ${span(onFailedStep.withinMs)}, and a retry the step's own time again.`,
    'Nobody pauses the incident, and nothing is undone. What Tocsin itself needs between steps is not counted.',
  ];
}

/** How long a list is, nobody knows before. */
const listAssumed = (step: EachStep): string =>
  `${quoted(titleOf(step))} has no more than ${counted(step.atOnce, 'item')}: that many are looked at ${step.atOnce > 1 ? 'at the same time' : 'at a time'}, and more of them take as long again.`;

/** To the last unit that is said: "at most" must not be less than it is. */
function roundedUp(ms: number): number {
  const unitMs = ms >= 86_400_000 ? 3_600_000 : ms >= 3_600_000 ? 60_000 : 1_000;
  return Math.ceil(ms / unitMs) * unitMs;
}

export function worstCaseInWords(worst: Pick<WorstCase, 'ms' | 'working'>): string {
  const most = longestInWords(worst);
  return most === '' ? 'It takes no time that is known.' : `It takes at most ${most}.`;
}

/** A time, and working time beside it. */
export const longestInWords = ({ ms, working }: Pick<WorstCase, 'ms' | 'working'>): string =>
  [...(ms > 0 ? [span(roundedUp(ms))] : []), ...(working ? [businessTimeInWords(working)] : [])].join(' and ');

export const messagesInWords = (messages: Explanation['messages']): string =>
  messages.length === 0
    ? ''
    : `Messages to one's own people can be corrected by the next one, never called back: ${listed(messages.map(({ to, count }) => `${counted(count, 'message')} to ${to}`))}.`;
