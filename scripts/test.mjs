// npm test: sets up a fresh clone, finds out which tiers this machine can run, and runs them. `npm test -- FILTER` passes on.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { entry, fail, install, requireNode, root } from './set-up.mjs';
import { filesByTier, probes } from './test-tiers.mjs';

const say = (line) => console.log(line);

await entry(async () => {
  requireNode();
  await install(say);
  await build(say);
  const required = requiredTiers();
  const missing = await missingTiers();
  const skipped = filesByTier(missing.map(({ tier }) => tier));
  for (const { tier, why } of missing) {
    if (required.has(tier))
      fail(
        `the tier "${tier}" is required (TOCSIN_REQUIRE) and cannot run: ${why}`,
        'Install what is missing, or take it out of TOCSIN_REQUIRE.',
      );
  }
  const { code, passed, failed, left } = await runVitest(skipped.map(({ file }) => file));
  for (const { tier, why } of missing) {
    const files = skipped.filter((skip) => skip.tier === tier).length;
    say(`SKIPPED tier ${tier}: ${files} test files did not run. ${why}`);
  }
  if (left > 0) say(`${left} tests did not run`);
  say(`${passed} passed, ${failed} failed`);
  process.exitCode = code === 0 && failed === 0 ? 0 : 1;
});

function requiredTiers() {
  const known = ['core', ...Object.keys(probes)];
  const named = (process.env.TOCSIN_REQUIRE ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = named.filter((name) => name !== 'all' && !known.includes(name));
  if (unknown.length > 0)
    fail(`TOCSIN_REQUIRE names "${unknown[0]}", which is no tier`, `Tiers: ${known.join(', ')}, or all.`);
  return new Set(named.includes('all') ? known : named);
}

async function missingTiers() {
  const missing = [];
  for (const [tier, probe] of Object.entries(probes)) {
    const why = await probe(say);
    if (why !== null) missing.push({ tier, why });
  }
  return missing;
}

async function runVitest(exclude) {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-test-'));
  const report = join(folder, 'report.json');
  const args = [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...exclude.map((file) => `--exclude=${file}`),
    ...process.argv.slice(2),
  ];
  try {
    const code = await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
      // Ctrl-C reaches vitest as well, which then stops the servers it started; it is waited for.
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? signal));
    });
    return { code, ...count(report, code) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that does not even load has no tests, and is a failure all the same. */
function count(report, code) {
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, left: 0 };
  }
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  const failed = results.numFailedTests + broken.length;
  const left = results.numPendingTests + results.numTodoTests;
  return { passed: results.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed, left };
}
