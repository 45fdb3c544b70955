import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { SlackPost, Story } from '../contract.ts';
import type { HandlerDeps } from './deps.ts';
import { within } from './tell.ts';

/** So long lives a trigger: what comes later would not open anything. */
const TRIGGER_MS = 3_000;

/** Shows a form. Null when it is on the screen, else what to say instead. */
export async function openModal(
  deps: HandlerDeps,
  client: WebClient,
  trigger_id: string,
  view: ModalView,
  story?: Story,
): Promise<SlackPost | null> {
  try {
    await within(TRIGGER_MS, client.views.open({ trigger_id, view }));
    return null;
  } catch (error) {
    deps.log.warn({ err: error, ...(story ? { incident: story.view.id } : {}) }, 'a form was not opened in Slack');
    return deps.replies.plain(
      'Slack did not open the form, so nothing was done. Try again, or use the console: it does not need Slack.',
      story,
    );
  }
}
