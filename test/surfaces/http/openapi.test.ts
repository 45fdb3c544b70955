import { readFile, writeFile } from 'node:fs/promises';
import { OpenAPIHono } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import { apiRoutes } from '../../../src/surfaces/http/api.ts';
import { openApi } from '../../../src/surfaces/http/app.ts';
import type { AppEnv } from '../../../src/surfaces/http/context.ts';
import { permissions } from '../../../src/surfaces/permissions.ts';

const FILE = new URL('../../../schemas/openapi.json', import.meta.url);

/** The description is made from the routes alone: no handler runs. */
function described() {
  const app = new OpenAPIHono<AppEnv>();
  apiRoutes(app, {} as Parameters<typeof apiRoutes>[1]);
  return openApi(app);
}

it('the committed API description says what the routes do', async () => {
  const fresh = `${JSON.stringify(described(), null, 2)}\n`;
  if (process.env.TOCSIN_UPDATE) await writeFile(FILE, fresh);
  expect(await readFile(FILE, 'utf8'), 'stale: run TOCSIN_UPDATE=1 npx vitest run test/surfaces/http/openapi').toBe(
    fresh,
  );
});

it('every route of the API is described', () => {
  const paths = described().paths ?? {};
  const missing = Object.keys(permissions).filter((row) => {
    const [method = '', path = ''] = row.split(' ');
    if (!path.startsWith('/api/') || path === '/api/openapi.json') return false;
    const spelled = path.replace(/:(\w+)/g, '{$1}');
    return !(method.toLowerCase() in (paths[spelled] ?? {}));
  });
  expect(missing).toEqual([]);
});
