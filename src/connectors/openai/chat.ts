import type { ConnectionOf } from '../../inventory/connections.ts';
import { type ChatAnswer, type ChatModel, ConnectorError, type Egress, type Secrets } from '../contract.ts';
import { readAnswer, saysMissing } from './answer.ts';

/** Anything that speaks the chat completions API of OpenAI: a model server, or a gateway in front of some. */

const ANSWER_WITHIN_MS = 30_000;
const ANSWER_BYTES_MAX = 2_000_000;
const TOKENS_MAX = 256;

type Connection = ConnectionOf<'openai'>;

/** The address that is asked. A query (Azure has one) is kept. */
function addressOf(base: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`;
  return url;
}

/** That address as people may see it: without query and credentials. */
export function vantageOf({ url }: Connection): string {
  const { origin, pathname } = addressOf(url);
  return `${origin}${pathname}`;
}

export function createChat(connection: Connection, egress: Egress, secrets: Secrets): ChatModel {
  const url = addressOf(connection.url).href;
  return {
    async ask({ model, text, tokensMax = TOKENS_MAX }, signal) {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(connection.token !== undefined && { authorization: `Bearer ${tokenOf(connection.token, secrets)}` }),
      };
      const messages = [{ role: 'user', content: text }];
      const body = JSON.stringify({ model, messages, max_tokens: tokensMax, temperature: 0, stream: false });
      try {
        const answer = await egress.request({
          method: 'POST',
          url,
          headers,
          body,
          timeoutMs: ANSWER_WITHIN_MS,
          bytesMax: ANSWER_BYTES_MAX,
          signal,
        });
        return outcomeOf(answer.status, answer.body);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ConnectorError)) throw error;
        return { outcome: 'unclear', detail: error.message };
      }
    },
  };
}

/** A header cannot hold every character, and the error about it would show the token. */
function tokenOf(reference: string, secrets: Secrets): string {
  const token = secrets(reference);
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ConnectorError('secret-unusable', `${reference} holds characters that no bearer token has.`);
}

/**
 * A 404 alone is no proof that the way is closed: a base address with a slip in it gives one too, while people go on using the model. So
 * the gateway must say, in a code, that what was asked for does not exist.
 */
function outcomeOf(status: number, body: Uint8Array): ChatAnswer {
  if (status >= 200 && status < 300) return readAnswer(body);
  if (status >= 400 && status < 500) {
    const code = saysMissing(body);
    if (code !== null) return { outcome: 'refused', status, detail: `${status} ${code}` };
  }
  if (status === 410) return { outcome: 'refused', status, detail: '410 Gone' };
  return { outcome: 'unclear', detail: MEANS[status] ?? `it answered with status ${status}` };
}

const MEANS: Readonly<Record<number, string>> = {
  401: 'status 401: the token of the connection is not accepted',
  403: 'status 403: the token of the connection may not ask this endpoint',
  404: 'status 404, which does not say that the endpoint is missing: check the address of the connection',
  429: 'status 429: it is asked too often',
};
