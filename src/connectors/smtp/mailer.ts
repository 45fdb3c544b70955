import type { ConnectionOf } from '../../inventory/connections.ts';
import { ConnectorError, type Mail, type Mailer, type Secrets } from '../contract.ts';
import type { Lookup } from '../egress/address.ts';
import { redactor } from '../secrets/redactor.ts';
import { compose } from './compose.ts';
import { deliver } from './session.ts';
import { openSocket } from './socket.ts';

export type MailerOptions = {
  now?: () => number;
  lookup?: Lookup;
  /** Authorities to trust beside Node's own, in PEM. */
  ca?: string;
};

/** Sends mail through one server, over a connection for each mail to an address that was checked. */
export function createMailer(
  connection: ConnectionOf<'smtp'>,
  secrets: Secrets,
  { now = Date.now, lookup, ca }: MailerOptions = {},
): Mailer {
  const { host, port, tls, from, username, private: privateToo } = connection;
  return {
    async send(mail, signal) {
      signal.throwIfAborted();
      refuseInjection(mail);
      const text = await compose(mail, from, now());
      const password = connection.password === undefined ? undefined : secrets(connection.password);
      const login = username !== undefined && password !== undefined ? { username, password } : null;
      const redact = redactor(password ?? '');
      try {
        const socket = await openSocket({ host, port, private: privateToo, lookup }, signal);
        const envelope = { from, to: [...mail.to] };
        const taken = await deliver({ socket, host, tls, ca, login, envelope, text, signal });
        const refused = taken.refused.map(({ address, why }) => ({ address, why: redact(why) }));
        return { messageId: mail.messageId, recipients: taken.accepted, refused };
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        const { code, message, retryable, effect } = error;
        throw new ConnectorError(code, redact(message), { retryable, effect });
      }
    },
  };
}

/** Addresses and ids come from us. Should one ever hold what ends a line, or another address, nothing is sent. */
function refuseInjection({ to, messageId }: Mail): void {
  const safe = /^[\x21-\x7e]+@[A-Za-z0-9.-]+$/;
  if (to.length === 0) throw new ConnectorError('no-recipient', 'The mail has no recipient.');
  if (!to.every((address) => safe.test(address) && !/[<>,;:"()\\[\]]/.test(address)))
    throw new ConnectorError('no-recipient', 'One of the recipients is no plain mail address.');
  if (!/^<[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(messageId))
    throw new ConnectorError('bad-message-id', 'The mail has no proper Message-ID.');
}
