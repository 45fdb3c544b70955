import { describe, expect, it, onTestFinished } from 'vitest';
import { rememberingSecrets } from '../../src/connectors/secrets/redactor.ts';
import { createSecrets } from '../../src/connectors/secrets/secrets.ts';
import type { Connection } from '../../src/inventory/connections.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { createMessengers } from '../../src/main/messengers.ts';
import { aCall, aContext } from '../connectors/calls.ts';
import { serve } from '../connectors/egress/servers.ts';
import { startStandIn } from '../connectors/smtp/stand-in.ts';

const PASSWORD = 'planted-mail-password';

function messengers(connections: Record<string, Connection>) {
  const { secrets, redact } = rememberingSecrets(createSecrets({ PASSWORD }));
  const inventory = { ...loadInventory('tocsin.yaml'), connections };
  const made = createMessengers({ inventory, secrets, redact, now: Date.now });
  onTestFinished(() => made.close());
  return made;
}
const smtp = (port: number): Connection => ({
  kind: 'smtp',
  host: '127.0.0.1',
  port,
  tls: 'none',
  private: true,
  from: 'tocsin@halden.example',
  username: 'tocsin',
  password: 'env:PASSWORD',
});
const mail = (to: string) => aCall({ with: { to, subject: 'Notice', text: 'We notify …' } });

describe('the connections of an inventory', () => {
  it('send mail to whom a name of the inventory means', async () => {
    const server = await startStandIn({ extensions: ['AUTH PLAIN'] });
    const provider = messengers({ mail: smtp(server.port) }).of('mail')?.provider;
    expect(await provider?.act(mail('legal-counsel, dpa@authority.example'), aContext())).toMatchObject({
      ok: true,
      outputs: { recipients: 2 },
    });
    expect(server.commands.filter((line) => line.startsWith('RCPT'))).toEqual([
      'RCPT TO:<ingrid.solheim@halden.example>',
      'RCPT TO:<dpa@authority.example>',
    ]);
    expect(await provider?.act(mail('legal-counsle'), aContext())).toMatchObject({
      ok: false,
      fault: { code: 'no-recipient', message: 'Nobody is meant by "legal-counsle"; see tocsin.yaml.', effect: 'none' },
    });
    expect(server.mails).toHaveLength(1);
  });

  it('say no secret of theirs, even when the other side repeats it after it has taken the mail for some', async () => {
    const rcpt = (address: string) => (address.startsWith('dpa') ? `550 ${PASSWORD}` : '250 ok');
    const server = await startStandIn({ extensions: ['AUTH PLAIN'], rcpt });
    const provider = messengers({ mail: smtp(server.port) }).of('mail')?.provider;
    const result = await provider?.act(mail('legal-counsel, dpa@authority.example'), aContext());
    expect(result).toMatchObject({
      ok: false,
      fault: { code: 'some-refused', message: expect.stringMatching(/550 \[secret\]$/) },
    });
  });

  it('fail a step whose secret cannot be resolved, with its reference and nothing sent', async () => {
    const server = await serve((_request, response) => response.end());
    const hook: Connection = { kind: 'webhook', url: server.origin, private: true, secret: 'env:NOT_SET' };
    const call = aCall({ capability: 'notify.webhook', with: { event: 'x', text: 'y' } });
    expect(await messengers({ hook }).of('hook')?.provider.act(call, aContext())).toMatchObject({
      ok: false,
      fault: { code: 'secret-missing', message: 'env:NOT_SET: that variable is not set', effect: 'none' },
    });
    expect(server.connections()).toBe(0);
  });

  it('are mail servers and webhooks here, and no others', () => {
    const made = messengers({ models: { kind: 'openai', url: 'https://models.example', private: false } });
    expect([made.of('models'), made.of('nothing'), made.of('constructor')]).toEqual([null, null, null]);
  });
});
