import { request as ask, createServer } from 'node:http';
import { onTestFinished } from 'vitest';

/** What becomes of one request: it passes, it is answered with a lie and not passed on, or it is done and its answer is lost. */
export type Fate = 'pass' | 'answer-200' | 'lose-answer';

/** Stands before MLflow. Ends with the test. */
export async function openProxy(
  target: string,
  fate: (request: { method: string; path: string; body: string }) => Fate,
): Promise<{ url: string; seen: { method: string; path: string; authorization: string | null }[] }> {
  const seen: { method: string; path: string; authorization: string | null }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method = '', url: path = '' } = request;
      seen.push({ method, path, authorization: request.headers.authorization ?? null });
      const what = fate({ method, path, body: body.toString('utf8') });
      if (what === 'answer-200') return void response.setHeader('content-type', 'application/json').end('{}');
      const onward = ask(new URL(path, target), { method, headers: request.headers }, (answer) => {
        if (what === 'lose-answer') {
          answer.resume().on('end', () => request.socket.destroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => request.socket.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, seen };
}
