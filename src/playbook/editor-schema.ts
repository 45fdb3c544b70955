import { z } from 'zod';
import type { JsonObject } from '../incident/json.ts';

/** A schema as editors read it, for completion and hovers. */
export function editorSchema(title: string, schema: z.ZodType, shape = (made: JsonObject): JsonObject => made): string {
  // Draft 7 is what YAML language servers understand; `input`: what people write, before defaults are filled in.
  const made = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline' });
  // It is plain JSON, but for a hidden note of zod's own.
  const { $schema, ...rest } = shape(JSON.parse(JSON.stringify(made)) as JsonObject);
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}
