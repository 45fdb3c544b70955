import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { NumberedEvent } from '../../src/incident/events.ts';
import {
  canonical,
  contentHash,
  eventHash,
  GENESIS,
  headerText,
  keyIdOf,
  publicKeyText,
  signHead,
} from '../../src/store/chain.ts';
import { addToSum, endLine, eventLine, FORMAT, headLine, manifestLine } from '../../src/store/export-format.ts';

/** A timeline as an installation would export it, signed by a key of its own. `redacted`: events whose content was dropped. */
export function exportedText(
  incident: string,
  events: readonly NumberedEvent[],
  { exportedAt, redacted = [] }: { exportedAt: number; redacted?: readonly number[] },
): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = publicKeyText(privateKey);
  const keyId = keyIdOf(publicKey);
  const manifest = manifestLine({
    format: FORMAT,
    incident,
    exportedAt: new Date(exportedAt).toISOString(),
    publicKeys: { [keyId]: publicKey },
  });
  let previous = GENESIS;
  const lines = events.map(({ seq, at, path, type, actor, data }) => {
    const header = { at, incident, path, seq, type, v: 1 };
    const salt = randomBytes(16).toString('hex');
    const content = canonical({ actor, data });
    const hashed = contentHash(salt, content);
    previous = eventHash(headerText(header), previous, hashed);
    const gone = redacted.includes(seq);
    const kept = gone ? { content: null, salt: null } : { content, salt };
    return eventLine(header, { ...kept, contentHash: hashed, hash: previous });
  });
  const last = { seq: events.length, hash: previous, at: exportedAt };
  const head = headLine({ ...last, keyId, signature: signHead({ incident, ...last }, privateKey) });
  const end = endLine(events.length, 1, addToSum(addToSum('', manifest), head));
  return `${[manifest, ...lines, head, end].join('\n')}\n`;
}
