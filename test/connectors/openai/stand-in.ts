import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ChatModel } from '../../../src/connectors/contract.ts';
import { createEgress } from '../../../src/connectors/egress/egress.ts';
import { createChat } from '../../../src/connectors/openai/chat.ts';
import { createSecrets } from '../../../src/connectors/secrets/secrets.ts';
import type { ConnectionOf } from '../../../src/inventory/connections.ts';

export type Asked = {
  path: string;
  headers: IncomingHttpHeaders;
  body: { model: string; messages: { content: string }[] };
};
export type StandIn = { url: string; asked: Asked[] };

/** A server that answers as the real ones cannot be made to. Ends with the test. */
export async function standIn(
  reply: (response: ServerResponse, question: string, asked: Asked) => void,
): Promise<StandIn> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text) as Asked['body'] };
      asked.push(one);
      reply(response, one.body.messages[0]?.content ?? '', one);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** A chat completion with this message. */
export const completion = (message: unknown, model = 'support-v1') => ({
  id: 'answer',
  object: 'chat.completion',
  model,
  choices: [{ index: 0, message, finish_reason: 'stop' }],
});

/** The client, as `main` puts it together. */
export function chatAt(
  url: string,
  more: Partial<ConnectionOf<'openai'>> = {},
  env: NodeJS.ProcessEnv = {},
): ChatModel {
  const egress = createEgress({ origin: new URL(url).origin, private: true });
  onTestFinished(() => egress.close());
  return createChat({ kind: 'openai', url, private: true, ...more }, egress, createSecrets(env));
}
