// tiers: temporal, postgres
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exited } from '../../src/embedded/processes.ts';

/** The command as people run it, in a process of its own, on the simulated world. */
const scratch = mkdtempSync(join(tmpdir(), 'tocsin-demo-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Ran = { code: number | null; out: string; err: string };

async function tocsin(args: string[], until?: { seen: RegExp; signal: NodeJS.Signals }): Promise<Ran> {
  const temp = join(scratch, 'tmp');
  const child = spawn(process.execPath, ['bin/tocsin.mjs', ...args], {
    env: { ...process.env, TMPDIR: mkdtempSync(`${temp}-`) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ran: Ran = { code: null, out: '', err: '' };
  let told = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ran.out += text;
    if (!until || told || !until.seen.test(ran.out)) return;
    told = true;
    child.kill(until.signal);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ran.err += text;
  });
  ran.code = (await exited(child)).code;
  return ran;
}

const leftOver = (): string[] =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(scratch));

describe('tocsin demo story --simulated --auto', () => {
  const out = join(scratch, 'story');
  let ran: Ran;
  beforeAll(async () => {
    ran = await tocsin(['demo', 'story', '--simulated', '--auto', '--out', out]);
  }, 240_000);

  test('says what is simulated and what is real', () => {
    expect(ran.out).toMatch(/You asked for it simulated/);
    expect(ran.out.replace(/\s+/g, ' ')).toContain('Real: Temporal, PostgreSQL, the playbook');
  });

  test('tells the story from the alert to the verified timeline', () => {
    expect(ran.code, ran.err).toBe(0);
    const told = ran.out.replace(/\s+/g, ' ');
    const inOrder = [
      'opened INC-',
      'Cut traffic to Support assistant?',
      'proved by traffic',
      'Put traffic back to Support assistant, on version 1?',
      'The plan is completed',
      'is resolved and closed',
      'every hash holds, its author proven by the key of this installation',
    ];
    const places = inOrder.map((words) => told.indexOf(words));
    expect(places.every((place, i) => place > (places[i - 1] ?? -1))).toBe(true);
    for (const person of ['Mara Lindqvist', 'Tomas Okafor', 'Ingrid Solheim'])
      expect(told).toContain(`${person}: approve`);
    expect(told).toContain('Notice 1 was given in time');
  });

  test('keeps within 80 columns but for addresses and paths', () => {
    const long = ran.out.split('\n').filter((line) => line.length > 80 && !/https?:|INC-/.test(line));
    expect(long).toEqual([]);
  });

  test('the people answered in Slack', () => {
    const file = join(out, (/INC-\d{4}-\d+/.exec(ran.out) ?? [''])[0]);
    const events = readFileSync(`${file}.jsonl`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { content?: { data?: { vote?: { surface: string } } } });
    const surfaces = events.flatMap(({ content }) => (content?.data?.vote ? [content.data.vote.surface] : []));
    expect(surfaces.length).toBeGreaterThan(4);
    expect(new Set(surfaces)).toEqual(new Set(['slack']));
    for (const format of ['md', 'html']) expect(existsSync(`${file}.${format}`)).toBe(true);
  });

  test('leaves no process behind', () => {
    expect(leftOver()).toEqual([]);
  });
});

test('Ctrl-C in the middle ends everything in order', async () => {
  const ran = await tocsin(['demo', 'story', '--simulated', '--auto', '--out', join(scratch, 'cut')], {
    seen: /The response/,
    signal: 'SIGINT',
  });
  expect(ran.code, ran.err).not.toBe(0);
  expect(ran.out).toContain('Stopping …');
  expect(leftOver()).toEqual([]);
}, 240_000);

test('without a terminal and without --auto it says what to do', async () => {
  const ran = await tocsin(['demo', 'story', '--simulated']);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain('tocsin demo story --auto');
}, 60_000);
