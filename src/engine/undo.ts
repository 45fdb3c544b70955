import { person, TOCSIN } from '../incident/events.ts';
import { CancelScope } from './cancel.ts';
import { approvalFor, carryOut, undoKey } from './carry-out.ts';
import { type Conductor, StepFailed } from './conductor.ts';
import { failureQuestion } from './failure.ts';
import type { StepState, Undo } from './state.ts';

/** Undoes what was done, last first. Every outcome is recorded; an undo that fails is a question. Nothing calls this off. */
export async function unwind(conductor: Conductor): Promise<void> {
  const { state } = conductor;
  const cancel = new CancelScope();
  if (!state.unwound) {
    state.unwound = { undone: 0, left: 0 };
    conductor.record('', 'undo.started', { count: state.undos.length, because: state.cancelled ?? 'unwind' });
  }
  for (let entry = state.undos.at(-1); entry; entry = state.undos.at(-1)) {
    state.undoing ??= {};
    if (await undoOne(conductor, entry, state.undoing, cancel)) state.unwound.undone++;
    else state.unwound.left++;
    state.undos.pop();
    state.undoing = null;
  }
  conductor.record('', 'undo.finished', state.unwound);
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

function errandOf(conductor: Conductor, entry: Undo, humanRetries: number) {
  return {
    key: undoKey(entry.actKey, humanRetries),
    path: entry.path,
    capability: entry.capability,
    risk: entry.risk,
    purpose: 'undo' as const,
    with: entry.with,
    timeoutMs: entry.timeoutMs,
    undoes: entry.actKey,
    approval: approvalFor(conductor, entry.approvedBy, entry.unattended),
    retry: { attempts: 3, delayMs: 2_000, factor: 2 },
    provedBy: null,
  };
}
