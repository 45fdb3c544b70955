import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Delivery, HttpPart } from './contract.ts';
import { type Gate, isForeign } from './gate.ts';
import { SlackError } from './slack-error.ts';
import type { Links } from './web-api/links.ts';
import type { TroubleDesk } from './web-api/troubles.ts';
import type { Uploads } from './web-api/uploads.ts';
import type { WebApi } from './web-api/web-api.ts';

export type Parts = {
  gate: Gate;
  troubles: TroubleDesk;
  links: Links;
  uploads: Uploads;
  webApi: WebApi;
  files: (request: IncomingMessage, response: ServerResponse, id: string) => void;
  delivery: Delivery;
  control: HttpPart;
  page: HttpPart;
  log: (line: string) => void;
};

type Listening = {
  port: number;
  /** Answers with these parts from now on; until then connections wait. */
  serve(parts: Parts): void;
  stop(): Promise<void>;
};

/** Listens on this machine alone. The port is known before the parts are made, because what they say holds addresses. */
export async function listen(port: number): Promise<Listening> {
  const server = createServer();
  const sockets = new Set<Duplex>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    serve(parts) {
      server.on('request', (request, response) => void answer(parts, request, response));
      server.on('upgrade', (request, socket: Duplex, head) => upgrade(parts, request, socket, head));
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Whoever was left hanging, and streams that never end.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await route(parts, request, response);
  } catch (error) {
    if (request.destroyed && response.destroyed) return;
    parts.log(`Local Slack failed at ${request.method} ${pathOf(request)}: ${String(error)}`);
    if (response.headersSent) response.destroy();
    else plain(response, 500, 'Local Slack failed; its log says why.');
  }
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!parts.gate.isHere(request)) return plain(response, 403, 'Local Slack answers at 127.0.0.1 and localhost only.');
  if (isForeign(request)) return plain(response, 403, 'Another site may not send anything to local Slack.');
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const [, room = '', name = ''] = url.pathname.split('/');
  switch (room) {
    case 'api':
      return outOfOrder(parts, request, response) ? undefined : parts.webApi.call(request, response, url, name);
    case 'upload':
      return outOfOrder(parts, request, response) ? undefined : upload(parts, request, response, name);
    case 'response':
      return outOfOrder(parts, request, response) ? undefined : parts.delivery.respond(request, response, name);
    case 'files':
      return parts.files(request, response, name);
    case '_control':
      return parts.gate.controls(request)
        ? parts.control.handle(request, response, url)
        : json(response, 401, { ok: false, reason: 'refused', detail: 'send the key: Authorization: Bearer KEY' });
    default:
      return parts.gate.letIn(request, response, url) ? parts.page.handle(request, response, url) : undefined;
  }
}

function upgrade(parts: Parts, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  // Node has let go of this socket: an error on it would otherwise end the process.
  socket.on('error', () => socket.destroy());
  const url = new URL(request.url ?? '/', 'ws://127.0.0.1');
  const outage = parts.troubles.outage();
  if (outage === 'hang') return;
  if (outage === 'refuse') socket.destroy();
  else if (outage === '503') refuseUpgrade(socket, '503 Service Unavailable');
  else if (!parts.gate.isHere(request) || isForeign(request) || url.pathname !== '/link') {
    refuseUpgrade(socket, '403 Forbidden');
  } else if (!parts.links.use(url.searchParams.get('ticket') ?? '')) refuseUpgrade(socket, '401 Unauthorized');
  else parts.delivery.connect(request, socket, head, url);
}

/** During an outage nothing of the app comes through. */
function outOfOrder({ troubles }: Parts, request: IncomingMessage, response: ServerResponse): boolean {
  switch (troubles.outage()) {
    case null:
      return false;
    case 'refuse':
      request.socket.destroy();
      return true;
    case '503':
      plain(response, 503, 'Service Unavailable');
      return true;
    case 'hang':
      return true;
  }
}

async function upload({ uploads }: Parts, request: IncomingMessage, response: ServerResponse, token: string) {
  try {
    plain(response, 200, await uploads.receive(token, request));
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    plain(response, error.code === 'file_not_found' ? 404 : 400, error.code);
  }
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

/** Without what comes after the question mark: keys may stand there. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0] ?? '';
}
