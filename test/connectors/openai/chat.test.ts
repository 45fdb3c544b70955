import { describe, expect, test } from 'vitest';
import { vantageOf } from '../../../src/connectors/openai/chat.ts';
import { freePort } from '../../../src/embedded/ports.ts';
import { chatAt, completion, json, standIn } from './stand-in.ts';

const QUESTION = { model: 'support-assistant', text: 'Hello?' };
const signal = () => AbortSignal.timeout(20_000);

/** What is made of one answer of the far side. */
async function answerTo(status: number, body: unknown) {
  const { url } = await standIn((response) =>
    typeof body === 'string' ? response.writeHead(status).end(body) : json(response, status, body),
  );
  return chatAt(url).ask(QUESTION, signal());
}

describe('asking a model', () => {
  test('sends the question, the endpoint and the token, and nothing that makes the answer vary', async () => {
    const { url, asked } = await standIn((response) => json(response, 200, completion({ content: 'Hi.' })));
    const chat = chatAt(`${url}/v1/?api-version=2`, { token: 'env:TOKEN' }, { TOKEN: 'tok-123' });
    expect(await chat.ask({ ...QUESTION, tokensMax: 7 }, signal())).toMatchObject({
      outcome: 'answered',
      text: 'Hi.',
      model: 'support-v1',
    });
    expect(asked).toMatchObject([
      {
        path: '/v1/chat/completions?api-version=2',
        headers: { authorization: 'Bearer tok-123', 'content-type': 'application/json' },
        body: {
          model: 'support-assistant',
          messages: [{ role: 'user', content: 'Hello?' }],
          max_tokens: 7,
          temperature: 0,
          stream: false,
        },
      },
    ]);
  });

  test('names what it asks without a query', () => {
    expect(vantageOf({ kind: 'openai', url: 'https://ai.example.org/v1/?key=abc', private: false })).toBe(
      'https://ai.example.org/v1/chat/completions',
    );
  });

  test.each<[string, unknown, string]>([
    ['text', { content: 'Yes.' }, 'Yes.'],
    ['parts', { content: [{ type: 'text', text: 'Ye' }, { type: 'image' }, { type: 'text', text: 's.' }] }, 'Yes.'],
    ['a refusal of the model', { content: null, refusal: 'I cannot.' }, 'I cannot.'],
    ['a refusal in parts', { content: [{ type: 'refusal', refusal: 'I cannot.' }] }, 'I cannot.'],
  ])('%s is an answer', async (_, message, text) => {
    expect(await answerTo(200, completion(message))).toMatchObject({ outcome: 'answered', text });
  });

  test('what stands beside the answer is kept apart', async () => {
    const answer = await answerTo(200, {
      ...completion({
        content: 'Yes.',
        reasoning_content: 'thought',
        tool_calls: [{ function: { arguments: 'args' } }],
      }),
      extra: { deep: ['other'] },
    });
    expect(answer).toMatchObject({ outcome: 'answered', text: 'Yes.' });
    expect(answer).toHaveProperty('beside', expect.stringMatching(/thought.*args.*other/s));
    expect(answer).toHaveProperty('beside', expect.not.stringContaining('Yes.'));
  });

  test.each<[string, number, unknown]>([
    ['nothing', 200, ''],
    ['a page', 200, '<html>'],
    ['no choices', 200, { choices: [] }],
    ['no text', 200, completion({ content: null, tool_calls: [] })],
    ['an empty text', 200, completion({ content: '' })],
    ['lists in lists in lists', 200, `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['too many questions', 429, { error: { message: 'slow down' } }],
    ['an error of the server', 500, { error: { code: 'model_not_found' } }],
    ['a gateway without a backend', 502, '<html>Bad Gateway'],
    ['a wrong token', 401, { error: { code: 'invalid_api_key' } }],
    ['a token without the right', 403, { error: { type: 'permission_error' } }],
    ['a bad request', 400, { error: { message: 'max_tokens is not supported' } }],
    ['another place', 302, ''],
  ])('%s says nothing about the model', async (_, status, body) => {
    const answer = await answerTo(status, body);
    expect(answer.outcome).toBe('unclear');
    // Nothing of what the far side says is passed on.
    expect(JSON.stringify(answer)).not.toMatch(/slow down|html|invalid_api_key|supported/i);
  });

  test.each<[string, number, unknown, string]>([
    ['MLflow', 404, { detail: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'x' } }, '404 RESOURCE_DOES_NOT_EXIST'],
    ['MLflow’s registry', 400, { error_code: 'RESOURCE_DOES_NOT_EXIST' }, '400 RESOURCE_DOES_NOT_EXIST'],
    ['OpenAI', 404, { error: { code: 'model_not_found', type: 'invalid_request_error' } }, '404 model_not_found'],
    ['vLLM', 404, { object: 'error', message: 'x', type: 'NotFoundError', code: 404 }, '404 NotFoundError'],
    ['Anthropic', 404, { type: 'error', error: { type: 'not_found_error' } }, '404 not_found_error'],
    ['a server that is asked for what is gone', 410, '', '410 Gone'],
  ])('the way is closed as %s says it', async (_, status, body, detail) => {
    expect(await answerTo(status, body)).toEqual({ outcome: 'refused', status, detail });
  });

  test.each<[string, unknown]>([
    ['a page', '<html>404 Not Found'],
    ['FastAPI’s answer to a wrong path', { detail: 'Not Found' }],
    ['nothing', ''],
  ])('a 404 with %s is no proof of anything: the address may be wrong', async (_, body) => {
    expect(await answerTo(404, body)).toEqual({
      outcome: 'unclear',
      detail: 'status 404, which does not say that the endpoint is missing: check the address of the connection',
    });
  });

  test('an answer of ten megabytes is not read to its end', async () => {
    const { url } = await standIn((response) => json(response, 200, completion({ content: 'x'.repeat(10_000_000) })));
    expect(await chatAt(url).ask(QUESTION, signal())).toMatchObject({ outcome: 'unclear' });
  });

  test('an answer that breaks off, and no server at all, say nothing about the model', async () => {
    const { url } = await standIn((response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"choices"');
      response.destroy();
    });
    expect(await chatAt(url).ask(QUESTION, signal())).toMatchObject({ outcome: 'unclear' });
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect(await chatAt(nobody).ask(QUESTION, signal())).toMatchObject({ outcome: 'unclear' });
  });

  test('stops when it is told to, while the far side hangs', async () => {
    const stop = new AbortController();
    const { url } = await standIn(() => stop.abort(new Error('stopped')));
    await expect(chatAt(url).ask(QUESTION, stop.signal)).rejects.toThrow('stopped');
  });

  test('a token that cannot be sent, or is missing, is named and not shown', async () => {
    const { url, asked } = await standIn((response) => json(response, 200, completion({ content: 'Hi.' })));
    const ask = (env: NodeJS.ProcessEnv) => chatAt(url, { token: 'env:TOKEN' }, env).ask(QUESTION, signal());
    await expect(ask({ TOKEN: 'tok\n123' })).rejects.toMatchObject({
      code: 'secret-unusable',
      message: 'env:TOKEN holds characters that no bearer token has.',
    });
    await expect(ask({})).rejects.toMatchObject({ code: 'secret-missing' });
    expect(asked).toEqual([]);
  });
});
