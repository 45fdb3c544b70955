import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { certificate, certificateKey } from '../certificate.ts';

export type Served = { origin: string; port: number; requests: IncomingMessage[]; connections: () => number };

/** An HTTP server that ends with the test. */
export async function serve(answer: RequestListener, { host = '127.0.0.1', port = 0 } = {}): Promise<Served> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  return listening(server, host, port, requests);
}

/** An HTTPS server with the certificate of mail.example, reached under any name that is made to lead to it. */
export async function serveTls(answer: RequestListener): Promise<Served> {
  const requests: IncomingMessage[] = [];
  const server = createTlsServer({ cert: certificate, key: certificateKey }, (request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('tlsClientError', () => undefined);
  return listening(server, '127.0.0.1', 0, requests);
}

/** A server that speaks no HTTP of its own: it does with the socket what the test says. */
export async function serveRaw(answer: (socket: Socket) => void): Promise<Served> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  });
  return listening(server, '127.0.0.1', 0, []);
}

async function listening(server: Server, host: string, port: number, requests: IncomingMessage[]): Promise<Served> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((ready, failed) => {
    server.on('error', failed);
    server.listen(port, host, ready);
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });
  const { port: taken } = server.address() as { port: number };
  const shown = host.includes(':') ? `[${host}]` : host;
  return { origin: `http://${shown}:${taken}`, port: taken, requests, connections: () => connections };
}
