import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { addPayloadKey, drillKeysIn, loadDrillPayloadKeys, loadKeys, makeKeys } from '../../src/main/keys.ts';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true });
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-keys-'));
  made.push(dir);
  return join(dir, 'keys');
}

describe('the key folder', () => {
  it('is made at the first start, for its owner only', () => {
    const dir = folder();
    makeKeys(dir);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    const files = readdirSync(dir).filter((file) => file !== 'drill');
    for (const file of files) expect(statSync(join(dir, file)).mode & 0o777, file).toBe(0o600);
    expect(files.sort()).toEqual([
      'head-0001.pem',
      'head-0001.pub.pem',
      'payload-0001.key',
      'vote-0001.pem',
      'vote-0001.pub.pem',
    ]);
  });

  it('keeps its keys when started again', () => {
    const dir = folder();
    makeKeys(dir);
    const before = loadKeys(dir, 'worker');
    makeKeys(dir);
    const after = loadKeys(dir, 'worker');
    expect(after.payload).toEqual(before.payload);
    expect(after.head.id).toBe(before.head.id);
  });

  it('gives a worker no means to sign votes, and a server none to sign timelines', () => {
    const dir = folder();
    makeKeys(dir);
    expect(loadKeys(dir, 'worker')).not.toHaveProperty('vote');
    expect(loadKeys(dir, 'server')).not.toHaveProperty('head');
    unlinkSync(join(dir, 'vote-0001.pem'));
    const worker = loadKeys(dir, 'worker');
    expect([...worker.votes.values()].every((key) => key.type === 'public')).toBe(true);
    makeKeys(dir);
    expect(readdirSync(dir)).not.toContain('vote-0001.pem');
    unlinkSync(join(dir, 'head-0001.pem'));
    expect(() => loadKeys(dir, 'worker')).toThrow(expect.objectContaining({ code: 'keys-missing' }));
  });

  it('encrypts with the newest payload key and keeps the older ones', () => {
    const dir = folder();
    makeKeys(dir);
    const [old] = loadKeys(dir, 'server').payload;
    const added = addPayloadKey(dir);
    expect(loadKeys(dir, 'server').payload.map((key) => key.id)).toEqual([added, old?.id]);
  });

  it('does not make a new key in place of a lost one, and says what is lost and what to do', () => {
    const dir = folder();
    makeKeys(dir);
    const keys = loadKeys(dir, 'worker');
    const known = { payload: keys.payload.map((key) => key.id), drills: [], head: [keys.head.id] };
    unlinkSync(join(dir, 'payload-0001.key'));
    const loss = expect.objectContaining({
      code: 'keys-missing',
      message: expect.stringMatching(/running .* cannot be read.*timelines are in PostgreSQL.*backup/s),
    });
    expect(() => makeKeys(dir, known)).toThrow(loss);
    expect(() => loadKeys(dir, 'worker', known)).toThrow(loss);
    expect(readdirSync(dir)).not.toContain('payload-0001.key');
  });

  it('refuses keys that everybody on the machine can read', () => {
    const dir = folder();
    makeKeys(dir);
    chmodSync(join(dir, 'payload-0001.key'), 0o644);
    expect(() => loadKeys(dir, 'worker')).toThrow(expect.objectContaining({ code: 'keys-exposed' }));
    chmodSync(join(dir, 'payload-0001.key'), 0o600);
    chmodSync(dir, 0o755);
    expect(() => loadKeys(dir, 'worker')).toThrow(expect.objectContaining({ code: 'keys-exposed' }));
  });

  it('says where it looked when there is no folder', () => {
    expect(() => loadKeys('/nonexistent/keys', 'server')).toThrow(/\/nonexistent\/keys.*TOCSIN_KEYS/);
  });
});

describe('the keys of drills', () => {
  it('are others than those of incidents, but for the votes, which the same server signs', () => {
    const dir = folder();
    makeKeys(dir);
    const drills = drillKeysIn(dir);
    expect(statSync(drills).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(drills)) expect(statSync(join(drills, file)).mode & 0o777, file).toBe(0o600);
    const [incidents, exercises] = [loadKeys(dir, 'worker'), loadKeys(drills, 'worker')];
    expect(exercises.payload[0]?.id).not.toBe(incidents.payload[0]?.id);
    expect(exercises.head.id).not.toBe(incidents.head.id);
    expect([...exercises.votes.keys()]).toEqual([...incidents.votes.keys()]);
    expect(readdirSync(drills)).not.toContain('vote-0001.pem');
    expect(loadDrillPayloadKeys(dir)).toEqual(exercises.payload);
    makeKeys(dir);
    expect(loadKeys(drills, 'worker').head.id).toBe(exercises.head.id);
  });

  it('follow the vote key where it is made anew', () => {
    const dir = folder();
    makeKeys(dir);
    for (const file of ['vote-0001.pem', 'vote-0001.pub.pem']) unlinkSync(join(dir, file));
    makeKeys(dir);
    expect([...loadKeys(drillKeysIn(dir), 'worker').votes.keys()]).toEqual([loadKeys(dir, 'server').vote.id]);
  });

  it('are missed when they are lost, and so are heads signed with them', () => {
    const dir = folder();
    makeKeys(dir);
    const drills = drillKeysIn(dir);
    const { payload, head } = loadKeys(drills, 'worker');
    const none = { payload: [], drills: [], head: [] };
    const inUse = { ...none, drills: payload.map((key) => key.id), head: [head.id, loadKeys(dir, 'worker').head.id] };
    expect(() => makeKeys(dir, inUse)).not.toThrow();
    rmSync(drills, { recursive: true });
    const lost = (message: RegExp) =>
      expect.objectContaining({ code: 'keys-missing', message: expect.stringMatching(message) });
    expect(() => makeKeys(dir, { ...none, drills: inUse.drills })).toThrow(
      lost(/keys\/drill\. Drills that are running .* cannot be read.*backup/s),
    );
    expect(() => makeKeys(dir, { ...none, head: inUse.head })).toThrow(lost(/^The head-signing key .* is not in /));
  });
});
