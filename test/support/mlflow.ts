import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type RunningMlflow, startMlflow } from '../../src/demo/mlflow.ts';
import { askFor } from './on-demand.ts';

/** It starts with the first test that asks; a busy machine takes its time. Say this in `beforeAll(testMlflow, …)`. */
export const MLFLOW_STARTS_WITHIN_MS = 120_000;

/** The real MLflow of this test run, shared: use names of your own. */
export async function testMlflow(): Promise<{ url: string }> {
  return { url: await askFor('mlflow') };
}

/** A real MLflow that a test may kill, and start again on its data. Takes about ten seconds; ends with the test. */
export async function ownMlflow(): Promise<RunningMlflow & { startAgain(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-mlflow-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const start = async (port?: number) => {
    const server = await startMlflow({ folder, env: process.env, ...(port !== undefined && { port }) });
    onTestFinished(server.stop);
    return server;
  };
  const server = await start();
  return {
    ...server,
    startAgain: async () => {
      await start(Number(new URL(server.url).port));
    },
  };
}

/** Calls MLflow's REST API and insists on a 2xx. */
export async function callMlflow<T = Record<string, unknown>>(
  url: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}

/** Asks an endpoint of the gateway as its users do. */
export async function askGateway(
  url: string,
  endpoint: string,
  text = 'Hello?',
): Promise<{ status: number; model: string | null; text: string }> {
  const answer = await fetch(`${url}/gateway/mlflow/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: endpoint, messages: [{ role: 'user', content: text }] }),
  });
  const body = (await answer.json()) as { model?: string; choices?: { message: { content: string } }[] };
  return { status: answer.status, model: body.model ?? null, text: body.choices?.[0]?.message.content ?? '' };
}

/** A tiny OpenAI-like server that answers as this model. Ends with the test (or when `close` is called). */
export async function openAiLike(
  model: string,
  reply: (text: string) => string = () => 'OK.',
): Promise<{ url: string; asked: string[]; close(): void }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { messages = [] } = JSON.parse(body || '{}') as { messages?: { content: string }[] };
      const text = messages.at(-1)?.content ?? '';
      asked.push(text);
      response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          id: 'answer',
          object: 'chat.completion',
          created: 1,
          model,
          choices: [{ index: 0, message: { role: 'assistant', content: reply(text) }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        }),
      );
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
