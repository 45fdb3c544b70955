// Writes the files that are generated from the sources: the JSON Schemas for editors. A test fails when they are stale.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './set-up.mjs';

await build((line) => process.stderr.write(`${line}\n`));
const { editorSchemas } = await import('../dist/src/inventory/editor-schemas.js');
const { scenarioSchemas } = await import('../dist/src/simulator/trial/editor-schema.js');
const { simulationSchemas } = await import('../dist/src/simulator/script/editor-schema.js');
for (const [path, text] of Object.entries({ ...editorSchemas(), ...scenarioSchemas(), ...simulationSchemas() })) {
  writeFileSync(join(root, path), text);
  process.stdout.write(`${path}\n`);
}
