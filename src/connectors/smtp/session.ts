import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { SMTPError } from 'nodemailer/lib/smtp-connection';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { ConnectionOf } from '../../inventory/connections.ts';
import { ConnectorError } from '../contract.ts';
import { shown } from '../text.ts';

export type Delivery = {
  socket: Socket;
  host: string;
  tls: ConnectionOf<'smtp'>['tls'];
  ca: string | undefined;
  login: { username: string; password: string } | null;
  envelope: { from: string; to: string[] };
  text: Buffer;
  signal: AbortSignal;
};
export type Taken = { accepted: number; refused: { address: string; why: string }[] };

const GREETING_WITHIN_MS = 15_000;
const SILENT_MS_MAX = 30_000;
const REPLY_CHARS_MAX = 200;

/** One session with a mail server, for one mail. */
export async function deliver(delivery: Delivery): Promise<Taken> {
  const { host, tls, login, envelope, signal } = delivery;
  const session = new SMTPConnection({
    connection: delivery.socket,
    host,
    secure: tls === 'required',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: delivery.ca === undefined ? {} : { ca: delivery.ca },
    connectionTimeout: GREETING_WITHIN_MS,
    greetingTimeout: GREETING_WITHIN_MS,
    socketTimeout: SILENT_MS_MAX,
    socketCloseTimeout: 0,
  });
  const text = new Text(delivery.text);
  let onAbort: () => void = () => undefined;
  const broken = new Promise<never>((_resolve, reject) => {
    session.once('error', reject);
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  const step = <T>(begin: (done: (error?: Error | null, result?: T) => void) => void): Promise<T> =>
    Promise.race([
      broken,
      new Promise<T>((resolve, reject) => begin((error, result) => (error ? reject(error) : resolve(result as T)))),
    ]);
  try {
    await step<void>((done) => session.connect(done));
    if (login !== null) {
      const credentials = { user: login.username, pass: login.password };
      await step<boolean | undefined>((done) => session.login({ credentials }, done));
    }
    const sent = await step<Sent>((done) => session.send(envelope, text, done));
    session.quit();
    return { accepted: sent.accepted.length, refused: (sent.rejectedErrors ?? []).map(refusal) };
  } catch (error) {
    session.close();
    if (signal.aborted) throw error;
    throw failure(error as SMTPError, host, text.asked);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Whatever the connection says from here on is nobody's concern.
    session.on('error', () => undefined);
    broken.catch(() => undefined);
  }
}

type Sent = { accepted: unknown[]; rejectedErrors?: SMTPError[] };

/** The text of the mail, which notes that the server has asked for it: from then on the mail may arrive. */
class Text extends Readable {
  asked = false;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    super();
    this.#bytes = bytes;
  }

  override _read(): void {
    this.asked = true;
    this.push(this.#bytes);
    this.push(null);
  }
}

const refusal = (error: SMTPError) => ({ address: error.recipient ?? '', why: replyOf(error) });

/** What the server said, in one line and without the addresses that servers like to repeat: it goes on the timeline. */
function replyOf({ response }: SMTPError): string {
  if (response === undefined) return '';
  return shown(response, REPLY_CHARS_MAX).replace(/[^\s<>@,;:]+@[^\s<>@,;:]+/g, '[address]');
}

type Phase = { code: string; words: string };
/** Which command failed, as nodemailer names it. */
const PHASES: readonly [RegExp, Phase][] = [
  [/^AUTH/, { code: 'login-refused', words: 'refused the login' }],
  [/^MAIL FROM/, { code: 'sender-refused', words: 'refused the sender' }],
  [/^RCPT TO/, { code: 'recipients-refused', words: 'refused every recipient' }],
  [/^DATA/, { code: 'mail-refused', words: 'refused the mail' }],
];
const ELSE: Phase = { code: 'mail-server-failed', words: 'did not take the mail' };

function failure(error: SMTPError, host: string, textAsked: boolean): ConnectorError {
  const { command = '', responseCode } = error;
  const reply = replyOf(error);
  const { code, words } = PHASES.find(([pattern]) => pattern.test(command))?.[1] ?? ELSE;
  const said = `The mail server ${host} ${words}${reply ? `: ${reply}` : ''}`;
  // An answer to the text itself is as certain as one before it. Only silence leaves the question open.
  const answered = responseCode !== undefined && responseCode >= 400 && command.startsWith('DATA');
  if (textAsked && !answered)
    return new ConnectorError(
      'unconfirmed',
      `The mail server ${host} did not confirm the mail${systemCode(error)}. It may have been sent.`,
      { effect: 'unknown' },
    );
  if (error.code === 'ETLS' || error.code === 'EREQUIRETLS' || /TLS|certificate/i.test(error.message))
    return new ConnectorError(
      'no-tls',
      `No safe connection to the mail server ${host}${systemCode(error)}: ${shown(error.message, REPLY_CHARS_MAX)}`,
    );
  const retryable = responseCode === undefined ? error.code !== 'EAUTH' : responseCode < 500;
  return new ConnectorError(code, `${said}${responseCode === undefined ? systemCode(error) : ''}`, { retryable });
}

const systemCode = ({ code, originalCode }: SMTPError): string => {
  const known = originalCode ?? code;
  return known === undefined ? '' : ` (${known})`;
};
