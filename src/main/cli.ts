import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Io } from '../surfaces/cli/io.ts';
import { packageRoot } from './package-root.ts';

/** The one entry: `tocsin …`, and the worker and server processes that the supervisor starts. Each loads only what it needs. */
async function main(argv: string[]): Promise<void> {
  const [command] = argv;
  const alone = argv.length === 1;
  if (command === 'worker' && alone) return runWorker();
  if (command === 'server' && alone) return runServer();
  if (command === 'drill-worker' && alone) return runDrillWorker();
  if (command === 'local-slack' && alone) return runLocalSlack();
  const { runCli } = await import('../surfaces/cli/program.ts');
  const code = await runCli(argv, processIo(), version(), {
    worker: runWorker,
    server: runServer,
    drillWorker: runDrillWorker,
    localSlack: runLocalSlack,
    start: async (args) => (await import('./start.ts')).start(args),
    doctor: async () => {
      const [{ doctor }, { readConfig }] = await Promise.all([import('./doctor.ts'), import('./config.ts')]);
      return doctor(readConfig(process.env));
    },
    signInLink: async (person) => {
      const [{ makeSignInLink }, { readConfig }] = await Promise.all([
        import('./sign-in-link.ts'),
        import('./config.ts'),
      ]);
      return makeSignInLink(readConfig(process.env), person);
    },
    slackCheck: async (options) => {
      const [{ checkSlackHere }, { readConfig }] = await Promise.all([
        import('./slack-check.ts'),
        import('./config.ts'),
      ]);
      return checkSlackHere(readConfig(process.env), options);
    },
    demoStory: async (options) => (await import('./demo-story.ts')).demoStory(options, processIo(), process.stdin),
    passwordSetter: async (person) => {
      const [{ passwordSetter }, { readConfig }] = await Promise.all([import('./password.ts'), import('./config.ts')]);
      return passwordSetter(readConfig(process.env), person);
    },
  });
  process.exitCode = code;
}

async function runWorker(): Promise<void> {
  const [{ runService }, worker] = await Promise.all([import('./supervised.ts'), import('./worker.ts')]);
  await runService(worker.runWorker);
}

async function runDrillWorker(): Promise<void> {
  const [{ runService }, worker] = await Promise.all([import('./supervised.ts'), import('./drill-worker.ts')]);
  await runService(worker.runDrillWorker);
}

async function runServer(): Promise<void> {
  const [{ runService }, server] = await Promise.all([import('./supervised.ts'), import('./server.ts')]);
  await runService(server.runServer, ({ slack }) => {
    if (slack.references !== null || slack.local !== 'off') server.preloadSlack();
  });
}

async function runLocalSlack(): Promise<void> {
  const [{ runProcess }, slack] = await Promise.all([import('./supervised.ts'), import('./local-slack.ts')]);
  await runProcess(slack.runLocalSlack);
}

function version(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return version;
}

function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    // https://no-color.org: any value but an empty one.
    colour: stdout.isTTY === true && !env.NO_COLOR,
    columns: stdout.columns ?? Number.POSITIVE_INFINITY,
    env,
    cwd: process.cwd(),
    home: homedir(),
    now: Date.now,
    ask: async (question) => {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
    secret: async (question) => (await import('./secret-input.ts')).readSecret(stdin, stderr, question),
  };
}

await main(process.argv.slice(2));
