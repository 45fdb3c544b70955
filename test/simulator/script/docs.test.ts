import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { simulationSchemas } from '../../../src/simulator/script/editor-schema.ts';
import { SimulationSource } from '../../../src/simulator/script/source.ts';

const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/simulations.md'), 'utf8');

it.each(Object.entries(simulationSchemas()))(
  '%s is what the sources say; if not, run: node scripts/generate.mjs',
  (path, text) => expect(readFileSync(join(root, path), 'utf8')).toBe(text),
);

it('the page of simulations names every key, and no other', () => {
  const rows = page.split('## What stands in it')[1]?.split('###')[0] ?? '';
  const named = [...rows.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) =>
    [...(cell as string).matchAll(/`([\w-]+)`/g)].map(([, key]) => key),
  );
  const head = ['simulation', 'title', 'version', 'references', 'personas'];
  expect([...named, ...head].sort()).toEqual(Object.keys(SimulationSource.shape).sort());
});

it('the page of simulations names every code of the checker', () => {
  const sources = ['check', 'checking', 'injects', 'expectations', 'library'].map((name) =>
    readFileSync(join(root, `src/simulator/script/${name}.ts`), 'utf8'),
  );
  const reported = sources.flatMap((text) => [
    ...[...text.matchAll(/report\(\s*(?:\[[^\]]*\]|at|path),\s*'([a-z-]+)'/g)].map(([, code]) => code),
    ...[...text.matchAll(/code: '([a-z-]+)'/g)].map(([, code]) => code),
  ]);
  const general = ['missing-key', 'value'];
  expect(reported.length).toBeGreaterThan(20);
  const table = page.split('## What the checker refuses')[1] ?? '';
  expect(
    [...new Set(reported)].filter((code) => !general.includes(code as string) && !table.includes(`\`${code}\``)),
  ).toEqual([]);
});
