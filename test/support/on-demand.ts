import { createServer } from 'node:http';

/** What a shared server of the test run answers with: how to reach it, or why it cannot be had on this machine. */
export type Answer = { address: string } | { lacking: string };
export type SharedServer = { address: string; stop(): Promise<void> };

/**
 * Serves the run's shared servers (PostgreSQL, Temporal, MLflow) to test files, which run in processes of their own. Each is started when
 * the first test asks for it, once.
 */
export async function serveOnDemand(
  starters: Record<string, () => Promise<SharedServer>>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const started = new Map<string, Promise<SharedServer>>();
  const desk = createServer((request, response) => {
    const name = request.url?.slice(1) ?? '';
    const starter = starters[name];
    const answer = (status: number, body: Answer): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (starter === undefined) return answer(404, { lacking: `no shared server "${name}"` });
    let server = started.get(name);
    if (server === undefined) started.set(name, (server = starter()));
    server.then(
      ({ address }) => answer(200, { address }),
      (error) => answer(503, { lacking: error instanceof Error ? error.message : String(error) }),
    );
  });
  await new Promise<void>((listening) => desk.listen(0, '127.0.0.1', listening));
  const port = (desk.address() as { port: number }).port;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      desk.closeAllConnections();
      desk.close();
      for (const settled of await Promise.allSettled(started.values()))
        if (settled.status === 'fulfilled') await settled.value.stop();
    },
  };
}

/** Asks for a shared server. Throws when it cannot be had: a test that needs it must fail, never pass by silence. */
export async function askFor(name: 'postgres' | 'temporal' | 'mlflow'): Promise<string> {
  const desk = process.env.TOCSIN_TEST_SERVERS;
  if (!desk) throw new Error('no shared test servers: run tests through `npm test` or `npx vitest run`');
  const answer = (await (await fetch(`${desk}/${name}`)).json()) as Answer;
  if ('lacking' in answer) throw new Error(`${name} cannot be had: ${answer.lacking}`);
  return answer.address;
}
