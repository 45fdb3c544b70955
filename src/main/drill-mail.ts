import { ConnectorError, type Mailer } from '../connectors/contract.ts';
import { rememberingSecrets } from '../connectors/secrets/redactor.ts';
import { createSecrets } from '../connectors/secrets/secrets.ts';
import { createMailer } from '../connectors/smtp/mailer.ts';
import { messageId } from '../connectors/smtp/provider.ts';
import { REMIND_MS } from '../inventory/drills.ts';
import { type Inventory, personById } from '../inventory/inventory.ts';
import type { DrillMails } from '../store/drill-mails.ts';
import { mailKey } from '../store/mail-claims.ts';
import type { AfterAction } from '../surfaces/after-action/contract.ts';
import { afterActionSummary } from '../surfaces/after-action/markdown.ts';
import type { Drill, DrillDesk } from '../surfaces/drills/contract.ts';
import {
  DRAFT_KEY,
  type DrillMail,
  draftedFor,
  draftMailsOf,
  hotWashMailsOf,
  invitationsOf,
  mailsOf,
  remindersOf,
  secondCopy,
  withdrawalsOf,
} from '../surfaces/drills/mails.ts';
import { lineOf } from '../surfaces/drills/notices.ts';
import type { Reader } from '../surfaces/ports.ts';
import { plannerOf } from './drill-calendar.ts';
import type { Log } from './log.ts';

export type DrillMailerDeps = {
  inventory: () => Inventory;
  reader: Pick<Reader, 'incidents'>;
  drills: Pick<DrillDesk, 'list' | 'find'>;
  mails: DrillMails;
  /** The file for calendars of a drill that has a date. */
  calendar: (drill: Drill) => string;
  /** The after-action report of a drill that is over, for its team. */
  report: (drill: string) => Promise<AfterAction>;
  publicUrl: string;
  log: Log;
  now(): number;
  env?: NodeJS.ProcessEnv;
};

/** One try, from the connection to the server's last word. */
const WITHIN_MS = 60_000;
const RUNNING_MAX = 200;
/** Who is asked later than that has forgotten. */
const HOT_WASH_WITHIN_MS = 24 * 3_600_000;
/** A drill that was started earlier has been told of, or nobody waits for it any more. */
const DRAFTED_MS = 3 * 86_400_000;

type Sender = { mailer: Mailer; from: string; redact: (text: string) => string };
type Outgoing = DrillMail & { calendar?: { name: string; text: string } };

/**
 * Sends the mails of drills, through the one connection that `tocsin.yaml` names for them, to addresses of people on the roster. What should
 * be sent is a function of what is planned and what timelines say; what was sent is in the database.
 */
