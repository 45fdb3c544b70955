import type { ImprovementSweeps } from '../activities/ports.ts';
import { ConnectorError, type Mailer } from '../connectors/contract.ts';
import { rememberingSecrets } from '../connectors/secrets/redactor.ts';
import { createSecrets } from '../connectors/secrets/secrets.ts';
import { createMailer } from '../connectors/smtp/mailer.ts';
import { messageId } from '../connectors/smtp/provider.ts';
import { mailOf } from '../inventory/improvements.ts';
import { type Inventory, personById } from '../inventory/inventory.ts';
import { type MailClaims, mailKey } from '../store/mail-claims.ts';
import { secondCopy } from '../surfaces/drills/mails.ts';
import type { Improvement, ImprovementStore } from '../surfaces/improvements/contract.ts';
import { dayOf } from '../surfaces/improvements/desk.ts';
import { type Reminder, remindersDue } from '../surfaces/improvements/reminders.ts';
import type { Reader } from '../surfaces/ports.ts';
import type { Log } from './log.ts';

export type ImprovementSweepDeps = {
  /** As its file says now. */
  inventory(): Inventory;
  items: Pick<ImprovementStore, 'list'>;
  reminders: MailClaims;
  reader: Pick<Reader, 'incident'>;
  /** Compares items with the tracker that the inventory names. */
  sync(inventory: Inventory): Promise<void>;
  publicUrl: string;
  log: Log;
  now(): number;
  env?: NodeJS.ProcessEnv;
};

/** One try, from the connection to the server's last word. */
const WITHIN_MS = 60_000;
const SWEPT_MAX = 5_000;
/** With the pauses between them, a day. */
export const REMINDER_TRIES_MAX = 20;

type Sender = { mailer: Mailer; from: string; redact: (text: string) => string };

/** What workers do with improvement items, by the clock: remind their owners, and compare them with the tracker. */
export function createImprovementSweep(deps: ImprovementSweepDeps): ImprovementSweeps {
  return {
    async sweep(what) {
      if (what === 'sync') await deps.sync(deps.inventory());
      else await remind(deps);
    },
  };
}

/** Throws when a mail is to be tried again, once all others were. */
async function remind(deps: ImprovementSweepDeps): Promise<void> {
  const { inventory, items, reminders, log, now } = deps;
  const from = inventory();
  const sender = senderOf(from, deps);
  if (sender === null) return;
  let waiting = 0;
  for (const item of await items.list({ status: ['open'], limit: SWEPT_MAX })) {
    const done = await reminders.done(item.id);
    for (const reminder of await dueFor(deps, item)) {
      const { key, person } = reminder;
      if (done.has(mailKey(reminder))) continue;
      const address = personById(from, person)?.email;
      if (!address) {
        log.warn(
          { improvement: item.id, key, person },
          'nobody was reminded: this person has no mail address, or has left',
        );
        continue;
      }
      const mail = { of: item.id, key, person };
      const turn = await reminders.claim(mail, now());
      // Another has it, or it is too soon to try again.
      if (turn === null) {
        waiting += 1;
        continue;
      }
      const again = await send(sender, mail, reminder, { address, second: turn.unsure }).then(
        async () => {
          await reminders.sent(mail);
          return false;
        },
        (error: unknown) => missed(deps, mail, error, sender),
      );
      if (again) waiting += 1;
    }
  }
  if (waiting > 0) throw new Error(`${waiting} reminders of improvement items are to be tried again`);
}

async function dueFor(
  { inventory, reader, publicUrl, now }: ImprovementSweepDeps,
  item: Improvement,
): Promise<Reminder[]> {
  const { timezone } = inventory().organisation;
  const exercise = item.from.startsWith('EX-') ? (await reader.incident(item.from))?.view.exercise : undefined;
  const facilitators = (exercise?.staff ?? []).filter(({ role }) => role === 'facilitator').map(({ person }) => person);
  return remindersDue(item, {
    today: dayOf(now(), timezone),
    written: dayOf(item.createdAt, timezone),
    ownerGone: !personById(inventory(), item.owner),
    escalateTo: [...new Set(facilitators.length > 0 ? facilitators : [item.createdBy])],
    url: `${publicUrl.replace(/\/$/, '')}/improvements/${item.id}`,
  });
}

type Named = { of: string; key: string; person: string };

async function send(
  { mailer, from }: Sender,
  mail: Named,
  { subject, text }: Reminder,
  { address, second }: { address: string; second: boolean },
): Promise<void> {
  const { refused } = await mailer.send(
    {
      to: [address],
      subject,
      text: second ? secondCopy(text) : text,
      messageId: messageId(`${mail.of} ${mailKey(mail)}`, from),
    },
    AbortSignal.timeout(WITHIN_MS),
  );
  if (refused[0]) throw new ConnectorError('recipients-refused', refused[0].why);
}

/** Whether it is to be tried again. */
async function missed(
  { reminders, log }: ImprovementSweepDeps,
  mail: Named,
  error: unknown,
  { redact }: Sender,
): Promise<boolean> {
  const known = error instanceof ConnectorError ? error : null;
  const unsure = known === null || known.effect === 'unknown';
  const again = unsure || known.retryable;
  const why = `${known?.code ?? 'failed'}: ${redact(error instanceof Error ? error.message : String(error))}`;
  log.warn({ ...mail, why, again }, 'a reminder was not sent, or nobody knows whether it was');
  await reminders.failed(mail, { why, again, unsure });
  return again;
}

/** Null when the inventory names none. */
function senderOf(inventory: Inventory, { now, env = process.env }: ImprovementSweepDeps): Sender | null {
  const connection = mailOf(inventory);
  if (connection === null) return null;
  const { secrets, redact } = rememberingSecrets(createSecrets(env));
  return { mailer: createMailer(connection, secrets, { now }), from: connection.from, redact };
}
