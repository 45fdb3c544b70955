import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from '../../../src/surfaces/cli/client.ts';

/** Answers as told, one after the other: `null` breaks the connection off. */
async function serving(answers: (object | null)[]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const answer = answers[asked.length - 1] ?? null;
    if (answer === null) request.socket.destroy();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  close = () => new Promise((down) => server.close(() => down()).closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { asked, client: createClient({ url: `http://127.0.0.1:${port}`, token: 't' }, '1') };
}

let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

describe('the command line asks a server', () => {
  it('once more, when it only reads and the connection was closed meanwhile', async () => {
    const { client, asked } = await serving([{ n: 1 }, null, { n: 2 }]);
    expect(await client.get('/a')).toEqual({ n: 1 });
    expect(await client.get('/b')).toEqual({ n: 2 });
    expect(asked).toEqual(['GET /a', 'GET /b', 'GET /b']);
  });

  it('never twice to do something, and says that it was not answered', async () => {
    const { client, asked } = await serving([{ n: 1 }, null, { n: 2 }]);
    await client.get('/a');
    await expect(client.post('/b')).rejects.toMatchObject({ message: expect.stringContaining('does not answer') });
    expect(asked).toEqual(['GET /a', 'POST /b']);
  });

  it('and gives up on one that is gone', async () => {
    const { client, asked } = await serving([null, null, { n: 1 }]);
    await expect(client.get('/a')).rejects.toMatchObject({ message: expect.stringContaining('does not answer') });
    expect(asked).toHaveLength(2);
  });
});
