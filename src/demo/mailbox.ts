import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A mail server on loopback that keeps what it is given and sends nothing on. */
export type Mail = { to: string[]; from: string; subject: string; text: string; messageId: string; at: number };

export type Mailbox = {
  port: number;
  mails(): readonly Mail[];
  /** Hears each mail as it comes; answers with how to stop hearing. */
  onMail(hear: (mail: Mail) => void): () => void;
  close(): Promise<void>;
};

const MAIL_BYTES_MAX = 1_000_000;

export async function openMailbox(port = 0): Promise<Mailbox> {
  const kept: Mail[] = [];
  const hearers = new Set<(mail: Mail) => void>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: MAIL_BYTES_MAX,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', done);
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(Object.assign(new Error('the mail is too long'), { responseCode: 552 }));
        const to = session.envelope.rcptTo.map(({ address }) => address);
        read(Buffer.concat(chunks), to).then((mail) => {
          kept.push(mail);
          for (const hear of hearers) hear(mail);
          done();
        }, done);
      });
    },
  });
  // What goes wrong with one connection is told to whoever is at its other end.
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    mails: () => kept,
    onMail(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

async function read(bytes: Buffer, to: string[]): Promise<Mail> {
  const { from, subject = '', text = '', messageId = '' } = await PostalMime.parse(bytes);
  return { to, from: from?.address ?? '', subject, text: text.trimEnd(), messageId, at: Date.now() };
}
