import { z } from 'zod';
import type { Shared } from '../contract.ts';
import { SlackError } from '../slack-error.ts';
import type { Limiter, Tier } from './limits.ts';
import type { Links } from './links.ts';
import type { Uploads } from './uploads.ts';

/** What every method works with. */
export type Desk = Shared & { limiter: Limiter; links: Links; uploads: Uploads };

export type Call = Desk & { args: Record<string, unknown>; token: 'bot' | 'app' | 'none' };

export type Answer = Record<string, unknown>;

export type Method = {
  /** Which token opens it. */
  token: 'bot' | 'app' | 'either' | 'none';
  /** One of these is needed; more may depend on the arguments (see `needScope`). */
  scopes: readonly string[];
  /** Null: not limited by method. */
  tier: Tier | null;
  run(call: Call): Answer | Promise<Answer>;
};

/** The arguments of a call. Those that are wrong are named as Slack names them. */
export function argumentsOf<T extends z.ZodType>(call: Call, schema: T): z.output<T> {
  const read = schema.safeParse(call.args);
  if (read.success) return read.data;
  throw new SlackError('invalid_arguments', {
    details: read.error.issues.map(({ path, code, message }) => {
      const [field = ''] = path.map(String);
      const missing = code === 'invalid_type' && call.args[field] === undefined;
      return missing ? `missing required field: ${field}` : `${message} [json-pointer:/${path.join('/')}]`;
    }),
  });
}

/** Forms carry everything as text. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0', 'True', 'False', '']), z.literal(0), z.literal(1)])
  .transform((value) => value === true || value === 1 || value === '1' || value === 'true' || value === 'True');

export const count = z.coerce.number().int();

/** A list as JSON or as names with commas between them. */
export const names = z
  .union([z.array(z.string()), z.string()])
  .transform((value) => (Array.isArray(value) ? value : value.split(',')).map((name) => name.trim()).filter(Boolean));

/** JSON, or text that holds JSON. */
export const json = z.unknown().transform((value, context) => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'must be valid JSON' });
    return z.NEVER;
  }
});

/** Throws `missing_scope` unless the app has one of them. */
export function needScope(call: Pick<Call, 'workspace'>, ...oneOf: readonly string[]): void {
  const { scopes } = call.workspace.app;
  if (oneOf.length === 0 || oneOf.some((scope) => scopes.includes(scope))) return;
  throw new SlackError('missing_scope', { fields: { needed: oneOf.join(','), provided: scopes.join(',') } });
}

/** A page of a list: `limit` of them after the one that the cursor names. */
export function paged<T extends { id: string }>(
  all: readonly T[],
  cursor: string | undefined,
  limit: number | undefined,
): { items: T[]; next_cursor: string } {
  if (limit !== undefined && (limit < 0 || limit > 1000)) throw new SlackError('invalid_limit');
  const from = cursor ? 1 + all.findIndex(({ id }) => `after:${id}` === Buffer.from(cursor, 'base64').toString()) : 0;
  if (cursor && from === 0) throw new SlackError('invalid_cursor');
  const items = all.slice(from, limit ? from + limit : undefined);
  const last = items.at(-1);
  const more = last !== undefined && from + items.length < all.length;
  return { items, next_cursor: more ? Buffer.from(`after:${last.id}`).toString('base64') : '' };
}

export const pageArguments = { cursor: z.string().optional(), limit: count.optional() };
