import { join } from 'node:path';
import { surroundingsOf } from '../src/inventory/inventory.ts';
import { loadInventory } from '../src/inventory/load.ts';
import { packageRoot } from '../src/main/package-root.ts';
import { checkPlaybook, readLibrary } from '../src/playbook/library.ts';
import { playShipped } from '../test/support/shipped.ts';
import { atMost, type Measure, median, type Say, shown } from './measure.ts';

/** Every shipped playbook: read, checked, compiled and hashed; then played in virtual time with bots who approve. Warmed up. */
export async function benchLibrary(say: Say, rounds: number): Promise<Measure[]> {
  const checking = new Map<string, number[]>();
  const playing = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    // Surroundings of its own: what was learnt of a playbook is kept with them.
    const surroundings = surroundingsOf(loadInventory(join(packageRoot, 'tocsin.yaml')));
    const library = readLibrary(join(packageRoot, 'playbooks'));
    for (const name of Object.keys(library.playbooks)) {
      const began = performance.now();
      const { plan } = checkPlaybook(name, library, surroundings);
      const checked = performance.now();
      if (!plan) throw new Error(`the shipped playbook ${name} has errors`);
      const { status } = await playShipped(plan, { approvals: 'approve', failures: 'stop' });
      if (status !== 'ended') throw new Error(`${name} ${status}`);
      if (round === 0) continue;
      note(checking, name, checked - began);
      note(playing, name, performance.now() - checked);
    }
  }
  for (const name of checking.keys())
    say(`${name}: checked in ${medianOf(checking, name)} ms, played in ${medianOf(playing, name)} ms`);
  const [checked, played] = [allOf(checking), allOf(playing)];
  return [
    shown('playbooks in the library', checking.size, 'playbooks'),
    shown('a playbook checked and compiled', checked / checking.size, 'ms'),
    shown('a playbook played', played / checking.size, 'ms'),
    atMost('the library checked, compiled and played', checked + played, 'ms', 1_000),
  ];
}

const note = (times: Map<string, number[]>, name: string, ms: number): void => {
  times.set(name, [...(times.get(name) ?? []), ms]);
};

const medianOf = (times: ReadonlyMap<string, number[]>, name: string): string =>
  median(times.get(name) ?? []).toFixed(1);

const allOf = (times: ReadonlyMap<string, number[]>): number =>
  [...times.values()].reduce((sum, one) => sum + median(one), 0);
