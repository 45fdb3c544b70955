// npm run bench: sets up a fresh clone, builds, and measures. `npm run bench -- --help` says what can be chosen.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { entry, install, requireNode, root } from './set-up.mjs';

const say = (line) => console.error(line);

await entry(async () => {
  requireNode();
  await install(say);
  await build(say);
});
const { bench, Interrupted } = await import(pathToFileURL(join(root, 'dist', 'bench', 'main.js')).href);
try {
  process.exit(await bench(process.argv.slice(2)));
} catch (error) {
  if (error instanceof Interrupted) process.exit(130);
  console.error(error instanceof TypeError ? `bench: ${error.message}` : error);
  process.exit(2);
}
