import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { explainDisk } from '../../src/embedded/failure.ts';
import { commandLine } from '../../src/embedded/processes.ts';
import { claimDataFolder, holderOf } from '../../src/main/data-folder.ts';
import { testFolder } from '../support/folder.ts';

const url = 'http://127.0.0.1:7373';
const now = new Date('2026-03-01T02:13:00Z');

async function someProcess(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  onTestFinished(() => void child.kill('SIGKILL'));
  return child as ChildProcess & { pid: number };
}

function claimedBy(folder: string, pid: number, command: string | null): void {
  writeFileSync(join(folder, 'running.json'), JSON.stringify({ pid, command, url, since: now.toISOString() }));
}

test('a second instance is told who runs, where and since when', async () => {
  const folder = testFolder();
  const first = await someProcess();
  claimedBy(folder, first.pid, commandLine(first.pid));
  const refused = (() => {
    try {
      return claimDataFolder(folder, url, now);
    } catch (error) {
      return error;
    }
  })();
  expect(refused).toMatchObject({ code: 'already-running' });
  expect((refused as Error).message).toContain(`process ${first.pid}, since 2026-03-01 02:13 UTC`);
  expect((refused as Error).message).toContain(url);
});

test('the claim of a dead process is taken over', async () => {
  const folder = testFolder();
  const first = await someProcess();
  claimedBy(folder, first.pid, commandLine(first.pid));
  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(holderOf(folder)).toBeNull();
  const claim = claimDataFolder(folder, url, now);
  expect(holderOf(folder)).toMatchObject({ pid: process.pid, url });
  claim.release();
  expect(holderOf(folder)).toBeNull();
});

test('the claim of a dead process whose number a stranger now has is taken over', async () => {
  const folder = testFolder();
  const stranger = await someProcess();
  claimedBy(folder, stranger.pid, 'node scripts/start.mjs');
  claimDataFolder(folder, url, now).release();
});

test('a claim cut short by a full disk is taken over', () => {
  const folder = testFolder();
  writeFileSync(join(folder, 'running.json'), '{"pid": 12');
  claimDataFolder(folder, url, now).release();
});

test('release leaves the claim of another process alone', async () => {
  const folder = testFolder();
  const claim = claimDataFolder(folder, url, now);
  const other = await someProcess();
  claimedBy(folder, other.pid, commandLine(other.pid));
  claim.release();
  expect(JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8'))).toMatchObject({ pid: other.pid });
});

test('a data folder that is a file is an error that says what to do', () => {
  const file = join(testFolder(), 'data');
  writeFileSync(file, '');
  expect(() => claimDataFolder(file, url, now)).toThrowError(expect.objectContaining({ code: 'folder-not-a-folder' }));
});

test('what a full or read-only disk says becomes what to do', () => {
  const full = explainDisk(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }), '/data');
  expect(full).toMatchObject({ code: 'disk-full', fix: expect.stringContaining('TOCSIN_DATA=') });
  const locked = explainDisk(Object.assign(new Error('EROFS'), { code: 'EROFS' }), '/data');
  expect(locked).toMatchObject({ code: 'folder-not-writable' });
});

test('a data folder where nobody can make one is refused at once', () => {
  // Even root may not: Node's own recursive mkdir tried for ever there.
  expect(() => claimDataFolder('/proc/nobody/tocsin', url, now)).toThrow(/cannot (make|write to) \/proc\/nobody/);
});

test('a data folder several folders deep is made', () => {
  const folder = join(testFolder(), 'a', 'b', 'c');
  claimDataFolder(folder, url, now).release();
  expect(holderOf(folder)).toBeNull();
});
