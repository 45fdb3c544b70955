// Tests of what lies outside the language form tiers. A machine that lacks one skips its files, visibly.
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from './set-up.mjs';

const built = (file) => import(pathToFileURL(join(root, 'dist', 'src', file)).href);

/** For each tier: null when this machine can run it, else why not. `core` needs nothing. */
export const probes = {
  async postgres() {
    try {
      const { postgresBinaries } = await built('embedded/postgres-binaries.js');
      await promisify(execFile)(postgresBinaries().postgres, ['--version']);
      return null;
    } catch (error) {
      return `PostgreSQL does not run here: ${error.message}`;
    }
  },
  async temporal(say) {
    try {
      const { findTemporal } = await built('embedded/temporal-find.js');
      await findTemporal({ env: process.env, onProgress: say });
      return null;
    } catch (error) {
      return [error.message, error.fix].filter(Boolean).join('\n');
    }
  },
  async browser() {
    return findChromium() === null
      ? 'There is no Chromium: install it (apt-get install chromium), or name one in TOCSIN_CHROMIUM.'
      : null;
  },
  async 'python-slack'() {
    const python = findPythonSlack();
    const fix =
      'python3 -m venv ~/.cache/tocsin/python-slack && ~/.cache/tocsin/python-slack/bin/pip install -r test/embedded/slack/python/requirements.txt';
    if (python === null) return `Python’s slack_bolt is not here: ${fix}`;
    try {
      await promisify(execFile)(python, ['-c', 'import slack_bolt, slack_sdk']);
      return null;
    } catch {
      return `${python} has no slack_bolt: ${fix}`;
    }
  },
  async maildev() {
    return findMaildev() === null
      ? 'MailDev is not here: npm install --ignore-scripts --prefix ~/.cache/tocsin/maildev maildev@2.2.1.'
      : null;
  },
  async 'other-slack'() {
    return findOtherSlack() === null
      ? 'Somebody else’s Slack emulator is not here: npm install --prefix ~/.cache/tocsin/other-slack local-slack-linux-x64@0.1.8 (Linux only).'
      : null;
  },
  async mlflow() {
    const { findMlflow } = await built('demo/mlflow.js');
    return findMlflow(process.env) === null
      ? 'MLflow is not here: python3 -m venv ~/.cache/tocsin/mlflow && ~/.cache/tocsin/mlflow/bin/pip install -r src/demo/mlflow-requirements.txt'
      : null;
  },
  async alertmanager() {
    const { findMonitoring } = await built('demo/monitoring.js');
    return findMonitoring(process.env) === null
      ? 'Prometheus and Alertmanager are not here: apt-get install prometheus prometheus-alertmanager'
      : null;
  },
  async 'model-signing'() {
    const python = findModelSigning();
    const fix =
      'python3 -m venv ~/.cache/tocsin/model-signing && ~/.cache/tocsin/model-signing/bin/pip install -r test/connectors/model-signing/python/requirements.txt';
    if (python === null) return `Python’s model-signing is not here: ${fix}`;
    try {
      await promisify(execFile)(python, ['-c', 'import model_signing, OpenSSL']);
      return null;
    } catch {
      return `${python} has no model-signing: ${fix}`;
    }
  },
};

/** MailDev’s command: in the cache of `.ci/run`, or where TOCSIN_TEST_MAILDEV says. */
export function findMaildev(env = process.env) {
  const cached = join(homedir(), '.cache/tocsin/maildev/node_modules/maildev/bin/maildev');
  return [env.TOCSIN_TEST_MAILDEV ?? '', cached].find((path) => path !== '' && existsSync(path)) ?? null;
}

/** The emulator of npm’s local-slack: in the cache of `.ci/run`, or where TOCSIN_TEST_OTHER_SLACK says. */
export function findOtherSlack(env = process.env) {
  const cached = join(homedir(), '.cache/tocsin/other-slack/node_modules/local-slack-linux-x64/bin/local-slack');
  return [env.TOCSIN_TEST_OTHER_SLACK ?? '', cached].find((path) => path !== '' && isExecutable(path)) ?? null;
}

/** A Python that has slack_bolt: of the environment that `.ci/run` makes, or where TOCSIN_TEST_PYTHON says. */
export function findPythonSlack(env = process.env) {
  const cached = join(homedir(), '.cache/tocsin/python-slack/bin/python3');
  return [env.TOCSIN_TEST_PYTHON ?? '', cached].find((path) => path !== '' && isExecutable(path)) ?? null;
}

/** A Python that has model_signing: of the environment that `.ci/run` makes, or where TOCSIN_TEST_MODEL_SIGNING says. */
export function findModelSigning(env = process.env) {
  const cached = join(homedir(), '.cache/tocsin/model-signing/bin/python3');
  return [env.TOCSIN_TEST_MODEL_SIGNING ?? '', cached].find((path) => path !== '' && isExecutable(path)) ?? null;
}

export function findChromium(env = process.env) {
  if (env.TOCSIN_CHROMIUM) return isExecutable(env.TOCSIN_CHROMIUM) ? env.TOCSIN_CHROMIUM : null;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/bin'];
  const candidates = [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a test file imports says which tier it belongs to. */
const marks = {
  postgres: /support\/postgres\.ts$|embedded\/postgres\.ts$/,
  temporal: /support\/temporal\.ts$|embedded\/temporal\.ts$|main\/start\.ts$/,
  browser: /^playwright-core$/,
  maildev: /support\/maildev\.ts$/,
  'other-slack': /support\/other-slack\.ts$/,
  'python-slack': /support\/python-slack\.ts$/,
  'model-signing': /support\/model-signing\.ts$/,
  alertmanager: /support\/alertmanager\.ts$|demo\/monitoring\.ts$/,
  mlflow: /support\/mlflow\.ts$|demo\/mlflow\.ts$/,
};

/** The test files of the given tiers, each under the first of them that it needs. */
export function filesByTier(tiers) {
  const files = walk(join(root, 'test')).filter((file) => /\.test\.tsx?$/.test(file));
  return files.flatMap((file) => {
    const needs = needsOf(file, new Set());
    const tier = tiers.find((tier) => needs.has(tier));
    return tier === undefined ? [] : [{ tier, file: relative(root, file) }];
  });
}

/** Follows the imports of a test through test/ (its helpers), not into the product. */
function needsOf(file, seen) {
  const needs = new Set();
  if (seen.has(file) || !existsSync(file)) return needs;
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  for (const tier of source.match(/^\/\/ tiers?: (.*)$/m)?.[1]?.split(/[, ]+/) ?? []) needs.add(tier);
  for (const [, specifier] of source.matchAll(/(?:from|import|import\()\s*['"]([^'"]+)['"]/g)) {
    for (const [tier, mark] of Object.entries(marks)) if (mark.test(specifier)) needs.add(tier);
    const target = join(dirname(file), specifier);
    if (specifier.startsWith('.') && target.startsWith(join(root, 'test')))
      for (const tier of needsOf(target, seen)) needs.add(tier);
  }
  return needs;
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}
