import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AfterAction } from '../../../src/surfaces/after-action/contract.ts';
import { runOffline } from '../../support/command.ts';
import { sample } from '../../support/served.ts';

let cwd: string;
const FILE = 'simulations/supply-chain-tampered-artifact.yaml';
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-report-'));
  for (const folder of ['playbooks', 'simulations']) cpSync(sample(folder), join(cwd, folder), { recursive: true });
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
  const { code } = await runOffline(cwd, ['rehearse', FILE, '--runs', '1', '--seed', '7', '--timeline', 'run.jsonl']);
  expect(code).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const report = (...args: string[]) => runOffline(cwd, ['drill', 'report', ...args]);

describe('tocsin drill report of a file', () => {
  it('tells of a rehearsal without a server, and that bots played it', async () => {
    const { code, out, err } = await report('run.jsonl', '--format', 'md');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^# EXERCISE: The release nobody signed off\n/);
    expect(out).toContain('Bots played it alone: this says nothing of people.');
    expect(out).toContain('not signed');
    const json = AfterAction.parse(JSON.parse((await report('run.jsonl', '--format', 'json')).out));
    expect(json).toMatchObject({ head: null, status: 'draft', audience: 'team' });
    expect(json.lanes.every(({ bot, medianMs }) => bot && medianMs === null)).toBe(true);
  });

  it('writes no file over another unless it is told to', async () => {
    const written = ['-o', 'report.html'];
    expect(await report('run.jsonl', ...written)).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(join(cwd, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
    const again = await report('run.jsonl', ...written);
    expect(again.code).not.toBe(0);
    expect(again.err).toContain('--force');
    expect((await report('run.jsonl', ...written, '--force')).code).toBe(0);
  });

  it('refuses what is no drill and no report, and says what to do', async () => {
    const wrong: [string[], RegExp][] = [
      [['missing.jsonl'], /There is no file .*missing\.jsonl/],
      [['run.jsonl', '--with', 'run.jsonl'], /run\.jsonl is no report in JSON/],
      [['run.jsonl', '--with', '.'], /cannot be read: EISDIR/],
      [['run.jsonl', '-o', 'nowhere/report.html'], /nowhere\/report\.html cannot be written: ENOENT/],
      [['run.jsonl', '-o', 'playbooks', '--force'], /cannot be written: EISDIR/],
      [['run.jsonl', '--format', 'pdf'], /html, md, json/],
      [['run.jsonl', '--audience', 'everybody'], /team, staff, anonymous/],
    ];
    for (const [args, message] of wrong) {
      const { code, err } = await report(...args);
      expect(code).not.toBe(0);
      expect(err).toMatch(message);
      expect(err).not.toContain('    at ');
    }
  });

  it('takes what no timeline holds from a report of that drill alone', async () => {
    expect((await report('run.jsonl', '--format', 'json', '-o', 'own.json')).code).toBe(0);
    expect((await report('run.jsonl', '--with', 'own.json', '--format', 'md')).code).toBe(0);
    const own = AfterAction.parse(JSON.parse(readFileSync(join(cwd, 'own.json'), 'utf8')));
    writeFileSync(join(cwd, 'other.json'), JSON.stringify({ ...own, drill: 'EX-2031-0009' }));
    const { code, out, err } = await report('run.jsonl', '--with', 'other.json', '--format', 'md');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`other.json is a report of EX-2031-0009, and the timeline is of ${own.drill}.`);
  });
});
