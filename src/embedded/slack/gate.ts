import type { IncomingMessage, ServerResponse } from 'node:http';
import { isToken } from './web-api/tokens.ts';

/** Who comes in. Other programs of this machine and other sites in the browser reach the port too: only the key tells them apart. */
export type Gate = {
  /** Asked for by an address of this machine, so that no name that another site points here gets in. */
  isHere(request: IncomingMessage): boolean;
  /** Has the key in the Authorization header. */
  controls(request: IncomingMessage): boolean;
  /** Has the key in the cookie. */
  hasCookie(request: IncomingMessage): boolean;
  /** Lets a browser in that has the cookie; gives it one for the key in the address; else answers and says false. */
  letIn(request: IncomingMessage, response: ServerResponse, url: URL): boolean;
};

export function createGate(port: number, key: string): Gate {
  // Python's slack_sdk leaves the port out when it opens a socket.
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, '127.0.0.1', 'localhost'];
  // Cookies do not know ports: two local Slacks on one machine need two names.
  const cookie = `local_slack_${port}`;

  const hasCookie = (request: IncomingMessage) => {
    const cookies = (request.headers.cookie ?? '').split(';').map((entry) => entry.trim());
    const given = cookies.find((entry) => entry.startsWith(`${cookie}=`))?.slice(cookie.length + 1);
    return given !== undefined && isToken(given, key);
  };

  return {
    isHere: ({ headers }) => hosts.includes(headers.host?.toLowerCase() ?? ''),
    controls({ headers }) {
      const [, given] = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '') ?? [];
      return given !== undefined && isToken(given, key);
    },
    hasCookie,
    letIn(request, response, url) {
      const given = url.searchParams.get('key');
      if (given === null && hasCookie(request)) return true;
      if (given === null || !isToken(given, key)) {
        response.writeHead(401, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
        response.end('Local Slack opens with the link that was printed when it started: it holds a key.\n');
        return false;
      }
      // On to the same page without the key, so that it stays out of the history and of what is shared.
      url.searchParams.delete('key');
      response.writeHead(303, {
        location: `/${url.pathname.replace(/^[/\\]+/, '')}${url.search}`,
        'set-cookie': `${cookie}=${key}; HttpOnly; SameSite=Lax; Path=/`,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      });
      response.end();
      return false;
    },
  };
}

/** Sent by a page of another site, as browsers tell. Apps send neither header. */
export function isForeign({ method, headers }: IncomingMessage): boolean {
  const reads = (method === 'GET' || method === 'HEAD') && headers.upgrade === undefined;
  if (reads) return false;
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return true;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
