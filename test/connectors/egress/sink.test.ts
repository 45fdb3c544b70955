import { createServer, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createEgress } from '../../../src/connectors/egress/egress.ts';

const LARGE = Buffer.alloc(3_000_000).map((_, i) => i % 251);

test('a long answer is handed over piece by piece, each awaited, in order and whole', async () => {
  const ask = await serving((response) => response.end(LARGE));
  const pieces: Uint8Array[] = [];
  let under = 0;
  const answer = await ask(async (piece) => {
    expect(++under).toBe(1);
    await new Promise((turn) => setImmediate(turn));
    pieces.push(piece);
    under--;
  });
  expect(answer).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  expect(pieces.length).toBeGreaterThan(1);
  expect(Buffer.compare(Buffer.concat(pieces), LARGE)).toBe(0);
});

test('what is written in chunks arrives whole as well', async () => {
  const ask = await serving((response) => {
    for (let i = 0; i < 300; i++) response.write(LARGE.subarray(i * 10_000, (i + 1) * 10_000));
    response.end();
  });
  const pieces: Uint8Array[] = [];
  await ask(async (piece) => {
    pieces.push(piece);
  });
  expect(Buffer.compare(Buffer.concat(pieces), LARGE)).toBe(0);
});

test('a sink that fails ends the request with its error, and gets nothing more', async () => {
  const ask = await serving((response) => response.end(LARGE));
  let taken = 0;
  const asked = ask(async () => {
    taken++;
    throw new Error('the disk is full');
  });
  await expect(asked).rejects.toThrow('the disk is full');
  expect(taken).toBe(1);
});

test('more than is allowed is an error, and what was said in refusing does not go into the sink', async () => {
  const large = await serving((response) => response.end(LARGE));
  await expect(large(async () => undefined, 1_000_000)).rejects.toMatchObject({ code: 'too-large' });
  const refusing = await serving((response) => response.writeHead(404).end('not here'));
  const answer = await refusing(() => Promise.reject(new Error('nothing may come here')));
  expect(answer.status).toBe(404);
  expect(Buffer.from(answer.body).toString()).toBe('not here');
});

test('an answer that breaks off is no answer', async () => {
  const ask = await serving((response) => {
    response.setHeader('content-length', LARGE.length);
    response.write(LARGE.subarray(0, 100_000), () => response.destroy());
  });
  await expect(ask(async () => undefined)).rejects.toMatchObject({ code: 'unreachable', effect: 'none' });
});

async function serving(answer: (response: ServerResponse) => unknown) {
  const server = createServer((_request, response) => void answer(response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const egress = createEgress({ origin: url, private: true });
  onTestFinished(async () => {
    await egress.close();
    server.closeAllConnections();
    server.close();
  });
  return (sink: (piece: Uint8Array) => Promise<void>, bytesMax = 10_000_000) =>
    egress.request({ method: 'GET', url: `${url}/file`, timeoutMs: 20_000, bytesMax, sink });
}
