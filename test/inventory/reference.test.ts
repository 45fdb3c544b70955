import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contracts } from '../../src/capabilities/contracts.ts';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { REFERENCE_PAGE, referencePage } from '../../src/inventory/reference.ts';
import { SAMPLE_HEAD, SAMPLES } from '../../src/inventory/step-samples.ts';
import { check } from '../../src/playbook/check.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { readLibrary } from '../../src/playbook/library.ts';
import { KINDS } from '../../src/playbook/step-source.ts';

const page = referencePage();
const rows = page.split('\n').filter((line) => /^\| `/.test(line));

describe('the reference page', () => {
  it('is what the sources say; if not, run: node scripts/generate.mjs', () => {
    expect(existsSync(REFERENCE_PAGE) && readFileSync(REFERENCE_PAGE, 'utf8')).toBe(page);
  });

  it('names every kind of step and every capability', () => {
    for (const kind of KINDS) expect(page).toContain(`\n### \`${kind}\`\n`);
    for (const name of Object.keys(contracts)) expect(page).toContain(`\n### \`${name}\`\n`);
  });

  it('says something about every key', () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([]);
  });

  it('says what a key takes, whether it is needed, and what holds without it', () => {
    const [ask = ''] = page.split('### `ask`').slice(1);
    expect(ask).toContain('| `within` | duration | yes | when nobody has decided by then, `otherwise` counts |');
    expect(ask).toContain(
      '| `by[].count` | whole number, 1 to 20 |  | how many different people of that role must approve; 1 if absent |',
    );
    expect(page).toContain('| `on-deny` | steps |  | steps when it is denied;');
  });
});

/** What a step alone cannot have: others that go with it. */
const NEEDS_MORE = ['unfulfilled', 'left-cut', 'silent-path'];

describe.each(Object.entries(SAMPLES))('the sample of `%s`', (kind, sample) => {
  const surroundings = surroundingsOf(loadInventory('tocsin.yaml'));
  const library = readLibrary('playbooks');

  it('is a step of that kind, which the checker has nothing to say about', () => {
    const text = SAMPLE_HEAD + sample.replaceAll(/^/gm, '  ');
    const { plan, diagnostics } = check(text, 'sample.yaml', surroundings, library);
    const grave = diagnostics.filter(({ code }) => !NEEDS_MORE.includes(code));
    expect(grave.map(formatDiagnostic)).toEqual([]);
    expect(plan?.steps.length).toBeGreaterThan(0);
    expect(sample).toMatch(new RegExp(`(- |^  |\\{.* )${kind}:`, 'm'));
  });
});
