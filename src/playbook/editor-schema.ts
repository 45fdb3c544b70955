import { z } from 'zod';

/** A schema as editors read it, for completion and hovers. */
export function editorSchema(title: string, schema: z.ZodType): string {
  // Draft 7 is what YAML language servers understand; `input`: what people write, before defaults are filled in.
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline' });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}
