import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../../../src/surfaces/cli/io.ts';
import { runCli } from '../../../src/surfaces/cli/program.ts';
import { sample } from '../../support/served.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-simulation-'));
  for (const folder of ['playbooks', 'simulations']) cpSync(sample(folder), join(cwd, folder), { recursive: true });
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const FILE = 'simulations/tampered-model-artifact.yaml';
const notHere = () => Promise.reject(new Error('not here'));

/** No server anywhere: what is shown of a file needs none. */
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const ran = { code: -1, out: '', err: '' };
  const io: Io = {
    out: (text) => void (ran.out += text),
    err: (text) => void (ran.err += text),
    interactive: false,
    colour: false,
    columns: 100,
    env: { TOCSIN_DATA: join(cwd, 'nothing') },
    cwd,
    home: join(cwd, 'home'),
    now: Date.now,
    ask: notHere,
    secret: notHere,
  };
  ran.code = await runCli(['simulation', ...args], io, '0.0.0', {
    start: notHere,
    worker: notHere,
    server: notHere,
    localSlack: notHere,
    demoStory: notHere,
    slackCheck: notHere,
    doctor: notHere,
    signInLink: notHere,
    passwordSetter: notHere,
  });
  return ran;
}

describe('tocsin simulation check', () => {
  it('says of a simulation that holds which script each length has', async () => {
    const { code, out } = await run('check', FILE);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^simulations\/tampered-model-artifact\.yaml holds\. 15m: script [0-9a-f]{12}, 60m: script [0-9a-f]{12}\.\n$/,
    );
  });

  it('names file, line and column of a mistake, what was meant, and fails', async () => {
    const text = readFileSync(join(cwd, FILE), 'utf8').replace('act: model.rollback', 'act: model.rolback');
    writeFileSync(
      join(cwd, 'simulations/broken.yaml'),
      text.replace('simulation: tampered-model-artifact', 'simulation: broken'),
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
    expect(out).toContain('call the file tampered-model-artifact.yaml');
    expect((await run('check', 'simulations/nowhere.yaml')).code).toBe(4);
  });
});

describe('tocsin simulation show', () => {
  it('gives players what they may read, and nothing of the truth', async () => {
    const { code, out } = await run('show', FILE);
    expect(code).toBe(0);
    expect(out).toContain('The release nobody signed off');
    expect(out).toContain('Tabletop, 60 min');
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
