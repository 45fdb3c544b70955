// Writes the files that are generated from the sources: the JSON Schemas for editors, the reference page. A test fails when they are stale.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './set-up.mjs';

await build((line) => process.stderr.write(`${line}\n`));
const { editorSchemas } = await import('../dist/src/inventory/editor-schemas.js');
const { REFERENCE_PAGE, referencePage } = await import('../dist/src/inventory/reference.js');
const { scenarioSchemas } = await import('../dist/src/simulator/trial/editor-schema.js');
const { simulationSchemas } = await import('../dist/src/simulator/script/editor-schema.js');
const schemas = { ...editorSchemas(), ...scenarioSchemas(), ...simulationSchemas() };
for (const [path, text] of Object.entries({ ...schemas, [REFERENCE_PAGE]: referencePage() })) {
  writeFileSync(join(root, path), text);
  process.stdout.write(`${path}\n`);
}
