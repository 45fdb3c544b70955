import { type KeyObject, verify } from 'node:crypto';
import { contractOf } from '../capabilities/contracts.ts';
import type { Call } from '../engine/stage.ts';
import { type Question, type Risk, refuseVote, tally, type Vote } from '../incident/decision.ts';
import { SystemSnapshot } from '../incident/events.ts';
import { isExercise } from '../incident/ids.ts';
import { besides, planNumber, planPath } from '../incident/step-path.ts';
import { addedAt, type DecisionView, type IncidentView, playbookAt } from '../incident/view.ts';
import { signedText } from '../incident/vote-text.ts';
import {
  type AskStep,
  type DoStep,
  everyPlanStep,
  type Plan,
  type SayStep,
  type Use,
  type WaitStep,
} from '../playbook/plan.ts';
import type { ApprovalVerifier, PlanShelf, TimelineWitness } from './ports.ts';

export type VerifierDeps = {
  plans: PlanShelf;
  witness: TimelineWitness;
  /** Public keys that the surfaces sign votes with, by id. */
  voteKeys: ReadonlyMap<string, KeyObject>;
};

type Refused = { code: 'not-published' | 'not-in-plan' | 'approval-refused'; message: string };
const refused = (message: string): Refused => ({ code: 'approval-refused', message });

/**
 * Whoever can reach Temporal can make a workflow ask for anything. So the worker, which holds the credentials, believes only
 * what others cannot write: the published plan, the timeline that people saw, and votes signed by the surfaces.
 */
export function createApprovalVerifier(deps: VerifierDeps): ApprovalVerifier {
  const planOf = planFinder(deps);
  return {
    async refuse(call, incident, now) {
      const plan = await planOf(incident, call.path);
      if (!plan)
        return {
          code: 'not-published',
          message: `The plan of ${incident} for ${call.path} is not published, so nothing in it is carried out. Publish it: tocsin playbook publish.`,
        };
      const found = useInPlan(plan, call);
      if (!found)
        return {
          code: 'not-in-plan',
          message: `The published plan ${plan.playbook} does not use ${call.capability} at ${call.path} (${call.purpose}).`,
        };
      const risk = trueRisk(call);
      if (risk === 'read' || risk === 'reversible') return null;
      if (found.step.kind !== 'do') return refused(`${call.path} is no act that a decision could allow.`);
      return refuseRisky(deps, { call, incident, now, plan, step: found.step, use: found.use, risk });
    },
  };
}

/**
 * Which plan a path belongs to, the timeline says: the one that the incident was opened with, or one that was added to it. An
 * incident keeps its plans, and a published plan never changes: look each of them up once.
 */
function planFinder({ plans, witness }: VerifierDeps): (incident: string, path: string) => Promise<Plan | null> {
  const known = new Map<string, Plan>();
  return async (incident, path) => {
    const key = `${incident} ${planNumber(path)}`;
    const seen = known.get(key);
    if (seen) return seen;
    const view = await witness.view(incident);
    const hash = view && playbookAt(view, path)?.hash;
    const plan = hash ? await plans.published(hash) : null;
    if (plan) {
      if (known.size >= 1_000) known.clear();
      known.set(key, plan);
    }
    return plan;
  };
}

function useInPlan(plan: Plan, call: Call): { step: DoStep | SayStep | WaitStep; use: Use } | null {
  for (const step of everyPlanStep(plan)) {
    if (step.path !== planPath(call.path) || (step.kind !== 'do' && step.kind !== 'say' && step.kind !== 'wait'))
      continue;
    const use = usesOf(step)[call.purpose];
    return use && use.capability === call.capability ? { step, use } : null;
  }
  return null;
}

function usesOf(step: DoStep | SayStep | WaitStep): Partial<Record<Call['purpose'], Use | null | undefined>> {
  if (step.kind === 'do') return { act: step.use, prove: step.prove, undo: step.undo };
  return step.kind === 'say' ? { say: step.use } : { act: step.business };
}

