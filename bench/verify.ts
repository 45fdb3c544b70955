import { generateKeyPairSync } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import {
  canonical,
  contentHash,
  eventHash,
  GENESIS,
  type Header,
  headerText,
  keyIdOf,
  publicKeyText,
  signHead,
} from '../src/store/chain.ts';
import { addToSum, endLine, eventLine, FORMAT, headLine, manifestLine } from '../src/store/export-format.ts';
import { createSaltSource } from '../src/store/salt.ts';
import { verifyExport } from '../src/store/verify.ts';
import { atLeast, type Measure, shown } from './measure.ts';

/** How fast exports are verified: the chain with its latest head, and with the signature of every head. */

const EVENTS = 200_000;
/** Events between two signed heads: what a busy workflow flushes at once. */
const BATCH = 4;
const EVENTS_ALL_HEADS = 20_000;
const ROUNDS = 3;

export async function benchVerify(): Promise<Measure[]> {
  const lines = exportOf(EVENTS);
  const chain = await bestRate(lines, EVENTS, false);
  const few = exportOf(EVENTS_ALL_HEADS);
  const heads = await bestRate(few, EVENTS_ALL_HEADS, true);
  return [
    atLeast('verify a chain with its latest head', chain, 'events/s', 100_000),
    shown('verify a chain with every head', heads, 'events/s'),
  ];
}

async function bestRate(lines: readonly string[], events: number, allHeads: boolean): Promise<number> {
  let best = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    const result = await verifyExport(lines, { allHeads });
    const tookMs = performance.now() - started;
    if (!result.ok || result.events !== events)
      throw new Error(`the bench's own export does not verify: ${JSON.stringify(result)}`);
    best = Math.max(best, (events / tookMs) * 1_000);
  }
  return Math.round(best);
}

/** An export as the store writes it, without a database in between. */
function exportOf(events: number): string[] {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const incident = 'INC-2026-0001';
  const salt = createSaltSource();
  const key = publicKeyText(publicKey);
  const keyId = keyIdOf(key);
  const lines = [
    manifestLine({ format: FORMAT, incident, exportedAt: new Date(0).toISOString(), publicKeys: { [keyId]: key } }),
  ];
  let sum = addToSum('', lines[0] ?? '');
  const heads: string[] = [];
  let previous = GENESIS;
  for (let seq = 1; seq <= events; seq += 1) {
    const header: Header = {
      at: 1_790_000_000_000 + seq,
      incident,
      path: 'recover/rollback',
      seq,
      type: 'act.done',
      v: 1,
    };
    const content = canonical({
      actor: { kind: 'tocsin' },
      data: {
        capability: 'model.rollback',
        outputs: { from: 'v41', to: 'v40', detail: `Alias "champion" moved from v41 to v40, request ${seq}` },
        tookMs: 812,
        purpose: 'act',
        provedBy: null,
      },
    });
    const grain = salt();
    const hashed = contentHash(grain, content);
    previous = eventHash(headerText(header), previous, hashed);
    lines.push(eventLine(header, { content, salt: grain, contentHash: hashed, hash: previous }));
    if (seq % BATCH !== 0 && seq !== events) continue;
    const at = header.at;
    heads.push(
      headLine({
        seq,
        hash: previous,
        at,
        keyId,
        signature: signHead({ incident, seq, hash: previous, at }, privateKey),
      }),
    );
  }
  for (const line of heads) sum = addToSum(sum, line);
  return [...lines, ...heads, endLine(events, heads.length, sum)];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const { name, value, unit, target } of await benchVerify())
    process.stdout.write(
      `${name}: ${value.toLocaleString('en')} ${unit}${target ? ` (target ${target.toLocaleString('en')})` : ''}\n`,
    );
