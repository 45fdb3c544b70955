import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createMlflowRegistry } from '../../../src/connectors/mlflow/registry.ts';
import { registerModel } from '../../../src/demo/mlflow-setup.ts';
import { testFolder } from '../../support/folder.ts';
import { callMlflow, MLFLOW_STARTS_WITHIN_MS, testMlflow } from '../../support/mlflow.ts';
import { openProxy } from './proxy.ts';
import { apiAt, connect, NOW, openTown, signal } from './town.ts';

beforeAll(testMlflow, MLFLOW_STARTS_WITHIN_MS);

describe('a model in the registry of MLflow', () => {
  test('is live in the version that the alias points to; since when is not known, only since when it can be', async () => {
    const before = Date.now();
    const { registry } = await openTown();
    const live = await registry.live(signal());
    expect(live).toMatchObject({ version: '2', since: null });
    expect(live?.registeredAt).toBeGreaterThanOrEqual(before - 1_000);
    expect(live?.registeredAt).toBeLessThanOrEqual(Date.now());
  });

  test('is live since Tocsin pointed the alias there', async () => {
    const { registry, mlflow, name } = await openTown();
    await registry.point('1', signal());
    expect(await registry.live(signal())).toMatchObject({ version: '1', since: NOW });
    const alias = { name, alias: 'production', version: '2' };
    await callMlflow(mlflow, 'POST', '/api/2.0/mlflow/registered-models/alias', alias);
    expect(await registry.live(signal())).toMatchObject({ version: '2', since: null });
  });

  test('has no live version without the alias, and says which versions there are', async () => {
    const { api, name, registry } = await openTown();
    const other = createMlflowRegistry(api, { model: name, alias: 'champion', now: () => NOW });
    expect(await other.live(signal())).toBeNull();
    expect(await registry.has('1', signal())).toBe(true);
    expect(await registry.has('3', signal())).toBe(false);
    expect(await registry.has('latest/../1', signal())).toBe(false);
  });

  test('is not there: that is said, with the name', async () => {
    const { mlflow } = await openTown();
    const { registry } = connect(mlflow, 'nobody-knows');
    await expect(registry.live(signal())).rejects.toMatchObject({
      code: 'not-found',
      effect: 'none',
      message: expect.stringContaining('nobody-knows'),
    });
  });

  test('is not pointed at a version that is not there', async () => {
    const { registry } = await openTown();
    await expect(registry.point('9', signal())).rejects.toMatchObject({ code: 'not-found', effect: 'none' });
    expect(await registry.live(signal())).toMatchObject({ version: '2' });
  });

  test('keeps notes, which every worker sees', async () => {
    const { registry, mlflow, name } = await openTown();
    expect(await registry.note('act.1', signal())).toBeNull();
    await registry.setNote('act.1', '{"a":"ü \\" <b>"}', signal());
    await registry.setNote('act.2', '', signal());
    const other = connect(mlflow, name).registry;
    expect(await other.note('act.1', signal())).toBe('{"a":"ü \\" <b>"}');
    expect(await other.note('act.2', signal())).toBe('');
  });

  test('gives its artefacts as they are, with folders, odd names and more than fits into one piece', async () => {
    const { url } = await testMlflow();
    const name = `artefacts-${NOW}-${process.pid}`;
    const large = new Uint8Array(3_000_000).map((_, i) => i % 251);
    const files = { 'weights.bin': large, 'a/b/c d+ü&?.json': '{}', 'a/empty.txt': '', '.hidden': 'x' };
    await registerModel(url, name, [files], { name: 'production', version: '1' });
    const folder = testFolder();
    const bytes = await connect(url, name).registry.download('1', folder, signal());
    expect(bytes).toBe(3_000_003);
    expect((readdirSync(folder, { recursive: true }) as string[]).sort()).toEqual(
      ['.hidden', 'a', 'a/b', 'a/b/c d+ü&?.json', 'a/empty.txt', 'weights.bin'].sort(),
    );
    expect(Buffer.compare(readFileSync(join(folder, 'weights.bin')), large)).toBe(0);
  });
});

describe('artefacts that are listed by somebody hostile', () => {
  const refused: Record<string, unknown[]> = {
    'a name that leads out of the folder': [{ path: '../../escaped' }],
    'a parent folder': [{ path: '..', is_dir: true }],
    'an absolute path': [{ path: '/etc/passwd' }],
    'a path with a backslash': [{ path: 'a\\b' }],
    'a control character': [{ path: 'a\u0000b' }],
    'a name that is too long': [{ path: 'x'.repeat(300) }],
    'no name': [{ path: '' }],
    'the same name twice': [{ path: 'a' }, { path: 'a' }],
    'a folder and a file of one name': [{ path: 'a' }, { path: 'a', is_dir: true }],
    'folders without end': [{ path: 'deeper', is_dir: true }],
    'more files than any model has': Array.from({ length: 10_001 }, (_, i) => ({ path: `f${i}`, is_dir: false })),
    'nothing at all': [],
  };
  for (const [what, files] of Object.entries(refused))
    test(`${what} is refused, and nothing is written outside`, async () => {
      const url = await standIn({ artifact_uri: 'mlflow-artifacts:/1/x', files });
      const outside = testFolder();
      const folder = join(outside, 'deep', 'inside');
      mkdirSync(folder, { recursive: true });
      await expect(connect(url, 'model').registry.download('1', folder, signal())).rejects.toMatchObject({
        code: 'odd-artefacts',
        effect: 'none',
      });
      expect(readdirSync(outside)).toEqual(['deep']);
      expect(readdirSync(join(outside, 'deep'))).toEqual(['inside']);
    });

  test('artefacts in a store that MLflow does not hand out cannot be verified, and that is said', async () => {
    const url = await standIn({ artifact_uri: 's3://bucket/models/1', files: [] });
    await expect(connect(url, 'model').registry.download('1', testFolder(), signal())).rejects.toMatchObject({
      code: 'not-served',
      message: expect.stringContaining('--serve-artifacts'),
    });
  });

  test('a path of artefacts that leads elsewhere on the server is not asked for', async () => {
    const url = await standIn({ artifact_uri: 'mlflow-artifacts:/1/../../secrets', files: [] });
    await expect(connect(url, 'model').registry.download('1', testFolder(), signal())).rejects.toMatchObject({
      code: 'not-served',
    });
  });
});

