import { createHash } from 'node:crypto';
import type { CapabilityProvider } from '../../activities/ports.ts';
import { ConnectorError, type Mailer } from '../contract.ts';
import { asResult } from '../faults.ts';

export type MailProviderDeps = {
  mailer: Mailer;
  /** The mail addresses of those who are meant by a role, `stakeholders` or an address. Throws ConnectorError `no-recipient`. */
  recipients(to: string): readonly string[];
  /** The sender's address: its domain is that of the ids of our mails. */
  from: string;
};

/** Serves `notify.mail`. */
export function createMailProvider({ mailer, recipients, from }: MailProviderDeps): CapabilityProvider {
  return {
    act: (call, { signal }) =>
      asResult(signal, async () => {
        const { to, subject, text } = call.with;
        const mail = {
          to: recipients(String(to)),
          subject: String(subject),
          text: String(text),
          messageId: messageId(call.key, from),
        };
        const { recipients: taken, refused, messageId: sent } = await mailer.send(mail, signal);
        // Who was left out must be known to people. That some have it already is said, so that nobody repeats it lightly.
        if (refused.length > 0)
          throw new ConnectorError(
            'some-refused',
            `${taken} of ${mail.to.length} recipients ${taken === 1 ? 'has' : 'have'} the mail; for the others the mail server refused it: ${refused[0]?.why}`,
            { effect: 'unknown' },
          );
        return { messageId: sent, recipients: taken };
      }),
    readBack: async () => ({
      state: 'unknown',
      why: 'a mail that was handed over cannot be looked for. Ask one of its recipients',
    }),
  };
}

/** The same for every repeat of one act, so that a mailbox can tell; another one when a person has it sent again. */
export const messageId = (key: string, from: string): string =>
  `<${createHash('sha256').update(key).digest('hex').slice(0, 40)}@${from.slice(from.lastIndexOf('@') + 1)}>`;
