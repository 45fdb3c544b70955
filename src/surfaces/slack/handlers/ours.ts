import type { AnyMiddlewareArgs, Middleware } from '@slack/bolt';
import type { SlackLog } from '../ports.ts';
import type { Self } from './deps.ts';

/** What says where a payload comes from. Slack's signature (or its socket) has vouched for the payload itself. */
type Origin = {
  type?: string;
  team?: { id?: string } | null;
  team_id?: string;
  api_app_id?: string;
  message?: { bot_id?: string };
  view?: { app_id?: string | null };
};

/** Only this workspace, and only messages and views of this app: buttons that look like ours could be anybody's. */
export function onlyOurs(self: () => Self | null, log: SlackLog): Middleware<AnyMiddlewareArgs> {
  return async (args) => {
    const origin = args.body as Origin;
    const foreign = whyForeign(origin, self());
    if (foreign === null) return args.next();
    log.warn({ team: teamOf(origin) ?? null, app: origin.api_app_id ?? null }, `ignored: ${foreign}`);
    // Without an acknowledgement Slack would send it again. Events are acknowledged by bolt.
    if ('ack' in args && typeof args.ack === 'function') await (args.ack as () => Promise<void>)();
  };
}

/** Why this is not ours to answer, or null. */
function whyForeign(origin: Origin, self: Self | null): string | null {
  if (self === null) return 'Slack has not said yet who we are';
  if (teamOf(origin) !== self.team) return 'a payload of another workspace';
  const own = self.app ?? origin.api_app_id;
  for (const app of [origin.api_app_id, origin.view?.app_id])
    if (app != null && app !== own) return 'a payload of another app';
  // A shortcut may be about anybody's message; a button counts in a message of ours only.
  if (origin.type === 'block_actions' && origin.message && origin.message.bot_id !== self.bot)
    return 'a button in a message of somebody else';
  return null;
}

const teamOf = (origin: Origin): string | undefined => origin.team?.id ?? origin.team_id;
