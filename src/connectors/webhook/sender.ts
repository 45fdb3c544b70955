import { createHmac } from 'node:crypto';
import type { ConnectionOf } from '../../inventory/connections.ts';
import { ConnectorError, type Egress, type Secrets, type WebhookSender } from '../contract.ts';

const ANSWER_WITHIN_MS = 20_000;
const ANSWER_BYTES_MAX = 100_000;
/** Refused for now: the same delivery may be taken a little later. */
const LATER = [408, 425, 429];

export type WebhookSenderOptions = {
  now?: () => number;
  answerWithinMs?: number;
};

/** Delivers webhooks as Standard Webhooks has them: signed, and with an id by which the receiver knows a repeat. */
export function createWebhookSender(
  { url, secret }: ConnectionOf<'webhook'>,
  egress: Egress,
  secrets: Secrets,
  { now = Date.now, answerWithinMs = ANSWER_WITHIN_MS }: WebhookSenderOptions = {},
): WebhookSender {
  const { origin } = new URL(url);
  return {
    async send({ id, event, data, at }, signal) {
      const body = JSON.stringify({ type: event, timestamp: new Date(at).toISOString(), data });
      // The time of sending: receivers refuse what is old, and a repeat may come much later than what it tells of.
      const timestamp = String(Math.floor(now() / 1_000));
      const { status } = await egress.request({
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Tocsin',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signature(keyOf(secrets(secret)), `${id}.${timestamp}.${body}`),
        },
        body,
        timeoutMs: answerWithinMs,
        bytesMax: ANSWER_BYTES_MAX,
        signal,
      });
      if (status >= 200 && status < 300) return { status };
      throw refused(origin, status);
    },
  };
}

const signature = (key: Buffer, signed: string): string =>
  `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;

/** Standard Webhooks: a key has 24 to 64 bytes. */
const KEY_BYTES_MIN = 24;

/** `whsec_…` is the base64 of the key; anything else is the key itself. */
function keyOf(secret: string): Buffer {
  const coded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (coded === undefined && secret.startsWith('whsec_'))
    throw new ConnectorError(
      'secret-malformed',
      'The secret of the webhook begins with whsec_, and is no base64 after it.',
    );
  if (coded === undefined) return Buffer.from(secret);
  const key = Buffer.from(coded, 'base64');
  if (key.length < KEY_BYTES_MIN)
    throw new ConnectorError(
      'secret-malformed',
      `The secret of the webhook is too short: ${KEY_BYTES_MIN} bytes in base64 stand after whsec_. Make one: openssl rand -base64 24.`,
    );
  return key;
}

/** What the answer says besides its status is nobody's concern: it may be a page, or hold what we sent. */
function refused(origin: string, status: number): ConnectorError {
  if (status >= 500)
    return new ConnectorError('webhook-failed', `${origin} answered ${status}. It may have taken the webhook.`, {
      retryable: true,
      effect: 'unknown',
    });
  const redirects = status < 400 ? '; redirects are not followed, so name the address it leads to' : '';
  return new ConnectorError('webhook-refused', `${origin} refused the webhook with ${status}${redirects}.`, {
    retryable: LATER.includes(status),
  });
}
