import { errorCode, SetupError } from '../embedded/failure.ts';
import { type Config, readConfig } from './config.ts';
import type { SlackReferences } from './slack-config.ts';

/** From the supervisor to a worker or server: everything you depend on runs, here it is. */
export type Go = {
  type: 'go';
  databaseUrl: string;
  temporalAddress: string;
  /** The local Slack that it keeps running beside; absent: what the environment says counts. */
  slack?: SlackReferences;
};

/** From the supervisor to local Slack, which depends on nothing. */
export type SlackGo = { type: 'go'; slackPort: number };

/** From a child to the supervisor. */
export type Told =
  | { type: 'loaded' }
  | {
      type: 'ready';
      url?: string;
      signIn?: string;
      incident?: string;
      /** Whom the incident asks, one for each voice that it needs. */
      asked?: { person: string; name: string }[];
      /** Of local Slack: a link for each person of the inventory, to be them at once. */
      as?: Record<string, string>;
    }
  | { type: 'failed'; code: string; message: string; fix: string };

export type Ready = Omit<Extract<Told, { type: 'ready' }>, 'type'>;
export type Service = { ready: Ready; stop(): Promise<void> };

/** Where the parts of a child's configuration are surely known. */
export type ServiceConfig = Config & { databaseUrl: string; temporal: Config['temporal'] & { address: string } };

/** Runs a worker or a server: under the supervisor, or alone with DATABASE_URL and TEMPORAL_ADDRESS from the environment. */
export const runService = (
  run: (config: ServiceConfig) => Promise<Service>,
  prepare?: (config: Config) => void,
): Promise<void> =>
  runProcess<Go>((config, go) => {
    const { databaseUrl, temporalAddress, slack } = go ?? alone(config);
    return run({
      ...config,
      databaseUrl,
      temporal: { ...config.temporal, address: temporalAddress },
      slack: slack ? { ...config.slack, references: slack } : config.slack,
    });
  }, prepare);

/**
 * Runs something as a process of its own: under the supervisor, which says when to go, or alone, where `go` is null. It ends in
 * order on SIGTERM, on SIGINT, and when the supervisor is gone. `prepare`: what can be done while waiting to be told.
 */
export async function runProcess<G extends { type: 'go' }>(
  run: (config: Config, go: G | null) => Promise<Service>,
  prepare?: (config: Config) => void,
): Promise<void> {
  const supervised = process.env.TOCSIN_SUPERVISED === '1' && process.send !== undefined;
  try {
    const config = readConfig(process.env);
    const end = whenToEnd(supervised);
    if (supervised) prepare?.(config);
    const go = supervised ? await Promise.race([awaitGo<G>(), end]) : null;
    if (supervised && go === null) return leave(0);
    const service = await run(config, go);
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
  if (config.slack.local === 'asked')
    throw new SetupError(
      'config',
      'TOCSIN_SLACK=local is for `npm start`, which brings the local Slack along',
      'Run that, or name the Slack that this server is to use: TOCSIN_SLACK_BOT_TOKEN and TOCSIN_SLACK_APP_TOKEN',
    );
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

function awaitGo<G extends { type: 'go' }>(): Promise<G> {
  return new Promise((resolve) => {
    process.on('message', (message: G) => {
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
