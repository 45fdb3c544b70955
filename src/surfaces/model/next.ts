import { labelOf, type Question, roleInWords, seatsInWords } from '../../incident/decision.ts';
import {
  type DecisionView,
  type IncidentView,
  openDecisions,
  type PlanView,
  plansRunning,
} from '../../incident/view.ts';
import type { WaitStep } from '../../playbook/plan.ts';
import { endsEarly } from '../../playbook/wait-words.ts';
import { spanText } from './clock.ts';
import { capabilityTitle, inSentence, listed } from './describe.ts';
import { openDuties } from './duties.ts';
import { type Looker, standingOf } from './standing.ts';
import { countedSteps, type Node, type Tree } from './tree.ts';

/** One thing that will happen, or is happening: `when` is a word or a moment that the page counts down to. */
export type Next = {
  when: string | { until: number; from: number };
  lead?: string;
  text: string;
  tone?: 'failed';
  decision?: number;
};

/** What happens next, when, and what if nobody does anything: the soonest first. */
export function whatNext(view: IncidentView, tree: Tree | null, looker: Looker, now: number): Next[] {
  if (view.status === 'closed')
    return [{ when: 'Closed', text: 'Nothing more happens. Notes can still be added; they become amendments.' }];
  const open = openDecisions(view).filter((decision) => decision.question.until > now);
  const approvals = open.filter((decision) => decision.question.kind === 'approval');
  const failures = open.filter((decision) => decision.question.kind === 'failure');
  return [
    ...paused(view),
    ...approvals.slice(0, 2).map(onApproval),
    ...moments(open, now),
    ...duties(view, now),
    ...(tree ? underWay(tree) : []),
    ...failures.filter((d) => standingOf(d, looker, now).kind !== 'asked').map(meanwhile),
    ...(open.length === 0 ? afterwards(view, tree) : []),
  ];
}

const paused = (view: IncidentView): Next[] =>
  view.paused
    ? [{ when: 'Paused', text: 'No new act starts until somebody resumes. The clocks of decisions go on.' }]
    : [];

function onApproval({ question }: DecisionView): Next {
  const titles = question.acts.map((act) => inSentence(act.title));
  const proofs = [
    ...new Set(question.acts.flatMap((act) => (act.prove ? [inSentence(capabilityTitle(act.prove))] : []))),
  ];
  const proved = proofs.length > 0 ? `, then ${listed(proofs)}` : '';
  return {
    when: 'On approve',
    text: titles.length > 0 ? `Tocsin will ${listed(titles)}${proved}.` : 'The plan goes on.',
  };
}

/** Reminders, escalations and defaults of all open questions. The default is said as a fact. */
function moments(open: readonly DecisionView[], now: number): Next[] {
  const several = open.length > 1;
  const all = open.flatMap(({ question, escalatedAt }) => {
    const which = several ? ` (decision ${question.number})` : '';
    const from = question.askedAt;
    const list: (Next & { at: number })[] = question.remindAt
      .filter((at) => at > now)
      .slice(0, 1)
      .map((at) => ({
        at,
        when: { until: at, from },
        text: `A reminder goes to the ${seatsInWords(question.by)}${which}.`,
      }));
    if (question.escalate && escalatedAt === undefined && question.escalate.at > now) {
      const { at, to, page } = question.escalate;
      const paged = page ? 'is paged and may answer too' : 'may answer too';
      list.push({ at, when: { until: at, from }, lead: `The ${roleInWords(to)}`, text: `${paged}${which}.` });
    }
    const otherwise = silence(question);
    list.push({
      at: question.until,
      when: { until: question.until, from },
      lead: 'With no answer',
      text: `it ${otherwise}${which}.`,
    });
    return list;
  });
  return all.sort((a, b) => a.at - b.at).slice(0, 5);
}

/** What it means when nobody answers. */
function silence(question: Question): string {
  const { kind, otherwise } = question;
  switch (kind) {
    case 'approval':
      return `counts as ${otherwise}`;
    case 'choice':
      return `counts as ${labelOf(question, otherwise) ?? otherwise}`;
    case 'task':
      return 'has failed';
    case 'failure':
      return 'stops the plan';
    default:
      return kind satisfies never;
  }
}

