import type { IncomingMessage } from 'node:http';
import { SlackError } from '../slack-error.ts';
import { newId, secret } from '../state/ids.ts';
import { readBody, readForm } from './body.ts';

/** Real Slack takes a gigabyte; what is kept here is kept in memory. */
const FILE_BYTES_MAX = 5_000_000;

type Upload = { id: string; name: string; content: Uint8Array | null };

/** Files on their way: an address to send the content to, then a call that says where it belongs. */
export type Uploads = {
  begin(name: string, length: number): { id: string; token: string };
  /** Takes the content that was sent to the address. Answers as Slack's file server does. */
  receive(token: string, request: IncomingMessage): Promise<string>;
  /** Hands over what has been sent, once. */
  complete(id: string): { name: string; content: Uint8Array };
};

export function createUploads(): Uploads {
  const byToken = new Map<string, Upload>();
  return {
    begin(name, length) {
      if (length > FILE_BYTES_MAX) {
        throw new SlackError('file_upload_size_restricted', {
          details: [`local Slack keeps files of at most ${FILE_BYTES_MAX} bytes`],
        });
      }
      const token = secret();
      const id = newId('F');
      byToken.set(token, { id, name, content: null });
      return { id, token };
    },
    async receive(token, request) {
      const upload = byToken.get(token);
      if (!upload) throw new SlackError('file_not_found');
      const body = await readBody(request, FILE_BYTES_MAX + 10_000);
      const content = await contentOf(request, body);
      upload.content = content;
      return `OK - ${content.byteLength}`;
    },
    complete(id) {
      const [token, upload] = [...byToken].find(([, candidate]) => candidate.id === id) ?? [];
      if (!token || !upload?.content) throw new SlackError('file_not_found');
      byToken.delete(token);
      return { name: upload.name, content: upload.content };
    },
  };
}

/** Sent as it is, or as the only file of a form. */
async function contentOf(request: IncomingMessage, body: Buffer): Promise<Uint8Array> {
  if (!request.headers['content-type']?.startsWith('multipart/form-data')) return new Uint8Array(body);
  const form = await readForm(request, body);
  for (const [, value] of form) if (typeof value !== 'string') return new Uint8Array(await value.arrayBuffer());
  throw new SlackError('no_file_data');
}
