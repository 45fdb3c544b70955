import { type PlaybookSource, PlaybookSource as Schema } from './schema.ts';
import type { Library } from './unit.ts';
import { readYaml, type YamlSource } from './yaml.ts';
import { validate } from './zod-issues.ts';

export type Embedded = { source: YamlSource; value: PlaybookSource | null };

const parsed = new WeakMap<Library, Map<string, Embedded>>();

/** A playbook of the library that another one runs; read once. */
export function parsedPlaybook(library: Library, name: string): Embedded {
  const known = parsed.get(library) ?? new Map<string, Embedded>();
  parsed.set(library, known);
  const have = known.get(name);
  if (have) return have;
  const { text, file } = library.playbooks[name] as { text: string; file: string };
  const source = readYaml(text, file);
  const entry = { source, value: validate(Schema, source).value };
  known.set(name, entry);
  return entry;
}
