import type { App, BlockAction, GlobalShortcut, MessageShortcut, ViewSubmitAction } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { messageId } from '../../commands.ts';
import { may } from '../../permissions.ts';
import type { OpenRequest, Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import { untilShown } from '../../watch.ts';
import type { Report, SlackPost, Story, ViewContext, ViewValues } from '../contract.ts';
import { ACTIONS, COMMAND, SHORTCUTS, VIEWS } from '../contract.ts';
import { background } from './answer.ts';
import { type HandlerDeps, storyOf } from './deps.ts';
import { answering, whereabouts } from './hear.ts';
import { knownSoon } from './known.ts';
import { openModal } from './modal.ts';
import { assertNotPlayed, drillIn } from './roster.ts';
import { submitted } from './submit.ts';
import { tell, type Whereabouts, within } from './tell.ts';
import { mayNot } from './tell-incident.ts';

/** "Report an AI incident": from anywhere, from a message, from Home. Three plain questions, and an incident is open. */
export function reports(app: App, deps: HandlerDeps): void {
  app.shortcut<GlobalShortcut>(
    { callback_id: SHORTCUTS.report, type: 'shortcut' },
    async ({ ack, shortcut, client }) => {
      await ack();
      await offer(deps, { client, user: shortcut.user.id, channel: null, respond: null }, shortcut.trigger_id, {});
    },
  );

  app.shortcut<MessageShortcut>(
    { callback_id: SHORTCUTS.reportMessage, type: 'message_action' },
    async ({ ack, shortcut, client, respond }) => {
      await ack();
      const { channel, message, trigger_id, user } = shortcut;
      const permalink = await permalinkOf(client, channel.id, shortcut.message_ts);
      const context = { channel: channel.id, ...(permalink === null ? {} : { permalink }) };
      const at = { client, user: user.id, channel: channel.id, respond };
      const assertReal = async () => {
        const here = drillIn(message.text) ?? (await deps.posts.incidentIn(channel.id));
        await assertNotPlayed(deps, here, `${COMMAND} report`);
      };
      await offer(deps, at, trigger_id, context, message.text, assertReal);
    },
  );

  app.action<BlockAction>(
    { type: 'block_actions', action_id: ACTIONS.reportFromHome },
    async ({ ack, body, client }) => {
      await ack();
      await offer(deps, whereabouts(body, client, undefined), body.trigger_id, {});
    },
  );

  app.view<ViewSubmitAction>({ callback_id: VIEWS.report, type: 'view_submission' }, async (args) =>
    submitted(deps, args, 'Report', async (context) => {
      const read = deps.modals.readReport(args.view.state.values as unknown as ViewValues);
      if ('errors' in read) return read;
      const { person } = await deps.people.resolve(args.body.user.id);
      const { incident, created } = await openReport(deps, person, read, context, args.view.id);
      const story = await opened(deps, incident);
      const said = story ? deps.replies.reported({ story, created }) : deps.replies.plain(notYetShown(incident));
      // The modal is closed soon; the direct message stays. Slack delivers a submission again at times.
      if (created) background(deps, incident, () => directly(deps, args.client, args.body.user.id, said));
      return said;
    }),
  );
}

async function offer(
  deps: HandlerDeps,
  at: Whereabouts,
  trigger: string,
  context: ViewContext,
  text?: string,
  assertReal: () => Promise<void> = async () => undefined,
): Promise<void> {
  await answering(deps, at, null, async () => {
    await knownSoon(deps.people.resolve(at.user));
    await assertReal();
    return reportForm(deps, at.client, trigger, context, text);
  });
}

export async function reportForm(
  deps: HandlerDeps,
  client: WebClient,
  trigger: string,
  context: ViewContext,
  text?: string,
): Promise<SlackPost | null> {
  const systems = deps.directory.systems().map(({ id, name }) => ({ id, name }));
  return openModal(deps, client, trigger, deps.modals.report({ context, text, systems }));
}

const PERMALINK_WITHIN_MS = 1_000;

/** Without it the report still says what was noticed. A trigger lives too short to wait for more. */
const permalinkOf = (client: WebClient, channel: string, message_ts: string): Promise<string | null> =>
  within(PERMALINK_WITHIN_MS, client.chat.getPermalink({ channel, message_ts })).then(
    ({ permalink }) => permalink ?? null,
    () => null,
  );

const TITLE_MAX = 120;

/** An alert that a person raised: playbooks may open on it, and whoever reported it does not decide on it. */
async function openReport(
  deps: HandlerDeps,
  person: Person,
  report: Report,
  context: ViewContext,
  gesture: string,
): Promise<{ incident: string; created: boolean }> {
  if (!may(person, 'open')) throw mayNot('open');
  const title = titleOf(report.what);
  const request: OpenRequest = {
    title,
    playbook: null,
    system: report.system,
    severity: null,
    // Whoever reports sees a part: what the playbook takes for worse stays so.
    severityAtLeast: report.severity,
    inputs: {},
    requester: person.id,
    alert: {
      kind: 'report',
      source: 'slack',
      title,
      text: report.what,
      ...(report.system === null ? {} : { system: report.system }),
      harm: report.harm,
      harmWords: report.words,
      ...(context.permalink === undefined ? {} : { permalink: context.permalink }),
    },
    key: messageId(person.id, `slack report ${gesture}`),
  };
  return openAnyhow(deps, request);
}

/** The incident as its first lines tell it; null while no worker has written them. */
export async function opened(deps: HandlerDeps, incident: string): Promise<Story | null> {
  await untilShown(deps.reader, incident, () => true);
  const found = await deps.reader.incident(incident);
  return found ? storyOf(deps, found) : null;
}

export const notYetShown = (incident: string): string =>
  `${incident} is open, but no worker has taken it up yet. It need not be reported again; look for it in the console.`;

/** Playbooks that cannot be told apart, or lack an input, must not keep a report from becoming an incident. */
async function openAnyhow(deps: HandlerDeps, request: OpenRequest) {
  try {
    return await deps.responses.open(request);
  } catch (error) {
    if (!(error instanceof Problem) || !['several-playbooks', 'inputs'].includes(error.code)) throw error;
    deps.log.info({ code: error.code, playbooks: error.extra.playbooks ?? null }, 'a report opens without a playbook');
    return deps.responses.open({ ...request, withoutPlaybook: true });
  }
}

/** The first sentence or line of what was noticed. */
function titleOf(what: string): string {
  const [line = ''] = what.trim().split(/\n|(?<=[.!?])\s/);
  const characters = [...line.trim()];
  return characters.length > TITLE_MAX ? `${characters.slice(0, TITLE_MAX - 1).join('')}…` : line.trim();
}

const directly = (deps: HandlerDeps, client: WebClient, user: string, said: SlackPost): Promise<void> =>
  tell({ client, user, channel: null, respond: null }, said, deps.log);
