import type { KeyObject } from 'node:crypto';
import {
  canonical,
  contentHash,
  eventHash,
  GENESIS,
  headIsSigned,
  keyIdOf,
  publicKeyText,
  readPublicKey,
  sha256,
} from './chain.ts';
import { addToSum, endLine, HeadLine, Manifest, type ReadEvent, readEventLine } from './export-format.ts';

/** Checks an export with nothing but the export itself. */
export type VerifyOptions = {
  /** Public key (PEM, or base64 of its SPKI) that you know from elsewhere to be this installation's. Proves the author. */
  pinnedKey?: string;
  /** Check the signature of every head, not only of the latest. */
  allHeads?: boolean;
};

export type VerifyResult = {
  ok: boolean;
  incident: string | null;
  events: number;
  /** Numbers of events whose content was dropped; their place in the chain is verified, what they said cannot be. */
  redacted: number[];
  head: { seq: number; hash: string; at: number; keyId: string } | null;
  /** `unproven`: consistent in itself, but whoever made it may have made all of it. */
  author: 'proven' | 'unproven';
  /** Hash of the script that a drill played, where it stands in the export. */
  script: string | null;
  /** `seq` is null when it is about the file as a whole. */
  problems: { seq: number | null; problem: string }[];
};

const PROBLEMS_MAX = 100;

export async function verifyExport(
  lines: Iterable<string> | AsyncIterable<string>,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const check = createCheck(options);
  if (Symbol.iterator in lines) for (const line of lines) check.line(line);
  else for await (const line of lines) check.line(line);
  return check.result();
}

function createCheck({ pinnedKey, allHeads = false }: VerifyOptions) {
  const problems: VerifyResult['problems'] = [];
  const redacted: number[] = [];
  const hashes: string[] = [];
  const pinnedRead = pinnedKey === undefined ? null : readPublicKey(pinnedKey);
  const pin = pinnedRead && { key: pinnedRead, id: keyIdOf(publicKeyText(pinnedRead)) };
  let manifest: Manifest | null = null;
  let incidentText = '';
  let keys = new Map<string, KeyObject>();
  let expectedSeq = 1;
  let previous: string | null = GENESIS;
  let events = 0;
  let heads = 0;
  let latest: HeadLine | null = null;
  let sum = '';
  let ended = false;
  let played: string | null = null;
  let script: string | null = null;
  let lineNumber = 0;

  const problem = (seq: number | null, text: string): void => {
    if (problems.length < PROBLEMS_MAX) problems.push({ seq, problem: text });
  };

  const readManifest = (line: string): void => {
    sum = addToSum(sum, line);
    manifest = parsed(line, 'manifest', Manifest);
    if (manifest) {
      incidentText = JSON.stringify(manifest.incident);
      keys = readKeys(manifest, problem);
      // What the manifest calls the pinned key is not believed: signatures are checked with the key the reader gave.
      if (pin) keys.set(pin.id, pin.key);
    } else problem(null, 'Line 1 is not the manifest of a timeline export.');
  };

  const event = (line: ReadEvent): void => {
    const { seq } = line;
    if (heads > 0) problem(seq, `Event ${seq} stands after the heads.`);
    if (line.incident !== incidentText) problem(seq, `Event ${seq} belongs to another incident: ${line.incident}.`);
    if (seq > expectedSeq) {
      const missing = seq - expectedSeq === 1 ? `Event ${expectedSeq} is` : `Events ${expectedSeq} to ${seq - 1} are`;
      problem(expectedSeq, `${missing} missing.`);
      previous = null;
    } else if (seq < expectedSeq) {
      problem(seq, `Event ${seq} is repeated or out of order; event ${expectedSeq} belongs here.`);
      previous = null;
    }
    if (line.content === null) redacted.push(seq);
    else if (line.salt === null || contentHash(line.salt, line.content) !== line.contentHash)
      problem(seq, `The content of event ${seq} is not what was recorded.`);
    // After a gap the previous hash is unknown; the gap has been named already.
    if (previous !== null && eventHash(line.header, previous, line.contentHash) !== line.hash)
      problem(seq, `Event ${seq} does not follow from what stands before it: it or its hash was changed.`);
    if (seq === 1) played = playedIn(line);
    previous = line.hash;
    hashes[seq] = line.hash;
    expectedSeq = seq + 1;
    events += 1;
  };

  const scriptIs = (line: string): void => {
    sum = addToSum(sum, line);
    if (script !== null) problem(null, `Line ${lineNumber} is a second script.`);
    script = scriptHash(line);
    if (script === null) problem(null, `Line ${lineNumber} is no script, or not the one whose hash it bears.`);
    else if (played !== null && script !== played)
      problem(1, 'The script is another than the one whose hash stands in event 1.');
  };

  const head = (line: string, read: HeadLine): void => {
    if (script !== null) problem(read.seq, `The head at event ${read.seq} stands after the script.`);
    sum = addToSum(sum, line);
    heads += 1;
    if (latest && read.seq <= latest.seq) problem(read.seq, `The head at event ${read.seq} is out of order.`);
    latest = read;
    if (hashes[read.seq] !== read.hash) problem(read.seq, `The signed head at event ${read.seq} is of another chain.`);
    if (allHeads) signature(read);
  };

  const signature = (read: HeadLine): void => {
    const key = keys.get(read.keyId);
    const signed = { incident: manifest?.incident ?? '', seq: read.seq, hash: read.hash, at: read.at };
    if (!key)
      problem(read.seq, `The head at event ${read.seq} is signed with the key ${read.keyId}, which is not here.`);
    else if (!headIsSigned(signed, read.signature, key))
      problem(read.seq, `The signature of the head at event ${read.seq} is wrong.`);
  };

  const pinned = (): boolean => {
    if (pin === null) return false;
    if (latest && latest.keyId !== pin.id)
      problem(latest.seq, `The latest head is signed with the key ${latest.keyId}, not with the pinned key ${pin.id}.`);
    return true;
  };

  const body = (line: string): void => {
    const eventRead = readEventLine(line);
    if (eventRead) {
      event(eventRead);
      return;
    }
    const headRead = parsed(line, 'head', HeadLine);
    if (headRead) head(line, headRead);
    else if (line.startsWith('{"script":')) scriptIs(line);
    else if (line.startsWith('{"end":')) {
      ended = true;
      if (line !== endLine(events, heads, sum))
        problem(
          null,
          'The last line does not agree with those before it: manifest, heads, their number or the script were changed.',
        );
    } else {
      problem(expectedSeq, `Line ${lineNumber}, where event ${expectedSeq} belongs, is neither event, head nor end.`);
      // What stood here is damaged, not missing.
      previous = null;
      expectedSeq += 1;
    }
  };

  return {
    line(line: string): void {
      lineNumber += 1;
      if (lineNumber === 1) readManifest(line);
      else if (ended) problem(null, `Line ${lineNumber} stands after the end.`);
      else body(line);
    },
    result(): VerifyResult {
      if (lineNumber === 0) problem(null, 'The export is empty.');
      else if (!ended) problem(null, 'The export breaks off: its last line is missing.');
      if (!latest) problem(null, 'No head is signed.');
      else {
        if (!allHeads) signature(latest);
        if (latest.seq !== expectedSeq - 1)
          problem(expectedSeq - 1, `The latest signed head is at event ${latest.seq}; what follows it is not signed.`);
      }
      const isPinned = pinned();
      const ok = problems.length === 0;
      return {
        ok,
        incident: manifest?.incident ?? null,
        events,
        redacted,
        head: latest && { seq: latest.seq, hash: latest.hash, at: latest.at, keyId: latest.keyId },
        author: ok && isPinned ? 'proven' : 'unproven',
        script,
        problems,
      };
    },
  };
}

