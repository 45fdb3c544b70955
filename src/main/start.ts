import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { explainDisk, SetupError } from '../embedded/failure.ts';
import { type RunningPostgres, startPostgres } from '../embedded/postgres.ts';
import { type RunningTemporal, startTemporal } from '../embedded/temporal.ts';
import { type FoundTemporal, findTemporal } from '../embedded/temporal-find.ts';
import { type Config, readConfig, settings } from './config.ts';
import { claimDataFolder } from './data-folder.ts';
import { drillWorkerEnv } from './drill-worker-env.ts';
import { loadKeys } from './keys.ts';
import { type Lines, terminalLines } from './lines.ts';
import { localSlackReferences, localSlackSecrets } from './local-slack-secrets.ts';
import { packageRoot } from './package-root.ts';
import { requirePort, slackPort } from './start-ports.ts';
import {
  type Kept,
  keepRunning,
  type Running,
  type RunningService,
  type ServiceName,
  serviceTitle,
  spawnService,
} from './supervise.ts';
import type { Go, Ready, SlackGo } from './supervised.ts';
import { welcome } from './welcome.ts';

/** Everything on one machine: PostgreSQL, Temporal, worker and server, each a process, watched until Ctrl-C. Ends the process. */
export async function start(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const startedAt = performance.now();
  const lines = terminalLines(process.stdout, process.stderr, env);
  if (argv.includes('--help') || argv.includes('-h')) return lines.say(help());
  const house = new House(lines);
  const interrupted = house.listen();
  let code = 0;
  try {
    if (argv.length > 0)
      throw new SetupError('usage', `npm start takes no "${argv[0]}"`, '`npm start -- --help` shows what it takes');
    const opened = house.open(readConfig(env), env);
    // Whoever interrupts need not wait; what was begun is stopped below.
    await Promise.race([opened, interrupted]);
    if (!house.isInterrupted) {
      for (const line of house.welcome(startedAt)) lines.say(line);
      house.openDrills();
      await interrupted;
    }
  } catch (error) {
    code = 1;
    complain(lines, error);
  }
  await house.close();
  process.exit(code === 0 ? process.exitCode : code);
}

function complain(lines: Lines, error: unknown): void {
  if (error instanceof SetupError) lines.fail(error.message, error.fix);
  else
    lines.fail(
      error instanceof Error ? (error.stack ?? error.message) : String(error),
      'This is a defect of Tocsin. Please report it with the lines above.',
    );
}

/** A second Ctrl-C forces; npm passes the first one on a moment after the terminal did, which must not count. */
const SECOND_SIGNAL_AFTER_MS = 800;

