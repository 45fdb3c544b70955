import { z } from 'zod';
import { ConnectorError, type Egress, type EgressAnswer, type EgressRequest } from '../contract.ts';
import { shown } from '../text.ts';

/** Codes after which no other call would fare better: a sweep ends there. */
export const STOPS: ReadonlySet<string> = new Set([
  'unauthorised',
  'busy',
  'unreachable',
  'timeout',
  'refused',
  'secret-missing',
  'no-place',
  'public-place',
]);

const WITHIN_MS = 20_000;
const SAID_MAX = 200;
const Said = z.looseObject({
  message: z.string().optional(),
  errorMessages: z.array(z.string()).optional(),
  errors: z.unknown().optional(),
});

export type Call = {
  method: EgressRequest['method'];
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: unknown;
};

/** One call of a tracker's API with JSON in and out. `name`: how the tracker is called in words. Throws ConnectorError unless it is answered with 2xx, or with `also`. */
export async function callTracker(
  egress: Egress,
  name: string,
  { method, url, headers, body }: Call,
  { signal, also = [] }: { signal: AbortSignal; also?: readonly number[] },
): Promise<EgressAnswer> {
  const answer = await egress.request({
    ...{ method, url, signal, timeoutMs: WITHIN_MS },
    headers: {
      'user-agent': 'tocsin',
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if ((answer.status >= 200 && answer.status < 300) || also.includes(answer.status)) return answer;
  throw failure(name, answer);
}

/** A link that people may follow: none that runs as a script, and nothing in it that hides or ends it. */
export const WebAddress = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .transform((text) => new URL(text).href);

/** What an answer holds, checked. */
export function read<T extends z.ZodType>(name: string, schema: T, { body }: EgressAnswer): z.output<T> {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(body)));
  } catch (error) {
    throw new ConnectorError('odd-answer', `${name} answered with something else than its documentation says.`, {
      cause: error,
    });
  }
}

function failure(name: string, answer: EgressAnswer): ConnectorError {
  const { status } = answer;
  const wait = waitWords(answer);
  if (wait !== null) return new ConnectorError('busy', `${name} asks for a pause${wait}.`, { retryable: true });
  if (status === 401)
    return new ConnectorError(
      'unauthorised',
      `${name} does not take the token (401): renew it, and look at its reference in tocsin.yaml.`,
    );
  if (status === 403) return new ConnectorError('forbidden', `${name} does not allow it (403)${said(answer)}.`);
  if (status === 404 || status === 410)
    return new ConnectorError('not-there', `${name} has no such thing, or does not show it to this token (${status}).`);
  if (status >= 500)
    return new ConnectorError('server-error', `${name} failed (${status}).`, { retryable: true, effect: 'unknown' });
  return new ConnectorError('not-taken', `${name} did not take it (${status})${said(answer)}.`);
}

/** Null: it asks for none. 403 is GitHub's secondary limit when it says how long to wait, or that nothing is left. */
function waitWords({ status, headers }: EgressAnswer): string | null {
  const after = headers['retry-after'];
  const limited =
    status === 429 || (status === 403 && (after !== undefined || headers['x-ratelimit-remaining'] === '0'));
  if (!limited) return null;
  if (after !== undefined && /^\d+$/.test(after)) return ` of ${after} seconds`;
  const reset = Number(headers['x-ratelimit-reset']);
  return reset > 0 ? ` until ${new Date(reset * 1000).toISOString().slice(11, 16)} UTC` : '';
}

function said({ body }: EgressAnswer): string {
  try {
    const { message, errorMessages, errors } = Said.parse(JSON.parse(new TextDecoder().decode(body)));
    const words = [message, ...(errorMessages ?? []), errors === undefined ? undefined : JSON.stringify(errors)];
    const text = words.filter((part) => part !== undefined && part !== '' && part !== '{}').join('; ');
    return text === '' ? '' : `: ${shown(text, SAID_MAX)}`;
  } catch {
    // It is no JSON: the status says enough.
    return '';
  }
}
