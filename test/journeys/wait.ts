/** Generous: other tests share the machine. */
export const WITHIN_MS = 60_000;

/** Nobody listens, or whoever did is gone: to a client that is an answer as clear as any. */
export function whenUnreachable(error: unknown): null {
  const cause = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(code)) return null;
  throw error;
}

/** Looks until there is something to see. For what happens in other processes, which send no events here. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T> | T,
  seen: () => string = () => '',
): Promise<NonNullable<T>> {
  const before = Date.now() + WITHIN_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > before) throw new Error(`waited in vain for ${what} ${seen()}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}
