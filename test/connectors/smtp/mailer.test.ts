import { describe, expect, it } from 'vitest';
import type { Mail } from '../../../src/connectors/contract.ts';
import { createSecrets } from '../../../src/connectors/secrets/secrets.ts';
import { createMailer, type MailerOptions } from '../../../src/connectors/smtp/mailer.ts';
import type { ConnectionOf } from '../../../src/inventory/connections.ts';
import { certificate } from '../certificate.ts';
import { type Script, startStandIn } from './stand-in.ts';

const PASSWORD = 'planted-mail-password';
const secrets = createSecrets({ MAIL_PASSWORD: PASSWORD });
const signal = new AbortController().signal;

const mail = (changes: Partial<Mail> = {}): Mail => ({
  to: ['ingrid@halden.example'],
  subject: 'Notice of a personal data breach',
  text: 'Dear Sir or Madam,\n\nwe notify …',
  messageId: '<0123abcd@halden.example>',
  ...changes,
});

function mailer(port: number, changes: Partial<ConnectionOf<'smtp'>> = {}, options: MailerOptions = {}) {
  const connection: ConnectionOf<'smtp'> = {
    kind: 'smtp',
    host: '127.0.0.1',
    port,
    tls: 'none',
    private: true,
    from: 'tocsin@halden.example',
    ...changes,
  };
  return createMailer(connection, secrets, { now: () => Date.UTC(2026, 10, 22, 8, 30), ...options });
}

const failure = (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => 'it was sent',
    (error: unknown) => error,
  );
const sentTo = async (script: Script, changes: Partial<Mail> = {}) => {
  const server = await startStandIn(script);
  return { server, error: await failure(mailer(server.port).send(mail(changes), signal)) };
};

describe.each([
  ['one command at a time', []],
  ['all commands at once', ['PIPELINING']],
])('a mail server that takes %s', (_how, extensions) => {
  it('and the mail is told so', async () => {
    const server = await startStandIn({ extensions });
    const to = ['ingrid@halden.example', 'dpo@halden.example'];
    expect(await mailer(server.port).send(mail({ to }), signal)).toEqual({
      messageId: '<0123abcd@halden.example>',
      recipients: 2,
      refused: [],
    });
    expect(server.mails).toHaveLength(1);
  });

  it.each([
    ['at MAIL FROM', { mail: '550 5.7.1 not you' }, 'sender-refused', false],
    ['for now at MAIL FROM', { mail: '451 4.7.1 try later' }, 'sender-refused', true],
    ['at RCPT TO', { rcpt: () => '550 5.1.1 no such user' }, 'recipients-refused', false],
    ['for now at RCPT TO', { rcpt: () => '450 4.2.0 greylisted' }, 'recipients-refused', true],
    ['at DATA', { data: '554 5.5.1 no' }, 'mail-refused', false],
    ['for now at DATA', { data: '451 4.3.0 later' }, 'mail-refused', true],
    ['after the text', { end: '552 5.3.4 too big' }, 'mail-refused', false],
    ['for now after the text', { end: '452 4.3.1 disk full' }, 'mail-refused', true],
    ['and closes after the text', { end: '421 4.3.2 going down' }, 'mail-refused', true],
  ] satisfies [string, Script, string, boolean][])(
    'and refuses %s has surely sent nothing',
    async (_when, script, code, retryable) => {
      const { error, server } = await sentTo({ ...script, extensions });
      expect(error).toMatchObject({ name: 'ConnectorError', code, retryable, effect: 'none' });
      expect((error as Error).message).toMatch(/^The mail server 127\.0\.0\.1 refused .*: [45]/);
      expect(server.connections()).toBe(1);
    },
  );

  it.each([
    ['before it greets', { greeting: 'drop' }],
    ['at MAIL FROM', { mail: 'drop' }],
    ['at RCPT TO', { rcpt: () => 'drop' }],
    ['at DATA', { data: 'drop' }],
  ] satisfies [string, Script][])('and breaks off %s has surely sent nothing', async (_when, script) => {
    const { error } = await sentTo({ ...script, extensions });
    expect(error).toMatchObject({ code: 'mail-server-failed', retryable: true, effect: 'none' });
  });

  it.each([
    ['in the middle of the text', { dropInText: 100 }],
    ['after the text', { end: 'drop' }],
    ['after the text with half an answer', { end: 'half' }],
  ] satisfies [string, Script][])('and breaks off %s may have sent it', async (_when, script) => {
    const server = await startStandIn({ ...script, extensions });
    const error = await failure(mailer(server.port).send(mail(), signal));
    expect(error).toMatchObject({ code: 'unconfirmed', retryable: false, effect: 'unknown' });
    expect((error as Error).message).toMatch(/may have been sent/);
  });

  it('and refuses some recipients says for how many it took the mail, and what it said of the others', async () => {
    const rcpt = (address: string) => (address.startsWith('gone') ? `550 5.1.1 <${address}> unknown` : '250 ok');
    const server = await startStandIn({ rcpt, extensions });
    const sent = await mailer(server.port).send(mail({ to: ['gone@halden.example', 'dpo@halden.example'] }), signal);
    expect(sent).toMatchObject({
      recipients: 1,
      refused: [{ address: 'gone@halden.example', why: '550 5.1.1 <[address]> unknown' }],
    });
    expect(server.mails).toHaveLength(1);
  });
});

