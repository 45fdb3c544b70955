import { generateKeyPairSync } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicKeyText } from '../../src/store/chain.ts';
import { exportJsonLines, UnknownIncident } from '../../src/store/export.ts';
import { redactEvent } from '../../src/store/redact.ts';
import { linesOf, type VerifyResult, verifyExport } from '../../src/store/verify.ts';
import { sampleEvents } from '../support/sample-events.ts';
import { headKeys, type TestStore, testStore } from '../support/store.ts';

const INCIDENT = 'INC-2026-0001';
const REDACTED = 'INC-2026-0002';
let store: TestStore;
/** A whole export, and its lines without line breaks. */
let text: string;
let lines: string[];
const events = sampleEvents(INCIDENT);

const exported = async (incident: string): Promise<string> => {
  let all = '';
  for await (const line of exportJsonLines(store.pool, incident, new Date(0))) all += line;
  return all;
};
const verifyBytes = (bytes: Uint8Array, options = {}) => verifyExport(linesOf(Readable.from([bytes])), options);
const named = (result: VerifyResult) => result.problems.map((problem) => problem.seq);
/** Line index of an event: the manifest is line 0. */
const swap = (list: readonly string[], i: number, j: number) => {
  const copy = [...list];
  [copy[i], copy[j]] = [copy[j] as string, copy[i] as string];
  return copy;
};

beforeAll(async () => {
  store = await testStore();
  const writer = store.writer();
  for (let from = 0; from < events.length; from += 4) await writer.append(INCIDENT, events.slice(from, from + 4));
  text = await exported(INCIDENT);
  lines = text.trimEnd().split('\n');
});
afterAll(() => store.close());

describe('an export as it was written', () => {
  test('verifies, with the latest head and with all of them', async () => {
    for (const allHeads of [false, true])
      expect(await verifyBytes(Buffer.from(text), { allHeads })).toEqual({
        ok: true,
        incident: INCIDENT,
        events: events.length,
        redacted: [],
        head: expect.objectContaining({ seq: events.length }),
        author: 'unproven',
        script: null,
        problems: [],
      });
  });

  test('proves its author to whoever has the key from elsewhere', async () => {
    const pem = headKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    for (const pinnedKey of [pem, publicKeyText(headKeys.publicKey)])
      expect(await verifyExport(lines, { pinnedKey })).toMatchObject({ ok: true, author: 'proven' });
    const stranger = publicKeyText(generateKeyPairSync('ed25519').publicKey);
    expect(await verifyExport(lines, { pinnedKey: stranger })).toMatchObject({ ok: false, author: 'unproven' });
  });

  test('reads the same in pieces of any size', async () => {
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(i * 7, i * 7 + 7));
    expect((await verifyExport(linesOf(Readable.from(pieces)))).ok).toBe(true);
  });

  test('an incident that does not exist cannot be exported', async () => {
    await expect(exported('INC-1999-0001')).rejects.toBeInstanceOf(UnknownIncident);
  });
});

describe('an export that was tampered with', () => {
  test('one changed byte anywhere fails', async () => {
    const bytes = Buffer.from(text);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length - 2 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] as number) ^ by;
          const result = await verifyBytes(changed).catch(() => ({ ok: false }));
          expect(result.ok).toBe(false);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('a changed byte in an event names that event', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: events.length }), fc.nat(), async (seq, where) => {
        const line = lines[seq] as string;
        const at = where % line.length;
        const other = line[at] === 'x' ? 'y' : 'x';
        const changed = lines.with(seq, line.slice(0, at) + other + line.slice(at + 1));
        expect(named(await verifyExport(changed))).toContain(seq);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a missing event is named', async () => {
    for (const seq of [1, 7, events.length]) {
      const result = await verifyExport(lines.toSpliced(seq, 1));
      expect(result.ok).toBe(false);
      expect(named(result)).toContain(seq);
    }
  });

  test('events that changed places, or stand twice, are named', async () => {
    expect(named(await verifyExport(swap(lines, 5, 6)))).toEqual(expect.arrayContaining([5]));
    const twice = await verifyExport(lines.toSpliced(5, 0, lines[5] as string));
    expect(twice.problems[0]).toEqual({ seq: 5, problem: expect.stringContaining('out of order') });
  });

  test('an appended line, a missing end and an empty file fail', async () => {
    expect((await verifyExport([...lines, lines[3] as string])).problems[0]?.problem).toContain('after the end');
    expect((await verifyExport(lines.slice(0, -1))).problems[0]?.problem).toContain('breaks off');
    expect((await verifyExport([])).ok).toBe(false);
  });

  test('events of another incident do not pass for this one’s', async () => {
    const other = 'INC-2026-0009';
    await store.writer().append(other, sampleEvents(other));
    const theirs = (await exported(other)).trimEnd().split('\n');
    expect(named(await verifyExport([...lines.slice(0, 4), ...theirs.slice(4)]))).toContain(4);
  });

  test('a wrong signature of an earlier head is found when all heads are asked for', async () => {
    // Whoever forges a head also makes the closing checksum anew: only the signature is left to tell.
    const forged = await reSealed((head) => (head.seq === 4 ? { ...head, signature: `${'A'.repeat(86)}==` } : head));
    expect((await verifyExport(forged)).ok).toBe(true);
    expect(named(await verifyExport(forged, { allHeads: true }))).toEqual([4]);
    const latest = await reSealed((head) =>
      head.seq === events.length ? { ...head, signature: `${'A'.repeat(86)}==` } : head,
    );
    expect(named(await verifyExport(latest))).toEqual([events.length]);
  });
});

describe('a redacted event', () => {
  test('is accepted and said', async () => {
    await store.writer().append(REDACTED, sampleEvents(REDACTED));
    await redactEvent(store.pool, { incident: REDACTED, seq: 3, fields: ['reason'], by: 'ada', why: 'x' }, 1_000);
    const redacted = await exported(REDACTED);
    expect(redacted).not.toContain('Counsel asked');
    expect(await verifyBytes(Buffer.from(redacted), { allHeads: true })).toMatchObject({ ok: true, redacted: [3] });
  });
});

async function reSealed(change: (head: { seq: number; signature: string }) => object): Promise<string[]> {
  const { addToSum, endLine } = await import('../../src/store/export-format.ts');
  const changed = lines.slice(0, -1).map((line) => {
    if (!line.startsWith('{"head":')) return line;
    return JSON.stringify({ head: change(JSON.parse(line).head) });
  });
  const heads = changed.filter((line) => line.startsWith('{"head":'));
  const sum = [changed[0] as string, ...heads].reduce(addToSum, '');
  return [...changed, endLine(events.length, heads.length, sum)];
}
