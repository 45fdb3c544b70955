import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConnectorError } from '../connectors/contract.ts';
import { createSecrets } from '../connectors/secrets/secrets.ts';
import { SetupError } from '../embedded/failure.ts';
import { didYouMean } from '../playbook/names.ts';
import { packageRoot } from './package-root.ts';
import { type SlackConfig, slackConfig } from './slack-config.ts';

const port = z.coerce
  .number('must be a number')
  .int('must be a whole number')
  .min(1, 'must be 1 to 65535')
  .max(65_535, 'must be 1 to 65535');
const text = z.string().min(1, 'is empty');
const reference = text.regex(
  /^(env|file):.+/,
  'must be a reference, env:NAME or file:/path: secrets do not stand in the environment in clear',
);
const httpUrl = text.refine((value) => /^https?:$/.test(protocolOf(value)), 'must be an http:// or https:// address');

function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : '';
}

/** What may stand in TOCSIN_ALLOW_LOCAL. */
const ALLOWABLE = ['accounts', 'slack'] as const;
export type Allowable = (typeof ALLOWABLE)[number];

type Setting = { schema: z.ZodType; about: string };

/** Every name that Tocsin reads from the environment. `npm start -- --help` prints this table. */
export const settings = {
  TOCSIN_DATA: { schema: text, about: 'data folder (./.tocsin)' },
  TOCSIN_HOST: { schema: text, about: 'address the console listens on (127.0.0.1)' },
  TOCSIN_PORT: { schema: port, about: 'port of the console (7373)' },
  TOCSIN_PUBLIC_URL: { schema: httpUrl, about: 'address people reach the console under, where it differs' },
  TOCSIN_INVENTORY: { schema: text, about: 'inventory file (tocsin.yaml)' },
  TOCSIN_PLAYBOOKS: { schema: text, about: 'folder of playbooks (playbooks)' },
  TOCSIN_SIMULATIONS: { schema: text, about: 'folder of simulations, for drills (simulations)' },
  TOCSIN_KEYS: { schema: text, about: 'folder of keys (keys in the data folder)' },
  TOCSIN_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error'),
    about: 'debug, info, warn or error (info)',
  },
  TOCSIN_TASK_QUEUE: {
    schema: text,
    about: 'Temporal task queue of the workers (tocsin); drills have their own, with -drills behind it',
  },
  TOCSIN_TEMPORAL_UI: {
    schema: z.union([z.literal('off'), port], "must be a port or 'off'"),
    about: "port of the embedded Temporal's own web UI, or off (off)",
  },
  TOCSIN_METRICS_TOKEN: { schema: reference, about: 'token that /metrics asks for away from loopback, by reference' },
  TOCSIN_WATCHDOG_WEBHOOK: { schema: reference, about: 'address the watchdog pages, by reference' },
  TOCSIN_SLACK: {
    schema: z.enum(['local', 'off'], 'must be local or off'),
    about: 'local: try decisions in a Slack on this machine (npm start, where none is configured); or off',
  },
  TOCSIN_SLACK_BOT_TOKEN: { schema: reference, about: 'token of the Slack app (xoxb-…), by reference' },
  TOCSIN_SLACK_APP_TOKEN: { schema: reference, about: 'its app-level token (xapp-…) for Socket Mode, by reference' },
  TOCSIN_SLACK_SIGNING_SECRET: { schema: reference, about: 'its signing secret, for HTTP instead, by reference' },
  TOCSIN_SLACK_API_URL: { schema: httpUrl, about: 'address of another Slack (https://slack.com/api/)' },
  TOCSIN_SLACK_PORT: { schema: port, about: 'port of the local Slack (7374, or the next that is free)' },
  TOCSIN_ALLOW_LOCAL: {
    schema: text
      .transform((list) => list.split(/[,\s]+/).filter(Boolean))
      .pipe(z.array(z.enum(ALLOWABLE, `must be one or more of ${ALLOWABLE.join(', ')}`))),
    about: 'lets local accounts, or a local Slack, decide about real systems: accounts, slack',
  },
  TOCSIN_SAMPLE: {
    schema: z.enum(['on', 'off'], 'must be on or off'),
    about: 'off: npm start opens no sample incident in a simulated inventory (on)',
  },
  DATABASE_URL: { schema: text, about: 'PostgreSQL to use instead of the embedded one; a URL or a reference' },
  TEMPORAL_ADDRESS: {
    schema: text.regex(/^[^:/\s]+:\d+$|^\[[0-9a-f:]+\]:\d+$/i, 'must be host:port'),
    about: 'Temporal to use instead of the embedded one, host:port',
  },
  TEMPORAL_NAMESPACE: { schema: text, about: 'its namespace (default)' },
  TEMPORAL_API_KEY: { schema: reference, about: 'its API key, by reference' },
  TEMPORAL_TLS: { schema: z.enum(['true', 'false'], 'must be true or false'), about: 'true to speak TLS to it' },
  TEMPORAL_TLS_SERVER_NAME: { schema: text, about: 'name its certificate must carry' },
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: { schema: text, about: 'file with the authority of its certificate' },
  TEMPORAL_TLS_CLIENT_CERT_PATH: { schema: text, about: 'file with our certificate (mTLS)' },
  TEMPORAL_TLS_CLIENT_KEY_PATH: { schema: text, about: 'file with its key (mTLS)' },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

