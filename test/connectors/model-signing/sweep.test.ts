import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signFolder } from '../../../src/demo/sign.ts';
import { testFolder } from '../../support/folder.ts';
import { type Bundle, newKey, SOME_FILES, signedFolder, verifierOf, writeFiles } from './made.ts';

/** Nothing can be changed without being seen, and nothing that is put in front of the verifier throws it. */

const FULL = process.env.TOCSIN_SWEEP === 'full';
const RUNS = FULL ? 3_000 : 150;

/** What the signature is about: with these the same, nothing that matters has changed. */
const essence = (bytes: Buffer): string => {
  const { dsseEnvelope } = JSON.parse(bytes.toString('utf8')) as Bundle;
  return JSON.stringify([
    dsseEnvelope.payload,
    dsseEnvelope.payloadType,
    dsseEnvelope.signatures.map(({ sig }) => sig),
  ]);
};

describe('a folder that was signed', () => {
  test('shows every changed byte of a file', async () => {
    const { folder, publicKey } = await signedFolder();
    const verifier = verifierOf({ keys: [publicKey] });
    for (const [name, content] of Object.entries(SOME_FILES)) {
      const bytes = Buffer.from(content);
      for (let i = 0; i < bytes.length; i += FULL ? 1 : 7) {
        const changed = Buffer.from(bytes);
        changed[i] = (changed[i] as number) ^ (1 << (i % 8));
        writeFileSync(join(folder, name), changed);
        expect(await verifier.verify(folder), `${name}, byte ${i}`).toMatchObject({ code: 'changed' });
      }
      writeFileSync(join(folder, name), bytes);
    }
    expect(await verifier.verify(folder)).toMatchObject({ valid: true });
  });

  test('shows every changed byte of its signature', async () => {
    const { folder, publicKey } = await signedFolder();
    const verifier = verifierOf({ keys: [publicKey] });
    const path = join(folder, 'model.sig');
    const bytes = readFileSync(path);
    for (let i = 0; i < bytes.length; i += FULL ? 1 : 5)
      for (const bit of FULL ? [0, 1, 2, 3, 4, 5, 6, 7] : [i % 8]) {
        const changed = Buffer.from(bytes);
        changed[i] = (changed[i] as number) ^ (1 << bit);
        writeFileSync(path, changed);
        const { valid } = await verifier.verify(folder);
        // A byte between the values, such as a space, or the id of the key, which DSSE does not sign.
        if (valid) expect(essence(changed), `byte ${i}, bit ${bit}`).toBe(essence(bytes));
      }
  });

  test('is valid whatever its files are called and hold, until one is added', async () => {
    const part = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .map((text) => text.replace(/[/\0.]/g, '_'));
    const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `x${parts.join('/y')}`);
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 200 }), { minKeys: 1, maxKeys: 6 });
    const { privateKey, publicKey } = newKey();
    const verifier = verifierOf({ keys: [publicKey] });
    await fc.assert(
      fc.asyncProperty(files, async (made) => {
        // A name cannot be both a file and a folder.
        const names = Object.keys(made);
        fc.pre(!names.some((one) => names.some((other) => other.startsWith(`${one}/`))));
        const folder = testFolder();
        writeFiles(folder, Object.fromEntries(Object.entries(made).map(([key, bytes]) => [key, Buffer.from(bytes)])));
        await signFolder(folder, privateKey);
        expect(await verifier.verify(folder)).toMatchObject({ valid: true, files: names.length });
        writeFiles(folder, { 'zz/new': '' });
        expect(await verifier.verify(folder)).toMatchObject({ code: 'unlisted' });
      }),
      { numRuns: FULL ? 500 : 40 },
    );
  });

  test('no signature file throws the verifier, whatever JSON it holds', async () => {
    const { folder, publicKey } = await signedFolder();
    const verifier = verifierOf({ keys: [publicKey] });
    const path = join(folder, 'model.sig');
    const bundle = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const places = placesIn(bundle);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 3 }), async (place, value) => {
        writeFileSync(path, JSON.stringify(replaced(bundle, place, value)));
        const verdict = await verifier.verify(folder);
        if (verdict.valid) expect(essence(readFileSync(path))).toBe(essence(Buffer.from(JSON.stringify(bundle))));
        else expect(verdict).toMatchObject({ signer: '', files: 0, detail: expect.stringMatching(/\S/) });
      }),
      { numRuns: RUNS },
    );
  });
});

type Place = (string | number)[];

/** Every place in a JSON value, the whole first. */
const placesIn = (value: unknown, at: Place = []): Place[] => [
  at,
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]))
    : []),
];

function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}
