import type { z } from 'zod';
import type { ConnectionOf } from '../../inventory/connections.ts';
import { ConnectorError, type Egress, type EgressAnswer, type EgressRequest, type Secrets } from '../contract.ts';
import { shown } from '../text.ts';

type Query = Readonly<Record<string, string>>;
type Ask = { path: string; query?: Query; signal: AbortSignal };

/** The calls of one MLflow, as Tocsin uses them. Throws ConnectorError in plain words, with what is certain about the effect. */
export interface MlflowApi {
  /** How errors call it: its address without the path. */
  readonly name: string;
  /** Reads are repeated once when the connection broke: nothing can come of it. */
  get<S extends z.ZodType>(ask: Ask & { answer: S }): Promise<z.infer<S>>;
  /** Changes are never repeated here. One that got no answer has effect `unknown`. */
  change<S extends z.ZodType>(
    ask: Ask & { method: 'POST' | 'PATCH' | 'DELETE'; body: unknown; answer: S },
  ): Promise<z.infer<S>>;
  /** Reads something long, piece by piece. Answers with its bytes. */
  stream(ask: Ask & { bytesMax: number; take: (piece: Uint8Array) => Promise<void> }): Promise<number>;
}

export const REGISTRY = '/api/2.0/mlflow';
export const ARTEFACTS = '/api/2.0/mlflow-artifacts/artifacts';
export const GATEWAY = '/api/3.0/mlflow/gateway';

const CALL_WITHIN_MS = 15_000;
const STREAM_WITHIN_MS = 600_000;
const SAID_CHARS_MAX = 300;

export function createMlflowApi(connection: ConnectionOf<'mlflow'>, egress: Egress, secrets: Secrets): MlflowApi {
  const base = connection.url.replace(/\/+$/, '');
  const name = `MLflow at ${new URL(base).host}`;

  const address = ({ path, query = {} }: Ask): string => {
    const search = new URLSearchParams(query).toString();
    return `${base}${path}${search === '' ? '' : `?${search}`}`;
  };
  const send = (request: EgressRequest) =>
    egress.request({ ...request, headers: { ...login(connection, secrets), ...request.headers } });

  return {
    name,
    async get({ answer, ...ask }) {
      const request = { method: 'GET' as const, url: address(ask), timeoutMs: CALL_WITHIN_MS, signal: ask.signal };
      const got = await send(request).catch((error: unknown) => {
        if (ask.signal.aborted || !(error instanceof ConnectorError) || !error.retryable) throw error;
        return send(request);
      });
      return read(name, 'none', got, answer);
    },
    async change({ method, body, answer, ...ask }) {
      const got = await send({
        method,
        url: address(ask),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        timeoutMs: CALL_WITHIN_MS,
        signal: ask.signal,
      });
      return read(name, 'unknown', got, answer);
    },
    async stream({ bytesMax, take, ...ask }) {
      let bytes = 0;
      const got = await send({
        method: 'GET',
        url: address(ask),
        timeoutMs: STREAM_WITHIN_MS,
        bytesMax,
        sink: (piece) => {
          bytes += piece.length;
          return take(piece);
        },
        signal: ask.signal,
      });
      if (!isOk(got.status)) throw refusal(name, 'none', got);
      return bytes;
    },
  };
}

function login({ token, username, password }: ConnectionOf<'mlflow'>, secrets: Secrets): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${secrets(token)}` };
  if (username === undefined || password === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${secrets(password)}`).toString('base64')}` };
}

/** `effect`: what is certain about a call that was answered with something we do not understand. */
function read<S extends z.ZodType>(name: string, effect: 'none' | 'unknown', got: EgressAnswer, answer: S): z.infer<S> {
  if (!isOk(got.status)) throw refusal(name, effect, got);
  const parsed = answer.safeParse(json(got.body));
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new ConnectorError(
    'bad-answer',
    `${name} answered ${got.status}, but not as MLflow does${at === '' ? '' : ` (${shown(at, 80)})`}. Is that address MLflow 3.17 or newer?`,
    { effect },
  );
}

/**
 * What MLflow says no with, and what it means here. MLflow decides before it changes anything, so a refusal of its own (4xx) is certain to
 * have had no effect.
 */
const REFUSALS: Readonly<Record<string, string>> = {
  RESOURCE_DOES_NOT_EXIST: 'not-found',
  ENDPOINT_NOT_FOUND: 'not-found',
  RESOURCE_ALREADY_EXISTS: 'exists',
  INVALID_PARAMETER_VALUE: 'bad-request',
  PERMISSION_DENIED: 'not-allowed',
  UNAUTHENTICATED: 'not-allowed',
};

function refusal(name: string, effect: 'none' | 'unknown', { status, body }: EgressAnswer): ConnectorError {
  const { error_code: said, message } = saidIn(json(body));
  const because = message === '' ? '' : `: ${message}`;
  if (status === 401 || status === 403)
    return new ConnectorError(
      'not-allowed',
      `${name} does not let Tocsin in (${status})${because}. Check the login of the connection and its rights.`,
    );
  if (status === 429) return new ConnectorError('busy', `${name} is busy (429)${because}.`, { retryable: true });
  if (status >= 500)
    return new ConnectorError('server-error', `${name} failed (${status})${because}.`, { retryable: true, effect });
  if (status >= 400 && Object.hasOwn(REFUSALS, said))
    return new ConnectorError(REFUSALS[said] as string, `${name} refused (${said})${because}.`);
  return new ConnectorError(
    'bad-answer',
    `${name} answered ${status}${because}, and not as MLflow does. Is that address MLflow 3.17 or newer?`,
    { effect: status >= 400 ? 'none' : effect },
  );
}

/** The gateway's traffic wraps errors in `detail`; the rest of MLflow does not. Both are text from outside. */
function saidIn(value: unknown): { error_code: string; message: string } {
  const outer = isObject(value) ? value : {};
  const inner = isObject(outer.detail) ? outer.detail : outer;
  return {
    error_code: typeof inner.error_code === 'string' ? inner.error_code : '',
    message: typeof inner.message === 'string' ? shown(inner.message, SAID_CHARS_MAX) : '',
  };
}

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
}

const isOk = (status: number): boolean => status >= 200 && status < 300;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