// Read elsewhere: by the command line, by the scripts, by tests.
const knownElsewhere = ['TOCSIN_URL', 'TOCSIN_TOKEN', 'TOCSIN_REQUIRE', 'TOCSIN_CHROMIUM', 'TOCSIN_SUPERVISED'];
const forTests = /^TOCSIN_TEST_/;

export type TemporalTls = {
  serverName: string | null;
  serverCa: string | null;
  client: { cert: string; key: string } | null;
};

export type Config = {
  dataDir: string;
  host: string;
  port: number;
  publicUrl: string;
  inventory: string;
  playbooks: string;
  simulations: string;
  keys: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  taskQueue: string;
  /** Of the drill workers: no worker of incidents listens there. */
  drillTaskQueue: string;
  temporalUi: number | 'off';
  /** References, resolved where they are used (resolveReference). */
  metricsToken: string | null;
  watchdogWebhook: string | null;
  slack: SlackConfig;
  /** What may decide about real systems although it is for trying. */
  allowLocal: readonly Allowable[];
  /** Whether a newcomer finds an incident. */
  sample: boolean;
  /** Null: the embedded one. */
  databaseUrl: string | null;
  temporal: {
    /** Null: the embedded one. */
    address: string | null;
    namespace: string;
    apiKey: string | null;
    /** Paths. Null: plain. */
    tls: TemporalTls | null;
  };
};

/** Reads the environment once, and refuses all that is wrong with it at once. */
export function readConfig(env: NodeJS.ProcessEnv, cwd: string = process.cwd()): Config {
  const problems: string[] = unknownNames(env);
  const read = <Name extends SettingName>(name: Name): z.output<(typeof settings)[Name]['schema']> | null => {
    const value = env[name];
    if (value === undefined || value === '') return null;
    const parsed = settings[name].schema.safeParse(value);
    if (parsed.success) return parsed.data as z.output<(typeof settings)[Name]['schema']>;
    problems.push(`${name} ${parsed.error.issues[0]?.message ?? 'is not valid'}`);
    return null;
  };
  const path = (name: SettingName, otherwise: string): string =>
    resolve(cwd, (read(name) as string | null) ?? otherwise);

  const dataDir = path('TOCSIN_DATA', '.tocsin');
  const host = read('TOCSIN_HOST') ?? '127.0.0.1';
  const consolePort = read('TOCSIN_PORT') ?? 7373;
  const taskQueue = read('TOCSIN_TASK_QUEUE') ?? 'tocsin';
  const config: Config = {
    dataDir,
    host,
    port: consolePort,
    publicUrl: read('TOCSIN_PUBLIC_URL')?.replace(/\/+$/, '') ?? `http://${shownHost(host)}:${consolePort}`,
    inventory: path('TOCSIN_INVENTORY', join(packageRoot, 'tocsin.yaml')),
    playbooks: path('TOCSIN_PLAYBOOKS', join(packageRoot, 'playbooks')),
    simulations: path('TOCSIN_SIMULATIONS', join(packageRoot, 'simulations')),
    keys: path('TOCSIN_KEYS', join(dataDir, 'keys')),
    logLevel: read('TOCSIN_LOG_LEVEL') ?? 'info',
    taskQueue,
    drillTaskQueue: `${taskQueue}-drills`,
    temporalUi: read('TOCSIN_TEMPORAL_UI') ?? 'off',
    metricsToken: read('TOCSIN_METRICS_TOKEN'),
    watchdogWebhook: read('TOCSIN_WATCHDOG_WEBHOOK'),
    slack: readSlack(read, problems),
    allowLocal: read('TOCSIN_ALLOW_LOCAL') ?? [],
    sample: read('TOCSIN_SAMPLE') !== 'off',
    databaseUrl: databaseUrl(read('DATABASE_URL'), env, problems),
    temporal: {
      address: read('TEMPORAL_ADDRESS'),
      namespace: read('TEMPORAL_NAMESPACE') ?? 'default',
      apiKey: read('TEMPORAL_API_KEY'),
      tls: readTls(read, problems),
    },
  };
  if (problems.length > 0) {
    throw new SetupError(
      'config',
      ['the environment cannot be used:', ...problems.map((line) => `  ${line}`)].join('\n'),
      '`npm start -- --help` lists every setting',
    );
  }
  return config;
}