/** PostgreSQL, Temporal, workers, server and local Slack of one data folder, each kept running until `close`. */
export class House {
  isInterrupted = false;
  readonly #lines: Lines;
  readonly #abort = new AbortController();
  /** In the order they stop: what depends on others first. */
  readonly #parts: {
    server?: Kept<RunningService>;
    worker?: Kept<RunningService>;
    'drill-worker'?: Kept<RunningService>;
    'local-slack'?: Kept<RunningService>;
    temporal?: Kept<RunningTemporal>;
    postgres?: Kept<RunningPostgres>;
  } = {};
  /** Those that were spawned, whether they are up yet or not. */
  readonly #early = new Map<ServiceName, { kill(): void }>();
  #claim: { release(): void } | null = null;
  #opening: Promise<unknown> = Promise.resolve();
  #keepDrills: () => Promise<void> = async () => undefined;
  #drills: Promise<void> = Promise.resolve();
  #about: { config: Config; found: FoundTemporal | null } | null = null;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /** Resolves at the first signal to stop. */
  listen(): Promise<void> {
    return new Promise((resolve) => {
      let firstAt = 0;
      const hear = (): void => {
        if (!this.isInterrupted) {
          this.isInterrupted = true;
          firstAt = performance.now();
          this.#abort.abort(new Error('interrupted'));
          this.#lines.say('\nStopping …  (Ctrl-C again to force)');
          resolve();
        } else if (performance.now() - firstAt > SECOND_SIGNAL_AFTER_MS) {
          this.#kill();
          process.exit(130);
        }
      };
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
      // A defect of ours must not leave servers behind that nobody watches.
      process.on('uncaughtException', (error) => {
        complain(this.#lines, error);
        process.exitCode = 1;
        hear();
      });
    });
  }

  async open(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
    this.#opening = this.#open(config, env);
    await this.#opening;
  }

  async #open(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
    this.#claim = claimDataFolder(config.dataDir, config.publicUrl, new Date());
    await requirePort(config);
    const slackAt = await slackPort(config);
    // The server is told where they lie, and may look for them at once.
    if (slackAt !== null) localSlackSecrets(config.dataDir);
    const logs = join(config.dataDir, 'logs');
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    const note = (line: string): void => this.#lines.note(line);
    const spawnOne = (name: ServiceName) =>
      spawnService({
        name,
        cli: join(packageRoot, 'dist', 'src', 'main', 'cli.js'),
        env: name === 'drill-worker' ? drillWorkerEnv(env) : env,
        logFile: join(logs, `${name}.log`),
      });
    // Loading their code takes longest: it begins now, and overlaps with the databases' start.
    const spawned = (name: ServiceName) => {
      const service = spawnOne(name);
      this.#early.set(name, service);
      return service;
    };
    const early = { worker: spawned('worker'), server: spawned('server') };
    const keep = async (name: ServiceName, first: ReturnType<typeof spawnOne>, go: () => Go | SlackGo) => {
      let next: typeof first | null = first;
      const startOne = (): Promise<RunningService> => {
        const service = next ?? spawnOne(name);
        next = null;
        return service.go(go());
      };
      this.#parts[name] = await keepRunning(serviceTitle(name), startOne, note);
    };
    // It needs no database, and nothing waits for it but the link at the end.
    const slack =
      slackAt === null
        ? Promise.resolve()
        : keep('local-slack', spawned('local-slack'), () => ({ type: 'go', slackPort: slackAt }));
    // What comes of it is heard below.
    slack.catch(() => undefined);

    const [database, temporal] = await all([this.#startDatabase(config, logs), this.#startTemporal(config, env, logs)]);
    this.#about = { config, found: temporal.found };
    const go = (): Go => ({
      type: 'go',
      databaseUrl: database(),
      temporalAddress: temporal.address(),
      ...(slackAt === null ? {} : { slack: localSlackReferences(config.dataDir, slackAt) }),
    });
    // On the first start the server makes the keys, when it is sure that none was lost; the worker needs them.
    const server = keep('server', early.server, go);
    await keysMade(config.keys, server);
    // Without keys the worker would only wait: why the server made none is the thing to say.
    if (!holdsWorkerKeys(config.keys)) await server;
    await all([server, keep('worker', early.worker, go), slack]);
    this.#keepDrills = () => keep('drill-worker', spawned('drill-worker'), go);
  }

  /** Starts the drill worker, once all else runs. Nobody waits for it, and whatever keeps it from starting is no failure of the rest. */
  openDrills(): void {
    this.#drills = this.#keepDrills().catch((error: unknown) => {
      if (this.isInterrupted) return;
      const fix = error instanceof SetupError ? ` ${error.fix}.` : '';
      this.#lines.note(
        `${messageOf(error)}\nUntil Tocsin is started again no drill can be played; all else works.${fix}`,
      );
    });
  }

  async #startDatabase(config: Config, logs: string): Promise<() => string> {
    const { databaseUrl } = config;
    if (databaseUrl !== null) return () => databaseUrl;
    const onLog = this.#logTo(join(logs, 'postgres.log'));
    let port: number | undefined;
    const kept = await keepRunning(
      'PostgreSQL',
      async () => {
        const running = await startPostgres({ dataDir: join(config.dataDir, 'postgres'), port, onLog });
        // Those who hold its address keep it.
        port = running.port;
        return running;
      },
      (line) => this.#lines.note(line),
    );
    this.#parts.postgres = kept;
    return () => kept.current().url;
  }

  async #startTemporal(
    config: Config,
    env: NodeJS.ProcessEnv,
    logs: string,
  ): Promise<{ address: () => string; found: FoundTemporal }> {
    const found = await findTemporal({ env, onProgress: (line) => this.#lines.say(line), signal: this.#abort.signal });
    if (found.kind === 'address') return { address: () => found.address, found };
    const onLog = this.#logTo(join(logs, 'temporal.log'));
    const ui = config.temporalUi === 'off' ? 'none' : config.temporalUi;
    let port: number | undefined;
    const kept = await keepRunning(
      'Temporal',
      async () => {
        const running = await startTemporal({
          binary: found.path,
          dataDir: join(config.dataDir, 'temporal'),
          port,
          ui,
          onLog,
        });
        port = running.port;
        return running;
      },
      (line) => this.#lines.note(line),
    );
    this.#parts.temporal = kept;
    return { address: () => kept.current().address, found };
  }

  #logTo(file: string): (line: string) => void {
    let told = false;
    return (line) => {
      try {
        appendFileSync(file, `${line}\n`, { mode: 0o600 });
      } catch (error) {
        // A log that cannot be written must not take down what it tells of; once is enough to say so.
        if (!told) this.#lines.note(`${file} cannot be written: ${messageOf(explainDisk(error, file))}`);
        told = true;
      }
    };
  }

  /** What the server and local Slack said when they were ready. */
  ready(): { server: Ready; slack: Ready | null } {
    const { server, 'local-slack': slack } = this.#parts;
    return { server: server?.current().ready ?? {}, slack: slack?.current().ready ?? null };
  }

  welcome(startedAt: number): string[] {
    if (this.#about === null) return [];
    const { postgres, temporal } = this.#parts;
    const { server, slack } = this.ready();
    return welcome(this.#lines, {
      ...this.#about,
      ready: server,
      slack,
      postgres: postgres?.current() ?? null,
      temporal: temporal?.current() ?? null,
      tookMs: performance.now() - startedAt,
    });
  }

  async close(): Promise<void> {
    // What is half-way up is of no use to anybody; what is up ends in order.
    for (const [name, service] of this.#early) if (!this.#parts[name]) service.kill();
    await this.#opening.catch(() => undefined);
    await this.#drills;
    const stop = async (part: Kept<Running> | undefined): Promise<void> => part?.stop();
    await stop(this.#parts.server);
    const { worker, 'drill-worker': drillWorker, 'local-slack': slack } = this.#parts;
    await Promise.all([stop(worker), stop(drillWorker), stop(slack)]);
    await Promise.all([stop(this.#parts.temporal), stop(this.#parts.postgres)]);
    this.#claim?.release();
  }

  #kill(): void {
    for (const part of [...Object.values(this.#parts), ...this.#early.values()]) part?.kill();
    this.#claim?.release();
  }
}

/** Like Promise.all, but waits for every one to end before it fails: nothing is left half-way up unseen. */
async function all<T extends readonly unknown[]>(promises: { readonly [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const settled = await Promise.allSettled(promises);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  return Promise.all(promises) as unknown as Promise<T>;
}

/** Waits until the folder holds what the worker needs, or the server is up (or down) without having made it. */
async function keysMade(folder: string, server: Promise<unknown>): Promise<void> {
  let serverSettled = false;
  const settle = (): void => {
    serverSettled = true;
  };
  server.then(settle, settle);
  while (!serverSettled && !holdsWorkerKeys(folder)) await new Promise((again) => setTimeout(again, 20));
}

function holdsWorkerKeys(folder: string): boolean {
  try {
    loadKeys(folder, 'worker');
    return true;
  } catch {
    // Whether they are not there yet or not usable, the worker and the server say it better.
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function help(): string {
  const rows = Object.entries(settings).map(([name, { about }]) => `  ${name.padEnd(34)}${about}`);
  return [
    'npm start: runs all of Tocsin on this machine until Ctrl-C.',
    '',
    'It installs and builds what is missing, starts PostgreSQL, Temporal, a worker, the server and, unless a Slack is configured,',
    'a Slack of this machine to try decisions in, and prints where they are. A worker for drills follows.',
    'All state lives in one folder; remove it to begin afresh.',
    '',
    'Settings, from the environment:',
    ...rows,
    '',
    'Examples:',
    '  npm start',
    '  TOCSIN_PORT=8080 TOCSIN_DATA=/var/lib/tocsin npm start',
    '  TOCSIN_SLACK_BOT_TOKEN=file:/run/secrets/slack-bot TOCSIN_SLACK_APP_TOKEN=file:/run/secrets/slack-app npm start',
    '  TEMPORAL_ADDRESS=temporal.example:7233 DATABASE_URL=file:/run/secrets/database-url npm start',
  ].join('\n');
}
