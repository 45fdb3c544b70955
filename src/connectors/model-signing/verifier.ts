import type { ConnectionOf } from '../../inventory/connections.ts';
import type { SignatureVerdict, SignatureVerifier } from '../contract.ts';
import { shown } from '../text.ts';
import { readBundle } from './bundle.ts';
import { digestsOf, type Found, filesIn, readSmall } from './files.ts';
import { type Manifest, type Piece, readStatement } from './statement.ts';
import { readTrust, signerOf } from './trust.ts';
import { Unverified } from './unverified.ts';

const BUNDLE_BYTES_MAX = 32 << 20;
/** What the specification leaves out at the top of a model, unless its signer says otherwise. */
const GIT_PATHS = ['.git', '.gitignore', '.gitattributes', '.github'];

type Connection = ConnectionOf<'model-signing'>;

/** Verifies OpenSSF model signatures v1.0, made with keys or certificates. Throws ConnectorError when the trusted keys cannot be read. */
export function createVerifier(connection: Connection, { now }: { now: () => number }): SignatureVerifier {
  return {
    async verify(folder, signal) {
      const trust = await readTrust(connection);
      try {
        const found = await filesIn(folder);
        const { envelope, material } = readBundle(await signatureAmong(found, connection));
        const signer = signerOf(envelope, material, trust, now());
        const manifest = readStatement(envelope.payload);
        await compare(found, manifest, connection, signal);
        const files = manifest.files.size;
        const detail = `${files === 1 ? 'The one file is' : `All ${files} files are`} as signed by ${signer}.`;
        return { valid: true, code: 'valid', signer, files, detail };
      } catch (error) {
        if (error instanceof Unverified) return refusal(error);
        throw error;
      }
    },
  };
}

const refusal = ({ code, message }: Unverified): SignatureVerdict => ({
  valid: false,
  code,
  signer: '',
  files: 0,
  detail: message,
});

async function signatureAmong(found: readonly Found[], { signature }: Connection): Promise<Buffer> {
  const file = found.find(({ name }) => name === signature);
  if (!file) throw new Unverified('no-signature', `There is no ${signature} among the ${found.length} artefacts.`);
  if (file.odd !== null) throw new Unverified('no-signature', `${signature} ${file.odd}.`);
  const bytes = await readSmall(file.path, BUNDLE_BYTES_MAX);
  if (bytes === null) throw new Unverified('malformed', `${signature} is longer than ${BUNDLE_BYTES_MAX >> 20} MB.`);
  return bytes;
}

/** Every file of the folder against every file that was signed. Files are opened by the names found here, never by those signed. */
async function compare(
  found: readonly Found[],
  manifest: Manifest,
  connection: Connection,
  signal: AbortSignal | undefined,
): Promise<void> {
  const changed: string[] = [];
  const unlisted: string[] = [];
  const missing = new Set(manifest.files.keys());
  for (const file of found) {
    const pieces = manifest.files.get(file.name);
    missing.delete(file.name);
    if (pieces === undefined) {
      if (!isExempt(file.name, manifest, connection)) unlisted.push(unlistedName(file, manifest));
    } else if (file.odd !== null) changed.push(`${file.name} (${file.odd})`);
    else if (!(await isAsSigned(file, pieces, manifest, signal))) changed.push(file.name);
  }
  const problems = [
    ['changed', changed] as const,
    ['missing', [...missing]] as const,
    ['unlisted', unlisted] as const,
  ].filter(([, names]) => names.length > 0);
  const first = problems[0];
  if (first)
    throw new Unverified(first[0], `${problems.map(([what, names]) => `${some(names)} ${SAYS[what]}`).join('; ')}.`);
}

const SAYS = { changed: 'changed after signing', missing: 'missing', unlisted: 'not signed' };

async function isAsSigned(
  { path }: Found,
  pieces: readonly Piece[],
  { hash, shardBytes }: Manifest,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { size, digests } = await digestsOf(path, { hash, pieceBytes: shardBytes, signal });
  const end = pieces.at(-1)?.end ?? null;
  return (
    (end === null || end === size) &&
    digests.length === pieces.length &&
    digests.every((digest, i) => digest === pieces[i]?.digest)
  );
}

/**
 * Only the signature itself, what the connection names, and the paths of Git. What else the signer left out is not exempt: a file
 * that nobody signed can be changed by anybody, whoever said that it does not matter.
 */
function isExempt(name: string, { leftOut }: Manifest, { signature, ignore }: Connection): boolean {
  if (name === signature || ignore.includes(name)) return true;
  const top = name.split('/')[0] as string;
  return GIT_PATHS.includes(top) && (leftOut === null || leftOut.includes(top));
}

function unlistedName({ name, odd }: Found, { leftOut }: Manifest): string {
  if (odd !== null) return `${name} (${odd})`;
  const spared = leftOut?.some((path) => name === path || name.startsWith(`${path}/`)) ?? false;
  return spared ? `${name} (its signer left it out: if that is meant, name it in "ignore" of the connection)` : name;
}

function some(names: readonly string[]): string {
  const few = names.slice(0, 5).map((name) => shown(name, 200));
  const more = names.length - few.length;
  return `${few.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
