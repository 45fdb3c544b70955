import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConnectorError, ODD_ARTEFACTS } from '../contract.ts';
import { shown } from '../text.ts';
import { ARTEFACTS, type MlflowApi } from './api.ts';

const BYTES_MAX = 2 * 1024 ** 3;
const FILES_MAX = 10_000;
const DEPTH_MAX = 20;
const NAME_BYTES_MAX = 255;

const Listing = z.object({
  files: z.array(z.object({ path: z.string(), is_dir: z.boolean().default(false) })).default([]),
});

type Download = { uri: string; folder: string; what: string };

/** Downloads a version's artefacts, file by file, to disk. What lists them is not trusted: names stay inside, sizes are bounded. */
export async function downloadArtefacts(
  api: MlflowApi,
  { uri, folder, what }: Download,
  signal: AbortSignal,
): Promise<number> {
  const root = proxiedPath(uri, what);
  const refuse = (why: string): never => {
    throw new ConnectorError(ODD_ARTEFACTS, `The artefacts of ${what} were not taken: ${why}.`);
  };
  let bytes = 0;
  let files = 0;

  async function take(remote: string, local: string, depth: number): Promise<void> {
    if (depth > DEPTH_MAX) refuse(`they lie more than ${DEPTH_MAX} folders deep`);
    const listing = await api.get({ path: ARTEFACTS, query: { path: remote }, answer: Listing, signal });
    files += listing.files.length;
    if (files > FILES_MAX) refuse(`they are more than ${FILES_MAX} files`);
    for (const { path: name, is_dir } of listing.files) {
      if (!isPlainName(name)) refuse(`a file would be called ${JSON.stringify(shown(name, 80))}`);
      if (!is_dir) await save(`${remote}/${name}`, join(local, name));
      else {
        await mkdir(join(local, name)).catch(() => refuse(`"${shown(name, 80)}" is listed twice`));
        await take(`${remote}/${name}`, join(local, name), depth + 1);
      }
    }
  }

  async function save(remote: string, local: string): Promise<void> {
    // `x`: a name that is listed twice, or that differs in nothing this disk can tell, must not replace what was written.
    const file = await open(local, 'wx', 0o600).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return refuse('a file is listed twice');
      throw error;
    });
    try {
      bytes += await api.stream({
        path: `${ARTEFACTS}/${remote.split('/').map(encodeURIComponent).join('/')}`,
        bytesMax: BYTES_MAX - bytes,
        take: async (piece) => {
          await file.writeFile(piece);
        },
        signal,
      });
    } finally {
      await file.close();
    }
  }

  await take(root, folder, 1);
  if (files === 0) refuse('there are none');
  return bytes;
}

/** The path of artefacts that MLflow itself hands out. */
function proxiedPath(uri: string, what: string): string {
  const path = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+?)\/*$/.exec(uri)?.[1];
  if (path?.split('/').every(isPlainName)) return path;
  const scheme = /^[a-z][a-z0-9+-]{0,30}:/i.exec(uri)?.[0] ?? 'elsewhere';
  throw new ConnectorError(
    'not-served',
    `The artefacts of ${what} lie in another store (${scheme}), which MLflow does not hand out. Start MLflow with --serve-artifacts to have them verified.`,
  );
}

const isPlainName = (name: string): boolean =>
  name !== '' &&
  name !== '.' &&
  name !== '..' &&
  Buffer.byteLength(name) <= NAME_BYTES_MAX &&
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  !/[/\\\u0000-\u001f\u007f]/.test(name);
