/** Small checks that are put together to schemas. Each reports what is wrong in Slack's words, with the place as a JSON pointer. */
export type Report = (problem: string, at: string) => void;
export type Check = (value: unknown, at: string, report: Report) => void;
export type Fields = Record<string, Check>;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Letters are UTF-16 units. */
export function string(max: number, min = 1): Check {
  return (value, at, report) => {
    if (typeof value !== 'string') return report('must provide a string', at);
    if (value.length < min) report(`must be more than ${min - 1} characters`, at);
    if (value.length > max) report(`must be less than ${max + 1} characters`, at);
  };
}

export function matching(pattern: RegExp, problem: string): Check {
  return (value, at, report) => {
    if (typeof value !== 'string') report('must provide a string', at);
    else if (!pattern.test(value)) report(problem, at);
  };
}

export const boolean: Check = (value, at, report) => {
  if (typeof value !== 'boolean') report('must provide a boolean', at);
};

export function integer(min: number, max: number): Check {
  return (value, at, report) => {
    if (!Number.isInteger(value)) return report('must provide an integer', at);
    if ((value as number) < min) report(`must be greater than or equal to ${min}`, at);
    if ((value as number) > max) report(`must be less than or equal to ${max}`, at);
  };
}

export function one(...allowed: readonly (string | null)[]): Check {
  return (value, at, report) => {
    if (!allowed.includes(value as string)) report('must be a valid enum value', at);
  };
}

export function list(item: Check, max: number, min = 1): Check {
  return (value, at, report) => {
    if (!Array.isArray(value)) return report('must provide an array', at);
    if (value.length < min) report(`no fewer than ${min} items allowed`, at);
    if (value.length > max) return report(`no more than ${max} items allowed`, at);
    for (const [index, entry] of value.entries()) item(entry, `${at}/${index}`, report);
  };
}

/** An object with these fields and no others; the optional ones may be left out. */
export function object(required: Fields, optional: Fields = {}, also?: Check): Check {
  return (value, at, report) => {
    if (!isObject(value)) return report('must provide an object', at);
    for (const [name, check] of Object.entries(required)) {
      if (value[name] === undefined) report(`missing required field: ${name}`, at);
      else check(value[name], `${at}/${name}`, report);
    }
    for (const [name, entry] of Object.entries(value)) {
      if (entry === undefined || Object.hasOwn(required, name)) continue;
      const check = Object.hasOwn(optional, name) ? optional[name] : undefined;
      if (check) check(entry, `${at}/${name}`, report);
      else report(`invalid additional property: ${name}`, at);
    }
    also?.(value, at, report);
  };
}

/** An object whose `type` says which of these it is. */
export function typed(kinds: Record<string, Check>): Check {
  return (value, at, report) => {
    if (!isObject(value)) return report('must provide an object', at);
    const { type } = value;
    if (type === undefined) return report('missing required field: type', at);
    const check = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (check) check(value, at, report);
    else report(`unsupported type: ${String(typeof type === 'string' ? type : typeof type)}`, `${at}/type`);
  };
}

/** An object must have exactly (or at least) one of these fields. */
export function oneOf(names: readonly string[], { atLeast = false } = {}): Check {
  return (value, at, report) => {
    if (!isObject(value)) return;
    const given = names.filter((name) => value[name] !== undefined);
    if (given.length === 0) report(`missing required field: ${names.join(' or ')}`, at);
    if (given.length > 1 && !atLeast) report(`only one of ${names.join(', ')} is allowed`, at);
  };
}
