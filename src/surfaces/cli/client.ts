import type { Connection } from './connect.ts';
import { CliError, EXIT, type ExitCode } from './io.ts';

export type Client = {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown, headers?: Record<string, string>): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
  /** The answer as it comes, for files and streams. */
  open(path: string, headers?: Record<string, string>): Promise<Response>;
};

/** Speaks the HTTP API. What is not done becomes a CliError with the exit code for it. */
export function createClient({ url, token }: Connection, version: string): Client {
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const ask = () =>
      fetch(new URL(path, url), {
        method,
        redirect: 'error',
        headers: {
          authorization: `Bearer ${token}`,
          'user-agent': `tocsin-cli/${version}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    let response: Response;
    try {
      // Whoever works long between two questions finds a connection that the server has closed meanwhile. Reading twice is harmless.
      response = await ask().catch((error) => (method === 'GET' && wasClosed(error) ? ask() : Promise.reject(error)));
    } catch (error) {
      throw new CliError(
        EXIT.unreachable,
        `${url} does not answer: ${why(error)}.`,
        'See whether it runs (npm start, tocsin doctor), and whether TOCSIN_URL is right.',
      );
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  };
  return {
    get: async <T>(path: string) => (await (await call('GET', path)).json()) as T,
    post: async <T>(path: string, body?: unknown, headers?: Record<string, string>) =>
      (await (await call('POST', path, body, headers)).json()) as T,
    patch: async <T>(path: string, body: unknown) => (await (await call('PATCH', path, body)).json()) as T,
    delete: async (path) => void (await call('DELETE', path)),
    open: (path, headers) => call('GET', path, undefined, headers),
  };
}

const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const wasClosed = (error: unknown): boolean => CLOSED.has(why(error));

function why(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error instanceof Error ? error.message : String(error);
}

async function problemOf(response: Response): Promise<CliError> {
  const text = await response.text();
  const body = parse(text);
  const said = typeof body?.detail === 'string' ? body.detail : `The server answered ${response.status}.`;
  const next = [body?.notDone, body?.next].filter((part) => typeof part === 'string').join(' ');
  return new CliError(exitOf(response.status), said, next || null, body);
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function exitOf(status: number): ExitCode {
  if (status === 404) return EXIT.notFound;
  if (status === 503) return EXIT.unreachable;
  return status < 500 ? EXIT.refused : EXIT.failure;
}
