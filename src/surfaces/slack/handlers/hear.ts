import type { RespondFn } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { SlackPost } from '../contract.ts';
import { isRefusal, logFailure } from './answer.ts';
import type { HandlerDeps } from './deps.ts';
import { type Told, tell, type Whereabouts } from './tell.ts';

/** Runs what somebody asked for, and tells them what came of it: whatever happens, there is an answer. Null: they see it already. */
export async function answering(
  deps: HandlerDeps,
  at: Whereabouts,
  incident: string | null,
  work: () => Promise<Told | null>,
): Promise<void> {
  const said = await work().catch((error: unknown) => whatWentWrong(deps, error, incident));
  if (said) await tell(at, said, deps.log);
}

/** Refusals say why; a failure of ours is logged and said to be unconfirmed. */
export function whatWentWrong(deps: HandlerDeps, error: unknown, incident: string | null): SlackPost {
  if (isRefusal(error)) return deps.replies.refusal(error);
  logFailure(deps, error, incident, 'something asked for in Slack failed');
  return deps.replies.notConfirmed();
}

/** What a payload says about where its person is. */
type Payload = {
  user: { id: string };
  channel?: { id?: string } | undefined;
  container?: { channel_id?: string; thread_ts?: string; is_ephemeral?: boolean };
};

export function whereabouts(body: Payload, client: WebClient, respond: RespondFn | undefined): Whereabouts {
  return {
    client,
    user: body.user.id,
    channel: body.channel?.id ?? body.container?.channel_id ?? null,
    thread: body.container?.thread_ts,
    respond: respond ?? null,
    ephemeral: body.container?.is_ephemeral === true,
  };
}
