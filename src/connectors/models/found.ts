import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConnectorError, type Gateway, type ModelRegistry } from '../contract.ts';

/**
 * What an act found before it changed anything, kept beside the model in the registry: so that its undo puts back what was there, and not
 * what we think was there, and so that any worker can tell after a crash what the act was about.
 */
const Way = z.union([
  z.object({ cut: z.literal(true) }),
  z.object({ cut: z.literal(false), version: z.string().nullable() }),
]);
export type WayFound = z.infer<typeof Way>;

const Found = z.object({
  way: Way,
  /** The version that the alias pointed to; absent where the act does not touch it. */
  live: z.string().optional(),
  /** The version that the act leads to; absent where it only cuts. */
  wanted: z.string().optional(),
});
export type Found = z.infer<typeof Found>;

export const wayNow = async (gateway: Gateway, signal: AbortSignal): Promise<WayFound> => {
  const { endpoint, version } = await gateway.listed(signal);
  return endpoint ? { cut: false, version } : { cut: true };
};

/** Tags of a registry have short keys. */
const keyOf = (actKey: string): string => `act.${createHash('sha256').update(actKey).digest('hex').slice(0, 32)}`;

/** What the act with this key found; null when it never came so far as to change anything. */
export async function foundBy(registry: ModelRegistry, actKey: string, signal: AbortSignal): Promise<Found | null> {
  const key = keyOf(actKey);
  const note = await registry.note(key, signal);
  if (note === null) return null;
  const parsed = Found.safeParse(jsonOf(note));
  if (parsed.success) return parsed.data;
  throw new ConnectorError(
    'bad-note',
    `The note tocsin.${key} in the registry, which says what the act found, was changed by somebody else.`,
  );
}

/** A repeat of an act goes by what the first try found: what it sees itself may be the first try's own doing. */
export async function findOnce(
  registry: ModelRegistry,
  actKey: string,
  look: () => Promise<Found>,
  signal: AbortSignal,
): Promise<Found> {
  const before = await foundBy(registry, actKey, signal);
  if (before !== null) return before;
  const found = await look();
  await registry.setNote(keyOf(actKey), JSON.stringify(found), signal);
  if ((await foundBy(registry, actKey, signal)) === null)
    throw new ConnectorError(
      'not-effective',
      'The registry said yes to a note of what was found, but did not keep it. Nothing was changed: it could not be undone.',
    );
  return found;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
