import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { TUNING } from '../../src/embedded/temporal.ts';
import { settings } from '../../src/main/config.ts';

type Service = {
  image: string;
  command?: string[];
  environment: Record<string, string>;
  ports?: string[];
  volumes?: string[];
};
type Compose = { services: Record<string, Service>; configs: Record<string, { content: string }> };

const root = dirname(dirname(import.meta.dirname));
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as Compose;

// A cluster serves others as well: how many updates may be in flight stays its own matter.
const embeddedOnly = ['history.maxInFlightUpdates'];

test('the cluster is tuned as the embedded server is', () => {
  const dynamic = parse(compose.configs['temporal-dynamic-config']?.content ?? '') as Record<
    string,
    { value: unknown }[]
  >;
  const tuned = Object.fromEntries(
    Object.entries(dynamic).map(([key, [first]]) => [key, JSON.stringify(first?.value)]),
  );
  expect(tuned).toEqual(Object.fromEntries(Object.entries(TUNING).filter(([key]) => !embeddedOnly.includes(key))));
});

test('no password has a default, and a missing one says what to set', () => {
  const secrets = Object.values(compose.services).flatMap(({ environment }) =>
    Object.entries(environment).filter(([name]) => /PASSWORD|PWD|DATABASE_URL/.test(name)),
  );
  expect(secrets.length).toBeGreaterThan(4);
  for (const [name, value] of secrets) expect(`${name}=${value}`).toMatch(/\$\{[A-Z_]+:\?set /);
});

test('server and workers are services of one image, and only the server is reachable, from this machine', () => {
  const { server, worker, 'drill-worker': drills, ...others } = compose.services;
  expect([server?.command, worker?.command, drills?.command]).toEqual([['server'], ['worker'], ['drill-worker']]);
  expect([worker?.image, drills?.image]).toEqual([server?.image, server?.image]);
  expect(server?.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  for (const service of [worker, drills, ...Object.values(others)]) expect(service?.ports).toBeUndefined();
});

test('every setting it hands to Tocsin is one that Tocsin knows', () => {
  for (const service of ['server', 'drill-worker'])
    for (const name of Object.keys(compose.services[service]?.environment ?? {}))
      expect(Object.keys(settings)).toContain(name);
});

test('every setting that a production server understands can be set', () => {
  // Fixed by the image and by this file, or for the embedded services only.
  const fixed = /^TOCSIN_(DATA|HOST|PORT|PLAYBOOKS|SIMULATIONS|KEYS|TASK_QUEUE|TEMPORAL_UI|SLACK_PORT|SAMPLE)$/;
  for (const service of [compose.services.server, compose.services.worker])
    expect(Object.keys(service?.environment ?? {})).toEqual(
      expect.arrayContaining(Object.keys(settings).filter((name) => !fixed.test(name))),
    );
});

test('only the server makes keys; workers read them', () => {
  const keys = (name: string) => compose.services[name]?.volumes?.filter((volume) => volume.startsWith('keys:'));
  expect(keys('server')).toEqual(['keys:/var/lib/tocsin/keys']);
  expect(keys('worker')).toEqual(['keys:/var/lib/tocsin/keys:ro']);
  const others = (name: string) => compose.services[name]?.volumes?.filter((volume) => !/keys/.test(volume));
  expect(others('worker')).toEqual(others('server'));
});

test('a drill worker is given its own keys and login, the way to Temporal, and nothing else', () => {
  const { server, worker, 'drill-worker': drills } = compose.services;
  expect(drills?.volumes).toEqual([
    expect.stringMatching(/DRILL_CERTS_FOLDER.*:\/certs:ro$/),
    'drill-keys:/var/lib/tocsin/keys/drill:ro',
  ]);
  expect(server?.volumes).toContain('drill-keys:/var/lib/tocsin/keys/drill');
  expect(worker?.volumes?.join()).not.toContain('drill');
  const told = Object.keys(drills?.environment ?? {}).filter((name) => !name.startsWith('TEMPORAL_'));
  expect(told.sort()).toEqual(['DATABASE_URL', 'TOCSIN_LOG_LEVEL']);
  const login = /postgresql:\/\/(\w+):/.exec(drills?.environment.DATABASE_URL ?? '')?.[1];
  const roles = compose.configs['postgres-databases']?.content ?? '';
  expect(roles).toContain(`CREATE ROLE ${login} LOGIN PASSWORD :'drills' IN ROLE tocsin_drill;`);
  expect(server?.environment.DATABASE_URL).not.toContain(`${login}:`);

  const page = readFileSync(join(root, 'docs', 'isolation.md'), 'utf8');
  const later = /```sql\n([\s\S]+?)```/.exec(page)?.[1]?.trim().split('\n') ?? [];
  expect(later).toHaveLength(3);
  for (const line of later) expect(roles).toContain(line);
});

test('the image does not run as root', () => {
  const lines = readFileSync(join(root, 'Dockerfile'), 'utf8').split('\n');
  const last = lines.findLastIndex((line) => line.startsWith('FROM '));
  expect(lines.slice(last)).toContain('USER node');
});
