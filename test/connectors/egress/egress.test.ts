import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EgressRequest } from '../../../src/connectors/contract.ts';
import type { Lookup } from '../../../src/connectors/egress/address.ts';
import { createEgress, type EgressOptions } from '../../../src/connectors/egress/egress.ts';
import { certificate } from '../certificate.ts';
import { serve, serveRaw, serveTls } from './servers.ts';

function egress(origin: string, options: Partial<EgressOptions> = {}) {
  const made = createEgress({ origin, private: true, ...options });
  onTestFinished(() => made.close());
  return made;
}

const get = (url: string, more: Partial<EgressRequest> = {}): EgressRequest => ({
  method: 'GET',
  url,
  timeoutMs: 5_000,
  ...more,
});
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it was answered',
    (error: unknown) => error,
  );

/** Answers in turn with what it is given; the last one again and again. */
function answersInTurn(...answers: string[][]): { lookup: Lookup; asked: () => number } {
  let asked = 0;
  return {
    asked: () => asked,
    lookup: async () => {
      const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
      asked += 1;
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  };
}

describe('the way out', () => {
  it('carries method, path, query, headers and body there, and brings the answer back', async () => {
    let body = '';
    const server = await serve((request, response) => {
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.writeHead(418, { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] });
        response.end('tëa');
      });
    });
    const answer = await egress(server.origin).request({
      method: 'PATCH',
      url: `${server.origin}/a%20b?x=1&y=%2F`,
      headers: { authorization: 'Bearer t' },
      body: '{"é":1}',
      timeoutMs: 5_000,
    });
    expect({ ...answer, body: Buffer.from(answer.body).toString() }).toMatchObject({
      status: 418,
      headers: { 'content-type': 'text/plain', 'set-cookie': 'a=1, b=2' },
      body: 'tëa',
    });
    expect(server.requests[0]).toMatchObject({ method: 'PATCH', url: '/a%20b?x=1&y=%2F' });
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer t' });
    expect(body).toBe('{"é":1}');
  });

  it('leads to one origin: another scheme, host or port is refused, and never asked', async () => {
    const there = await serve((_request, response) => response.end('there'));
    const elsewhere = await serve((_request, response) => response.end('elsewhere'));
    const out = egress(there.origin);
    const wrong = [
      elsewhere.origin,
      there.origin.replace('http:', 'https:'),
      there.origin.replace('127.0.0.1', 'localhost'),
      `http://127.0.0.1@${elsewhere.origin.slice(7)}/`,
      'file:///etc/passwd',
      'no address',
    ];
    for (const url of wrong)
      expect(await failure(out.request(get(url)))).toMatchObject({ code: 'refused', effect: 'none', retryable: false });
    expect(await failure(out.request(get(there.origin.replace('//', '//user:pw@'))))).toMatchObject({
      code: 'refused',
    });
    expect([there.connections(), elsewhere.connections()]).toEqual([0, 0]);
  });

  it('follows no redirect: it is an answer', async () => {
    const elsewhere = await serve((_request, response) => response.end('elsewhere'));
    const server = await serve((_request, response) => response.writeHead(302, { location: elsewhere.origin }).end());
    const answer = await egress(server.origin).request(get(`${server.origin}/`));
    expect(answer).toMatchObject({ status: 302, headers: { location: elsewhere.origin } });
    expect(elsewhere.connections()).toBe(0);
  });

  it('keeps its connections for what it reads, and opens one for every change', async () => {
    const server = await serve((_request, response) => response.end('ok'));
    const out = egress(server.origin);
    for (let i = 0; i < 9; i++) await out.request(get(`${server.origin}/`));
    const kept = server.connections();
    expect(kept).toBeLessThan(3);
    for (let i = 0; i < 3; i++) await out.request(get(`${server.origin}/`, { method: 'POST', body: 'x' }));
    expect(server.connections()).toBe(kept + 3);
  });

  it('lets go of an idle connection before the server does, whatever the server promises', async () => {
    const server = await serve((request, response) => {
      request.socket.once('close', () => closed());
      response.writeHead(200, { 'keep-alive': 'timeout=600' }).end('ok');
    });
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    await egress(server.origin).request(get(`${server.origin}/`));
    await gone;
  }, 4_000);
});

