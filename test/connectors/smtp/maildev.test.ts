import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecrets } from '../../../src/connectors/secrets/secrets.ts';
import { createMailer } from '../../../src/connectors/smtp/mailer.ts';
import { createMailProvider } from '../../../src/connectors/smtp/provider.ts';
import type { ConnectionOf } from '../../../src/inventory/connections.ts';
import { type Maildev, startMaildev } from '../../support/maildev.ts';
import { aCall, aContext } from '../calls.ts';

const FROM = 'tocsin@halden.example';
const login = { username: 'tocsin', password: 'env:MAIL_PASSWORD' };
let server: Maildev;
beforeAll(async () => {
  server = await startMaildev({ login: { username: 'tocsin', password: 'the right one' } });
}, 30_000);
afterAll(() => server?.stop());

const notifier = (password: string, changes: Partial<ConnectionOf<'smtp'>> = {}) =>
  createMailProvider({
    mailer: createMailer(
      {
        kind: 'smtp',
        host: 'localhost',
        port: server.smtpPort,
        tls: 'none',
        private: true,
        from: FROM,
        ...login,
        ...changes,
      },
      createSecrets({ MAIL_PASSWORD: password }),
    ),
    recipients: () => ['dpa@authority.example', 'ingrid@halden.example'],
    from: FROM,
  });

describe('a real mail server', () => {
  it('takes a notice, and has it word for word', async () => {
    const text = 'Dear Sir or Madam,\n\nGrüße — 個人情報, € 3.\n.\n--\nFrom here\n';
    const subject = 'Notice of a personal data breach: Støtteassistent — 個人情報';
    const call = aCall({ key: 'INC-2026-0001:legal/notify:act:0', with: { to: 'legal-counsel', subject, text } });
    const result = await notifier('the right one').act(call, aContext());
    expect(result).toMatchObject({ ok: true, outputs: { recipients: 2 } });
    const mail = await server.awaitMail((one) => one.subject === subject);
    expect(mail).toMatchObject({
      text,
      from: [{ address: FROM, name: 'Tocsin' }],
      to: [{ address: 'dpa@authority.example' }, { address: 'ingrid@halden.example' }],
      envelope: {
        from: { address: FROM },
        to: [{ address: 'dpa@authority.example' }, { address: 'ingrid@halden.example' }],
      },
      headers: { 'auto-submitted': 'auto-generated' },
    });
    expect(mail.headers['message-id']).toBe(result.ok && result.outputs.messageId);
    expect(mail.html).toBeUndefined();
    expect(await server.source(mail)).not.toMatch(/[^\n]{1000}/);
  });

  it('takes no header out of a hostile subject', async () => {
    const subject = 'Leak\r\nBcc: eve@evil.example\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>';
    await notifier('the right one').act(aCall({ with: { to: 'x', subject, text: 'plain' } }), aContext());
    const mail = await server.awaitMail((one) => one.subject.startsWith('Leak'));
    expect(mail.subject).toBe('Leak Bcc: eve@evil.example Content-Type: text/html <script>alert(1)</script>');
    expect(mail.headers).not.toHaveProperty('bcc');
    expect(mail.envelope.to).toHaveLength(2);
    expect(mail.text).toBe('plain\n');
  });

  it('that does not know the password gets no mail', async () => {
    const before = (await server.mails()).length;
    const call = aCall({ with: { to: 'x', subject: 'Never', text: 'x' } });
    expect(await notifier('the wrong one').act(call, aContext())).toMatchObject({
      ok: false,
      fault: { code: 'login-refused', effect: 'none', retryable: false },
    });
    expect(await server.mails()).toHaveLength(before);
  });

  it('with a certificate that nobody trusts gets no mail', async () => {
    const call = aCall({ with: { to: 'x', subject: 'Never', text: 'x' } });
    const result = await notifier('the right one', { tls: 'starttls' }).act(call, aContext());
    expect(result).toMatchObject({ ok: false, fault: { effect: 'none' } });
    expect((await server.mails()).some(({ subject }) => subject === 'Never')).toBe(false);
  });
});