describe('a mail', () => {
  it('is plain text with the headers of an automatic one, and as it was written', async () => {
    const server = await startStandIn();
    await mailer(server.port).send(mail({ text: 'Grüße\r\nfrom\rhere\n.\n..\nend' }), signal);
    const [head = '', body = ''] = (server.mails[0] as string).split('\r\n\r\n');
    expect(head.split('\r\n')).toEqual(
      expect.arrayContaining([
        'From: Tocsin <tocsin@halden.example>',
        'To: ingrid@halden.example',
        'Subject: Notice of a personal data breach',
        'Message-ID: <0123abcd@halden.example>',
        'Auto-Submitted: auto-generated',
        'Date: Sun, 22 Nov 2026 08:30:00 +0000',
        'Content-Type: text/plain; charset=utf-8',
      ]),
    );
    expect(body.split('\r\n')).toEqual(['Gr=C3=BC=C3=9Fe', 'from', 'here', '..', '...', 'end']);
  });

  it.each([
    ['Broken\r\nBcc: eve@evil.example\r\n\r\nHi', 'Broken Bcc: eve@evil.example Hi'],
    ['Broken\nBcc: eve@evil.example', 'Broken Bcc: eve@evil.example'],
    ['Broken\u2028Bcc: eve@evil.example', 'Broken\\u2028Bcc: eve@evil.example'],
    ['=?utf-8?q?Broken=0D=0ABcc:_eve@evil.example?=', '= ?utf-8?q?Broken=0D=0ABcc:_eve@evil.example?='],
  ])('has no header but its own, whatever its subject: %j', async (subject, shown) => {
    const server = await startStandIn();
    await mailer(server.port).send(mail({ subject }), signal);
    const [head = ''] = (server.mails[0] as string).split('\r\n\r\n');
    expect(head).not.toMatch(/^bcc/im);
    expect(head.match(/^[A-Za-z-]+(?=:)/gm)?.sort()).toEqual([
      'Auto-Submitted',
      'Content-Transfer-Encoding',
      'Content-Type',
      'Date',
      'From',
      'MIME-Version',
      'Message-ID',
      'Subject',
      'To',
    ]);
    expect(decodedSubject(head)).toBe(shown);
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<ingrid@halden.example>']);
  });

  it.each([
    [['ingrid@halden.example>\r\nRCPT TO:<eve@evil.example']],
    [['ingrid@halden.example,eve@evil.example']],
    [['Ingrid <ingrid@halden.example>']],
    [['ingrid@halden.example\n']],
    [['ingrid']],
    [[]],
  ])('to what is no plain address is not sent: %j', async (to) => {
    const { error, server } = await sentTo({}, { to });
    expect(error).toMatchObject({ code: 'no-recipient', effect: 'none' });
    expect(server.connections()).toBe(0);
  });

  it('that is too long is refused whole, and not cut', async () => {
    const { error, server } = await sentTo({}, { text: 'x'.repeat(100_001) });
    expect(error).toMatchObject({ code: 'text-too-long', effect: 'none', retryable: false });
    expect(server.connections()).toBe(0);
  });
});

describe('the way to the mail server', () => {
  it('leads to a private address only where the connection says so, given as such or behind a name', async () => {
    const server = await startStandIn();
    const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
    for (const host of ['127.0.0.1', 'mail.example']) {
      const error = await failure(mailer(server.port, { host, private: false }, { lookup }).send(mail(), signal));
      expect(error).toMatchObject({ code: 'refused', effect: 'none', retryable: false });
    }
    expect(server.connections()).toBe(0);
    await mailer(server.port, { host: 'mail.example' }, { lookup }).send(mail(), signal);
    expect(server.connections()).toBe(1);
  });

  it('is looked up once, and the address that was checked is the one connected to', async () => {
    const server = await startStandIn();
    let asked = 0;
    const lookup = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    await mailer(server.port, { host: 'mail.example' }, { lookup }).send(mail(), signal);
    expect([asked, server.connections()]).toEqual([1, 1]);
  });

  it('that is closed is told with the code of the system, and can be tried again', async () => {
    expect(await failure(mailer(1).send(mail(), signal))).toMatchObject({
      code: 'unreachable',
      message: 'No connection to the mail server 127.0.0.1:1 (ECONNREFUSED).',
      retryable: true,
      effect: 'none',
    });
  });

  it('ends at once when the caller gives up', async () => {
    for (const script of [{ greeting: 'silence' }, { end: 'silence' }] satisfies Script[]) {
      const server = await startStandIn(script);
      const caller = new AbortController();
      const sending = failure(mailer(server.port).send(mail(), caller.signal));
      await expect.poll(() => (script.greeting ? server.connections() : server.mails.length)).toBe(1);
      caller.abort(new Error('called off'));
      expect(await sending).toMatchObject({ message: 'called off' });
    }
  });
});

