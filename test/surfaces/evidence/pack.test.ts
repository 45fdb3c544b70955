import { generateKeyPairSync } from 'node:crypto';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { createPackSigner, type PackFile, packOf } from '../../../src/surfaces/evidence/pack.ts';
import { verifyPack } from '../../../src/surfaces/evidence/verify.ts';
import { exportedText } from '../../support/exported.ts';
import { sampleEvents } from '../../support/sample-events.ts';

const ID = 'EX-2026-0001';
const MADE_AT = Date.UTC(2026, 10, 19, 4, 10);
const signer = createPackSigner(generateKeyPairSync('ed25519'));
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const timeline = exportedText(ID, sampleEvents(), { exportedAt: MADE_AT });
const files: PackFile[] = [
  { name: 'plan.json', what: 'the plan', bytes: bytes('{"title":"Ægir"}\n') },
  { name: 'timeline.jsonl', what: 'the timeline', bytes: bytes(timeline) },
];
const pack = packOf(ID, files, MADE_AT, signer);

/** The pack with one of its files otherwise; null takes it out. */
function tampered(name: string, to: string | null): Uint8Array {
  const entries = unzipSync(pack);
  delete entries[`${ID}/${name}`];
  return zipSync({ ...entries, ...(to !== null && { [`${ID}/${name}`]: bytes(to) }) });
}

