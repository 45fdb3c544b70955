import type { IncomingMessage } from 'node:http';
import { SlackError } from '../slack-error.ts';

const CALL_BYTES_MAX = 1_500_000;

/** The whole body. Throws `request_too_large` beyond the limit, once all has come: who is cut off in mid-sentence hears no answer. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= bytesMax) chunks.push(chunk);
  }
  if (bytes > bytesMax) throw new SlackError('request_too_large');
  return Buffer.concat(chunks);
}

/** What a call says, from its address and its body: a form or JSON. Values of forms are text. */
export async function readArguments(request: IncomingMessage, url: URL): Promise<Record<string, unknown>> {
  const fromAddress = Object.fromEntries(url.searchParams);
  const body = await readBody(request, CALL_BYTES_MAX);
  if (body.byteLength === 0) return fromAddress;
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  switch (type) {
    case 'application/json':
      return { ...fromAddress, ...jsonObject(body.toString('utf8')) };
    case 'application/x-www-form-urlencoded':
      return { ...fromAddress, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) };
    case 'multipart/form-data':
      return { ...fromAddress, ...textFields(await readForm(request, body)) };
    case '':
      throw new SlackError('missing_post_type');
    default:
      throw new SlackError('invalid_post_type');
  }
}

export async function readForm(request: IncomingMessage, body: Buffer): Promise<FormData> {
  try {
    const type = request.headers['content-type'] ?? '';
    return await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  } catch (error) {
    throw new SlackError('invalid_form_data', { details: [error instanceof Error ? error.message : String(error)] });
  }
}

function textFields(form: FormData): Record<string, string> {
  return Object.fromEntries([...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

function jsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SlackError('invalid_json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SlackError('json_not_object');
  return value as Record<string, unknown>;
}