describe('with TLS', () => {
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const named = { host: 'mail.example' };
  const login = { username: 'tocsin', password: 'env:MAIL_PASSWORD' };

  it.each([
    ['required', 'from-the-start'],
    ['starttls', 'starttls'],
  ] as const)('%s: login and mail go over it, to a server whose certificate is trusted', async (tls, kind) => {
    const server = await startStandIn({ tls: kind, extensions: ['AUTH PLAIN'] });
    await mailer(server.port, { ...named, ...login, tls }, { lookup, ca: certificate }).send(mail(), signal);
    expect(server.mails).toHaveLength(1);
    expect(server.commands.some((line) => line.startsWith('AUTH PLAIN'))).toBe(true);
  });

  it.each([
    ['of an authority nobody trusts', 'required', 'from-the-start', {}, {}],
    ['of an authority nobody trusts', 'starttls', 'starttls', {}, {}],
    ['for another name', 'required', 'from-the-start', { host: 'other.example' }, { ca: certificate }],
    ['for another name', 'starttls', 'starttls', { host: 'other.example' }, { ca: certificate }],
  ] as const)('a certificate %s is refused (%s), before anything is said', async (_why, tls, kind, host, trust) => {
    const server = await startStandIn({ tls: kind, extensions: ['AUTH PLAIN'] });
    const sending = mailer(server.port, { ...named, ...host, ...login, tls }, { lookup, ...trust }).send(
      mail(),
      signal,
    );
    expect(await failure(sending)).toMatchObject({ code: 'no-tls', effect: 'none', retryable: false });
    expect(server.commands.filter((line) => /^(AUTH|MAIL)/.test(line))).toEqual([]);
  });

  it('starttls: a server that does not offer it gets neither login nor mail', async () => {
    const server = await startStandIn({ extensions: ['AUTH PLAIN'] });
    const sending = mailer(server.port, { ...named, ...login, tls: 'starttls' }, { lookup }).send(mail(), signal);
    expect(await failure(sending)).toMatchObject({ effect: 'none' });
    expect(server.commands.filter((line) => /^(AUTH|MAIL)/.test(line))).toEqual([]);
  });
});

describe('a login', () => {
  const login = { username: 'tocsin', password: 'env:MAIL_PASSWORD' };

  it('that is refused is told without the password, even when the server repeats it', async () => {
    const coded = Buffer.from(`\0tocsin\0${PASSWORD}`).toString('base64');
    const server = await startStandIn({ extensions: ['AUTH PLAIN'], auth: `535 5.7.8 wrong: ${PASSWORD} ${coded}` });
    const error = (await failure(mailer(server.port, login).send(mail(), signal))) as Error;
    expect(error).toMatchObject({ code: 'login-refused', effect: 'none', retryable: false });
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(
      new RegExp(`${PASSWORD}|${Buffer.from(PASSWORD).toString('base64').slice(2, 12)}`),
    );
  });

  it('is made even where the server does not ask for one: without it no mail goes', async () => {
    const server = await startStandIn({ auth: '502 no such command' });
    expect(await failure(mailer(server.port, login).send(mail(), signal))).toMatchObject({ code: 'login-refused' });
    expect(server.mails).toEqual([]);
  });

  it('whose password cannot be resolved fails before anything is opened', async () => {
    const server = await startStandIn();
    const sending = mailer(server.port, { ...login, password: 'env:NOT_SET' }).send(mail(), signal);
    expect(await failure(sending)).toMatchObject({
      code: 'secret-missing',
      message: expect.stringMatching(/env:NOT_SET/),
    });
    expect(server.connections()).toBe(0);
  });
});

function decodedSubject(head: string): string {
  const raw = /^Subject: ((?:.*)(?:\r\n[ \t].*)*)/m.exec(head)?.[1] ?? '';
  return raw
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/\r\n[ \t]/g, ' ')
    .replace(/=\?utf-8\?q\?(.*?)\?=/gi, (_all, coded: string) =>
      decodeURIComponent(
        coded
          .replaceAll('_', ' ')
          .replaceAll('%', '%25')
          .replace(/=([0-9A-F]{2})/g, '%$1'),
      ),
    )
    .replace(/=\?utf-8\?b\?(.*?)\?=/gi, (_all, coded: string) => Buffer.from(coded, 'base64').toString());
}
