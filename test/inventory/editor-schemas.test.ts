import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { editorSchemas } from '../../src/inventory/editor-schemas.ts';

it.each(Object.entries(editorSchemas()))(
  '%s is what the sources say; if not, run: node scripts/generate.mjs',
  (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);

it('offers descriptions for hovers, and names what is allowed', () => {
  const playbook = editorSchemas()['schemas/playbook.schema.json'] as string;
  expect(playbook).toContain('the step is skipped unless this is true');
  expect(JSON.parse(playbook)).toMatchObject({
    additionalProperties: false,
    required: ['playbook', 'title', 'version', 'steps'],
  });
});
