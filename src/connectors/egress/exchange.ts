import type { Dispatcher } from 'undici';
import { ConnectorError, type EgressAnswer, type EgressRequest } from '../contract.ts';
import { codeIn } from './address.ts';

export type Exchange = Omit<EgressRequest, 'url'> & { origin: string; path: string; bytesMax: number };

/** One request and its whole answer, with what is certain when there is none. */
export function exchange(pool: Dispatcher, asked: Exchange): Promise<EgressAnswer> {
  const { method, path, headers = {}, body, signal, timeoutMs } = asked;
  return new Promise((resolve, reject) => {
    let started = false;
    let over = false;
    let controller: Dispatcher.DispatchController | null = null;
    const end = (settle: () => void) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const give = (error: unknown) => end(() => reject(error));
    /** Ends it from our side, at once: a request that waits for its connection is dropped when its turn comes. */
    const stop = (error: unknown) => {
      give(error);
      controller?.abort(new Error('stopped'));
    };
    const onAbort = () => stop(signal?.reason);
    const failed = failures(asked, () => started);
    const timer = setTimeout(() => stop(failed.timeout()), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });

    let status = 0;
    let answered: Record<string, string> = {};
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    /** The pieces that go to the sink, one after the other. */
    let poured: Promise<void> = Promise.resolve();
    const pour = (
      controller: Dispatcher.DispatchController,
      sink: NonNullable<Exchange['sink']>,
      piece: Uint8Array,
    ) => {
      controller.pause();
      poured = poured.then(() => (over ? undefined : sink(piece))).then(() => controller.resume());
      poured.catch(stop);
    };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(starting) {
        controller = starting;
        if (over) starting.abort(new Error('stopped'));
        else started = true;
      },
      onResponseStart(_controller, code, fields) {
        // 1xx: the answer itself follows.
        if (code < 200) return;
        status = code;
        answered = flat(fields);
      },
      onResponseData(responding, chunk) {
        bytes += chunk.length;
        if (bytes > asked.bytesMax) stop(failed.tooLarge());
        // Each resumption begins with a piece of nothing: to pause for that would go on for ever.
        else if (chunk.length === 0) return;
        else if (asked.sink && status >= 200 && status < 300) pour(responding, asked.sink, chunk);
        else chunks.push(chunk);
      },
      onResponseEnd() {
        const answer = () => end(() => resolve({ status, headers: answered, body: Buffer.concat(chunks) }));
        poured.then(answer, stop);
      },
      onResponseError: (_controller, error) => give(failed.broken(error)),
    };
    try {
      pool.dispatch({ method, path, headers: { ...headers }, body: body ?? null }, handler);
    } catch (error) {
      give(failed.broken(error));
    }
  });
}

/** Why there is no answer, in words that hold nothing of the request. */
function failures({ origin, method, timeoutMs, bytesMax }: Exchange, started: () => boolean) {
  const effect = () => (started() && method !== 'GET' ? ('unknown' as const) : ('none' as const));
  const fail = (code: string, message: string, retryable: boolean) =>
    new ConnectorError(code, message, { retryable, effect: effect() });
  return {
    timeout: () => fail('timeout', `${origin} did not answer within ${timeoutMs} ms.`, true),
    tooLarge: () => fail('too-large', `${origin} answered with more than ${bytesMax} bytes.`, false),
    broken(error: unknown): ConnectorError {
      if (error instanceof ConnectorError) return error;
      const code = codeIn(error);
      if (code.includes('UND_ERR_INVALID_ARG'))
        return fail('refused', `${origin} was not asked: the request is malformed.`, false);
      if (started()) return fail('unreachable', `${origin} broke off before its answer was complete${code}.`, true);
      const untrusted = /CERT|SELF_SIGNED|_SSL_|_TLS_/.test(code);
      const why = untrusted ? 'No safe connection to' : 'No connection to';
      return fail('unreachable', `${why} ${origin}${code}.`, !untrusted);
    },
  };
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}
