import { appendFileSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { explainDisk, SetupError } from '../embedded/failure.ts';
import { whyNot } from '../embedded/ports.ts';
import { type RunningPostgres, startPostgres } from '../embedded/postgres.ts';
import { type RunningTemporal, startTemporal } from '../embedded/temporal.ts';
import { type FoundTemporal, findTemporal } from '../embedded/temporal-find.ts';
import { type Config, readConfig, settings } from './config.ts';
import { claimDataFolder } from './data-folder.ts';
import { loadKeys } from './keys.ts';
import { type Lines, terminalLines } from './lines.ts';
import { listenerOn } from './listener.ts';
import { packageRoot } from './package-root.ts';
import { type Kept, keepRunning, type Running, type RunningService, spawnService } from './supervise.ts';
import type { Go } from './supervised.ts';

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

class House {
  isInterrupted = false;
  readonly #lines: Lines;
  readonly #abort = new AbortController();
  /** In the order they stop: what depends on others first. */
  readonly #parts: {
    server?: Kept<RunningService>;
    worker?: Kept<RunningService>;
    temporal?: Kept<RunningTemporal>;
    postgres?: Kept<RunningPostgres>;
  } = {};
  #early: { kill(): void }[] = [];
  #claim: { release(): void } | null = null;
  #opening: Promise<unknown> = Promise.resolve();
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
    const logs = join(config.dataDir, 'logs');
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    const note = (line: string): void => this.#lines.note(line);
    const spawnOne = (name: 'worker' | 'server') =>
      spawnService({
        name,
        cli: join(packageRoot, 'dist', 'src', 'main', 'cli.js'),
        env,
        logFile: join(logs, `${name}.log`),
      });
    // Loading their code takes longest: it begins now, and overlaps with the databases' start.
    const early = { worker: spawnOne('worker'), server: spawnOne('server') };
    this.#early = [early.worker, early.server];

    const [database, temporal] = await all([this.#startDatabase(config, logs), this.#startTemporal(config, env, logs)]);
    this.#about = { config, found: temporal.found };
    const go = (): Go => ({ type: 'go', databaseUrl: database(), temporalAddress: temporal.address() });
    const keep = (name: 'worker' | 'server') => {
      let first: ReturnType<typeof spawnOne> | null = early[name];
      const startOne = (): Promise<RunningService> => {
        const service = first ?? spawnOne(name);
        first = null;
        return service.go(go());
      };
      return keepRunning(name, startOne, note).then((kept) => {
        this.#parts[name] = kept;
      });
    };
    // On the first start the server makes the keys, when it is sure that none was lost; the worker needs them.
    const server = keep('server');
    await keysMade(config.keys, server);
    // Without keys the worker would only wait: why the server made none is the thing to say.
    if (!holdsWorkerKeys(config.keys)) await server;
    await all([server, keep('worker')]);
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

  welcome(startedAt: number): string[] {
    if (this.#about === null) return [];
    const { config, found } = this.#about;
    const { postgres, temporal, server } = this.#parts;
    const ready = server?.current().ready ?? {};
    const url = ready.url ?? config.publicUrl;
    const dim = this.#lines.dim;
    const where = (path: string): string => relative(process.cwd(), path) || '.';
    const row = (name: string, at: string, note: string): string => `  ${name.padEnd(12)}${at.padEnd(26)}${dim(note)}`;
    const rows = [row('console', url, '')];
    if (postgres)
      rows.push(
        row('PostgreSQL', `127.0.0.1:${postgres.current().port}`, `in ${where(join(config.dataDir, 'postgres'))}`),
      );
    else rows.push(row('PostgreSQL', 'yours', 'DATABASE_URL'));
    if (temporal && found?.kind === 'binary')
      rows.push(
        row(
          'Temporal',
          temporal.current().address,
          `server ${found.serverVersion}, in ${where(join(config.dataDir, 'temporal'))}`,
        ),
      );
    else rows.push(row('Temporal', config.temporal.address ?? '', 'TEMPORAL_ADDRESS'));
    const uiUrl = temporal?.current().uiUrl ?? null;
    if (uiUrl !== null) rows.push(row('Temporal UI', uiUrl, ''));
    rows.push(row('logs', where(join(config.dataDir, 'logs')), ''));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const first =
      ready.signIn === undefined
        ? []
        : [
            '',
            ready.incident === undefined
              ? 'Sign in here:'
              : `Try this first: sign in and decide what waits in ${ready.incident}.`,
            `  ${this.#lines.bold(ready.signIn)}`,
          ];
    return [
      '',
      `${this.#lines.bold('Tocsin runs')} ${dim(`(ready in ${seconds} s)`)}`,
      '',
      ...rows.map((line) => line.trimEnd()),
      ...first,
      '',
      dim('Ctrl-C stops all of it. Its state stays in the data folder.'),
    ];
  }

  async close(): Promise<void> {
    // What is half-way up is let up first, so that it can be taken down properly.
    for (const service of this.#parts.server && this.#parts.worker ? [] : this.#early) service.kill();
    await this.#opening.catch(() => undefined);
    const stop = async (part: Kept<Running> | undefined): Promise<void> => part?.stop();
    await stop(this.#parts.server);
    await stop(this.#parts.worker);
    await Promise.all([stop(this.#parts.temporal), stop(this.#parts.postgres)]);
    this.#claim?.release();
  }

  #kill(): void {
    for (const part of [...Object.values(this.#parts), ...this.#early]) part?.kill();
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

async function requirePort(config: Config): Promise<void> {
  const code = await whyNot(config.port, config.host);
  if (code === null) return;
  if (code !== 'EADDRINUSE') {
    const why =
      code === 'EACCES' ? 'this user may not' : code === 'EADDRNOTAVAIL' ? 'this machine has no such address' : code;
    throw new SetupError(
      'port-refused',
      `cannot listen on ${config.host} port ${config.port}: ${why}`,
      'Choose others: TOCSIN_HOST=127.0.0.1 TOCSIN_PORT=7373 npm start',
    );
  }
  const who = listenerOn(config.port);
  throw new SetupError(
    'port-taken',
    `port ${config.port} is taken${who === null ? '' : ` by process ${who.pid} (${who.command})`}`,
    `Stop that one, or use another port: TOCSIN_PORT=${config.port === 65_535 ? 7373 : config.port + 1} npm start`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function help(): string {
  const rows = Object.entries(settings).map(([name, { about }]) => `  ${name.padEnd(34)}${about}`);
  return [
    'npm start: runs all of Tocsin on this machine until Ctrl-C.',
    '',
    'It installs and builds what is missing, starts PostgreSQL, Temporal, a worker and the server, and prints where they are.',
    'All state lives in one folder; remove it to begin afresh.',
    '',
    'Settings, from the environment:',
    ...rows,
    '',
    'Examples:',
    '  npm start',
    '  TOCSIN_PORT=8080 TOCSIN_DATA=/var/lib/tocsin npm start',
    '  TEMPORAL_ADDRESS=temporal.example:7233 DATABASE_URL=file:/run/secrets/database-url npm start',
  ].join('\n');
}
