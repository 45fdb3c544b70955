import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOffline } from '../../support/command.ts';
import { sample } from '../../support/served.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-simulation-'));
  for (const folder of ['playbooks', 'simulations']) cpSync(sample(folder), join(cwd, folder), { recursive: true });
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const FILE = 'simulations/supply-chain-tampered-artifact.yaml';
const run = (...args: string[]) => runOffline(cwd, args[0] === 'rehearse' ? args : ['simulation', ...args]);

describe('tocsin simulation check', () => {
  it('says of a simulation that holds which script each length has', async () => {
    const { code, out } = await run('check', FILE);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^simulations\/supply-chain-tampered-artifact\.yaml holds\. 15m: script [0-9a-f]{12}, 60m: script [0-9a-f]{12}, 2h: script [0-9a-f]{12}\.\n$/,
    );
  });

  it('names file, line and column of a mistake, what was meant, and fails', async () => {
    const text = readFileSync(join(cwd, FILE), 'utf8').replace('act: model.rollback', 'act: model.rolback');
    writeFileSync(
      join(cwd, 'simulations/broken.yaml'),
      text.replace('simulation: supply-chain-tampered-artifact', 'simulation: broken'),
    );
    const { code, out, err } = await run('check', FILE, 'simulations/broken.yaml');
    expect(code).toBe(1);
    expect(out).toMatch(
      /simulations\/broken\.yaml:\d+:10 error: unknown capability "model\.rolback"; did you mean "model\.rollback"\?/,
    );
    expect(err).toContain('1 of 2 simulations do not hold.');
    const json = await run('check', 'simulations/broken.yaml', '--json');
    expect(JSON.parse(json.out).checked[0]).toMatchObject({
      ok: false,
      hashes: null,
      diagnostics: [{ code: 'unknown-capability' }],
    });
  });

  it('tells a file that stands under another name, and one that is not there', async () => {
    copyFileSync(join(cwd, FILE), join(cwd, 'simulations/other.yaml'));
    const { code, out } = await run('check', 'simulations/other.yaml');
    expect(code).toBe(1);
    expect(out).toContain('call the file supply-chain-tampered-artifact.yaml');
    expect((await run('check', 'simulations/nowhere.yaml')).code).toBe(4);
  });
});

describe('tocsin simulation show', () => {
  it('gives players what they may read, and nothing of the truth', async () => {
    const { code, out } = await run('show', FILE);
    expect(code).toBe(0);
    expect(out).toContain('The release nobody signed off');
    expect(out).toContain('Functional, 120 min');
    expect(out).toContain('engineering-manager (may stay empty)');
    const secrets = ['stolen CI token', 'begs for patience', 'Keep Linnea friendly', 'validation'];
    for (const secret of secrets) expect(out).not.toContain(secret);
    const json = await run('show', FILE, '--json');
    for (const secret of secrets) expect(json.out).not.toContain(secret);
  });

  it('gives facilitators the truth, the MSEL in the times of that length, and the guide', async () => {
    const { out } = await run('show', FILE, '--length', '15m', '--truth');
    expect(out).toContain('stolen CI token');
    expect(out).toMatch(/\+2 min +alarm +expected-action +alert: Scheduled check/);
    expect(out).toMatch(/1 min after alarm +not-now/);
    expect(out).not.toContain('registry-says');
    expect(out).toContain('Keep Linnea friendly and tired.');
  });

  it('refuses a length that it does not have', async () => {
    const { code, err } = await run('show', FILE, '--length', '61m');
    expect(code).toBe(4);
    expect(err).toContain('did you mean 60m?');
  });
});

describe('tocsin rehearse', () => {
  it('says how long it takes, who was waited for, what was missed, and which seed shows the worst run', async () => {
    const { code, out, err } = await run('rehearse', FILE, '--runs', '20', '--seed', '7');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('supply-chain-tampered-artifact v3, 2h: 20 runs, seeds 7 to 26');
    expect(out).toMatch(/to contain +20 +\d/);
    expect(out).toMatch(/waited for incident-commander +20 /);
    expect(out).toMatch(/An incident is open within five minutes of the alarm +100 % +– +–/);
    expect(out).toMatch(/Before the cut somebody says what it costs.* by evaluators/);
    expect(out).toMatch(/The worst run has seed (\d+): --runs 1 --seed \1 --timeline FILE\./);
  });

  it('replays a seed byte for byte, and writes its timeline', async () => {
    const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
    await run('rehearse', FILE, '--runs', '1', '--seed', '11', '--timeline', 'a.jsonl', '--json');
    await run('rehearse', FILE, '--runs', '1', '--seed', '11', '--timeline', 'b.jsonl');
    expect(read('a.jsonl')).toBe(read('b.jsonl'));
    const events = read('a.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events[0]?.type).toBe('exercise.started');
    expect(events.at(-2)?.type).toBe('exercise.ended');
    expect(events.at(-1)).toMatchObject({ script: { simulation: 'supply-chain-tampered-artifact' } });
  });

  it('fails when the playbook got worse than in a report that was kept, names what and a seed, and holds when it did not', async () => {
    expect((await run('rehearse', FILE, '--runs', '20', '--save', 'kept.json')).code).toBe(0);
    expect((await run('rehearse', FILE, '--runs', '20', '--assert', 'kept.json')).code).toBe(0);
    const playbook = join(cwd, 'playbooks/supply-chain-tampered-artifact.yaml');
    const text = readFileSync(playbook, 'utf8');
    expect(text.split('within: 15m').length).toBeGreaterThan(1);
    // Nobody has time to answer any more.
    writeFileSync(playbook, text.replace(/within: 15m[\s\S]*?otherwise/, 'within: 20s\n    otherwise'));
    const { code, err } = await run('rehearse', FILE, '--runs', '20', '--assert', 'kept.json');
    writeFileSync(playbook, text);
    expect(code).toBe(1);
    expect(err).toContain('It got worse than in kept.json:');
    expect(err).toMatch(/cut-proved: met in \d+ % of the runs, was 100 % \(seed \d+\)/);
  });

  it.each([
    ['a number that is none', ['--runs', 'many'], '--runs must be a whole number from 1 to 100000, not "many".'],
    ['a report that is not there', ['--assert', 'nowhere.json'], 'There is no file'],
    [
      'a report of another length',
      ['--assert', 'kept.json', '--length', '15m'],
      'The report is of supply-chain-tampered-artifact v3, 2h',
    ],
  ])('refuses %s', async (_what, args, message) => {
    const { code, err } = await run('rehearse', FILE, ...args);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
  });
});

it('every command of docs/simulations.md does what it says, in that order', async () => {
  const page = readFileSync(sample('docs/simulations.md'), 'utf8');
  const commands = [...page.matchAll(/^\$ tocsin (.+)$/gm)].map(([, line]) => (line as string).split(' '));
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) {
    const files = command.flatMap((arg) => (arg === 'simulations/*.yaml' ? [FILE] : [arg]));
    const { code, err } = await run(...(files[0] === 'simulation' ? files.slice(1) : files));
    expect([command.join(' '), code, err]).toEqual([command.join(' '), 0, '']);
  }
});
