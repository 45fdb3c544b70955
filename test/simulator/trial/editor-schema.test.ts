import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { scenarioSchemas } from '../../../src/simulator/trial/editor-schema.ts';

it.each(Object.entries(scenarioSchemas()))(
  '%s is what the sources say; if not, run: node scripts/generate.mjs',
  (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(text).toContain('the plan ends so soon after the opening');
  },
);
