// Builds dist/ when the sources have changed: TypeScript, the workflow bundle, and the files that are not code.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { entry, fail, install, requireNode, root, run } from './set-up.mjs';

const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp.json');
const rooms = ['src', 'workflows', 'bench'];
const isCode = (path) => /\.tsx?$/.test(path);
/** Each worker offers the workflows of one of them. */
const bundles = [
  ['index.js', 'workflow-bundle.js'],
  ['drills.js', 'drill-bundle.js'],
];
const areBundled = () => bundles.every(([, bundle]) => existsSync(join(dist, bundle)));
/** What workflows are bundled from: the rooms they may import, and the packages. */
const bundled = ['workflows', 'src/engine', 'src/playbook', 'src/incident', 'src/capabilities', 'src/simulator'];

/** Brings dist/ up to date. A warm call reads file times only. */
export async function build(say) {
  const files = sources();
  const stamp = readStamp();
  const now = timesOf(files);
  if (stamp.sources === now && areBundled()) return;
  const release = await lockBuild(say);
  try {
    say('Building …');
    await compile(say);
    copyAssets(files);
    prune();
    const bundle = await bundleWorkflows(readStamp().bundle);
    writeFileSync(stampFile, JSON.stringify({ sources: now, bundle }));
  } finally {
    release();
  }
}

function sources() {
  const fixed = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'];
  return [...rooms.flatMap((room) => walk(join(root, room))), ...fixed.map((file) => join(root, file))].filter((file) =>
    existsSync(file),
  );
}

function walk(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function timesOf(files) {
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    // No stamp, or half of one: then everything is built.
    return { sources: '', bundle: '' };
  }
}

async function compile(say) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    say,
    every: 'still compiling',
  });
  if (code === 0) return;
  fail(
    `the sources do not compile:\n${output.trimEnd()}`,
    'Mend what the compiler says, or check out a released version.',
  );
}

function copyAssets(files) {
  for (const file of files) {
    const inDist = join(dist, relative(root, file));
    if (isCode(file) || !rooms.some((room) => file.startsWith(join(root, room)))) continue;
    mkdirSync(dirname(inDist), { recursive: true });
    cpSync(file, inDist);
  }
}

/** Removes what was built from sources that are gone: a dropped migration must not live on in dist/. */
function prune() {
  for (const room of rooms) {
    for (const built of walk(join(dist, room))) {
      const source = join(root, relative(dist, built));
      const code = source.replace(/\.js(\.map)?$/, '');
      if (!existsSync(source) && !existsSync(`${code}.ts`) && !existsSync(`${code}.tsx`)) rmSync(built);
    }
  }
}

/** A bundle takes a second: they are made anew only when something in them changed. */
async function bundleWorkflows(last) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of bundled.flatMap((room) => walk(join(dist, room))).sort()) {
    if (!/\.c?js$/.test(file)) continue;
    hash.update(relative(dist, file)).update(readFileSync(file));
  }
  const digest = hash.digest('hex');
  if (digest === last && areBundled()) return digest;
  const { bundleWorkflows } = await import(pathToFileURL(join(dist, 'src', 'main', 'bundle.js')).href);
  for (const [entry, bundle] of bundles) {
    const { code } = await bundleWorkflows(join(dist, 'workflows', entry));
    writeFileSync(join(dist, bundle), code);
  }
  return digest;
}

/** Two builds at once would read each other's halves. */
async function lockBuild(say) {
  const lock = join(dist, '.lock');
  mkdirSync(dist, { recursive: true });
  let told = false;
  for (const deadline = Date.now() + 180_000; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!holds(lock)) rmSync(lock, { force: true });
    else if (Date.now() > deadline) fail(`another build holds ${lock}`, 'Wait for it, or remove that file.');
    else {
      if (!told) say('Waiting for another build …');
      told = true;
      await new Promise((again) => setTimeout(again, 200));
    }
  }
}

function holds(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Empty for the instant between its making and its writing.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await entry(async () => {
    requireNode();
    const say = (line) => console.log(line);
    await install(say);
    await build(say);
  });
}