/** By the capability's contract, never by the caller's word. A message to a role inside the house can be taken back by another. */
export function trueRisk(call: Call): Risk {
  const risk = contractOf(call.capability)?.risk ?? 'irreversible';
  const { to } = call.with;
  const inHouse = call.purpose === 'say' && typeof to === 'string' && !to.includes('@');
  return inHouse && risk === 'irreversible' ? 'reversible' : risk;
}

type Risky = { call: Call; incident: string; now: number; plan: Plan; step: DoStep; use: Use; risk: Risk };

async function refuseRisky(deps: VerifierDeps, risky: Risky): Promise<Refused | null> {
  const { call, incident, plan, step } = risky;
  const { approval } = call;
  if (!approval) return refused(`${call.capability} at ${call.path} needs a decision, and none came with it.`);
  if (approval.planHash !== plan.hash) return refused('The approval was given for another plan.');
  const view = await deps.witness.view(incident);
  if (!view) return refused(`There is no timeline of ${incident}.`);
  const elsewhere = refuseTarget(risky, view) ?? refuseInputs(risky);
  if (elsewhere) return elsewhere;
  if ('unattended' in approval)
    return step.unattended !== null && step.unattended === approval.unattended
      ? null
      : refused(`The published plan does not let ${call.path} run without a decision.`);
  const ask = askOf(plan, step);
  // A question inside rounds covers the acts of its own round alone.
  const askedAt = ask && besides(ask.path, call.path);
  if (!ask || approval.question.path !== askedAt)
    return refused(`The published plan covers ${call.path} by ${step.coveredBy ?? 'no decision'}, not by this one.`);
  const decision = view.decisions.find((one) => one.question.number === approval.question.number);
  if (!decision || decision.withdrawn)
    return refused(`Question ${approval.question.number} does not stand on the timeline.`);
  return refuseQuestion(ask, askedAt, decision.question, view) ?? refuseVotes(deps, risky, ask, decision, view);
}

/** An AI system among the inputs, of the plan or of a playbook that it runs: only systems have an id. */
const SYSTEM_INPUT = /^inputs(?:\.\w+|\["[\w-]+"\]|\['[\w-]+'\])\.id$/;

/**
 * With one AI system among the inputs, and the step aimed at it, the act must be aimed at the system of the incident. A playbook
 * that the plan runs has its systems from the plan's own.
 */
function refuseTarget({ call, plan, use }: Risky, view: IncidentView): Refused | null {
  const target = use.with.system;
  if (!target || call.purpose === 'say') return null;
  const aimed =
    'literal' in target
      ? target.literal
      : 'cel' in target && SYSTEM_INPUT.test(target.cel.replaceAll(/\s/g, ''))
        ? onlySystem(plan, call.path, view)
        : undefined;
  return aimed === undefined || aimed === call.with.system
    ? null
    : refused(`This decision is about ${String(aimed)}, not about ${String(call.with.system)}.`);
}

/** The one AI system that a plan is about: for one that was added, what it was added with. */
function onlySystem(plan: Plan, path: string, view: IncidentView): string | undefined {
  const [name, ...others] = Object.keys(plan.inputs).filter((input) => plan.inputs[input]?.type === 'ai-system');
  if (name === undefined || others.length > 0) return undefined;
  const added = addedAt(view, path);
  if (!added) return view.system?.id;
  // What is no system at all is none that the decision was about.
  return SystemSnapshot.safeParse(added.inputs[name]).data?.id ?? 'no AI system';
}

/** What the plan says in so many words is not the caller's to change: which version to go back to, to whom a notice goes. */
function refuseInputs({ call, use }: Risky): Refused | null {
  for (const [name, value] of Object.entries(use.with))
    if ('literal' in value && JSON.stringify(value.literal) !== JSON.stringify(call.with[name]))
      return refused(
        `The published plan uses ${call.capability} with ${name} ${JSON.stringify(value.literal)}, not ${JSON.stringify(call.with[name])}.`,
      );
  return null;
}

function askOf(plan: Plan, step: DoStep): AskStep | null {
  for (const ask of everyPlanStep(plan)) if (ask.kind === 'ask' && ask.path === step.coveredBy) return ask;
  return null;
}

