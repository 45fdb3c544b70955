import { expect, it } from 'vitest';
import { settings } from '../../src/main/config.ts';
import { drillWorkerEnv } from '../../src/main/drill-worker-env.ts';

it('a drill worker is told where things are, and no secret: not of a setting, nor of a connector, whatever its name', () => {
  const secrets = {
    MLFLOW_PASSWORD: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    PGPASSWORD: 'c',
    HOME: '/home/who-has-credentials',
  };
  const everySetting = Object.fromEntries(Object.keys(settings).map((name) => [name, 'file:/run/secrets/one']));
  const told = drillWorkerEnv({ ...everySetting, ...secrets, PATH: '/bin', TZ: 'UTC' });
  expect(Object.keys(told).filter((name) => !/^TEMPORAL_/.test(name))).toEqual([
    'TOCSIN_DATA',
    'TOCSIN_KEYS',
    'TOCSIN_LOG_LEVEL',
    'TOCSIN_TASK_QUEUE',
    'PATH',
    'TZ',
  ]);
  expect(told).not.toHaveProperty('TEMPORAL_ADDRESS');
});

it('the key that lets it in at Temporal comes along, and no other variable', () => {
  const env = { TEMPORAL_API_KEY: 'env:CLOUD_KEY', CLOUD_KEY: 'k', OTHER_KEY: 'o' };
  expect(drillWorkerEnv(env)).toEqual({ TEMPORAL_API_KEY: 'env:CLOUD_KEY', CLOUD_KEY: 'k' });
});
