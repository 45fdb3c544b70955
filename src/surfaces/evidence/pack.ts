import { type KeyObject, sign } from 'node:crypto';
import { type Zippable, zipSync } from 'fflate';
import { z } from 'zod';
import { ExerciseId } from '../../incident/ids.ts';
import { keyIdOf, publicKeyText } from '../../store/chain.ts';
import { sha256Of } from './digest.ts';

/**
 * An evidence pack: a zip of files with a manifest of their hashes, and a signature (Ed25519) over that. docs/evidence.md describes it.
 * The same files, moment and key give the same bytes.
 */
const PACK_FORMAT = 'tocsin-evidence-1';
export const MANIFEST = 'manifest.json';
export const SIGNATURE = 'manifest.sig';

export const PackManifest = z.strictObject({
  format: z.literal(PACK_FORMAT),
  drill: ExerciseId,
  madeAt: z.iso.datetime(),
  keyId: z.string(),
  /** Ed25519, base64 of its SPKI. */
  publicKey: z.string(),
  files: z.array(
    z.strictObject({
      name: z.string(),
      what: z.string(),
      bytes: z.number().int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type PackManifest = z.infer<typeof PackManifest>;

export type PackFile = { name: string; what: string; bytes: Uint8Array };

export type PackSigner = { publicKey: string; keyId: string; sign(text: Uint8Array): string };

/** With the key of the surfaces, which signs votes as well: no vote begins like a manifest's signed text. */
export function createPackSigner({ privateKey }: { privateKey: KeyObject }): PackSigner {
  const publicKey = publicKeyText(privateKey);
  return { publicKey, keyId: keyIdOf(publicKey), sign: (text) => sign(null, text, privateKey).toString('base64') };
}

/** What is signed: the manifest, byte for byte, after a line that says what it is. */
export const signedManifest = (manifest: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from('tocsin evidence 1\n'), manifest]);

export function packOf(
  drill: string,
  files: readonly PackFile[],
  madeAt: number,
  signer: PackSigner,
): Uint8Array<ArrayBuffer> {
  const manifest: PackManifest = {
    format: PACK_FORMAT,
    drill,
    madeAt: new Date(madeAt).toISOString(),
    keyId: signer.keyId,
    publicKey: signer.publicKey,
    files: files.map(({ name, what, bytes }) => ({ name, what, bytes: bytes.length, sha256: sha256Of(bytes) })),
  };
  const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  const entries: [string, Uint8Array][] = [
    ...files.map(({ name, bytes }): [string, Uint8Array] => [name, bytes]),
    [MANIFEST, text],
    [SIGNATURE, Buffer.from(`${signer.sign(signedManifest(text))}\n`)],
  ];
  const zippable: Zippable = Object.fromEntries(entries.map(([name, bytes]) => [`${drill}/${name}`, bytes]));
  return zipSync(zippable, { level: 6, mtime: new Date(madeAt) });
}