/** The question that people saw must be the one the published plan asks, of the people it names. */
function refuseQuestion(ask: AskStep, askedAt: string, question: Question, view: IncidentView): Refused | null {
  if (question.path !== askedAt || question.kind !== 'approval')
    return refused(`Question ${question.number} on the timeline is not the one that the plan asks at ${askedAt}.`);
  if (JSON.stringify(question.by.map(seat)) !== JSON.stringify(ask.by.map(seat)))
    return refused('The question was put to other people than the published plan names.');
  if ((question.escalate?.to ?? null) !== (ask.escalate?.to ?? null))
    return refused('The question was escalated to others than the published plan names.');
  const adder = addedAt(view, question.path)?.person ?? null;
  const could = [view.requester, adder].some((person) => person !== null && !question.excluded.includes(person));
  return could && !ask.requesterMayDecide
    ? refused('Whoever requested the incident, or added the playbook, could have decided on it.')
    : null;
}

const seat = ({ role, count }: { role: string; count: number }) => [role, count];

function refuseVotes(
  deps: VerifierDeps,
  risky: Risky,
  ask: AskStep,
  decision: DecisionView,
  view: IncidentView,
): Refused | null {
  const { question, votes } = decision;
  const escalated = decision.escalatedAt !== undefined;
  const genuine = votes.filter((vote) => refuseGenuine(deps, risky, question, vote, view) === null);
  const counted = genuine.filter((vote) => refuseVote(question, vote, vote.at, escalated) === null);
  const { outcome } = tally(question, counted, escalated);
  if (outcome === 'approve') return null;
  if (outcome === null && mayPassInSilence(risky, ask, question)) return null;
  const doubts = votes.flatMap((vote) => refuseGenuine(deps, risky, question, vote, view) ?? []);
  return refused(
    `Question ${question.number} is not approved by votes that can be verified${doubts.length > 0 ? `: ${doubts.join(' ')}` : '.'}`,
  );
}

/** Silence approves only where the playbook says so, only after the deadline, and never what cannot be undone. */
function mayPassInSilence({ now, risk, call }: Risky, ask: AskStep, question: Question): boolean {
  const outside = contractOf(call.capability)?.outside === true;
  return ask.otherwise === 'approve' && risk === 'disruptive' && !outside && now >= question.until;
}

function refuseGenuine(
  { voteKeys }: VerifierDeps,
  risky: Risky,
  question: Question,
  vote: Vote,
  view: IncidentView,
): string | null {
  const { incident, plan, now, call } = risky;
  const who = `The vote of ${vote.person}`;
  if (vote.incident !== incident || vote.question !== question.number || vote.path !== question.path)
    return `${who} was given for another question.`;
  if (vote.planHash !== plan.hash) return `${who} was given for another plan.`;
  if (vote.key === BOT) return sitsAsBot(vote, view) ? null : `${who} is a bot's, and no bot has this seat.`;
  // An undo may come long after: it takes back what was allowed in time.
  if (vote.at >= vote.expires || (call.purpose !== 'undo' && now >= vote.expires)) return `${who} has expired.`;
  const key = voteKeys.get(vote.key);
  if (!key) return `${who} is signed with a key that this worker does not know (${vote.key}).`;
  const genuine = verify(null, Buffer.from(signedText(vote), 'utf8'), key, Buffer.from(vote.signature, 'base64url'));
  return genuine ? null : `${who} is not signed by Tocsin's surfaces.`;
}

/** In place of a key: bots sign nothing, for whoever could ask for their votes could as well ask for their signature. */
const BOT = 'bot';

/** Bots decide in exercises alone, and only where the timeline of this one says from the start that a bot sits. */
const sitsAsBot = ({ person, roles }: Vote, { id, exercise }: IncidentView): boolean =>
  exercise !== undefined &&
  isExercise(id) &&
  roles.length > 0 &&
  roles.every((role) =>
    exercise.seats.some((one) => one.role === role && one.person === person && one.persona !== null),
  );
