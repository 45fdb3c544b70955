import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { certificate, certificateKey } from '../certificate.ts';

/** What a mail server does when it is its turn: says something, or breaks off (in the middle of its answer), or says nothing at all. */
export type Turn = string | 'drop' | 'half' | 'silence';

export type Script = {
  greeting?: Turn;
  /** Extensions that EHLO tells of. */
  extensions?: string[];
  auth?: Turn;
  mail?: Turn;
  rcpt?: (address: string) => Turn;
  data?: Turn;
  /** After so many bytes of the text it breaks off; it never does when absent. */
  dropInText?: number;
  /** After the text. */
  end?: Turn;
  tls?: 'from-the-start' | 'starttls' | 'none';
};

export type StandIn = { port: number; commands: string[]; mails: string[]; connections: () => number };

/** A mail server on the wire that does what no real one can be made to do. */
export async function startStandIn(script: Script = {}): Promise<StandIn> {
  const commands: string[] = [];
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const options = { cert: certificate, key: certificateKey };
  const onSocket = (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    converse(socket, script, commands, mails);
  };
  const server = script.tls === 'from-the-start' ? createTlsServer(options, onSocket) : createServer(onSocket);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });
  return { port: (server.address() as { port: number }).port, commands, mails, connections: () => connections };
}

function converse(first: Socket, script: Script, commands: string[], mails: string[]): void {
  let socket = first;
  let unread = '';
  let inText = false;
  let secure = script.tls === 'from-the-start';
  const turn = (what: Turn) => {
    if (what === 'drop') socket.destroy();
    else if (what === 'half') socket.end('25');
    else if (what !== 'silence') socket.write(`${what}\r\n`);
  };
  const hear = (chunk: Buffer) => {
    unread += chunk.toString();
    for (;;) {
      if (inText) {
        if (script.dropInText !== undefined && unread.length >= script.dropInText) return void socket.destroy();
        const end = unread.indexOf('\r\n.\r\n');
        if (end < 0) return;
        mails.push(unread.slice(2, end));
        unread = unread.slice(end + 5);
        inText = false;
        turn(script.end ?? '250 2.0.0 queued');
        continue;
      }
      const end = unread.indexOf('\r\n');
      if (end < 0) return;
      const line = unread.slice(0, end);
      unread = unread.slice(end + 2);
      commands.push(line);
      obey(line);
    }
  };
  const obey = (line: string) => {
    const [verb = ''] = line.toUpperCase().split(/[ :]/);
    switch (verb) {
      case 'EHLO': {
        const offers = [...(script.extensions ?? []), ...(script.tls === 'starttls' && !secure ? ['STARTTLS'] : [])];
        const lines = ['stand-in', ...offers];
        return turn(lines.map((one, i) => `250${i === lines.length - 1 ? ' ' : '-'}${one}`).join('\r\n'));
      }
      case 'STARTTLS':
        turn('220 go');
        return upgrade();
      case 'AUTH':
        return turn(script.auth ?? '235 welcome');
      case 'MAIL':
        return turn(script.mail ?? '250 ok');
      case 'RCPT':
        return turn(script.rcpt?.(/<(.*)>/.exec(line)?.[1] ?? '') ?? '250 ok');
      case 'DATA': {
        const said = script.data ?? '354 go ahead';
        inText = said.startsWith('354');
        // So that a text of nothing but its end is one.
        if (inText) unread = `\r\n${unread}`;
        return turn(said);
      }
      case 'QUIT':
        return turn('221 bye');
      default:
        return turn('502 not here');
    }
  };
  const upgrade = () => {
    socket.removeListener('data', hear);
    secure = true;
    socket = new TLSSocket(first, { isServer: true, cert: certificate, key: certificateKey });
    socket.on('error', () => undefined);
    socket.on('data', hear);
  };
  socket.on('data', hear);
  turn(script.greeting ?? '220 stand-in ESMTP');
}
