import { editorSchema } from '../playbook/editor-schema.ts';
import { shapedForEditors } from '../playbook/editor-shape.ts';
import { RuleSource } from '../playbook/obligation-rule.ts';
import { PlaybookSource } from '../playbook/schema.ts';
import { InventorySource } from './schema.ts';

/** The JSON Schemas that editors use for completion and hovers, by path. Generated: `node scripts/generate.mjs`. */
export function editorSchemas(): Record<string, string> {
  return {
    'schemas/playbook.schema.json': editorSchema('Tocsin playbook', PlaybookSource, shapedForEditors),
    'schemas/rule.schema.json': editorSchema('Tocsin rule', RuleSource),
    'schemas/tocsin.schema.json': editorSchema('Tocsin inventory', InventorySource),
  };
}
