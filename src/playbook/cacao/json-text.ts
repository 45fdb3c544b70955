import type { Place } from '../diagnostics.ts';
import type { JsonPath } from './json.ts';

type Mark = { path: (string | number)[]; offset: number; twice: boolean };

/** Where each key and item of a text stands that JSON.parse has read, in one pass. */
function* marks(text: string): Generator<Mark> {
  const frames: { list: boolean; at: string | number; seen: Set<string> }[] = [];
  const here = (offset: number, twice = false): Mark => ({ path: frames.map(({ at }) => at), offset, twice });
  let said = { text: '', offset: 0 };
  for (const { 0: token, index: offset } of text.matchAll(/"(?:[^"\\]+|\\.)*"|[{}[\],:]/g)) {
    const top = frames.at(-1);
    if (token === '{' || token === '[') {
      frames.push({ list: token === '[', at: token === '[' ? 0 : '', seen: new Set() });
      if (token === '[') yield here(offset);
    } else if (token === '}' || token === ']') frames.pop();
    else if (token === ',' && top?.list) {
      top.at = Number(top.at) + 1;
      yield here(offset + 1);
    } else if (token === ':' && top) {
      const key = JSON.parse(said.text) as string;
      const twice = top.seen.has(key);
      top.seen.add(key);
      top.at = key;
      yield here(said.offset, twice);
    } else if (token.startsWith('"')) said = { text: token, offset };
  }
}

/** JSON.parse keeps the last of two equal keys in silence: one of two steps would be lost. */
export function equalKeys(text: string): JsonPath | null {
  for (const { path, twice } of marks(text)) if (twice) return path;
  return null;
}

/** Where the value at this path stands, or the nearest around it. */
export function placeIn(text: string, file: string, path: JsonPath): Place {
  let best = { length: 0, offset: 0 };
  for (const mark of marks(text)) {
    const { length } = mark.path;
    if (length >= best.length && length <= path.length && mark.path.every((key, i) => key === path[i]))
      best = { length, offset: mark.offset };
  }
  const before = text.slice(0, best.offset).split('\n');
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
