import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Context } from 'hono';

/**
 * Style sheet, script, fonts. Read once at start; the hash of all their bytes is in the address, so that they can be cached for
 * ever and a new version is fetched at once.
 */
const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

export type Assets = { hash: string; files: ReadonlyMap<string, { type: string; body: Uint8Array<ArrayBuffer> }> };

export function loadAssets(folder = new URL('./assets/', import.meta.url)): Assets {
  const files = new Map<string, { type: string; body: Uint8Array<ArrayBuffer> }>();
  const add = (name: string, body: Uint8Array): void => {
    const type = types[name.slice(name.lastIndexOf('.') + 1)];
    if (type !== undefined) files.set(name, { type, body: new Uint8Array(body) });
  };
  for (const name of readdirSync(folder).sort()) if (name.includes('.')) add(name, readFileSync(new URL(name, folder)));
  // The sheet is kept in parts, in the order of their numbers, and served as one.
  const styles = new URL('styles/', folder);
  const sheets = readdirSync(styles).sort();
  add('console.css', Buffer.concat(sheets.map((name) => readFileSync(new URL(name, styles)))));
  const hash = createHash('sha256');
  for (const [name, { body }] of files) hash.update(name).update(body);
  return { hash: hash.digest('hex').slice(0, 16), files };
}

/** `GET /assets/:hash/:file` */
export function serveAsset(assets: Assets, c: Context): Response {
  const file = assets.files.get(c.req.param('file') ?? '');
  if (!file) return c.text('Not found.', 404);
  const current = c.req.param('hash') === assets.hash;
  return new Response(file.body, {
    headers: {
      'content-type': file.type,
      'cache-control': current ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
    },
  });
}
