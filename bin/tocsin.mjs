#!/usr/bin/env node
// npx tocsin …: the command line, built first where it is not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../scripts/build.mjs';
import { entry, install, requireNode, root } from '../scripts/set-up.mjs';

// Progress goes to standard error: standard output may be piped into another program. An installed package without
// sources has its dist/ already.
const say = (line) => process.stderr.write(`${line}\n`);
await entry(async () => {
  requireNode();
  if (!existsSync(join(root, 'src'))) return;
  await install(say);
  await build(say);
});
await import(pathToFileURL(join(root, 'dist', 'src', 'main', 'cli.js')).href);
