import { describe, expect, it } from 'vitest';
import { ConnectorError, type Mail, type Mailer } from '../../../src/connectors/contract.ts';
import { createMailer } from '../../../src/connectors/smtp/mailer.ts';
import { createMailProvider } from '../../../src/connectors/smtp/provider.ts';
import { aCall, aContext } from '../calls.ts';
import { type Script, startStandIn } from './stand-in.ts';

const FROM = 'tocsin@halden.example';

function provider(
  mailer: Mailer,
  to: (name: string) => string[] = () => ['dpo@halden.example', 'ingrid@halden.example'],
) {
  return createMailProvider({ mailer, recipients: to, from: FROM });
}

const mailerOn = (port: number): Mailer =>
  createMailer({ kind: 'smtp', host: '127.0.0.1', port, tls: 'none', private: true, from: FROM }, () => '');

const send = aCall({ with: { to: 'legal-counsel', subject: 'Notice', text: 'We notify …' } });

async function sentOver(script: Script) {
  const server = await startStandIn(script);
  return provider(mailerOn(server.port)).act(send, aContext());
}

describe('notify.mail', () => {
  it('sends one mail to everybody who is meant, and says how many they are', async () => {
    const server = await startStandIn();
    const meant: string[] = [];
    const result = await provider(mailerOn(server.port), (to) => {
      meant.push(to);
      return ['dpo@halden.example', 'ingrid@halden.example'];
    }).act(send, aContext());
    expect(meant).toEqual(['legal-counsel']);
    expect(result).toEqual({
      ok: true,
      outputs: { messageId: expect.stringMatching(/^<[0-9a-f]{40}@halden\.example>$/), recipients: 2 },
    });
    expect(server.mails).toHaveLength(1);
  });

  it('repeats itself under the same id, and gets another one when a person has it sent again', async () => {
    const ids: string[] = [];
    const mailer: Mailer = {
      send: async ({ messageId, to }: Mail) => {
        ids.push(messageId);
        return { messageId, recipients: to.length, refused: [] };
      },
    };
    await provider(mailer).act(send, aContext());
    await provider(mailer).act({ ...send, attempt: 2 }, aContext());
    await provider(mailer).act({ ...send, key: 'INC-2026-0001:notify:act:1' }, aContext());
    const [first, repeated, again] = ids;
    expect(repeated).toBe(first);
    expect(again).not.toBe(first);
  });

  it('that was refused is a fault without effect; one that may have been sent says so', async () => {
    expect(await sentOver({ mail: '550 no' })).toMatchObject({
      ok: false,
      fault: { code: 'sender-refused', retryable: false, effect: 'none' },
    });
    expect(await sentOver({ end: 'drop' })).toMatchObject({
      ok: false,
      fault: { code: 'unconfirmed', retryable: false, effect: 'unknown' },
    });
  });

  it('that some recipients did not get has failed, and says that others have it', async () => {
    const rcpt = (address: string) => (address.startsWith('dpo') ? '550 5.1.1 no such user' : '250 ok');
    expect(await sentOver({ rcpt })).toEqual({
      ok: false,
      fault: {
        code: 'some-refused',
        message: '1 of 2 recipients has the mail; for the others the mail server refused it: 550 5.1.1 no such user',
        retryable: false,
        effect: 'unknown',
      },
    });
  });

  it('to nobody fails without effect, and nothing is opened', async () => {
    const server = await startStandIn();
    const nobody = () => {
      throw new ConnectorError('no-recipient', 'Nobody is meant by "legal"; see tocsin.yaml.');
    };
    expect(await provider(mailerOn(server.port), nobody).act(send, aContext())).toEqual({
      ok: false,
      fault: {
        code: 'no-recipient',
        message: 'Nobody is meant by "legal"; see tocsin.yaml.',
        retryable: false,
        effect: 'none',
      },
    });
    expect(server.connections()).toBe(0);
  });

  it('cannot be looked for after a crash: whether it was sent is a question to people', async () => {
    const server = await startStandIn();
    expect(await provider(mailerOn(server.port)).readBack(send, aContext())).toEqual({
      state: 'unknown',
      why: 'a mail that was handed over cannot be looked for. Ask one of its recipients',
    });
  });
});
