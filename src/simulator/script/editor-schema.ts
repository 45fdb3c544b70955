import { editorSchema } from '../../playbook/editor-schema.ts';
import { SimulationSource } from './source.ts';

/** Generated, by path: `node scripts/generate.mjs`. */
export const simulationSchemas = (): Record<string, string> => ({
  'schemas/simulation.schema.json': editorSchema('Tocsin simulation', SimulationSource),
});
