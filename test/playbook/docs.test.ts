import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { check } from '../../src/playbook/check.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { readLibrary } from '../../src/playbook/library.ts';

const surroundings = surroundingsOf(loadInventory('tocsin.yaml'));
const library = readLibrary('playbooks');
const text = readFileSync('docs/playbooks.md', 'utf8');

describe('docs/playbooks.md', () => {
  it('shows playbooks that pass the checker', () => {
    const examples = [...text.matchAll(/```yaml\n(playbook:[\s\S]*?)```/g)].map(([, yaml]) => yaml as string);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples)
      expect(check(example, 'example.yaml', surroundings, library).diagnostics.map(formatDiagnostic)).toEqual([]);
  });
});
