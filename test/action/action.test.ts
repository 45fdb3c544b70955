import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const script = join(root, 'action/check.sh');
let folder: string;
let calls: string;

/** A stand-in for the command line: notes how it was called, and fails where a test says so. What it does is tested elsewhere. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-action-'));
  calls = join(folder, 'calls');
  writeFileSync(
    join(folder, 'tocsin'),
    '#!/usr/bin/env bash\necho "$*" >>"$CALLS"\necho "said by $1"\nif [[ "$*" == *"$FAILS"* ]]; then exit 1; fi\n',
  );
  chmodSync(join(folder, 'tocsin'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ran = { code: number | null; out: string; called: string[]; summary: string };

function run(files: readonly string[], env: Record<string, string> = {}): Ran {
  const place = mkdtempSync(join(folder, 'repo with spaces '));
  for (const file of files) {
    mkdirSync(join(place, file, '..'), { recursive: true });
    writeFileSync(join(place, file), '{}\n');
  }
  writeFileSync(calls, '');
  const summary = join(place, 'summary.md');
  const { status, stdout } = spawnSync('bash', [script], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      TOCSIN: `bash ${join(folder, 'tocsin')}`,
      CALLS: calls,
      FOLDER: place,
      RUNS: '50',
      SEED: '7',
      FAILS: 'nothing of this',
      BASELINES: 'kept',
      GITHUB_STEP_SUMMARY: summary,
      ...env,
    },
  });
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  return { code: status, out: stdout, called: read(calls).split('\n').filter(Boolean), summary: read(summary) };
}

describe('the shell of the action', () => {
  const all = ['playbooks/a.yaml', 'playbooks/tests/a.yaml', 'simulations/s.yaml', 'simulations/t.yaml', 'kept/s.json'];

  it('checks playbooks, plays scenarios, proves rubrics, and rehearses each simulation, against its kept report where there is one', () => {
    const { code, out, called, summary } = run(all);
    expect(code).toBe(0);
    expect(called).toEqual([
      'playbook check playbooks/a.yaml --format github',
      'playbook test --coverage',
      'simulation check simulations/s.yaml simulations/t.yaml',
      'simulation prove simulations/s.yaml simulations/t.yaml',
      'rehearse simulations/s.yaml --runs 50 --seed 7 --assert kept/s.json',
      'rehearse simulations/t.yaml --runs 50 --seed 7',
    ]);
    expect(out).toContain('::notice::t has no kept/t.json to compare with.');
    expect(summary).toContain('- Rehearse s against kept/s.json');
    expect(summary).toContain('said by rehearse');
  });

  it('fails when a rehearsal got worse, and still tries all others', () => {
    const { code, out, called, summary } = run(all, { FAILS: 'rehearse simulations/s.yaml' });
    expect(code).toBe(1);
    expect(called).toHaveLength(6);
    expect(out).toContain('::error::Rehearse s against kept/s.json failed (exit 1)');
    expect(summary).toContain('- **failed**: Rehearse s against kept/s.json');
  });

  it('says so when there is nothing to check', () => {
    const { code, out, called } = run(['readme.md']);
    expect([code, called]).toEqual([2, []]);
    expect(out).toContain('::error::There is no playbooks/*.yaml and no simulations/*.yaml');
  });
});

it('the action hands its inputs to the shell as environment, never as text of a script', () => {
  const action = parse(readFileSync(join(root, 'action/action.yml'), 'utf8')) as {
    inputs: Record<string, unknown>;
    runs: { using: string; steps: { run?: string; env?: Record<string, string> }[] };
  };
  const step = action.runs.steps.find(({ run: text }) => text);
  expect(action.runs.using).toBe('composite');
  expect(step?.run).not.toContain('{{');
  const handed = Object.values(step?.env ?? {}).flatMap((value) => /inputs\.(\w+)/.exec(value)?.[1] ?? []);
  expect(handed.sort()).toEqual(Object.keys(action.inputs).sort());
});

it('the real command line holds for the shipped playbooks and a simulation', () => {
  const place = mkdtempSync(join(folder, 'real-'));
  // All simulations are proved and rehearsed elsewhere, without a process for each.
  for (const name of ['tocsin.yaml', 'playbooks', 'simulations/supply-chain-tampered-artifact.yaml'])
    cpSync(join(root, name), join(place, name), { recursive: true });
  const { code, out } = ((): { code: number | null; out: string } => {
    const { status, stdout, stderr } = spawnSync('bash', [script], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        TOCSIN: `node ${join(root, 'bin/tocsin.mjs')}`,
        TOCSIN_DATA: join(place, 'data'),
        FOLDER: place,
        RUNS: '5',
      },
    });
    return { code: status, out: `${stdout}${stderr}` };
  })();
  expect([code, code === 0 ? '' : out]).toEqual([0, '']);
  expect(out).toMatch(/supply-chain-tampered-artifact v\d+, \w+: 5 runs, seeds 1 to 5/);
  expect(out).toMatch(/(\d+) of \1 claims hold\./);
}, 300_000);