describe('an evidence pack', () => {
  test('verifies with nothing but itself, and proves its author with a key known from elsewhere', async () => {
    expect(await verifyPack(pack)).toMatchObject({ ok: true, drill: ID, files: 2, author: 'unproven', problems: [] });
    const pinned = await verifyPack(pack, { pack: signer.publicKey });
    expect(pinned).toMatchObject({ ok: true, author: 'proven', timeline: { ok: true, incident: ID } });
  });

  test('the same files, moment and key give the same bytes', () => {
    expect(Buffer.from(packOf(ID, files, MADE_AT, signer)).equals(Buffer.from(pack))).toBe(true);
  });

  test.each([
    [
      'a file that was changed',
      tampered('plan.json', '{"title":"other"}\n'),
      'plan.json was changed since the pack was made.',
    ],
    ['a file that was taken out', tampered('plan.json', null), 'plan.json is missing.'],
    ['a file that was put in', tampered('more.txt', 'x'), 'more.txt does not belong to the pack.'],
    ['no signature', tampered('manifest.sig', null), 'manifest.sig is missing: nobody has signed the manifest.'],
    [
      'no manifest',
      tampered('manifest.json', '{}'),
      'manifest.json is missing, or is no manifest of an evidence pack.',
    ],
  ])('%s is found', async (_, changed, problem) => {
    expect(await verifyPack(changed)).toMatchObject({ ok: false, problems: [problem] });
  });

  test('a forged file in the place of one whose true copy lies elsewhere is found', async () => {
    const entries = unzipSync(pack);
    const { [`${ID}/plan.json`]: plan, ...rest } = entries;
    const forged = zipSync({
      [`${ID}/plan.json`]: bytes('{"title":"forged"}'),
      'x/plan.json': plan as Uint8Array,
      ...rest,
    });
    expect(await verifyPack(forged, { pack: signer.publicKey })).toMatchObject({
      ok: false,
      problems: [
        `x/plan.json does not belong to the pack: its files are in ${ID}/`,
        'plan.json was changed since the pack was made.',
      ],
    });
  });

  test('two files of one name are found: programs differ in which of them they unpack', async () => {
    const twice = Buffer.from(zipSync({ [`${ID}/plan.jsom`]: bytes('{"title":"forged"}'), ...unzipSync(pack) }));
    for (let at = twice.indexOf('plan.jsom'); at >= 0; at = twice.indexOf('plan.jsom')) twice.write('plan.json', at);
    expect(await verifyPack(new Uint8Array(twice))).toMatchObject({
      ok: false,
      problems: ['It holds several files of one name: nobody knows which is meant.'],
    });
  });

  test('a file under a name that objects have of themselves is found', async () => {
    const odd = Buffer.from(zipSync({ ...unzipSync(pack), AAAAAAAAA: bytes('more') }));
    for (let at = odd.indexOf('AAAAAAAAA'); at >= 0; at = odd.indexOf('AAAAAAAAA')) odd.write('__proto__', at);
    const { ok, problems } = await verifyPack(new Uint8Array(odd));
    expect([ok, problems.join()]).toEqual([false, expect.stringContaining('__proto__ does not belong')]);
  });

  test.each([
    ['the key you gave', { pack: 'no key' }, 'The key you gave is no public key of Ed25519.'],
    ['the key for timelines', { timeline: 'no key' }, 'The key you gave for timelines is no public key of Ed25519.'],
  ])('what is no key is said to be none: %s', async (_, keys, problem) => {
    expect(await verifyPack(pack, keys)).toMatchObject({ ok: false, problems: [problem] });
  });

  test('a manifest whose own key is none is refused in words', async () => {
    const text = Buffer.from(unzipSync(pack)[`${ID}/manifest.json`] as Uint8Array).toString('utf8');
    const found = await verifyPack(tampered('manifest.json', text.replace(/"publicKey": ".*"/, '"publicKey": "zzz"')));
    expect(found).toMatchObject({ ok: false, author: 'unproven' });
    expect(found.problems).toContain('What manifest.json calls its key is no public key of Ed25519.');
  });

  test('a pack without a timeline shows no drill', async () => {
    expect(await verifyPack(packOf(ID, [], MADE_AT, signer))).toMatchObject({
      ok: false,
      problems: ['manifest.json names no timeline.jsonl: nothing in the pack shows that there was a drill.'],
    });
  });

  test('a manifest that was written anew to fit is found by its signature', async () => {
    const entries = unzipSync(pack);
    const text = Buffer.from(entries[`${ID}/manifest.json`] as Uint8Array).toString('utf8');
    const found = await verifyPack(tampered('manifest.json', text.replace('2026-11-19', '2027-11-19')));
    expect(found.ok).toBe(false);
    expect(found.problems).toContain('The signature of the manifest is wrong: it was changed since.');
  });

  test('a pack by somebody else is not proven by our key', async () => {
    const foreign = packOf(ID, files, MADE_AT, createPackSigner(generateKeyPairSync('ed25519')));
    expect(await verifyPack(foreign)).toMatchObject({ ok: true, author: 'unproven' });
    const found = await verifyPack(foreign, { pack: signer.publicKey });
    expect(found).toMatchObject({ ok: false, author: 'unproven' });
    expect(found.problems[0]).toContain('not with the one you gave');
  });

  test('a timeline of another drill, or one that does not verify, is found', async () => {
    const other = exportedText('EX-2026-0007', sampleEvents(), { exportedAt: MADE_AT });
    const broken = timeline.replace('"seq":2', '"seq":3');
    const withTimeline = (text: string) =>
      packOf(ID, [{ name: 'timeline.jsonl', what: 'the timeline', bytes: bytes(text) }], MADE_AT, signer);
    expect((await verifyPack(withTimeline(other))).problems).toEqual([
      'timeline.jsonl is of EX-2026-0007, not of EX-2026-0001.',
    ]);
    expect((await verifyPack(withTimeline(broken))).problems[0]).toContain('timeline.jsonl does not verify');
  });

  test.each([
    ['what is no archive', bytes('hello')],
    ['nothing', new Uint8Array()],
    ['an archive of something else', zipSync({ 'a/b.txt': bytes('x') })],
    ['half of a pack', pack.slice(0, pack.length / 2)],
  ])('%s is refused in words', async (_, given) => {
    const { ok, problems } = await verifyPack(given);
    expect([ok, problems.length > 0]).toEqual([false, true]);
  });
});
