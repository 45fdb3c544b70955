import type { StoredEvent } from '../../src/surfaces/ports.ts';

/** Order is promised per path in production; times and ids differ from run to run. */
export function byPath(events: StoredEvent[], incident: string): Record<string, string[]> {
  const paths: Record<string, string[]> = {};
  for (const { path, type, data } of events) {
    const timeless = JSON.stringify(data, (key, value) =>
      /^(at|askedAt|until|expires|tookMs|signature|remindAt|retryAt|messageId)$/.test(key) ? 'time' : value,
    ).replaceAll(incident, 'INC');
    (paths[path] ??= []).push(`${type} ${timeless}`);
  }
  return paths;
}
