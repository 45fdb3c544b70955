import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mail, type Mailbox, openMailbox } from '../../src/demo/mailbox.ts';

let mailbox: Mailbox;
beforeAll(async () => {
  mailbox = await openMailbox();
});
afterAll(() => mailbox.close());

const transport = () => createTransport({ host: '127.0.0.1', port: mailbox.port, secure: false });

test('what is sent can be read, and is heard of', async () => {
  const heard: Mail[] = [];
  mailbox.onMail((mail) => heard.push(mail));
  await transport().sendMail({
    from: 'tocsin@halden.example',
    to: ['one@halden.example', 'two@halden.example'],
    subject: 'Støtte: größer',
    text: 'Länge\n\n.\nfrom the start',
    messageId: '<a@halden.example>',
  });
  const [mail] = mailbox.mails();
  expect(mail).toMatchObject({
    to: ['one@halden.example', 'two@halden.example'],
    from: 'tocsin@halden.example',
    subject: 'Støtte: größer',
    text: 'Länge\n\n.\nfrom the start',
    messageId: '<a@halden.example>',
  });
  expect(heard).toEqual([mail]);
});

test('a mail that is too long is refused, not kept', async () => {
  const before = mailbox.mails().length;
  const long = { from: 'a@halden.example', to: 'b@halden.example', text: 'x'.repeat(1_200_000) };
  await expect(transport().sendMail(long)).rejects.toMatchObject({ responseCode: 552 });
  expect(mailbox.mails()).toHaveLength(before);
});
