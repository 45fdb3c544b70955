import type { SettingName } from './config.ts';

/** How to find its keys and Temporal, and what a process needs to run at all: no secret of anybody's but the key to Temporal's door. */
const NEEDED: readonly (SettingName | Lowly)[] = [
  'TOCSIN_DATA',
  'TOCSIN_KEYS',
  'TOCSIN_LOG_LEVEL',
  'TOCSIN_TASK_QUEUE',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_SERVER_NAME',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'PATH',
  'TZ',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'NODE_ENV',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];
type Lowly = `NODE_${string}` | `SSL_${string}` | 'PATH' | 'TZ' | 'LANG' | 'LC_ALL' | 'TMPDIR';

/**
 * The environment of a drill worker that we start. By names that are allowed, because secrets have any name: connectors are told theirs
 * in the inventory. Where the database is it hears from the supervisor.
 */
export function drillWorkerEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const apiKey = /^env:(.+)$/.exec(env.TEMPORAL_API_KEY ?? '')?.[1];
  const names = apiKey === undefined ? NEEDED : [...NEEDED, apiKey];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
