import { z } from 'zod';

/** What every step may say comes first, before what its kind says. */
const FIRST = ['id', 'title', 'when'];

/** The keys of a map in the order of the schema; undefined where its keys are names that the author chose. */
export type Order = { keys: readonly string[]; inside(key: string): z.ZodType | undefined };

/** How the map with these keys is ordered, by the part of the schema that describes it. */
export function orderOf(schema: z.ZodType | undefined, present: readonly string[]): Order | undefined {
  const object = objectFor(schema, present);
  if (object === undefined) return undefined;
  const shape = object.shape as Record<string, z.ZodType>;
  const names = Object.keys(shape);
  const isStep = FIRST.every((name) => names.includes(name));
  const keys = isStep ? [...FIRST, ...names.filter((name) => !FIRST.includes(name))] : names;
  return { keys, inside: (key) => shape[key] };
}

/** What the values of a map with chosen names, or the items of a list, are. */
export function elementOf(schema: z.ZodType | undefined): z.ZodType | undefined {
  for (const one of alternatives(schema)) {
    if (one instanceof z.ZodArray) return one.element as z.ZodType;
    if (one instanceof z.ZodRecord) return one.valueType as z.ZodType;
  }
  return undefined;
}

/** Of several shapes the one that knows most of the keys; between equals, the first. */
function objectFor(schema: z.ZodType | undefined, present: readonly string[]): z.ZodObject | undefined {
  let best: z.ZodObject | undefined;
  let known = -1;
  for (const one of alternatives(schema)) {
    if (!(one instanceof z.ZodObject)) continue;
    const count = present.filter((key) => Object.hasOwn(one.shape, key)).length;
    if (count > known) [best, known] = [one, count];
  }
  return best;
}

function alternatives(schema: z.ZodType | undefined): z.ZodType[] {
  // `unwrap` would make the schema anew each time.
  if (schema instanceof z.ZodLazy) return alternatives(schema._zod.innerType as z.ZodType);
  if (schema instanceof z.ZodOptional) return alternatives(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).flatMap(alternatives);
  return schema === undefined ? [] : [schema];
}
