import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { surroundingsOf } from '../src/inventory/inventory.ts';
import { loadInventory } from '../src/inventory/load.ts';
import { check } from '../src/playbook/check.ts';
import { hashPlan } from '../src/playbook/hash.ts';
import { readLibrary } from '../src/playbook/library.ts';

const PLAYBOOKS = 500;

/**
 * Seconds to check, compile and hash 500 playbooks of a dozen steps, each of which embeds two others. Nothing that is kept from one
 * serves the next but what all of a folder share: the playbooks that they run, and the types of capabilities.
 */
export function secondsToCheckPlaybooks(): number {
  const surroundings = surroundingsOf(loadInventory('tocsin.yaml'));
  const library = readLibrary('playbooks');
  const { text, file } = library.playbooks['supply-chain-tampered-artifact'] as { text: string; file: string };
  const started = performance.now();
  for (let i = 1; i <= PLAYBOOKS; i++) {
    const { plan } = check(text.replace(/^version: .*$/m, `version: ${i}`), file, surroundings, library);
    if (!plan) throw new Error('the shipped playbook has errors');
    hashPlan(plan);
  }
  return (performance.now() - started) / 1_000;
}

/** The same of a folder by the command, from its start to its exit: with loading, reading and saying what it found. */
export function secondsOfCheckCommand(): number {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  try {
    cpSync('playbooks', join(folder, 'playbooks'), { recursive: true });
    cpSync('tocsin.yaml', join(folder, 'tocsin.yaml'));
    const { text } = readLibrary('playbooks').playbooks['supply-chain-tampered-artifact'] as { text: string };
    const files = Array.from({ length: PLAYBOOKS }, (_, i) => `playbooks/case-${i + 1}.yaml`);
    for (const [i, file] of files.entries())
      writeFileSync(join(folder, file), text.replace(/^playbook: .*$/m, `playbook: case-${i + 1}`));
    const started = performance.now();
    const cli = join(import.meta.dirname, '../src/main/cli.js');
    const ran = spawnSync(process.execPath, [cli, 'playbook', 'check', ...files], { cwd: folder, encoding: 'utf8' });
    const seconds = (performance.now() - started) / 1_000;
    if (ran.status !== 0) throw new Error(`the command ended with ${ran.status}: ${ran.stderr}`);
    return seconds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(
    `${PLAYBOOKS} playbooks checked in ${secondsToCheckPlaybooks().toFixed(2)} s, by the command in ${secondsOfCheckCommand().toFixed(2)} s\n`,
  );
