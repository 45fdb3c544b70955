import type { SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { CHECKS } from '../../model/drill-asks.ts';
import type { FieldErrors, SlackPost, ViewContext } from '../contract.ts';
import { logFailure } from './answer.ts';
import type { HandlerDeps } from './deps.ts';
import { whatWentWrong } from './hear.ts';
import { tell, within } from './tell.ts';

export type Submission = SlackViewMiddlewareArgs<ViewSubmitAction> & { client: WebClient };

/** Slack waits three seconds for what a modal shows next; what takes longer is told afterwards. */
const ANSWERED_WITHIN_MS = 1_800;

/**
 * Does what a modal was submitted for. Blanks that do not fit are said in the modal, what came of it takes the modal's place, and
 * what takes too long for that is told when it is known.
 */
export async function submitted(
  deps: HandlerDeps,
  { ack, body, view, client }: Submission,
  title: string,
  work: (context: ViewContext) => Promise<FieldErrors | SlackPost>,
): Promise<void> {
  const context = readContext(view.private_metadata);
  const working = (context === null ? Promise.resolve(notOurs(deps)) : work(context)).catch((error: unknown) =>
    whatWentWrong(deps, error, context?.incident ?? null),
  );
  const soon = await within(ANSWERED_WITHIN_MS, working).catch(() => null);
  if (soon === null) return later(deps, { ack, body, view, client }, context, title, working);
  if ('errors' in soon) return ack({ response_action: 'errors', errors: soon.errors });
  return ack({ response_action: 'update', view: deps.modals.result(title, soon) });
}

async function later(
  deps: HandlerDeps,
  { ack, body, view, client }: Pick<Submission, 'ack' | 'body' | 'view' | 'client'>,
  context: ViewContext | null,
  title: string,
  working: Promise<FieldErrors | SlackPost>,
): Promise<void> {
  await ack({ response_action: 'update', view: deps.modals.working(title) });
  const outcome = await working;
  const said =
    'errors' in outcome ? deps.replies.plain(`Nothing was done. ${Object.values(outcome.errors).join(' ')}`) : outcome;
  try {
    await client.views.update({ view_id: view.id, view: deps.modals.result(title, said) });
  } catch (error) {
    // Closed in the meantime, most likely.
    deps.log.debug({ err: error }, 'a modal could not be updated; its person is told otherwise');
    await tell({ client, user: body.user.id, channel: context?.channel ?? null, respond: null }, said, deps.log);
  }
}

function notOurs(deps: HandlerDeps): SlackPost {
  logFailure(deps, new Error('private_metadata that cannot be read'), null, 'a modal was not understood');
  return deps.replies.plain('This form is of a version that is no longer understood. Nothing was done; open it again.');
}

const Context = z.object({
  incident: z.string().optional(),
  number: z.number().int().optional(),
  answer: z.string().optional(),
  inject: z.string().optional(),
  check: z.enum(CHECKS).optional(),
  to: z.number().int().nullable().optional(),
  channel: z.string().optional(),
  ts: z.string().optional(),
  permalink: z.string().optional(),
});

/** What the modal was opened with, or null. */
function readContext(metadata: string): ViewContext | null {
  try {
    const read = Context.safeParse(JSON.parse(metadata || '{}'));
    return read.success ? (read.data as ViewContext) : null;
  } catch {
    return null;
  }
}
