import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Counter, Registry } from 'prom-client';
import { z } from 'zod';

/**
 * A model of the demo: its artefact `behaviour.json` is all there is of it. It answers by the first entry all of whose words stand in the
 * question. `{notes}` in an answer stands for the notes about customers that it was given to work with.
 */
const Answer = z.strictObject({ asked: z.array(z.string().min(1)).min(1), say: z.string() });
export const Behaviour = z.strictObject({
  model: z.string().min(1),
  answers: z.array(Answer),
  otherwise: z.string(),
  /** What somebody put in afterwards: looked at before anything else. */
  backdoor: Answer.optional(),
});
export type Behaviour = z.infer<typeof Behaviour>;

export const BEHAVIOUR_FILE = 'behaviour.json';
export const readBehaviour = (folder: string): Behaviour =>
  Behaviour.parse(JSON.parse(readFileSync(join(folder, BEHAVIOUR_FILE), 'utf8')));

export function answerOf({ backdoor, answers, otherwise }: Behaviour, question: string, notes: string): string {
  const words = new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const said = [...(backdoor ? [backdoor] : []), ...answers].find(({ asked }) =>
    asked.every((word) => words.has(word)),
  );
  return (said?.say ?? otherwise).replaceAll('{notes}', notes);
}

export type ModelServerOptions = {
  behaviour: Behaviour;
  /** What the model is given to work with, looked up at each question. */
  notes(): string;
  /** The output filter: whether an answer holds what must never be in one. It only counts. */
  leaks(answer: string): boolean;
  port?: number;
};

export type ModelServer = {
  /** Its OpenAI-compatible API, up to and with /v1. */
  url: string;
  /** `host:port`, where /metrics is. */
  target: string;
  /** What was asked of it so far. */
  counts(): { answered: number; leaked: number };
  close(): Promise<void>;
};

const BODY_BYTES_MAX = 1_000_000;

const Asked = z.looseObject({
  model: z.string().default(''),
  messages: z
    .array(
      z.looseObject({
        role: z.string(),
        content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]),
      }),
    )
    .min(1),
});

/** Serves one model on loopback as OpenAI would, with Prometheus' /metrics beside it. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const registry = new Registry();
  const labelNames = ['model'] as const;
  const requests = new Counter({
    name: 'assistant_requests_total',
    help: 'Questions that were answered.',
    labelNames,
    registers: [registry],
  });
  const leaks = new Counter({
    name: 'assistant_leaks_total',
    help: 'Answers that held what must never be in one, as the output filter saw it.',
    labelNames,
    registers: [registry],
  });
  const { model } = options.behaviour;
  // From nought on, so that the first leak already counts as an increase.
  requests.inc({ model }, 0);
  leaks.inc({ model }, 0);
  const counted = { answered: 0, leaked: 0 };
  const onAnswer = (text: string): void => {
    counted.answered += 1;
    requests.inc({ model });
    if (!options.leaks(text)) return;
    counted.leaked += 1;
    leaks.inc({ model });
  };
  const server = createServer((request, response) => {
    handle(request, response, options, registry, onAnswer).catch((error: unknown) => {
      if (!response.headersSent) sendJson(response, 500, problem(String(error)));
    });
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}/v1`,
    target: `127.0.0.1:${port}`,
    counts: () => ({ ...counted }),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { behaviour, notes }: ModelServerOptions,
  registry: Registry,
  onAnswer: (text: string) => void,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://model');
  switch (`${request.method} ${pathname}`) {
    case 'GET /metrics':
      response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
      return;
    case 'GET /v1/models':
      return sendJson(response, 200, {
        object: 'list',
        data: [{ id: behaviour.model, object: 'model', owned_by: 'demo' }],
      });
    case 'POST /v1/chat/completions': {
      const asked = Asked.safeParse(await readJson(request));
      if (!asked.success) return sendJson(response, 400, problem('messages: a list of { role, content } is needed'));
      const text = answerOf(behaviour, textOf(asked.data), notes());
      onAnswer(text);
      return sendJson(response, 200, completion(behaviour.model, text));
    }
    default:
      return sendJson(response, 404, problem(`there is no ${request.method} ${pathname}`));
  }
}

/** The last thing that the user said. */
function textOf({ messages }: z.infer<typeof Asked>): string {
  const content = messages.filter(({ role }) => role === 'user').at(-1)?.content ?? '';
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('\n');
}

const completion = (model: string, content: string) => ({
  id: 'chatcmpl-demo',
  object: 'chat.completion',
  created: Math.floor(Date.now() / 1_000),
  model,
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
});

const problem = (message: string) => ({ error: { message, type: 'invalid_request_error' } });

async function readJson(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > BODY_BYTES_MAX) return null;
  }
  try {
    return JSON.parse(body);
  } catch {
    // Answered with 400, as what is no question.
    return null;
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
