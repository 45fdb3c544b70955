import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOffline } from '../../support/command.ts';
import { sample } from '../../support/served.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-prove-'));
  for (const folder of ['playbooks', 'simulations']) cpSync(sample(folder), join(cwd, folder), { recursive: true });
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const NAME = 'pii-leak-output';
const FILE = `simulations/${NAME}.yaml`;
const run = (...args: string[]) => runOffline(cwd, ['simulation', 'prove', ...args]);

/** A copy of a simulation with something else in it. */
function changed(name: string, ...changes: [from: string, to: string][]): string {
  let text = readFileSync(join(cwd, FILE), 'utf8').replace(`simulation: ${NAME}`, `simulation: ${name}`);
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const file = `simulations/${name}.yaml`;
  writeFileSync(join(cwd, file), text);
  return file;
}

describe('tocsin simulation prove', () => {
  it('tells of each length and policy how it was rated and whether the claim holds', async () => {
    const { code, out, err } = await run(NAME, '--length', '60m');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`^${NAME} v\\d+$`, 'm'));
    expect(out).toMatch(/^60m +do-nothing +holds +detect U, contain U, recover U, tell U +–$/m);
    expect(out).toMatch(/^60m +golden +holds +detect P, contain P, recover P, tell P +–$/m);
    expect(out).toMatch(/^60m +approve-everything +holds +.+ no-traffic$/m);
    expect(out).toContain('4 of 4 claims hold.');
  });

  it('takes a file, every length of it, and one policy', async () => {
    const { code, out } = await run(FILE, '--policy', 'golden', '--json');
    expect(code).toBe(0);
    const { holds, proofs } = JSON.parse(out) as {
      holds: boolean;
      proofs: { length: string; policy: string; problems: [] }[];
    };
    expect(holds).toBe(true);
    expect(proofs.map(({ policy }) => policy)).toEqual(proofs.map(() => 'golden'));
    expect(proofs.map(({ length }) => length)).toEqual(expect.arrayContaining(['15m', '60m']));
  });

  it('fails where there is no trap, and says so', async () => {
    const file = changed('without-trap', ['    trap: Three of three', '    title: Three of three']);
    const text = readFileSync(join(cwd, file), 'utf8')
      .replace(/^ {4}trap: .*\n/gm, '')
      .replace(/^ {4}title: Three of three.*\n/m, '');
    writeFileSync(join(cwd, file), text);
    const { code, out, err } = await run(file, '--length', '60m');
    expect(code).toBe(1);
    expect(out).toContain('without-trap, 60m, approve-everything: it must fall for a trap');
    expect(out).toContain('There is no trap: no expectation says `trap`.');
    expect(err).toContain('1 of 4 claims does not hold.');
  });

  it('fails where falling for the trap costs next to nothing', async () => {
    const file = changed('cheap', ['    trap: Three of three', '    gate: timely\n    trap: Three of three']);
    const { code, out } = await run(file, '--length', '60m', '--policy', 'approve-everything');
    expect(code).toBe(1);
    expect(out).toContain('Objective recover is S though it falls for no-traffic (timely).');
  });

  it('fails where an alert alone reaches an objective, and names the expectation and its event', async () => {
    const file = changed('by-itself', ['    acknowledged: true\n', '    opened: true\n']);
    const { code, out } = await run(file, '--length', '60m', '--policy', 'do-nothing');
    expect(code).toBe(1);
    expect(out).toMatch(/Objective detect is P though nobody did anything: acknowledged is met \(.*[Ee]vent \d+/);
  });

  it('fails where a careful reader is not told what would keep them from the wrong answer', async () => {
    const file = changed(
      'untold',
      ['    expects: [holding-line]', '    expects: [holding-line, cured]'],
      [
        'expectations:\n',
        'expectations:\n  - { id: cured, title: The knee is cured, objective: tell, noted: the knee is cured }\n',
      ],
    );
    const { code, out } = await run(file, '--length', '60m', '--policy', 'golden');
    expect(code).toBe(1);
    expect(out).toContain('untold, 60m, golden: every objective must be P');
    expect(out).toMatch(/Objective tell is U: .*“The knee is cured”.*cured \(achieve\): It had not happened by ENDEX/);
  });

  it('writes each play down, and the same seed plays the same', async () => {
    for (const folder of ['one', 'two'])
      expect((await run(NAME, '--length', '15m', '--timeline', folder)).code).toBe(0);
    const files = readdirSync(join(cwd, 'one'));
    expect(files.sort()).toEqual(
      ['approve-everything', 'do-nothing', 'golden', 'trigger-happy'].map((policy) => `${NAME}-15m-${policy}.jsonl`),
    );
    for (const file of files)
      expect(readFileSync(join(cwd, 'one', file), 'utf8')).toBe(readFileSync(join(cwd, 'two', file), 'utf8'));
    expect(readFileSync(join(cwd, 'one', `${NAME}-15m-golden.jsonl`), 'utf8')).toMatch(/^\{.*"exercise\.started"/);
  });

  it.each([
    [['pii-leak-outputs'], 4, 'unknown simulation "pii-leak-outputs"; did you mean "pii-leak-output"?'],
    [[NAME, '--policy', 'goldn'], 4, 'unknown policy "goldn"; did you mean "golden"?'],
    [[NAME, '--length', '61m'], 4, 'unknown length "61m"; did you mean "60m"?'],
    [[NAME, '--seed', 'x'], 2, '--seed must be a whole number'],
    [['simulations/nowhere.yaml'], 4, 'There is no file'],
    [[NAME, '--timeline', `${FILE}/plays`], 1, 'Nothing can be written to'],
  ] as const)('refuses %j', async (args, code, said) => {
    const result = await run(...args);
    expect(result.code).toBe(code);
    expect(result.err).toContain(said);
  });
});