describe('private addresses', () => {
  it('are refused unless the connection says so, given as such or behind a name', async () => {
    const server = await serve((_request, response) => response.end('inside'));
    const named = `http://pager.example:${server.port}`;
    const { lookup } = answersInTurn(['127.0.0.1']);
    expect(await failure(egress(server.origin, { private: false }).request(get(`${server.origin}/`)))).toMatchObject({
      code: 'refused',
      effect: 'none',
      message: expect.stringMatching(/^127\.0\.0\.1 is a private address/),
    });
    expect(await failure(egress(named, { private: false, lookup }).request(get(`${named}/`)))).toMatchObject({
      code: 'refused',
      effect: 'none',
      message: expect.stringMatching(/^pager\.example leads to 127\.0\.0\.1, which is a private address/),
    });
    expect(server.connections()).toBe(0);
    expect(await egress(named, { lookup }).request(get(`${named}/`))).toMatchObject({ status: 200 });
  });

  it.each(['127.0.0.1', '0x7f.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', 'localhost'])(
    'written as %s are refused too, and no connection is made',
    async (host) => {
      const server = await serve((_request, response) => response.end('inside'), { host: '::' });
      const origin = `http://${host}:${server.port}`;
      expect(await failure(egress(origin, { private: false }).request(get(`${origin}/`)))).toMatchObject({
        code: 'refused',
      });
      expect(server.connections()).toBe(0);
    },
  );

  it('over IPv6 are reached where the connection says so', async () => {
    const server = await serve((_request, response) => response.end('six'), { host: '::1' });
    const named = `http://six.example:${server.port}`;
    expect(await egress(server.origin).request(get(`${server.origin}/`))).toMatchObject({ status: 200 });
    const { lookup } = answersInTurn(['::1']);
    expect(await egress(named, { lookup }).request(get(`${named}/`))).toMatchObject({ status: 200 });
    expect(await failure(egress(named, { private: false, lookup }).request(get(`${named}/`)))).toMatchObject({
      code: 'refused',
    });
  });
});

