import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Style sheet, script, icon: read once; the hash of their bytes is in the address, so that a new version is fetched at once. */
const TYPES: Readonly<Record<string, string>> = {
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

export type Assets = { hash: string; serve(name: string): Response | null };

export function loadAssets(folder = new URL('./assets/', import.meta.url)): Assets {
  const files = new Map(
    Object.entries(TYPES).map(([name, type]) => [
      name,
      { type, body: new Uint8Array(readFileSync(new URL(name, folder))) },
    ]),
  );
  const hash = createHash('sha256');
  for (const { body } of files.values()) hash.update(body);
  return {
    hash: hash.digest('hex').slice(0, 16),
    serve(name) {
      const file = files.get(name);
      if (file === undefined) return null;
      return new Response(file.body, {
        headers: { 'content-type': file.type, 'cache-control': 'public, max-age=31536000, immutable' },
      });
    },
  };
}
