import type { Ctx } from '../http/context.ts';

/** A posted form as plain text fields; files and repeated fields are not used anywhere. */
export async function readForm(c: Ctx): Promise<Map<string, string>> {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(await c.req.parseBody()))
    if (typeof value === 'string') fields.set(name, value.replaceAll('\r\n', '\n'));
  return fields;
}

/** A path within this console, never another site. */
export const localPath = (path: string | undefined): string =>
  path !== undefined && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/';
