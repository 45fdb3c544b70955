import { person } from '../incident/events.ts';
import type { Message, MessageResult } from '../incident/messages.ts';
import { addPlan, refuseToAdd } from './add-plan.ts';
import type { Conductor } from './conductor.ts';
import { hear, newHeard } from './heard.ts';
import type { PlanRun } from './plan-run.ts';

export type Refused = { code: string; message: string };

/** How many results of messages are remembered: a retry that comes later than this many messages is a new message. */
const REMEMBERED = 2_000;

/** Why this message would be refused now, or null. Who may send it was checked by the surface; this is about the incident's state. */
export function refuseMessage(conductor: Conductor, message: Message): Refused | null {
  const { state, opening, runs, running } = conductor;
  if (state.accepted.some(([id]) => id === message.id)) return null;
  const closed = state.status === 'closed';
  switch (message.type) {
    case 'note':
    case 'alert':
    case 'alert-resolved':
      return null;
    case 'obligation':
      return conductor.obligations.refuse(message);
    case 'reopen':
      return state.status === 'open' ? { code: 'open-already', message: `${opening.incident} is open.` } : null;
    case 'role':
    case 'severity':
      return closed ? closedRefusal(opening.incident) : null;
    case 'decide':
      return closed ? closedRefusal(opening.incident) : conductor.questions.refuse(message.vote, conductor.stage.now());
    case 'pause':
      if (closed) return closedRefusal(opening.incident);
      if (!running) return { code: 'plan-ended', message: 'The plan has ended; there is nothing to pause.' };
      return state.paused ? { code: 'paused-already', message: 'It is paused already.' } : null;
    case 'resume':
      return state.paused ? null : { code: 'not-paused', message: 'It is not paused.' };
    case 'stand-down':
      return refuseToStandDown(runs.filter((run) => run.state.phase === 'steps'));
    case 'resolve':
      return state.status === 'open'
        ? null
        : { code: 'not-open', message: `${opening.incident} is ${state.status} already.` };
    case 'close':
      if (closed) return closedRefusal(opening.incident);
      if (running) return stillRunning(runs);
      if (state.status !== 'resolved')
        return { code: 'not-resolved', message: 'Resolve it first, with a summary of what ended the harm.' };
      return refuseToForget(conductor);
    case 'add-playbook':
      return closed ? closedRefusal(opening.incident) : refuseToAdd(conductor, message);
    default:
      return message satisfies never;
  }
}

function refuseToStandDown(inSteps: readonly PlanRun[]): Refused | null {
  if (inSteps.length === 0)
    return { code: 'plan-ended', message: 'No step of the plan is running; there is nothing to stand down.' };
  const beingUndone = inSteps.every(({ state }) => state.cancelled);
  return beingUndone ? { code: 'unwinding', message: 'It is being unwound already.' } : null;
}

function stillRunning(runs: readonly PlanRun[]): Refused {
  const [only, ...others] = runs.filter((run) => run.running);
  const which = [only, ...others].map((run) => `“${run?.plan.title}”`).join(' and ');
  const what = runs.length === 1 ? 'The plan is' : others.length === 0 ? `${which} is` : `${which} are`;
  const them = others.length === 0 ? 'it' : 'them';
  return {
    code: 'plan-running',
    message: `${what} still running. Let ${them} end, or stand down, and close then.`,
  };
}

const closedRefusal = (incident: string): Refused => ({
  code: 'closed',
  message: `${incident} is closed. Reopen it first.`,
});

/** A duty to notify outlives the harm: whoever closes must know that none is left. */
function refuseToForget({ obligations }: Conductor): Refused | null {
  const open = obligations.openInWords();
  if (open === null) return null;
  return {
    code: 'obligations-open',
    message: `It has notices that are still due: ${open}. Say that each was given, or why none is due, and close then.`,
  };
}

/** Applies a message. The same id is answered with the first result and changes nothing. */
export function deliverMessage(conductor: Conductor, message: Message): MessageResult {
  const { accepted } = conductor.state;
  const earlier = accepted.find(([id]) => id === message.id);
  if (earlier) return earlier[1];
  const refused = refuseMessage(conductor, message);
  if (refused) return { status: 'refused', ...refused };
  const outcome = apply(conductor, message);
  const result: MessageResult = outcome === undefined ? { status: 'accepted' } : { status: 'accepted', outcome };
  accepted.push([message.id, result]);
  if (accepted.length > REMEMBERED) accepted.splice(0, accepted.length - REMEMBERED);
  conductor.changed();
  return result;
}

function apply(conductor: Conductor, message: Message): string | undefined {
  const { state } = conductor;
  const actor = person(message.person);
  switch (message.type) {
    case 'decide':
      return conductor.questions.vote(message.vote);
    case 'note':
      if (state.status === 'closed')
        conductor.record('', 'amendment.added', { text: message.text, about: null }, actor);
      else conductor.record('', 'note.added', { text: message.text }, actor);
      break;
    case 'alert':
      conductor.record('', 'alert.joined', { alert: message.alert, count: message.count });
      hear((state.heard ??= newHeard()), message.alert, false);
      break;
    case 'alert-resolved':
      conductor.record('', 'alert.resolved', {
        alert: message.alert,
        ...(message.count !== undefined && { count: message.count }),
      });
      hear((state.heard ??= newHeard()), message.alert, true);
      break;
    case 'obligation':
      conductor.obligations.settle(message, actor);
      break;
    case 'role':
      conductor.record('', 'role.assigned', { role: message.role, assignee: message.assignee }, actor);
      break;
    case 'severity': {
      const from = state.severity;
      state.severity = message.severity;
      conductor.record('', 'incident.severity-changed', { from, to: message.severity, reason: message.reason }, actor);
      break;
    }
    case 'pause':
      state.paused = true;
      conductor.record('', 'incident.paused', { reason: message.reason }, actor);
      break;
    case 'resume':
      state.paused = false;
      conductor.record('', 'incident.resumed', {}, actor);
      conductor.openGates();
      break;
    case 'stand-down':
      state.paused = false;
      conductor.record('', 'incident.stood-down', { reason: message.reason }, actor);
      standDown(conductor.runs);
      break;
    case 'resolve':
      state.status = 'resolved';
      conductor.record('', 'incident.resolved', { summary: message.summary }, actor);
      break;
    case 'close':
      state.status = 'closed';
      conductor.record('', 'incident.closed', {}, actor);
      break;
    case 'reopen':
      state.status = 'open';
      conductor.record('', 'incident.reopened', { reason: message.reason }, actor);
      break;
    case 'add-playbook':
      addPlan(conductor, message, actor);
      break;
    default:
      message satisfies never;
  }
  return undefined;
}

/** Plans that still play their steps. What one that has ended has done was to last. */
function standDown(runs: readonly PlanRun[]): void {
  const called = runs.filter(({ state }) => state.phase === 'steps' && !state.cancelled);
  for (const { state } of called) state.cancelled = 'stand-down';
  for (const { main } of called) main.cancel('stand-down');
}
