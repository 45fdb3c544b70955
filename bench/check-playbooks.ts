import { pathToFileURL } from 'node:url';
import { surroundingsOf } from '../src/inventory/inventory.ts';
import { loadInventory } from '../src/inventory/load.ts';
import { check } from '../src/playbook/check.ts';
import { hashPlan } from '../src/playbook/hash.ts';
import { readLibrary } from '../src/playbook/library.ts';

const PLAYBOOKS = 500;

/** Seconds to check, compile and hash 500 playbooks of a dozen steps, each of which embeds two others. */
export function secondsToCheckPlaybooks(): number {
  const surroundings = surroundingsOf(loadInventory('tocsin.yaml'));
  const library = readLibrary('playbooks');
  const { text, file } = library.playbooks['tampered-model-artifact'] as { text: string; file: string };
  const started = performance.now();
  for (let i = 1; i <= PLAYBOOKS; i++) {
    const { plan } = check(text.replace(/^version: .*$/m, `version: ${i}`), file, surroundings, library);
    if (!plan) throw new Error('the shipped playbook has errors');
    hashPlan(plan);
  }
  return (performance.now() - started) / 1_000;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${PLAYBOOKS} playbooks checked in ${secondsToCheckPlaybooks().toFixed(2)} s\n`);
