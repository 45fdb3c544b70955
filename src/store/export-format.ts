import { z } from 'zod';
import { type Header, headerText, sha256 } from './chain.ts';

/** The lines of an export, written and read at one place. docs/formats/timeline.md describes them. */
export const FORMAT = 'tocsin-timeline-1';

const Hex64 = z.string().regex(/^[0-9a-f]{64}$/);

export const Manifest = z.strictObject({
  format: z.literal(FORMAT),
  incident: z.string(),
  exportedAt: z.string(),
  /** Key id → Ed25519 public key, base64 of its SPKI. */
  publicKeys: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

export const HeadLine = z.strictObject({
  seq: z.number().int().positive(),
  hash: Hex64,
  at: z.number(),
  keyId: z.string(),
  signature: z.string(),
});
export type HeadLine = z.infer<typeof HeadLine>;

export type EventLine = {
  header: string;
  content: string | null;
  salt: string | null;
  contentHash: string;
  hash: string;
};

export const manifestLine = (manifest: Manifest): string => JSON.stringify({ manifest });
export const headLine = (head: HeadLine): string => JSON.stringify({ head });

/** Header and content stand in the line byte for byte as they were hashed. */
export function eventLine(header: Header, row: Omit<EventLine, 'header'>): string {
  const salt = row.salt === null ? 'null' : `"${row.salt}"`;
  return `{"header":${headerText(header)},"content":${row.content ?? 'null'},"salt":${salt},"contentHash":"${row.contentHash}","hash":"${row.hash}"}`;
}

/** What a drill played, once it is over. `text`: its JSON, as it was kept. */
export const scriptLine = (text: string): string => `{"script":${text}}`;

/** Closes the export. The checksum covers the lines that no event hash covers: manifest, heads, script. */
export const endLine = (events: number, heads: number, sum: string): string =>
  JSON.stringify({ end: { events, heads, sha256: sum } });

/** Adds a line to that checksum. */
export const addToSum = (sum: string, line: string): string => sha256(`${sum}\n${line}`);

const STRING = '"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"';
const EVENT = new RegExp(
  `^\\{"header":(\\{"at":-?[0-9][0-9.e+-]*,"incident":(${STRING}),"path":${STRING},"seq":([0-9]+),"type":"[a-z.-]+","v":[0-9]+\\})` +
    ',"content":(.*),"salt":(?:null|"([0-9a-f]{32})"),"contentHash":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\\}$',
  // Text may hold U+2028, which a dot would not match.
  's',
);

export type ReadEvent = EventLine & { incident: string; seq: number };

/** Null when the line is not exactly what `eventLine` writes. */
export function readEventLine(line: string): ReadEvent | null {
  const match = EVENT.exec(line);
  if (!match) return null;
  const [, header, incident, seq, content, salt, contentHash, hash] = match as unknown as [string, ...string[]] & {
    5: string | undefined;
  };
  return {
    header: header as string,
    incident: incident as string,
    seq: Number(seq),
    // A redacted event has neither; "null" with a salt is no content that was ever written.
    content: salt === undefined && content === 'null' ? null : (content as string),
    salt: salt ?? null,
    contentHash: contentHash as string,
    hash: hash as string,
  };
}