/** The next reminder of each duty to notify, and its limit; what is overdue first. */
function duties(view: IncidentView, now: number): Next[] {
  return openDuties([view], now)
    .slice(0, 3)
    .flatMap(({ number, rule, dueAt, ownerWords, state }): Next[] => {
      const lead = `Duty ${number}, to tell ${rule.whom},`;
      if (state === 'overdue') return [{ when: 'Overdue', lead, text: 'is past its limit.', tone: 'failed' }];
      const from = dueAt - rule.limitMs;
      const remindAt = view.obligations.find((one) => one.number === number)?.remindAt.find((at) => at > now);
      return [
        ...(remindAt === undefined
          ? []
          : [{ when: { until: remindAt, from }, text: `The ${ownerWords} is reminded of duty ${number}.` }]),
        { when: { until: dueAt, from }, lead, text: 'is past its limit.' },
      ];
    });
}

function underWay(tree: Tree): Next[] {
  return countedSteps(tree).flatMap((node): Next[] => {
    if (node.mark !== 'running') return [];
    const { step, view } = node;
    if (step.kind === 'wait' && view?.until !== undefined)
      return [{ when: { until: view.until, from: view.startedAt ?? view.until }, lead: step.title, text: endOf(step) }];
    return [
      {
        when: 'Now',
        lead: step.title,
        text: view?.error ? `failed and is tried again: ${view.error.message}` : 'is running.',
      },
    ];
  });
}

function endOf(step: WaitStep): string {
  const early = endsEarly(step);
  return early === null ? 'ends.' : `ends at the latest; it waits ${early}.`;
}

const meanwhile = ({ question }: DecisionView): Next => ({
  when: 'Meanwhile',
  tone: 'failed',
  lead: question.question,
  text: `The ${seatsInWords(question.by)} must say what to do.`,
  decision: question.number,
});

function afterwards(view: IncidentView, tree: Tree | null): Next[] {
  if (view.status === 'resolved' && plansRunning(view))
    return [
      { when: 'Then', text: 'The harm is over, but the plan still runs: let it end, or stand down, and close then.' },
    ];
  if (view.status === 'resolved')
    return [{ when: 'Then', text: 'The harm is over. The incident is closed when the paperwork is done.' }];
  if (view.unwinding) return [{ when: 'Now', text: 'What was done is being undone, the latest first.' }];
  const latest = latestPlan(view);
  if (latest === null)
    return [{ when: 'Then', text: 'No playbook runs here. People decide what to do, write notes, and resolve it.' }];
  if (!plansRunning(view)) {
    const took = spanText((latest.finishedAt ?? latest.startedAt) - latest.startedAt);
    return [
      {
        when: 'Then',
        text: `The plan is over after ${took}. The incident commander resolves the incident when the harm is over.`,
      },
    ];
  }
  const next = tree ? countedSteps(tree).find(isAhead) : undefined;
  return next
    ? [
        {
          when: 'Then',
          lead: next.step.title,
          text:
            next.step.kind !== 'ask'
              ? 'follows.'
              : next.step.task
                ? `is for the ${seatsInWords(next.step.by)}.`
                : `asks the ${seatsInWords(next.step.by)}.`,
        },
      ]
    : [];
}

/** The plan that began last. */
const latestPlan = (view: IncidentView): PlanView | null => view.added.findLast(({ plan }) => plan)?.plan ?? view.plan;

const isAhead = (node: Node): boolean => node.mark === 'to-come' || node.mark === 'will-ask';

const OUTCOME_WORDS = {
  completed: 'Plan completed',
  denied: 'Plan ended: denied',
  failed: 'Plan failed',
  stopped: 'Plan stopped',
  'stood-down': 'Stood down',
  unwound: 'Undone',
} as const satisfies Record<NonNullable<NonNullable<IncidentView['plan']>['outcome']>, string>;

/** One word or two for where the incident stands. */
export function stageWord(view: IncidentView): string {
  if (view.status === 'closed') return 'Closed';
  if (view.status === 'resolved') return 'Resolved';
  if (view.unwinding) return 'Undoing';
  if (view.paused) return 'Paused';
  const open = openDecisions(view);
  if (open.some((d) => d.question.kind === 'failure')) return 'Step failed';
  if (open.length > 0) return 'Waits for people';
  if (plansRunning(view)) return 'Plan running';
  const latest = latestPlan(view);
  return latest === null ? 'Open, no plan' : OUTCOME_WORDS[latest.outcome ?? 'completed'];
}
