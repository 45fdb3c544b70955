import type { AllMiddlewareArgs, AnyMiddlewareArgs, Middleware } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { SlackLog } from '../ports.ts';

/** What says where a payload comes from. Slack's signature (or its socket) has vouched for the payload itself. */
type Origin = {
  team?: { id?: string } | null;
  team_id?: string;
  api_app_id?: string;
  message?: { app_id?: string; bot_id?: string };
  view?: { app_id?: string | null };
  user?: { is_bot?: boolean };
};

/** Only this workspace, and only messages and views of this app: buttons that look like ours could be anybody's. */
export function onlyOurs(log: SlackLog): Middleware<AnyMiddlewareArgs> {
  const ownTeam = ownTeamOnce();
  return async (args) => {
    const { body, client, context, next } = args;
    const origin = body as Origin;
    const foreign = whyForeign(origin, await ownTeam(client), context.botId);
    if (foreign === null) return next();
    log.warn({ team: teamOf(origin) ?? null, app: origin.api_app_id ?? null }, `ignored: ${foreign}`);
    await acknowledged(args);
  };
}

/** Why this is not ours to answer, or null. */
export function whyForeign(origin: Origin, team: string, botId: string | undefined): string | null {
  if (teamOf(origin) !== team) return 'a payload of another workspace';
  if (origin.user?.is_bot === true) return 'a payload of a bot';
  const { message, view } = origin;
  if (message?.bot_id !== undefined && botId !== undefined && message.bot_id !== botId)
    return 'a message of another app';
  for (const app of [message?.app_id, view?.app_id])
    if (app && origin.api_app_id !== undefined && app !== origin.api_app_id) return 'a message or view of another app';
  return null;
}

const teamOf = (origin: Origin): string | undefined => origin.team?.id ?? origin.team_id;

/** Asked once and then known: a token belongs to one workspace for good. A failure is not kept. */
function ownTeamOnce(): (client: WebClient) => Promise<string> {
  let asked: Promise<string> | undefined;
  return (client) =>
    (asked ??= client.auth.test().then(
      ({ team_id }) => {
        if (!team_id) throw new Error('Slack did not say which workspace the token belongs to (auth.test).');
        return team_id;
      },
      (error: unknown) => {
        asked = undefined;
        throw error;
      },
    ));
}

/** Without an acknowledgement Slack would show an error, or send it again. Events are acknowledged by bolt. */
async function acknowledged(args: AnyMiddlewareArgs & AllMiddlewareArgs): Promise<void> {
  if ('ack' in args && typeof args.ack === 'function') await (args.ack as () => Promise<void>)();
}
