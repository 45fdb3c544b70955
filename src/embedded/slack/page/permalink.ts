/** The permanent address of a message, as `chat.getPermalink` gives it: it says which message, not who looks. */
const PERMALINK = /^\/archives\/([A-Z0-9]+)\/p(\d{7,30})$/;

/** Where that is below the address of a person: `/c/C123/t/1.2#t-1.3`. Null for any other address. */
export function messagePath(permalink: URL): string | null {
  const [, channel, stamp = ''] = PERMALINK.exec(permalink.pathname) ?? [];
  if (channel === undefined) return null;
  const ts = stamp.replace(/(\d{6})$/, '.$1');
  const thread = permalink.searchParams.get('thread_ts');
  const inThread = thread !== null && thread !== ts;
  return `/c/${channel}${inThread ? `/t/${encodeURIComponent(thread)}` : ''}#${inThread ? 't' : 'm'}-${ts}`;
}
