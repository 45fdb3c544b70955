import { editorSchema } from '../../playbook/editor-schema.ts';
import { ScenarioFile } from './scenario.ts';

/** Generated, by path: `node scripts/generate.mjs`. */
export const scenarioSchemas = (): Record<string, string> => ({
  'schemas/scenarios.schema.json': editorSchema('Tocsin scenarios', ScenarioFile),
});
