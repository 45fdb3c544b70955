import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';

const folder = join(import.meta.dirname, 'fixtures/oasis/schemas');
const BASE = 'https://raw.githubusercontent.com/oasis-open/cacao-json-schemas/main/schemas/';

type Schema = { [key: string]: unknown };
const schemas = (): Schema[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema);

/** As the schemas declare themselves: draft 7, where "unevaluatedProperties" says nothing. */
const declared = new Ajv({ strict: false, allErrors: true, schemas: schemas() });

/**
 * As they are meant: unknown properties refused. Except in commands: action.json refers to what all commands share, which has no
 * "command" in it, so that no action at all could stand there.
 */
const meant = new Ajv2019({
  strict: false,
  allErrors: true,
  schemas: schemas().map(({ $schema: _, ...schema }) => {
    const { unevaluatedProperties: __, ...open } = schema;
    return schema.$id === `${BASE}commands/command-data.json` ? open : schema;
  }),
});

const problemsOf = (ajv: Ajv | Ajv2019, id: string, value: unknown): string[] => {
  const validate = ajv.getSchema(id);
  if (!validate) throw new Error(`there is no schema ${id}`);
  return validate(value)
    ? []
    : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message} ${JSON.stringify(one.params)}`);
};

export const declaredProblems = (document: unknown): string[] => problemsOf(declared, `${BASE}playbook.json`, document);
export const strictProblems = (document: unknown): string[] => problemsOf(meant, `${BASE}playbook.json`, document);
