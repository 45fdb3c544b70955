import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** From the header, or from a form's field `token`. */
export function tokenOf(request: IncomingMessage, args: Record<string, unknown>): string | null {
  const [, fromHeader] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (fromHeader) return fromHeader;
  return typeof args.token === 'string' && args.token !== '' ? args.token : null;
}

/** Takes equally long wherever they differ. */
export function isToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
