import type { IncidentEvent } from '../incident/events.ts';
import type { IncidentView } from '../incident/view.ts';

/** Tocsin as the demo knows it: by its HTTP API, as people and monitors use it. */
export type ToldEvent = IncidentEvent & { seq: number; text: string };

export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type Api = {
  url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** As it came, such as an export. */
  text(path: string): Promise<string>;
};

const WITHIN_MS = 30_000;

export function createApi(url: string, token: string): Api {
  const call = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<string> => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    const text = await answer.text();
    if (answer.ok) return text;
    const { code = '', detail = text.slice(0, 300), next = '' } = problemIn(text);
    throw new ApiError(answer.status, code, [`${method} ${path}: ${detail}`, next].filter(Boolean).join(' '));
  };
  return {
    url,
    // Both sides are of one build, so the answer is what its schema says.
    get: async <T>(path: string) => JSON.parse(await call('GET', path)) as T,
    post: async <T>(path: string, body: unknown) => JSON.parse(await call('POST', path, body)) as T,
    text: (path) => call('GET', path),
  };
}

function problemIn(text: string): { code?: string; detail?: string; next?: string } {
  try {
    return JSON.parse(text) as { code?: string };
  } catch {
    return {};
  }
}

/** Signs somebody in by a link that an administrator makes, and gives them a token of their own. */
export async function signInAs(administrator: Api, person: string): Promise<Api> {
  const { url: link } = await administrator.post<{ url: string }>('/api/sign-in-links', { person });
  const origin = new URL(administrator.url).origin;
  const entered = await fetch(link, { method: 'POST', redirect: 'manual', headers: { origin } });
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0];
  if (cookie === undefined) throw new Error(`signing ${person} in was answered with ${entered.status}`);
  const made = await fetch(new URL('/api/tokens', administrator.url), {
    method: 'POST',
    headers: { origin, cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'demo', days: 1 }),
  });
  if (!made.ok) throw new Error(`making a token for ${person} was answered with ${made.status}`);
  return createApi(administrator.url, ((await made.json()) as { token: string }).token);
}

export const viewOf = (api: Api, incident: string): Promise<IncidentView> =>
  api.get<IncidentView>(`/api/incidents/${incident}`);

export async function eventsAfter(api: Api, incident: string, seq: number): Promise<ToldEvent[]> {
  return (await api.get<{ events: ToldEvent[] }>(`/api/incidents/${incident}/events?after=${seq}&limit=1000`)).events;
}
