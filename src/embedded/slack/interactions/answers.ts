import { z } from 'zod';
import { readView } from '../blocks/read.ts';
import type { Outcome, ResponseTarget, SlackView, WorkspaceState } from '../contract.ts';
import { list } from './elements.ts';
import { Refusal } from './refusal.ts';
import { readWords, say } from './words.ts';

const Answer = z.discriminatedUnion('response_action', [
  z.looseObject({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.looseObject({ response_action: z.literal('update'), view: z.unknown() }),
  z.looseObject({ response_action: z.literal('push'), view: z.unknown() }),
  z.looseObject({ response_action: z.literal('clear') }),
]);

/** What the app's acknowledgement of a submitted view does to the screen. */
export function answerSubmission(workspace: WorkspaceState, view: SlackView, answer: unknown): Outcome {
  if (isNothing(answer)) {
    // The app may have closed or replaced it through the Web API meanwhile.
    if (workspace.view(view.id) !== null) workspace.closeModal(view.id);
    return { ok: true };
  }
  const parsed = Answer.safeParse(answer);
  if (!parsed.success)
    throw new Refusal('invalid', `the app answered the submission with what Slack does not know: ${short(answer)}`);
  switch (parsed.data.response_action) {
    case 'errors':
      return { ok: true, errors: errorsOf(view, parsed.data.errors) };
    case 'update':
      workspace.updateView(view.id, readView(parsed.data.view, 'modal'));
      return { ok: true };
    case 'push':
      workspace.pushModal(view.user, readView(parsed.data.view, 'modal'));
      return { ok: true };
    case 'clear':
      workspace.closeModals(view.user);
      return { ok: true };
    default:
      return parsed.data satisfies never;
  }
}

/** What the app says in its acknowledgement of a command; nothing is an answer too. */
export function answerCommand(workspace: WorkspaceState, target: ResponseTarget, answer: unknown): void {
  if (isNothing(answer)) return;
  say(workspace, target, readWords(typeof answer === 'string' ? { text: answer } : answer));
}

function errorsOf(view: SlackView, errors: Record<string, string>): Record<string, string> {
  const inputs = view.blocks.filter(({ type }) => type === 'input').map(({ block_id }) => block_id ?? '');
  const unknown = Object.keys(errors).filter((block) => !inputs.includes(block));
  if (unknown.length > 0 || Object.keys(errors).length === 0)
    throw new Refusal(
      'invalid',
      `the app answered with errors for ${list(unknown)}; errors belong to input blocks: ${list(inputs)}`,
    );
  return errors;
}

/** Bolt acknowledges with `{}` over Socket Mode and with an empty body over HTTP. */
function isNothing(answer: unknown): boolean {
  if (answer === undefined || answer === null || answer === '') return true;
  return typeof answer === 'object' && Object.keys(answer).length === 0;
}

function short(answer: unknown): string {
  return JSON.stringify(answer).slice(0, 200);
}
