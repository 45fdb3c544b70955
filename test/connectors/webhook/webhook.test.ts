import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEgress } from '../../../src/connectors/egress/egress.ts';
import { createSecrets } from '../../../src/connectors/secrets/secrets.ts';
import { createWebhookProvider } from '../../../src/connectors/webhook/provider.ts';
import { createWebhookSender } from '../../../src/connectors/webhook/sender.ts';
import { aCall, aContext } from '../calls.ts';
import { serve } from '../egress/servers.ts';

const AT = Date.UTC(2026, 10, 22, 8, 30);
type Received = { headers: Record<string, string>; body: string };

/** A receiver that answers with `statuses` in turn, and the sender to it. */
async function receiver(secret: string, statuses: (number | 'silence' | 'drop')[] = [204]) {
  const received: Received[] = [];
  const server = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body });
      const status = statuses[Math.min(received.length, statuses.length) - 1] ?? 204;
      if (status === 'drop') request.socket.destroy();
      else if (status !== 'silence') response.writeHead(status, { location: '/elsewhere' }).end(`no: ${secret}`);
    });
  });
  const egress = createEgress({ origin: server.origin, private: true });
  onTestFinished(() => egress.close());
  const url = `${server.origin}/hooks/planted-path?key=planted-query`;
  const sender = (now = AT) =>
    createWebhookSender(
      { kind: 'webhook', url, private: true, secret: 'env:HOOK' },
      egress,
      createSecrets({ HOOK: secret }),
      { now: () => now, answerWithinMs: 1_000 },
    );
  return { received, sender, provider: createWebhookProvider({ sender: sender(Date.now()), now: () => AT }) };
}

const call = aCall({
  capability: 'notify.webhook',
  key: 'INC-2026-0001:tell:act:0',
  with: { event: 'incident.contained', text: 'Traffic is cut. Grüße — 個人情報' },
});

describe('a webhook', () => {
  const bytes = randomBytes(24).toString('base64');
  it.each([
    ['given as whsec_ and base64', `whsec_${bytes}`, () => new Webhook(`whsec_${bytes}`)],
    ['given as it is', 'a plain secret', () => new Webhook('a plain secret', { format: 'raw' })],
  ])('is signed so that the library of Standard Webhooks takes it, with a secret %s', async (_how, secret, library) => {
    const { provider, received } = await receiver(secret);
    const result = await provider.act(call, aContext());
    const [delivery] = received as [Received];
    expect(library().verify(delivery.body, delivery.headers)).toEqual({
      type: 'incident.contained',
      timestamp: '2026-11-22T08:30:00.000Z',
      data: { incident: 'INC-2026-0001', text: 'Traffic is cut. Grüße — 個人情報' },
    });
    expect(result).toEqual({ ok: true, outputs: { deliveryId: delivery.headers['webhook-id'], status: 204 } });
    const changed = delivery.body.replace('cut', 'back');
    expect(() => library().verify(changed, delivery.headers)).toThrow(/signature/i);
    expect(() => new Webhook(randomBytes(24).toString('base64')).verify(delivery.body, delivery.headers)).toThrow();
  });

  it('is known again by its id when it is repeated, and is signed for the time of sending', async () => {
    const { provider, received, sender } = await receiver('secret', [500, 204, 204]);
    await provider.act(call, aContext());
    await provider.act({ ...call, attempt: 2 }, aContext());
    await provider.act({ ...call, key: 'INC-2026-0001:tell:act:1' }, aContext());
    const [first, repeated, again] = received.map(({ headers }) => headers['webhook-id']);
    expect(first).toMatch(/^msg_[0-9a-f]{40}$/);
    expect(repeated).toBe(first);
    expect(again).not.toBe(first);
    const delivery = { id: 'msg_1', event: 'page', data: {}, at: AT };
    await sender(AT + 3_600_000).send(delivery, new AbortController().signal);
    expect(received.at(-1)?.headers['webhook-timestamp']).toBe(String(AT / 1_000 + 3_600));
    expect(JSON.parse(received.at(-1)?.body ?? '')).toMatchObject({ timestamp: '2026-11-22T08:30:00.000Z' });
  });

  it('need not be looked for after a crash: repeating it is safe', async () => {
    const { provider } = await receiver('secret');
    expect(await provider.readBack(call, aContext())).toEqual({ state: 'not-done' });
  });

  it.each([
    [301, { code: 'webhook-refused', retryable: false, effect: 'none' }],
    [400, { code: 'webhook-refused', retryable: false, effect: 'none' }],
    [401, { code: 'webhook-refused', retryable: false, effect: 'none' }],
    [410, { code: 'webhook-refused', retryable: false, effect: 'none' }],
    [429, { code: 'webhook-refused', retryable: true, effect: 'none' }],
    [500, { code: 'webhook-failed', retryable: true, effect: 'unknown' }],
    [503, { code: 'webhook-failed', retryable: true, effect: 'unknown' }],
    ['silence', { code: 'timeout', retryable: true, effect: 'unknown' }],
    ['drop', { code: 'unreachable', retryable: true, effect: 'unknown' }],
  ] as const)('answered with %s is a fault that says what is certain', async (status, fault) => {
    const secret = 'planted-secret-of-the-webhook';
    const { provider, received } = await receiver(secret, [status]);
    const result = await provider.act(call, aContext());
    expect(result).toMatchObject({ ok: false, fault });
    expect(received).toHaveLength(1);
    expect(JSON.stringify(result)).not.toMatch(/planted/);
  });

  it.each([
    ['no base64', 'whsec_not base64!'],
    ['an empty key', 'whsec_A'],
    ['a key that can be guessed', `whsec_${randomBytes(23).toString('base64')}`],
  ])('is not sent with a secret that is %s', async (_what, secret) => {
    const { provider, received } = await receiver(secret);
    const result = await provider.act(call, aContext());
    expect(result).toMatchObject({ ok: false, fault: { code: 'secret-malformed', effect: 'none' } });
    expect(JSON.stringify(result)).not.toContain(secret.slice('whsec_'.length + 1) || secret);
    expect(received).toEqual([]);
  });

  it('is not sent to a private address unless the connection says so', async () => {
    const server = await serve((_request, response) => response.end());
    const egress = createEgress({ origin: server.origin, private: false });
    onTestFinished(() => egress.close());
    const sender = createWebhookSender(
      { kind: 'webhook', url: server.origin, private: false, secret: 'env:HOOK' },
      egress,
      createSecrets({ HOOK: 'x' }),
    );
    expect(await createWebhookProvider({ sender, now: () => AT }).act(call, aContext())).toMatchObject({
      ok: false,
      fault: { code: 'refused', effect: 'none' },
    });
    expect(server.connections()).toBe(0);
  });
});
