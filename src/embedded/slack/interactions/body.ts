import type { IncomingMessage } from 'node:http';
import { SlackError } from '../slack-error.ts';

const BYTES_MAX = 1_048_576;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > BYTES_MAX) throw new SlackError('invalid_payload', { details: [`more than ${BYTES_MAX} bytes`] });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
