import type { Json, JsonObject } from '../../incident/json.ts';
import type { PlaybookSource } from '../schema.ts';
import type { Library } from '../unit.ts';
import { EXTENSION_DEFINITIONS, exportCacao, type Moments } from './export.ts';
import { readForeign } from './foreign.ts';
import { KEPT_EXTENSION, PLAYBOOK_EXTENSION } from './ids.ts';
import { child, own, same, text } from './json.ts';
import { mend } from './mend.ts';
import { newNotes } from './notes.ts';

/** A playbook, and the document of others that it was imported from. */
export type Whole = { value: PlaybookSource; text: string; library: Library; original: JsonObject | null };

/**
 * The document for a playbook. Imported and not changed since: the original, mended. Changed since: Tocsin's own, with the labels,
 * references, agents and all else that the original said beside its steps, and with the original in an extension.
 */
export function exportPlaybook({ value, text: written, library, original }: Whole, moments: Moments): JsonObject {
  if (original === null) return exportCacao(value, written, library, moments);
  const before = readForeign(original, newNotes());
  if (before === null) throw new Error('the original beside the playbook is no document that was imported');
  const mended = mend(original, newNotes(), moments);
  const extensions = child(mended, 'playbook_extensions');
  const definitions = child(mended, 'extension_definitions');
  if (same(before as unknown as Json, value as unknown as Json))
    return {
      ...mended,
      playbook_extensions: { ...extensions, [PLAYBOOK_EXTENSION]: { text: written, original } },
      extension_definitions: { ...definitions, ...EXTENSION_DEFINITIONS },
    };
  const drawn = exportCacao(value, written, library, {
    created: text(mended, 'created') ?? moments.created,
    modified: moments.modified,
  });
  return {
    ...Object.fromEntries(Object.entries(mended).filter(([key]) => !OF_THE_STEPS.includes(key))),
    ...drawn,
    id: own(mended, 'id') as Json,
    created_by: own(mended, 'created_by') as Json,
    ...both('agent_definitions', mended, drawn),
    ...both('playbook_variables', mended, drawn),
    playbook_extensions: {
      ...extensions,
      ...child(drawn, 'playbook_extensions'),
      [KEPT_EXTENSION]: { original },
    },
    extension_definitions: { ...definitions, ...EXTENSION_DEFINITIONS },
  };
}

/** What the original defines and what Tocsin does. An empty dictionary is no definition to CACAO. */
function both(key: string, first: JsonObject, second: JsonObject): JsonObject {
  const all = { ...child(first, key), ...child(second, key) };
  return Object.keys(all).length > 0 ? { [key]: all } : {};
}

const OF_THE_STEPS = [
  'workflow',
  'workflow_start',
  'workflow_exception',
  'playbook_processing_summary',
  'playbook_activities',
];
