import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = dirname(import.meta.dirname);
const run = (tool: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(root, 'node_modules', tool), ...args], { cwd: root }).then(
    () => '',
    (error: { stdout?: string; stderr?: string; message: string }) => error.stdout || error.stderr || error.message,
  );

test('product, tests and benchmarks satisfy the type checker', async () => {
  expect(await run('typescript/bin/tsc', '--noEmit', '--pretty', 'false')).toBe('');
}, 120_000);

test('everything is formatted and passes the linter', async () => {
  expect(await run('@biomejs/biome/bin/biome', 'check', '--reporter=summary', '.')).toBe('');
}, 120_000);
