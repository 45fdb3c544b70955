import { z } from 'zod';
import { RuleSource } from '../playbook/obligation-rule.ts';
import { PlaybookSource } from '../playbook/schema.ts';
import { InventorySource } from './schema.ts';

/** The JSON Schemas that editors use for completion and hovers, by path. Generated: `node scripts/generate.mjs`. */
export function editorSchemas(): Record<string, string> {
  return {
    'schemas/playbook.schema.json': written('Tocsin playbook', PlaybookSource),
    'schemas/rule.schema.json': written('Tocsin rule', RuleSource),
    'schemas/tocsin.schema.json': written('Tocsin inventory', InventorySource),
  };
}

function written(title: string, schema: z.ZodType): string {
  // Draft 7 is what YAML language servers understand; `input`: what people write, before defaults are filled in.
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline' });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}