describe('over TLS', () => {
  const lookup: Lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const secret = { headers: { authorization: 'Bearer planted' }, method: 'POST', body: 'planted' } as const;

  it('a certificate for that name, of a trusted authority, is taken', async () => {
    const server = await serveTls((_request, response) => response.end('safe'));
    const origin = `https://mail.example:${server.port}`;
    const answer = await egress(origin, { lookup, ca: certificate }).request(get(`${origin}/`, secret));
    expect(Buffer.from(answer.body).toString()).toBe('safe');
  });

  it.each([
    ['of an authority nobody trusts', 'mail.example', undefined],
    ['for another name', 'other.example', certificate],
  ])('a certificate %s is refused before anything is said', async (_why, host, ca) => {
    const server = await serveTls((_request, response) => response.end('safe'));
    const origin = `https://${host}:${server.port}`;
    expect(await failure(egress(origin, { lookup, ca }).request(get(`${origin}/`, secret)))).toMatchObject({
      code: 'unreachable',
      retryable: false,
      effect: 'none',
      message: expect.stringMatching(/^No safe connection to https:/),
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a name that changes its mind', () => {
  it('is looked up once for a connection, and the address that was checked is the one connected to', async () => {
    const checked = await serve((_request, response) => response.end('checked'));
    const rebound = await serve((_request, response) => response.end('rebound'), {
      host: '127.0.0.2',
      port: checked.port,
    });
    const { lookup, asked } = answersInTurn(['127.0.0.1'], ['127.0.0.2']);
    const named = `http://rebinding.example:${checked.port}`;
    const answer = await egress(named, { lookup }).request(get(`${named}/`));
    expect(Buffer.from(answer.body).toString()).toBe('checked');
    expect([asked(), rebound.connections()]).toEqual([1, 0]);
  });

  it('over IPv6 gains as little', async () => {
    const six = await serve((_request, response) => response.end('checked'), { host: '::1' });
    const four = await serve((_request, response) => response.end('rebound'), { host: '127.0.0.1', port: six.port });
    const { lookup, asked } = answersInTurn(['::1'], ['127.0.0.1']);
    const named = `http://rebinding.example:${six.port}`;
    const answer = await egress(named, { lookup }).request(get(`${named}/`));
    expect(Buffer.from(answer.body).toString()).toBe('checked');
    expect([asked(), four.connections()]).toEqual([1, 0]);
  });

  it('is refused on the connection after, although one to it was allowed before', async () => {
    const server = await serve((_request, response) => response.end('ok'));
    const { lookup } = answersInTurn(['127.0.0.1'], ['127.0.0.1', '169.254.169.254']);
    const named = `http://rebinding.example:${server.port}`;
    const out = egress(named, { lookup });
    await out.request(get(`${named}/`, { method: 'POST', body: 'x' }));
    expect(await failure(out.request(get(`${named}/`, { method: 'POST', body: 'x' })))).toMatchObject({
      code: 'refused',
      effect: 'none',
    });
    expect(server.connections()).toBe(1);
  });
});

describe('an answer that does not come', () => {
  const SECRET = 'sk-planted-0123456789';
  const change = (origin: string, more: Partial<EgressRequest> = {}) =>
    get(`${origin}/hooks/${SECRET}?key=${SECRET}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}` },
      body: SECRET,
      ...more,
    });
  const everythingIn = (error: unknown): string => {
    const { message, stack, cause } = error as Error;
    return [message, stack, JSON.stringify(error), String(cause), JSON.stringify(cause)].join(' ');
  };

  it('within its time is given up, wherever it hangs: the clock covers the whole answer', async () => {
    const silent = await serve(() => undefined);
    const trickling = await serve((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(timer));
    });
    for (const { origin } of [silent, trickling]) {
      const error = await failure(egress(origin).request(change(origin, { timeoutMs: 150 })));
      expect(error).toMatchObject({ code: 'timeout', retryable: true, effect: 'unknown' });
      expect(everythingIn(error)).not.toContain(SECRET);
      const read = await failure(egress(origin).request(get(`${origin}/`, { timeoutMs: 150 })));
      expect(read).toMatchObject({ code: 'timeout', effect: 'none' });
    }
  });

  it('because nothing was sent, has surely changed nothing', async () => {
    const gone = await serve((_request, response) => response.end());
    const hanging: Lookup = () => new Promise(() => undefined);
    const named = `http://slow.example:${gone.port}`;
    const late = await failure(egress(named, { lookup: hanging }).request(change(named, { timeoutMs: 100 })));
    expect(late).toMatchObject({ code: 'timeout', retryable: true, effect: 'none' });
    const closed = 'http://127.0.0.1:1';
    const error = await failure(egress(closed).request(change(closed)));
    expect(error).toMatchObject({
      code: 'unreachable',
      retryable: true,
      effect: 'none',
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    expect(everythingIn(error)).not.toContain(SECRET);
    expect(gone.connections()).toBe(0);
  });

  it('in time is not asked for later, when the connection is there at last', async () => {
    const server = await serve((_request, response) => response.end('late'));
    let found: () => void = () => undefined;
    const name = new Promise<void>((resolve) => {
      found = resolve;
    });
    const lookup: Lookup = async () => {
      await name;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const named = `http://slow.example:${server.port}`;
    const out = egress(named, { lookup });
    expect(await failure(out.request(change(named, { timeoutMs: 50 })))).toMatchObject({ code: 'timeout' });
    found();
    await expect.poll(server.connections).toBe(1);
    await out.request(get(`${named}/after`, { method: 'POST', body: 'x' }));
    expect(server.requests.map(({ url }) => url)).toEqual(['/after']);
  });

  it('because the connection broke, leaves open whether a change was made', async () => {
    const early = await serveRaw((socket) => socket.once('data', () => socket.destroy()));
    const late = await serveRaw((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')),
    );
    const noHttp = await serveRaw((socket) => socket.once('data', () => socket.end(`SSH-2.0 ${SECRET}\r\n`)));
    for (const { origin } of [early, late, noHttp]) {
      const error = await failure(egress(origin).request(change(origin)));
      expect(error).toMatchObject({ code: 'unreachable', retryable: true, effect: 'unknown' });
      expect(everythingIn(error)).not.toContain(SECRET);
      const read = await failure(egress(origin).request(get(`${origin}/`)));
      expect(read).toMatchObject({ code: 'unreachable', effect: 'none' });
    }
  });

  it('that is too long is not read to its end', async () => {
    let sent = 0;
    const server = await serve((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000))) sent += 10_000;
      };
      response.on('drain', more);
      more();
    });
    const out = egress(server.origin);
    expect(await failure(out.request(get(`${server.origin}/`, { bytesMax: 50_000 })))).toMatchObject({
      code: 'too-large',
      retryable: false,
      effect: 'none',
    });
    expect(await failure(out.request(get(`${server.origin}/`)))).toMatchObject({ code: 'too-large' });
    expect(sent).toBeLessThan(50_000_000);
  });

  it('ends at once when the caller gives up, with the reason of the caller', async () => {
    const server = await serve(() => undefined);
    const caller = new AbortController();
    const asked = failure(egress(server.origin).request(change(server.origin, { signal: caller.signal })));
    await expect.poll(() => server.requests.length).toBe(1);
    const gone = once(server.requests[0]?.socket as Socket, 'close');
    caller.abort(new Error('called off'));
    expect(await asked).toMatchObject({ message: 'called off' });
    await gone;
    expect(
      await failure(egress(server.origin).request(change(server.origin, { signal: caller.signal }))),
    ).toMatchObject({
      message: 'called off',
    });
    expect(server.requests).toHaveLength(1);
  });

  it('because a header is malformed, was never asked for', async () => {
    const server = await serve((_request, response) => response.end());
    const headers = { 'x-note': `a\r\nx-injected: ${SECRET}` };
    const error = await failure(egress(server.origin).request(change(server.origin, { headers })));
    expect(error).toMatchObject({ code: 'refused', effect: 'none', retryable: false });
    expect(everythingIn(error)).not.toContain(SECRET);
    expect(server.connections()).toBe(0);
  });
});
