import type { App, ViewSubmitAction } from '@slack/bolt';
import type { Severity } from '../../../incident/severity.ts';
import { isNewcomerId } from '../../../inventory/slack.ts';
import { messageId } from '../../commands.ts';
import { may } from '../../permissions.ts';
import { Problem } from '../../problem.ts';
import type { SlackPost, ViewValues } from '../contract.ts';
import { COMMAND, VIEWS } from '../contract.ts';
import type { HandlerDeps } from './deps.ts';
import { notYetShown, opened } from './report.ts';
import { submitted } from './submit.ts';
import { mayNot, type Speaker } from './tell-incident.ts';

type Wanted = { title: string | null; playbook: string | null; system: string | null; severity: Severity | null };

/** The same as `tocsin incident open`. */
export async function openIncident(deps: HandlerDeps, by: Speaker, wanted: Wanted): Promise<SlackPost> {
  if (!may(by.person, 'open')) throw mayNot('open');
  if (isNewcomerId(by.person.id) && by.person.roles.length === 0) throw reportInstead();
  const { incident, created } = await deps.responses.open({
    ...wanted,
    inputs: {},
    requester: by.person.id,
    alert: null,
    key: messageId(by.person.id, `slack open ${by.gesture}`),
  });
  const story = await opened(deps, incident);
  return story ? deps.replies.reported({ story, created }) : deps.replies.plain(notYetShown(incident));
}

/** Which playbook runs is for people whom the inventory or a user group names: it may act before anybody is asked. */
const reportInstead = (): Problem =>
  new Problem({
    status: 403,
    code: 'not-entitled',
    message: 'You are not in the inventory, and hold no role: what runs is for others to choose.',
    notDone: 'No incident was opened.',
    next: `Say what you noticed: ${COMMAND} report.`,
  });

export function openForm(app: App, deps: HandlerDeps): void {
  app.view<ViewSubmitAction>({ callback_id: VIEWS.openIncident, type: 'view_submission' }, async (args) =>
    submitted(deps, args, 'Open an incident', async () => {
      const read = deps.modals.readOpenIncident(args.view.state.values as unknown as ViewValues);
      if ('errors' in read) return read;
      const { person } = await deps.people.resolve(args.body.user.id);
      return openIncident(deps, { person, gesture: args.view.id }, read);
    }),
  );
}