function unknownNames(env: NodeJS.ProcessEnv): string[] {
  const known = [...Object.keys(settings), ...knownElsewhere];
  return Object.keys(env)
    .filter((name) => name.startsWith('TOCSIN_') && !known.includes(name) && !forTests.test(name))
    .map((name) => {
      const meant = didYouMean(name, known);
      return `${name} is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}

function databaseUrl(value: string | null, env: NodeJS.ProcessEnv, problems: string[]): string | null {
  if (value === null) return null;
  try {
    const url = /^(env|file):/.test(value) ? resolveReference(value, env) : value;
    if (/^postgres(ql)?:$/.test(protocolOf(url))) return url;
    problems.push('DATABASE_URL must be a postgresql:// address, or env:NAME or file:/path that holds one');
  } catch (error) {
    problems.push(`DATABASE_URL: ${error instanceof Error ? error.message : String(error)}`);
  }
  return null;
}

type ReadAny = <Name extends SettingName>(name: Name) => z.output<(typeof settings)[Name]['schema']> | null;

function readSlack(read: ReadAny, problems: string[]): SlackConfig {
  const mistakes: string[] = [];
  const before = problems.length;
  const config = slackConfig(
    {
      TOCSIN_SLACK: read('TOCSIN_SLACK'),
      TOCSIN_SLACK_BOT_TOKEN: read('TOCSIN_SLACK_BOT_TOKEN'),
      TOCSIN_SLACK_APP_TOKEN: read('TOCSIN_SLACK_APP_TOKEN'),
      TOCSIN_SLACK_SIGNING_SECRET: read('TOCSIN_SLACK_SIGNING_SECRET'),
      TOCSIN_SLACK_API_URL: read('TOCSIN_SLACK_API_URL'),
      TOCSIN_SLACK_PORT: read('TOCSIN_SLACK_PORT'),
    },
    mistakes,
  );
  // A setting that could not be read is not one that is missing.
  if (problems.length === before) problems.push(...mistakes);
  return config;
}

type Read = (
  name:
    | 'TEMPORAL_TLS'
    | 'TEMPORAL_TLS_SERVER_NAME'
    | 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'
    | 'TEMPORAL_TLS_CLIENT_CERT_PATH'
    | 'TEMPORAL_TLS_CLIENT_KEY_PATH',
) => string | null;

function readTls(read: Read, problems: string[]): TemporalTls | null {
  const wanted = read('TEMPORAL_TLS');
  const serverName = read('TEMPORAL_TLS_SERVER_NAME');
  const serverCa = read('TEMPORAL_TLS_SERVER_CA_CERT_PATH');
  const cert = read('TEMPORAL_TLS_CLIENT_CERT_PATH');
  const key = read('TEMPORAL_TLS_CLIENT_KEY_PATH');
  if ((cert === null) !== (key === null)) {
    problems.push('TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH go together: set both or neither');
  }
  const implied = serverName !== null || serverCa !== null || cert !== null;
  if (wanted === 'false' && implied) problems.push('TEMPORAL_TLS is false, and yet certificates are set');
  if (wanted !== 'true' && !implied) return null;
  return { serverName, serverCa, client: cert !== null && key !== null ? { cert, key } : null };
}

/** Where a browser on this machine finds a server that listens on `host`. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** The secret behind `env:NAME` or `file:/path`. The message of a failure names the reference, never the secret. */
export function resolveReference(reference: string, env: NodeJS.ProcessEnv = process.env): string {
  try {
    return createSecrets(env)(reference);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new SetupError(error.code, error.message, fixFor(reference));
  }
}

function fixFor(reference: string): string {
  const name = reference.slice(reference.indexOf(':') + 1);
  if (reference.startsWith('env:')) return `Set ${name} for this process`;
  if (reference.startsWith('file:')) return `Put the secret into ${name}, readable by this process only`;
  return 'Write a reference, not the secret itself';
}
