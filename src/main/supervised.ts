import { errorCode, SetupError } from '../embedded/failure.ts';
import { type Config, readConfig } from './config.ts';

/** From the supervisor to a child: everything you depend on runs, here it is. */
export type Go = { type: 'go'; databaseUrl: string; temporalAddress: string };

/** From a child to the supervisor. */
export type Told =
  | { type: 'loaded' }
  | { type: 'ready'; url?: string; signIn?: string; incident?: string }
  | { type: 'failed'; code: string; message: string; fix: string };

export type Ready = Omit<Extract<Told, { type: 'ready' }>, 'type'>;
export type Service = { ready: Ready; stop(): Promise<void> };

/** Where the parts of a child's configuration are surely known. */
export type ServiceConfig = Config & { databaseUrl: string; temporal: Config['temporal'] & { address: string } };

/**
 * Runs a service (worker, server) as a process of its own: under the supervisor, which says when to go, or alone with DATABASE_URL
 * and TEMPORAL_ADDRESS from the environment. It ends in order on SIGTERM, on SIGINT, and when the supervisor is gone.
 */
export async function runService(run: (config: ServiceConfig) => Promise<Service>): Promise<void> {
  const supervised = process.env.TOCSIN_SUPERVISED === '1' && process.send !== undefined;
  try {
    const config = readConfig(process.env);
    const end = whenToEnd(supervised);
    const go = supervised ? await Promise.race([awaitGo(), end]) : alone(config);
    if (go === null) return leave(0);
    const service = await run({
      ...config,
      databaseUrl: go.databaseUrl,
      temporal: { ...config.temporal, address: go.temporalAddress },
    });
    tell({ type: 'ready', ...service.ready });
    await end;
    await service.stop();
    leave(0);
  } catch (error) {
    await report(error);
    leave(1);
  }
}

function alone(config: Config): Go {
  const { databaseUrl } = config;
  const { address } = config.temporal;
  if (databaseUrl !== null && address !== null) return { type: 'go', databaseUrl, temporalAddress: address };
  const missing = [
    ...(databaseUrl === null ? ['DATABASE_URL'] : []),
    ...(address === null ? ['TEMPORAL_ADDRESS'] : []),
  ];
  throw new SetupError(
    'config',
    `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
    'Set it, or run `npm start`, which brings its own PostgreSQL and Temporal',
  );
}

function awaitGo(): Promise<Go> {
  return new Promise((resolve) => {
    process.on('message', (message: Go) => {
      if (message.type === 'go') resolve(message);
    });
    tell({ type: 'loaded' });
  });
}

function whenToEnd(supervised: boolean): Promise<null> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(null));
    // Its supervisor was killed: nobody would ever stop this process.
    if (supervised) process.on('disconnect', () => resolve(null));
  });
}

function tell(message: Told): void {
  if (process.connected) process.send?.(message);
}

async function report(error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const fix = error instanceof SetupError ? error.fix : '';
  // The log holds the whole of it; a set-up error needs no stack.
  console.error(error instanceof SetupError ? `${message}\n${fix}` : error);
  const failed: Told = { type: 'failed', code: errorCode(error) ?? 'unexpected', message, fix };
  if (process.connected) await new Promise<void>((sent) => process.send?.(failed, () => sent()) ?? sent());
}

// Native worker threads and kept-alive sockets may hold the process; all that had to end in order has.
function leave(code: number): void {
  process.exit(code);
}
