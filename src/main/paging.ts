import type { Notifier } from '../activities/ports.ts';
import { ConnectorError } from '../connectors/contract.ts';
import type { Redact } from '../connectors/secrets/redactor.ts';
import { messageId } from '../connectors/smtp/provider.ts';
import { deliveryId } from '../connectors/webhook/provider.ts';
import { type Inventory, peopleMeantBy } from '../inventory/inventory.ts';
import type { Log } from './log.ts';
import type { Messenger, Messengers } from './messengers.ts';
import { recipientsOf } from './recipients.ts';

type Page = Parameters<Notifier['page']>[0];

export type PagerDeps = {
  inventory: Inventory;
  messengers: Messengers;
  redact: Redact;
  log: Log;
  publicUrl: string;
  now(): number;
  /** How long one connection may take. Shorter than the workflow waits for a page. */
  withinMs?: number;
};

const WITHIN_MS = 7_000;

/**
 * Pages whoever holds a role, through every connection under `paging:` at once. One that works is enough; when none does it throws, so
 * that the page is tried again and people are told at last. A repeat has the ids of the first try. It needs neither Slack nor
 * the database: those may be what is away.
 */
export function createPager(deps: PagerDeps): Notifier {
  const { inventory, log } = deps;
  return {
    async page(page) {
      const { incident, role, key, subject } = page;
      log.warn({ incident, role, key }, `page: ${subject}`);
      const worked = await Promise.all(inventory.paging.map((connection) => pageThrough(deps, page, connection)));
      if (inventory.paging.length > 0 && !worked.includes(true))
        throw new Error(`${role} could not be paged through ${inventory.paging.join(', ')}.`);
    },
  };
}

/** Whether the page went out. Why not is for the log alone: on the timeline stands that it failed. */
async function pageThrough(deps: PagerDeps, page: Page, connection: string): Promise<boolean> {
  const { log, redact, withinMs = WITHIN_MS } = deps;
  const about = { incident: page.incident, role: page.role, key: page.key, connection };
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new ConnectorError('timeout', `It took longer than ${withinMs} ms.`)),
    withinMs,
  );
  try {
    const messenger = deps.messengers.of(connection);
    if (messenger === null)
      throw new ConnectorError('no-connection', `There is no mail server or webhook "${connection}".`);
    const missed = await send(deps, page, messenger, late.signal);
    if (missed > 0) log.error({ ...about, missed }, 'the mail server refused the page for some people');
    return true;
  } catch (error) {
    const code = error instanceof ConnectorError ? error.code : 'failed';
    log.error(
      { ...about, code, error: redact(error instanceof Error ? error.message : String(error)) },
      'no page went out here',
    );
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Answers with how many people it did not go out to, while it did to others. */
async function send(deps: PagerDeps, page: Page, messenger: Messenger, signal: AbortSignal): Promise<number> {
  const { inventory, publicUrl, now } = deps;
  const { incident, role, subject, text, key } = page;
  const url = `${publicUrl}/incidents/${incident}`;
  switch (messenger.kind) {
    case 'smtp': {
      const title = inventory.roles.find(({ id }) => id === role)?.title ?? role;
      const why = `You are paged as ${title}. Reply in the incident, not to this mail.`;
      const mail = {
        to: recipientsOf(inventory, role),
        subject: `[${incident}] ${subject}`,
        text: `${text}\n\n${url}\n\n${why}`,
        messageId: messageId(key, messenger.from),
      };
      return (await messenger.mailer.send(mail, signal)).refused.length;
    }
    case 'webhook': {
      const people = (peopleMeantBy(inventory, role) ?? []).map(({ id }) => id);
      const data = { incident, role, people, subject, text, url };
      await messenger.sender.send({ id: deliveryId(key), event: 'page', data, at: now() }, signal);
      return 0;
    }
    default:
      return messenger satisfies never;
  }
}
