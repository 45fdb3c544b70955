import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WorkspaceState } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { readBody } from './body.ts';
import { readWords, say } from './words.ts';

/** `POST /response/<token>`: what an app says where a person acted. */
export async function respond(
  workspace: WorkspaceState,
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
): Promise<void> {
  try {
    const words = readWords(parse(await readBody(request), request.headers['content-type'] ?? ''));
    say(workspace, workspace.useResponse(token), words);
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('ok');
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const gone = error.code === 'expired_url' || error.code === 'used_url';
    response
      .writeHead(gone ? 404 : 400, { 'content-type': 'application/json; charset=utf-8' })
      .end(
        JSON.stringify({ ok: false, error: error.code, ...(error.details.length > 0 && { details: error.details }) }),
      );
  }
}

function parse(body: string, type: string): unknown {
  try {
    return JSON.parse(type.includes('form-urlencoded') ? (new URLSearchParams(body).get('payload') ?? '') : body);
  } catch {
    throw new SlackError('invalid_payload', { details: ['the body is not JSON'] });
  }
}
