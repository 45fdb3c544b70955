import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expected, scriptOf, Timeline } from '../../simulator/scoring/timeline.ts';
import { runOffline } from '../../support/command.ts';
import { sample } from '../../support/served.ts';

let cwd: string;
const FILE = 'simulations/pii-leak-output.yaml';
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-score-'));
  for (const folder of ['playbooks', 'simulations']) cpSync(sample(folder), join(cwd, folder), { recursive: true });
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
  const { code } = await runOffline(cwd, ['rehearse', FILE, '--runs', '1', '--seed', '7', '--timeline', 'run.jsonl']);
  expect(code).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const score = (...args: string[]) => runOffline(cwd, ['drill', 'score', ...args]);

describe('tocsin drill score of a file', () => {
  it('scores what rehearse wrote without a server: ratings with their gates, results and measures with their events', async () => {
    const { code, out, err } = await score('run.jsonl');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^EXERCISE EX-0001: pii-leak-output v\d+, 2h, played by bots alone\n/);
    expect(out).toContain('A rehearsal: nobody has signed it.');
    expect(out).toMatch(
      /\n[PSMU–] {2}Stop the answers, and stop spreading those that were given {2}Containment; \d of \d observed\n/,
    );
    expect(out).toMatch(/\nmet +Traffic is cut, and it is proved\n +Event \d+, .* \(events \d+(, \d+)*\)\n/);
    expect(out).toMatch(/\ndeclare +\d+ .* \(events \d+, \d+\)\n/);
    expect(out).toMatch(/\nBOTS, NEVER COUNTED/);
  });

  it('gives the same as JSON', async () => {
    const { out } = await score('run.jsonl', '--json');
    expect(JSON.parse(out)).toMatchObject({
      score: { format: 1, simulation: 'pii-leak-output', played: 'bots' },
      measures: { format: 1, roles: [], figures: { acknowledge: { took: null } } },
      source: { author: 'unsigned', redacted: [] },
    });
  });

  it('calls nothing a rehearsal that people are said to have played: whoever made it may have made all of it', async () => {
    const script = scriptOf([expected({ what: 'resolved' })]);
    const line = new Timeline(script);
    line.endex();
    const lines = [{ script }, ...line.events].map((one) => JSON.stringify(one));
    writeFileSync(join(cwd, 'unsigned.jsonl'), `${lines.join('\n')}\n`);
    const { out } = await score('unsigned.jsonl');
    expect(out).toContain('Nobody has signed it: whoever made the file may have made all of it.');
    expect(out).not.toContain('rehearsal');
  });

  it('refuses what it cannot trust, and says what to do', async () => {
    const text = readFileSync(join(cwd, 'run.jsonl'), 'utf8');
    const wrong: [string, string, RegExp][] = [
      ['missing.jsonl', '', /There is no file .*missing\.jsonl/],
      ['notes.jsonl', 'hello\n', /Line 1 is no JSON/],
      ['short.jsonl', text.split('\n').slice(0, -2).join('\n'), /The script that EX-0001 played is not in this file/],
      ['easier.jsonl', text.replace('"gate":"achieve"', '"gate":"timely"'), /is no script, or not the one whose hash/],
    ];
    for (const [name, content, message] of wrong) {
      if (content !== '') writeFileSync(join(cwd, name), content);
      const { code, err } = await score(name);
      expect(code).not.toBe(0);
      expect(err).toMatch(message);
    }
  });
});

it.each(
  [...readFileSync(sample('docs/scores.md'), 'utf8').matchAll(/^\$ tocsin (.*)$/gm)].map(([, line = '']) => line),
)('docs/scores.md: tocsin %s', async (line) => {
  expect(await runOffline(cwd, line.split(' '))).toMatchObject({ code: 0, err: '' });
});
