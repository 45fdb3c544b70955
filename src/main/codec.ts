import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { DataConverter, Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
// CommonJS whose names Node does not see.
import protobuf from '@temporalio/proto';
import { sharedPlace } from '../../workflows/check-id.ts';
import { placeOfSweep } from '../../workflows/improvements-id.ts';
import { placeOfDrillSchedule } from '../../workflows/plan-drill-id.ts';
import type { PayloadKey } from './keys.ts';

const ENCODING = Buffer.from('binary/encrypted');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PACKED = Buffer.from('binary/deflate');
/** What is longer is packed before it is encrypted: the plan of a long playbook, and the state that travels with it, shrink twentyfold. */
const PACK_FROM_BYTES = 200_000;
const UNPACKED_BYTES_MAX = 64_000_000;
/** The server ends a workflow that is sent, or sends, more than 2 MB at once. */
const SEALED_BYTES_MAX = 1_900_000;
const deflated = promisify(deflateRaw);
const inflated = promisify(inflateRaw);
const proto = protobuf.temporal.api.common.v1.Payload;

export class CodecError extends Error {
  readonly code: 'key-unknown' | 'not-encrypted' | 'damaged' | 'misplaced' | 'too-large';
  constructor(code: CodecError['code'], message: string) {
    super(message);
    this.name = 'CodecError';
    this.code = code;
  }
}

/** The bundle and the worker need the same one; the build copies it beside the compiled workflows. */
export const failureConverterPath: string = fileURLToPath(
  new URL('../../workflows/failure-converter.cjs', import.meta.url),
);

/** Reads the keys again: another process may have begun to use a new one. */
export type Reread = () => readonly PayloadKey[];

/** What worker and client give to Temporal, so that its servers see ciphertext only. */
export function dataConverter(keys: readonly PayloadKey[], reread?: Reread): DataConverter {
  return { payloadCodecs: [createCodec(keys, reread)], failureConverterPath };
}

/**
 * AES-256-GCM; the first key encrypts, all of them decrypt. The key's id and the workflow's stand in the metadata and are
 * authenticated: what was said to one incident cannot be said again to another by somebody without the key. An unknown key id
 * makes the codec read the keys again, so that a new key needs no restart of everybody at once.
 */
export function createCodec(keys: readonly PayloadKey[], reread: Reread = () => keys): PayloadCodec {
  let ring = ringOf(keys);
  const find = (id: string): Buffer | undefined => {
    if (!ring.byId.has(id)) ring = ringOf(reread());
    return ring.byId.get(id);
  };
  return {
    encode: (payloads, context) =>
      Promise.all(
        payloads.map(async (payload) =>
          fitting(encrypt(await packed(payload), ring.newest, placeOf(context)), placeOf(context)),
        ),
      ),
    decode: (payloads, context) =>
      Promise.all(
        payloads.map(async (payload) => {
          requirePlace(payload, context);
          return unpacked(decrypt(payload, find));
        }),
      ),
  };
}

/** Ciphertext cannot be packed any more, so this comes first. That it is packed is said inside, where nobody can change it. */
async function packed(payload: Payload): Promise<Payload> {
  if ((payload.data?.length ?? 0) <= PACK_FROM_BYTES) return payload;
  return { metadata: { encoding: PACKED }, data: await deflated(proto.encode(payload).finish()) };
}

async function unpacked(payload: Payload): Promise<Payload> {
  const encoding = payload.metadata?.encoding;
  if (!encoding || !PACKED.equals(encoding)) return payload;
  return proto.decode(await inflated(payload.data ?? new Uint8Array(), { maxOutputLength: UNPACKED_BYTES_MAX }));
}

/** Better a task that fails loudly (the watchdog sees it) and is tried again than an incident that the server ends. */
function fitting(sealed: Payload, place: string | undefined): Payload {
  const bytes = sealed.data?.length ?? 0;
  if (bytes <= SEALED_BYTES_MAX) return sealed;
  throw new CodecError(
    'too-large',
    `What ${place ?? 'somebody'} sends to Temporal takes ${bytes} bytes packed; ${SEALED_BYTES_MAX} are the most.`,
  );
}

function ringOf(keys: readonly PayloadKey[]): { newest: PayloadKey; byId: ReadonlyMap<string, Buffer> } {
  const [newest] = keys;
  if (!newest) throw new CodecError('key-unknown', 'There is no payload key to encrypt with.');
  return { newest, byId: new Map(keys.map(({ id, key }) => [id, key])) };
}

const authenticated = (id: string, workflow: string | undefined): Buffer =>
  Buffer.from(workflow === undefined ? id : `${id}\n${workflow}`);

function encrypt(payload: Payload, { id, key }: PayloadKey, workflow: string | undefined): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(authenticated(id, workflow));
  const sealed = Buffer.concat([nonce, cipher.update(proto.encode(payload).finish()), cipher.final()]);
  return {
    metadata: {
      encoding: ENCODING,
      'key-id': Buffer.from(id),
      ...(workflow !== undefined && { workflow: Buffer.from(workflow) }),
    },
    data: Buffer.concat([sealed, cipher.getAuthTag()]),
  };
}

const workflowOf = ({ metadata }: Payload): string | undefined =>
  metadata?.workflow && Buffer.from(metadata.workflow).toString();

/** Where the SDK does not say which workflow it is about, the authenticated name is all there is. */
function requirePlace(payload: Payload, context: SerializationContext | undefined): void {
  const workflow = workflowOf(payload);
  const place = placeOf(context);
  if (workflow === undefined || place === undefined || workflow === place) return;
  throw new CodecError('misplaced', `A payload of ${workflow} was sent to ${place}.`);
}

/** The workflow; but Temporal hands each run that a schedule starts the result of the one before. */
function placeOf(context: SerializationContext | undefined): string | undefined {
  const id = context?.workflowId;
  return id === undefined ? undefined : (sharedPlace(id) ?? placeOfDrillSchedule(id) ?? placeOfSweep(id) ?? id);
}

/** Payloads in clear are refused too: whoever can reach Temporal but has no key must not be able to plant one. */
function decrypt(payload: Payload, find: (id: string) => Buffer | undefined): Payload {
  const encoding = payload.metadata?.encoding;
  if (!encoding || !ENCODING.equals(encoding))
    throw new CodecError('not-encrypted', 'A payload from Temporal is not encrypted; Tocsin did not write it.');
  const id = Buffer.from(payload.metadata?.['key-id'] ?? []).toString();
  const key = find(id);
  if (!key)
    throw new CodecError(
      'key-unknown',
      `A payload was encrypted with the key "${id}", which this process does not hold.`,
    );
  const sealed = Buffer.from(payload.data ?? []);
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw damaged(id);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(authenticated(id, workflowOf(payload)))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const open = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return proto.decode(open);
  } catch {
    throw damaged(id);
  }
}

const damaged = (id: string): CodecError =>
  new CodecError(
    'damaged',
    `A payload encrypted with the key "${id}" was changed on its way, or the key is another one.`,
  );
