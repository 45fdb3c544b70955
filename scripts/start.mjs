// npm start: needs nothing but Node, sets up the rest, and then runs all of Tocsin in this process.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { entry, install, requireNode, root } from './set-up.mjs';

await entry(async () => {
  requireNode();
  const say = (line) => console.log(line);
  await install(say);
  await build(say);
});
const { start } = await import(pathToFileURL(join(root, 'dist', 'src', 'main', 'start.js')).href);
await start(process.argv.slice(2));