export function createDrillMailer(deps: DrillMailerDeps): { look(): Promise<void> } {
  const { inventory, reader, drills, mails, log, now } = deps;
  const base = deps.publicUrl.replace(/\/$/, '');

  const remindersFor = (drill: Drill): DrillMail[] => {
    const { drillSchedules, organisation, people } = inventory();
    const schedule = drillSchedules?.find(({ id }) => plannerOf(id) === drill.plannedBy);
    const about = { now: now(), zone: organisation.timezone, people: new Set(people.map(({ id }) => id)) };
    const line = (person: string) => lineOf(drill, person, about)?.text ?? null;
    const remindMs = schedule?.remindMs ?? REMIND_MS;
    return remindersOf(drill, { remindMs, line, now: about.now }, `${base}/drills/${drill.id}`);
  };

  const calendarOf = (drill: Drill) => ({ name: `${drill.id}.ics`, text: deps.calendar(drill) });

  const withdrawals = async (planned: readonly Drill[]): Promise<Outgoing[]> => {
    const off = await Promise.all((await mails.calledOff(now())).map((id) => drills.find(id)));
    const found = [...planned, ...off].map(async (drill): Promise<Outgoing[]> => {
      const about = { done: await mails.done(drill.id), now: now() };
      const those = withdrawalsOf(drill, about, `${base}/drills/${drill.id}`);
      return drill.status === 'cancelled' ? those.map((one) => ({ ...one, calendar: calendarOf(drill) })) : those;
    });
    return (await Promise.all(found)).flat();
  };

  /** Of those that have just ended. What cannot be told of one drill keeps no other mail back. */
  const drafts = async (): Promise<Outgoing[]> => {
    const ended = await drills.list({ status: ['ended'], limit: RUNNING_MAX });
    const found = ended.map(async (drill): Promise<Outgoing[]> => {
      if (drill.startedAt === null || now() - drill.startedAt > DRAFTED_MS) return [];
      const done = await mails.done(drill.id);
      const due = (person: string) => !done.has(mailKey({ key: DRAFT_KEY, person }));
      if (!draftedFor(drill).some((person) => due(person) && personById(inventory(), person)?.email)) return [];
      try {
        const summary = afterActionSummary(await deps.report(drill.id));
        return draftMailsOf(drill, summary, `${base}/drills/${drill.id}`);
      } catch (error) {
        log.warn({ drill: drill.id, err: error }, 'the draft of an after-action report could not be made');
        return [];
      }
    });
    return (await Promise.all(found)).flat();
  };

  const hotWashes = async (): Promise<Outgoing[]> => {
    const ended = await Promise.all((await mails.ended(now() - HOT_WASH_WITHIN_MS)).map((id) => drills.find(id)));
    return ended.flatMap((drill) => hotWashMailsOf(drill, `${base}/drills/${drill.id}`));
  };

  const wanted = async (): Promise<Outgoing[]> => {
    const views = await reader.incidents({ status: ['open', 'resolved'], drills: true, limit: RUNNING_MAX });
    const planned = await drills.list({ status: ['planned'], limit: RUNNING_MAX });
    return [
      ...planned.flatMap((drill) => remindersFor(drill)),
      ...views.flatMap((view) => mailsOf(view, `${base}/incidents/${view.id}`)),
      ...planned.flatMap((drill) => {
        const invitations = invitationsOf(drill, `${base}/drills/${drill.id}`);
        if (invitations.length === 0) return [];
        const calendar = calendarOf(drill);
        return invitations.map((one) => ({ ...one, calendar }));
      }),
      ...(await withdrawals(planned)),
      ...(await hotWashes()),
      ...(await drafts()),
    ];
  };

  return {
    async look() {
      const from = inventory();
      const sender = senderOf(from, deps);
      if (sender === null) return;
      const done = new Map<string, ReadonlySet<string>>();
      for (const mail of await wanted()) {
        const known = done.get(mail.drill) ?? (await mails.done(mail.drill));
        done.set(mail.drill, known);
        // An address that the script, or a contact, has is nobody's who plays.
        const address = personById(from, mail.person)?.email;
        if (known.has(mailKey(mail)) || !address) continue;
        const turn = await mails.claim(mail, now());
        if (turn === null) continue;
        await send(sender, { ...mail, text: turn.unsure ? secondCopy(mail.text) : mail.text }, address).then(
          () => mails.sent(mail),
          (error: unknown) => missed(mail, error, sender),
        );
      }
    },
  };

  async function missed(mail: DrillMail, error: unknown, { redact }: Sender): Promise<void> {
    const { drill, key, person } = mail;
    const known = error instanceof ConnectorError ? error : null;
    const unsure = known === null || known.effect === 'unknown';
    const again = unsure || known.retryable;
    const why = `${known?.code ?? 'failed'}: ${redact(error instanceof Error ? error.message : String(error))}`;
    log.warn({ drill, key, person, why, again }, 'a mail of a drill was not sent, or nobody knows whether it was');
    await mails.failed(mail, { why, again, unsure });
  }
}

/** Null when the inventory names none. */
function senderOf({ drillMail, connections }: Inventory, { now, env = process.env }: DrillMailerDeps): Sender | null {
  const connection = drillMail === undefined ? undefined : connections[drillMail];
  if (connection?.kind !== 'smtp') return null;
  const { secrets, redact } = rememberingSecrets(createSecrets(env));
  return { mailer: createMailer(connection, secrets, { now }), from: connection.from, redact };
}

/** Each person alone: nobody need see who else plays. */
async function send({ mailer, from }: Sender, mail: Outgoing, address: string): Promise<void> {
  const { drill, subject, text, calendar } = mail;
  const { refused } = await mailer.send(
    {
      to: [address],
      ...{ subject, text },
      messageId: messageId(`${drill} ${mailKey(mail)}`, from),
      headers: { 'X-Tocsin-Exercise': drill },
      ...(calendar && { calendar }),
    },
    AbortSignal.timeout(WITHIN_MS),
  );
  if (refused[0]) throw new ConnectorError('recipients-refused', refused[0].why);
}
