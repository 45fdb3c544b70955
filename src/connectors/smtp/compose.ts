import MailComposer from 'nodemailer/lib/mail-composer';
import { plainText } from '../../incident/phrases.ts';
import { ConnectorError, type Mail } from '../contract.ts';
import { shown } from '../text.ts';

const SUBJECT_CHARS_MAX = 200;
const TEXT_CHARS_MAX = 100_000;

/** The mail as it goes over the wire: plain text, and one line for each header, whatever stands in its subject. */
export async function compose(mail: Mail, from: string, now: number): Promise<Buffer> {
  if (mail.text.length > TEXT_CHARS_MAX)
    throw new ConnectorError(
      'text-too-long',
      `The text of the mail has ${mail.text.length} characters; ${TEXT_CHARS_MAX} at most can be sent.`,
    );
  return new MailComposer({
    from: { name: 'Tocsin', address: from },
    to: mail.to.map((address) => ({ name: '', address })),
    // Else a mail program would decode what only looks encoded, and show something else than we did.
    subject: shown(mail.subject, SUBJECT_CHARS_MAX).replaceAll('=?', '= ?'),
    text: plain(mail.text),
    textEncoding: 'quoted-printable',
    messageId: mail.messageId,
    date: new Date(now),
    headers: { ...mail.headers, 'Auto-Submitted': 'auto-generated' },
    ...(mail.calendar && { attachments: [calendarFile(mail.calendar)] }),
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

const calendarFile = ({ name, text }: NonNullable<Mail['calendar']>) => ({
  filename: name,
  content: text,
  contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
});

/** One kind of line break, and nothing that hides or reorders what is read. */
const plain = (text: string): string => `${plainText(text.replace(/\r\n?/g, '\n')).trimEnd()}\n`;