/** A key's id is its fingerprint, so a manifest cannot give one key the name of another. */
function readKeys(manifest: Manifest, problem: (seq: null, text: string) => void): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const [id, text] of Object.entries(manifest.publicKeys)) {
    try {
      const key = readPublicKey(text);
      if (keyIdOf(publicKeyText(key)) === id) keys.set(id, key);
      else problem(null, `The manifest gives a key the id ${id}, which is another key's.`);
    } catch {
      problem(null, `The manifest's key ${id} is not an Ed25519 public key.`);
    }
  }
  return keys;
}

/** Hash of the script that event 1 of a drill names; of an incident empty, so that it can have none. Null: nobody can say any more. */
function playedIn({ content }: ReadEvent): string | null {
  if (content === null) return null;
  const { data } = (jsonOf(content) ?? {}) as { data?: { script?: unknown } };
  return typeof data?.script === 'string' ? data.script : '';
}

/** Null: it is not what its own hash says. */
function scriptHash(line: string): string | null {
  const { script, ...more } = (jsonOf(line) ?? {}) as { script?: Record<string, unknown> | null };
  if (typeof script !== 'object' || script === null || Object.keys(more).length > 0) return null;
  const { hash, ...rest } = script;
  return typeof hash === 'string' && hash === sha256(canonical(rest)) ? hash : null;
}

/** Undefined: it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsed<T>(
  line: string,
  name: string,
  schema: { safeParse(value: unknown): { success: boolean; data?: T } },
): T | null {
  if (!line.startsWith(`{"${name}":`)) return null;
  const value = jsonOf(line);
  if (value === undefined) return null;
  const data = schema.safeParse((value as Record<string, unknown>)[name]).data ?? null;
  // As it was written, and nothing beside it: what else stood there nobody has looked at.
  return data !== null && JSON.stringify({ [name]: data }) === line ? data : null;
}

/** Lines of a file. Broken UTF-8 is an error: a lenient decoder would show two different files as the same text. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
