import { person, TOCSIN } from '../incident/events.ts';
import { planNumber, planPath } from '../incident/step-path.ts';
import { PROVED } from '../playbook/proved.ts';
import { CancelScope } from './cancel.ts';
import { approvalFor, carryOut, type Errand, turnFor, undoKey } from './carry-out.ts';
import { type Conductor, StepFailed } from './conductor.ts';
import { failureQuestion } from './failure.ts';
import type { PlanRun } from './plan-run.ts';
import type { StepState, Undo } from './state.ts';

/**
 * Undoes what these plans have done, the last act first whosesoever it was. Every outcome is recorded; an undo that fails is a
 * question. Nothing calls this off.
 */
export async function unwind(conductor: Conductor, runs: readonly PlanRun[]): Promise<void> {
  const [first, ...others] = runs;
  if (!first) return;
  const { state } = first;
  const path = others.length === 0 ? first.path : '';
  const theirs = () =>
    conductor.state.undos.filter((entry) => runs.some(({ number }) => number === planNumber(entry.path)));
  const cancel = new CancelScope();
  if (!state.unwound) {
    state.unwound = { undone: 0, left: 0 };
    conductor.record(path, 'undo.started', { count: theirs().length, because: state.cancelled ?? 'unwind' });
  }
  for (let entry = theirs().at(-1); entry; entry = theirs().at(-1)) {
    state.undoing ??= {};
    if (await undoOne(conductor, entry, state.undoing, cancel)) {
      state.unwound.undone++;
      forgetProof(conductor.runAt(entry.path), entry.path);
    } else state.unwound.left++;
    const done = conductor.state.undos.indexOf(entry);
    conductor.state.undos.splice(done, 1);
    state.undoing = null;
  }
  conductor.record(path, 'undo.finished', state.unwound);
}

/** What was proved is not so any more: what the plan's `finally` says must not claim it. A playbook that the plan ran is over, and says no more. */
function forgetProof({ state, steps }: PlanRun, path: string): void {
  const [place, step] = [planPath(path), steps.get(planPath(path))];
  const inside = [...steps].some(([at, { kind }]) => kind === 'run' && place.startsWith(`${at}/`));
  const left = step && !inside ? state.scope.steps[step.id] : undefined;
  if (left && PROVED in left) left[PROVED] = false;
}

/** True when it is undone (by us or by hand), false when people left it as it is. */
async function undoOne(conductor: Conductor, entry: Undo, cur: StepState, cancel: CancelScope): Promise<boolean> {
  for (;;) {
    if (!cur.fault) {
      try {
        await carryOut(conductor, errandOf(conductor, entry, cur.humanRetries ?? 0), cur, cancel, false);
        return true;
      } catch (error) {
        if (!(error instanceof StepFailed)) throw error;
        cur.fault = error.fault;
        delete cur.question;
        delete cur.answer;
      } finally {
        conductor.turns.leave(entry.path);
      }
    }
    const { fault } = cur;
    const answer = await conductor.questions.answer(cur, cancel, (number) =>
      failureQuestion(conductor, number, { path: entry.path, title: entry.title, fault, outputs: [], undo: true }),
    );
    const actor = answer.person ? person(answer.person) : TOCSIN;
    if (answer.outcome === 'take-over') {
      conductor.record(entry.path, 'step.taken-over', { reason: answer.reason ?? '', outputs: null }, actor);
      return true;
    }
    if (answer.outcome !== 'retry') {
      conductor.record(
        entry.path,
        'step.skipped',
        { reason: answer.reason ?? 'Nobody answered: it stays as it is.', by: 'person' },
        actor,
      );
      return false;
    }
    const humanRetries = (cur.humanRetries ?? 0) + 1;
    for (const key of Object.keys(cur)) delete cur[key as keyof StepState];
    cur.humanRetries = humanRetries;
  }
}

function errandOf(conductor: Conductor, entry: Undo, humanRetries: number): Errand {
  return {
    call: {
      key: undoKey(entry.actKey, humanRetries),
      path: entry.path,
      capability: entry.capability,
      risk: entry.risk,
      purpose: 'undo',
      with: entry.with,
      timeoutMs: entry.timeoutMs,
      undoes: entry.actKey,
      approval: approvalFor(conductor, entry.path, entry.approvedBy, entry.unattended),
    },
    retry: { attempts: 3, delayMs: 2_000, factor: 2 },
    provedBy: null,
    turnOn: turnFor(entry.with),
  };
}
