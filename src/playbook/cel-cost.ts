import { RE2JS } from 're2js';
import type { Json } from '../incident/json.ts';
import { ExpressionError } from './expression-error.ts';

/**
 * Expressions are written by authors and fed by untrusted alerts. A wall clock would make replays disagree, so that what they
 * may cost is counted: one unit for each node that is evaluated and each element looked at, and one for every 64 characters.
 * A unit is not a time: a few text functions are dearer than most, and an evaluation that spends all of it on them may take about a second.
 */
export const COST_MAX = 100_000;
export const SOURCE_CHARS_MAX = 4_096;
const STRING_CHARS_MAX = 65_536;
const RESULT_CHARS_MAX = 262_144;
const DATA_DEPTH_MAX = 64;
const PATTERN_CHARS_MAX = 256;
const PATTERN_INSTRUCTIONS_MAX = 1_000;
const PATTERNS_KEPT_MAX = 200;

export class Meter {
  #left = COST_MAX;

  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0)
      throw new ExpressionError(`the expression takes more than ${COST_MAX.toLocaleString('en')} steps to evaluate`);
  }

  text(value: string): string {
    this.spend(1 + (value.length >> 6));
    if (value.length > STRING_CHARS_MAX)
      throw new ExpressionError(`a text grew beyond ${STRING_CHARS_MAX.toLocaleString('en')} characters`);
    return value;
  }

  /** At worst a search compares every character of one text with every one of the other. */
  search(whole: string, part: string): void {
    this.spend(Math.floor((whole.length * part.length) / 1_024));
  }

  /** Deep equality of JSON; different types are unequal, never an error. */
  equal(a: Json, b: Json, depth = 0): boolean {
    this.spend(1);
    if (depth > DATA_DEPTH_MAX) throw tooDeep();
    if (typeof a === 'string' && typeof b === 'string') {
      this.spend(a.length >> 6);
      return a === b;
    }
    if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
    if (Array.isArray(a) || Array.isArray(b)) {
      if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
      return a.every((item, i) => this.equal(item, b[i] as Json, depth + 1));
    }
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    return keys.every((key) => Object.hasOwn(b, key) && this.equal(a[key] as Json, b[key] as Json, depth + 1));
  }

  /** By RE2: time grows with the length of the text, never exponentially. */
  matches(text: string, pattern: string): boolean {
    const regex = compiled(pattern);
    this.spend(1 + ((regex.programSize() * text.length) >> 4));
    return regex.matcher(text).find();
  }
}

const patterns = new Map<string, RE2JS>();
function compiled(pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known) return known;
  const regex = compilePattern(pattern);
  if (patterns.size >= PATTERNS_KEPT_MAX) patterns.clear();
  patterns.set(pattern, regex);
  return regex;
}

/** Throws ExpressionError for what is no pattern of RE2, or too large a one. */
export function compilePattern(pattern: string): RE2JS {
  if (pattern.length > PATTERN_CHARS_MAX)
    throw new ExpressionError(`the pattern of matches() is longer than ${PATTERN_CHARS_MAX} characters`);
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ExpressionError(`matches() cannot use "${pattern}": ${why}`);
  }
  if (regex.programSize() > PATTERN_INSTRUCTIONS_MAX)
    throw new ExpressionError(`the pattern "${pattern}" of matches() is too large; use fewer or smaller repetitions`);
  return regex;
}

/** A result goes on timelines and through Temporal; it must be small and plain. */
export function boundedResult(value: Json): Json {
  let chars = 0;
  const walk = (part: Json, depth: number): void => {
    chars += typeof part === 'string' ? part.length + 2 : 2;
    if (chars > RESULT_CHARS_MAX)
      throw new ExpressionError(`the result is larger than ${RESULT_CHARS_MAX.toLocaleString('en')} characters`);
    if (part === null || typeof part !== 'object') return;
    if (depth > DATA_DEPTH_MAX) throw tooDeep();
    if (Array.isArray(part)) for (const item of part) walk(item, depth + 1);
    else
      for (const key of Object.keys(part)) {
        chars += key.length + 3;
        walk(part[key] as Json, depth + 1);
      }
  };
  walk(value, 0);
  return value;
}

const tooDeep = () => new ExpressionError(`a value is nested deeper than ${DATA_DEPTH_MAX} levels`);