describe('the login of the connection', () => {
  const env = { MLFLOW_TOKEN: 'tok-3f9a', MLFLOW_PASSWORD: 'pässword-77' };

  test('a bearer token is sent with every call', async () => {
    const { mlflow, name } = await openTown();
    const proxy = await openProxy(mlflow, () => 'pass');
    const api = apiAt(proxy.url, { token: 'env:MLFLOW_TOKEN' }, env);
    await createMlflowRegistry(api, { model: name, alias: 'production', now: () => NOW }).live(signal());
    expect(proxy.seen.length).toBeGreaterThan(1);
    for (const { authorization } of proxy.seen) expect(authorization).toBe('Bearer tok-3f9a');
  });

  test('user and password are sent as basic authentication', async () => {
    const { mlflow, name } = await openTown();
    const proxy = await openProxy(mlflow, () => 'pass');
    const api = apiAt(proxy.url, { username: 'tocsin', password: 'env:MLFLOW_PASSWORD' }, env);
    await createMlflowRegistry(api, { model: name, alias: 'production', now: () => NOW }).has('1', signal());
    const expected = `Basic ${Buffer.from('tocsin:pässword-77').toString('base64')}`;
    expect(proxy.seen.map(({ authorization }) => authorization)).toEqual([expected]);
  });

  test('a login that is refused is said, without the login', async () => {
    const url = await standIn({ status: 401 });
    const api = apiAt(url, { token: 'env:MLFLOW_TOKEN' }, env);
    const asked = createMlflowRegistry(api, { model: 'm', alias: 'a', now: () => NOW }).live(signal());
    const error = await asked.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'not-allowed', retryable: false, effect: 'none' });
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('tok-3f9a');
  });

  test('a secret that is missing is named by its reference, and nothing is asked', async () => {
    const { mlflow, name } = await openTown();
    const proxy = await openProxy(mlflow, () => 'pass');
    const api = apiAt(proxy.url, { token: 'env:MLFLOW_TOKEN' }, {});
    await expect(
      createMlflowRegistry(api, { model: name, alias: 'production', now: () => NOW }).live(signal()),
    ).rejects.toMatchObject({ code: 'secret-missing', message: expect.stringContaining('env:MLFLOW_TOKEN') });
    expect(proxy.seen).toEqual([]);
  });
});

describe('something that is not MLflow', () => {
  for (const [what, answer] of Object.entries({
    'a page': { status: 200, text: '<html>It works!</html>' },
    'an empty object': { status: 200, text: '{}' },
    'a 404 of a web server': { status: 404, text: '<h1>Not Found</h1>' },
    'a redirect': { status: 302, text: '' },
  }))
    test(`${what} is not taken for an answer, and not for an endpoint that is cut`, async () => {
      const url = await standIn(answer);
      const { registry, gateway } = connect(url, 'model');
      await expect(registry.live(signal())).rejects.toMatchObject({ code: 'bad-answer' });
      await expect(gateway.listed(signal())).rejects.toMatchObject({ code: 'bad-answer' });
      await expect(gateway.cut(signal())).rejects.toMatchObject({ code: 'bad-answer', effect: 'none' });
    });

  test('what it says is cut short and in one line', async () => {
    const message = `line one\nline two\u001b[31m ${'x'.repeat(5_000)}`;
    const url = await standIn({
      status: 400,
      text: JSON.stringify({ error_code: 'INVALID_PARAMETER_VALUE', message }),
    });
    const error = await connect(url, 'model').registry.live(signal()).then(String, String);
    expect(error.length).toBeLessThan(600);
    expect(error).not.toContain('\n');
    expect(error).not.toContain('\u001b');
  });

  test('a server in trouble may be asked again', async () => {
    const url = await standIn({ status: 503, text: 'busy' });
    await expect(connect(url, 'model').registry.live(signal())).rejects.toMatchObject({
      code: 'server-error',
      retryable: true,
      effect: 'none',
    });
  });
});

/** Answers the questions of a download, or everything with one answer. Ends with the test. */
async function standIn(
  answer: { artifact_uri: string; files: unknown[] } | { status: number; text?: string },
): Promise<string> {
  const server = createServer((request, response) => {
    if ('status' in answer) return void response.writeHead(answer.status, { location: '/' }).end(answer.text ?? '');
    response.setHeader('content-type', 'application/json');
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    if (pathname.endsWith('get-download-uri')) response.end(JSON.stringify({ artifact_uri: answer.artifact_uri }));
    else if (pathname.endsWith('/artifacts')) response.end(JSON.stringify({ files: answer.files }));
    else response.end('content');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}
