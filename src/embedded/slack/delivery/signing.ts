import { createHmac } from 'node:crypto';

/** The headers by which an app knows that a request is Slack's. */
export function signatureHeaders(signingSecret: string, body: string, timestampS: number): Record<string, string> {
  const digest = createHmac('sha256', signingSecret).update(`v0:${timestampS}:${body}`).digest('hex');
  return { 'X-Slack-Request-Timestamp': String(timestampS), 'X-Slack-Signature': `v0=${digest}` };
}
