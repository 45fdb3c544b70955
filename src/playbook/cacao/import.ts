import { Name } from '../../incident/ids.ts';
import type { JsonObject } from '../../incident/json.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { PlaybookSource } from '../schema.ts';
import { readForeign } from './foreign.ts';
import { child, isObject, own } from './json.ts';
import { equalKeys, placeIn } from './json-text.ts';
import { mend } from './mend.ts';
import { type Notes, newNotes, type Repair } from './notes.ts';
import { type File, playbookText, restore } from './restore.ts';

const CHARS_MAX = 1_000_000;
const DEPTH_MAX = 60;

export type Imported = {
  playbook: string;
  /** The playbook as YAML. */
  text: string;
  /** What it runs, says and names, by the place beside it. */
  library: File[];
  /** The document as it was, for a later export: null for Tocsin's own, which need none. */
  original: JsonObject | null;
};

/**
 * Reads a document of CACAO. Tocsin's own come back as they left; of any other, each step becomes a question to people that
 * shows the original. Everything that was mended is said; there is a playbook exactly when there is no diagnostic.
 */
export function importCacao(
  text: string,
  file: string,
): { imported: Imported | null; repairs: Repair[]; diagnostics: Diagnostic[] } {
  const notes = newNotes();
  const document = read(text, notes);
  const imported = document && take(document, notes);
  const diagnostics = notes.problems.map(
    ({ path, code, message, suggestion }): Diagnostic => ({
      ...(path.length > 0 ? placeIn(text, file, path) : { file, line: 1, column: 1 }),
      severity: 'error',
      code,
      message,
      ...(suggestion !== undefined && { suggestion }),
    }),
  );
  return { imported: diagnostics.length > 0 ? null : imported, repairs: notes.repairs, diagnostics };
}

function read(text: string, notes: Notes): JsonObject | null {
  const refuse = (code: string, message: string) => {
    notes.refuse([], code, message);
    return null;
  };
  if (text.length > CHARS_MAX) return refuse('too-large', 'the file is larger than 1 MB');
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return refuse('json', `this is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(document)) return refuse('no-playbook', 'a playbook of CACAO is a JSON object');
  if (!bounded(document, notes)) return null;
  const twice = equalKeys(text);
  if (twice) {
    notes.refuse(twice, 'duplicate-key', 'this key stands here twice; keep one');
    return null;
  }
  return document;
}

/** Looks at every value once, without recursion: how deep a document nests is for a stranger to say. */
function bounded(document: JsonObject, notes: Notes): boolean {
  const todo: { value: unknown; depth: number }[] = [{ value: document, depth: 0 }];
  for (let one = todo.pop(); one; one = todo.pop()) {
    const { value, depth } = one;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > DEPTH_MAX) {
      notes.refuse([], 'too-deep', `values are nested deeper than ${DEPTH_MAX} levels`);
      return false;
    }
    if (Object.hasOwn(value, '__proto__')) {
      notes.refuse([], 'key', '"__proto__" is not allowed as a key');
      return false;
    }
    for (const item of Object.values(value)) todo.push({ value: item, depth: depth + 1 });
  }
  return true;
}

function take(document: JsonObject, notes: Notes): Imported | null {
  const restored = restore(document, notes);
  if (restored)
    return {
      playbook: restored.value.playbook,
      text: restored.text,
      library: restored.library,
      original: restored.original,
    };
  const value = readForeign(document, notes);
  if (value === null) return null;
  mend(document, notes);
  if (own(document, 'authentication_info_definitions') && child(document, 'authentication_info_definitions'))
    notes.repair(
      ['authentication_info_definitions'],
      'secrets',
      'passwords may stand here; they stay in the original, and no step shows them',
    );
  const { playbook } = PlaybookSource.parse(value);
  const comment = `# Imported from CACAO: people do by hand what the original says. It stands in ${Name.parse(playbook)}.cacao.json.\n`;
  return { playbook, text: playbookText(value, comment), library: [], original: document };
}
