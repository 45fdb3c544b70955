import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { check } from '../../src/playbook/check.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { readLibrary } from '../../src/playbook/library.ts';
import { checkLibraryRules } from '../../src/playbook/obligation-rule.ts';

const surroundings = surroundingsOf(loadInventory('tocsin.yaml'));
const library = readLibrary('playbooks');
const blocks = (page: string, first: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(new RegExp(`\`\`\`yaml\\n((?:#.*\\n)?${first}:[\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, yaml]) => yaml as string,
  );

describe.each(['docs/playbooks.md', 'docs/obligations.md'])('%s', (page) => {
  it('shows playbooks that pass the checker', () => {
    const examples = blocks(page, 'playbook');
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples)
      expect(check(example, 'example.yaml', surroundings, library).diagnostics.map(formatDiagnostic)).toEqual([]);
  });
});

describe('docs/obligations.md', () => {
  it('shows rules that pass the checker', () => {
    const examples = blocks('docs/obligations.md', 'rule');
    expect(examples.length).toBeGreaterThan(0);
    for (const text of examples) {
      const name = /^rule: (.+)$/m.exec(text)?.[1] ?? '';
      const rules = { [name]: { text, file: `${name}.yaml` } };
      expect(checkLibraryRules({ ...library, rules }).map(formatDiagnostic)).toEqual([]);
    }
  });
});
