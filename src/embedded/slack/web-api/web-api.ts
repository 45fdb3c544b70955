import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Shared } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import { secret } from '../state/ids.ts';
import { readArguments } from './body.ts';
import { type Answer, type Call, type Desk, type Method, needScope } from './call.ts';
import { METHODS } from './methods.ts';
import { isToken, tokenOf } from './tokens.ts';
import type { TroubleDesk } from './troubles.ts';

export type WebApi = {
  /** `POST /api/<method>`. */
  call(request: IncomingMessage, response: ServerResponse, url: URL, method: string): Promise<void>;
};

/** Answers apps as Slack's Web API does. */
export function createWebApi(desk: Omit<Desk, keyof Shared> & Shared & { troubles: TroubleDesk }): WebApi {
  const { troubles, workspace, log } = desk;

  async function answer(request: IncomingMessage, url: URL, name: string): Promise<Answer> {
    const args = await readArguments(request, url);
    const method = METHODS.get(name);
    if (!method) throw new SlackError('unknown_method', { fields: { req_method: name } });
    const token = admit(desk, method, request, args);
    const retryAfterS = troubles.takeRateLimit(name, typeof args.channel === 'string' ? args.channel : null);
    if (retryAfterS !== null) throw new SlackError('ratelimited', { retryAfterS });
    if (method.tier !== null) desk.limiter.method(name, method.tier);
    needScope(desk, ...method.scopes);
    const call: Call = { ...desk, args, token };
    return method.run(call);
  }

  return {
    async call(request, response, url, name) {
      let status = 200;
      let body: Answer;
      const headers: Record<string, string> = {
        'content-type': 'application/json; charset=utf-8',
        'x-slack-req-id': secret(16),
        'x-oauth-scopes': workspace.app.scopes.join(','),
        'x-accepted-oauth-scopes': METHODS.get(name)?.scopes.join(',') ?? '',
      };
      try {
        body = { ok: true, ...(await answer(request, url, name)) };
      } catch (error) {
        // The app has hung up before it had said everything.
        if (request.destroyed && !(error instanceof SlackError)) return;
        const refusal = asSlackError(error, name, log);
        body = refusalBody(refusal);
        if (refusal.retryAfterS !== null) {
          status = 429;
          headers['retry-after'] = String(refusal.retryAfterS);
        }
        if (refusal.code === 'internal_error') status = 500;
      }
      // It has happened, and the app never hears that it has.
      if (troubles.takeLoss(name)) return void request.socket.destroy();
      response.writeHead(status, headers).end(JSON.stringify(body));
    },
  };
}

/** Which token the call came with; throws when it is none that opens this method. */
function admit(desk: Desk, method: Method, request: IncomingMessage, args: Record<string, unknown>): Call['token'] {
  if (method.token === 'none') return 'none';
  const given = tokenOf(request, args);
  if (given === null) throw new SlackError('not_authed');
  const { botToken, appToken } = desk.workspace.app;
  const token = isToken(given, botToken) ? 'bot' : isToken(given, appToken) ? 'app' : null;
  if (token === null) throw new SlackError('invalid_auth');
  if (method.token !== 'either' && method.token !== token) throw new SlackError('not_allowed_token_type');
  return token;
}

function refusalBody({ code, details, fields }: SlackError): Answer {
  const messages = details.map((detail) => `[ERROR] ${detail}`);
  return {
    ok: false,
    error: code,
    ...(code === 'invalid_blocks' ? { errors: details } : {}),
    ...fields,
    ...(messages.length > 0 ? { response_metadata: { messages } } : {}),
  };
}

function asSlackError(error: unknown, method: string, log: (line: string) => void): SlackError {
  if (error instanceof SlackError) return error;
  log(`Local Slack failed at ${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new SlackError('internal_error');
}
