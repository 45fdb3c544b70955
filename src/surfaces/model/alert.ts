import type { JsonObject } from '../../incident/json.ts';
import { text } from '../../incident/phrases.ts';
import type { InboxAlert } from '../ports.ts';

/** How an alert is called: by its own title, else by its kind. */
export const alertTitle = (alert: JsonObject): string =>
  (text(alert, 'title') ?? text(alert, 'kind') ?? 'An alert without a title').slice(0, 300);

/** Nothing came of it, and it still fires: somebody should look. */
export const isLoose = ({ status, resolvedAt }: Pick<InboxAlert, 'status' | 'resolvedAt'>): boolean =>
  status === 'unmatched' && resolvedAt === null;

export const ALERT_STATUS: Readonly<Record<InboxAlert['status'], string>> = {
  new: 'being matched',
  opened: 'opened',
  joined: 'joined',
  unmatched: 'unmatched',
};
