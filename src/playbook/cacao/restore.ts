import { stringify } from 'yaml';
import { z } from 'zod';
import { type Json, JsonObject } from '../../incident/json.ts';
import { PlaybookSource } from '../schema.ts';
import type { Library } from '../unit.ts';
import { readYaml } from '../yaml.ts';
import type { Moments } from './export.ts';
import { readForeign } from './foreign.ts';
import { KEPT_EXTENSION, PLAYBOOK_EXTENSION, STEP_EXTENSION } from './ids.ts';
import { child, differences, own, pathText, same, text } from './json.ts';
import { exportPlaybook, type Whole } from './keep.ts';
import { type Notes, newNotes } from './notes.ts';

const Ids = z.array(z.string());
const File = z.strictObject({
  // The names become files: nothing but what a library holds.
  file: z.string().regex(/^(?:templates\/[A-Za-z0-9][A-Za-z0-9._-]*\.md|(?:rules\/)?[a-z][a-z0-9-]*\.yaml)$/),
  text: z.string(),
});
export type File = z.infer<typeof File>;
const Said = z.object({
  head: JsonObject,
  steps: Ids,
  finally: Ids.optional(),
  text: z.string(),
  library: z.array(File),
});
const StepSaid = z.object({
  step: JsonObject,
  blocks: z.array(z.object({ at: z.array(z.string()).min(1).max(2), steps: Ids })).optional(),
});

/** A document of others that was imported, and has not been changed since. */
const Untouched = z.strictObject({ text: z.string(), original: JsonObject });
const Kept = z.object({ original: JsonObject });

export type Restored = { value: PlaybookSource; text: string; library: File[]; original: JsonObject | null };

/** Read again from what Tocsin says in the extensions. Null: another program wrote or changed the document. */
export function restore(document: JsonObject, notes: Notes): Restored | null {
  const extension = child(child(document, 'playbook_extensions') ?? {}, PLAYBOOK_EXTENSION);
  if (extension === null) return null;
  const at = ['playbook_extensions', PLAYBOOK_EXTENSION];
  const changed = (message: string) => {
    notes.repair(at, 'changed', `${message}; read as any other document of CACAO`);
    return null;
  };
  const untouched = Untouched.safeParse(extension);
  const restored = untouched.success ? again(untouched.data) : build(document, extension);
  if (typeof restored === 'string') return changed(restored);
  const { library, ...rest } = restored;
  const written = writtenAgain({ ...rest, library: libraryOf(library) }, document);
  if (written === null || !sameWays(written, document)) return changed('the workflow was changed by another program');
  for (const path of differences(written, document))
    notes.repair(
      path,
      'differs',
      `another program changed ${pathText(path)}; what Tocsin wrote of it in its extension counts`,
    );
  // Nothing but what the playbook needs becomes a file.
  const used = Said.safeParse(child(child(written, 'playbook_extensions') ?? {}, PLAYBOOK_EXTENSION));
  return { ...rest, library: used.success ? used.data.library : [], text: textOf(rest.value, rest.text) };
}

/** Why it cannot be read, or the playbook. */
function build(document: JsonObject, extension: JsonObject): Restored | string {
  const said = Said.safeParse(extension);
  if (!said.success) return 'what Tocsin wrote here is not whole';
  const { head, steps, finally: last, library } = said.data;
  const seen = new Set<string>();
  const workflow = child(document, 'workflow') ?? {};
  const built = rebuild(workflow, steps, seen);
  const closing = last ? rebuild(workflow, last, seen) : [];
  if (built === null || closing === null) return 'steps are missing that Tocsin wrote';
  const value = PlaybookSource.safeParse({ ...head, steps: built, ...(last && { finally: closing }) });
  if (!value.success) return 'what Tocsin wrote is no playbook any more';
  const kept = Kept.safeParse(child(child(document, 'playbook_extensions') ?? {}, KEPT_EXTENSION));
  return { value: value.data, text: said.data.text, library, original: kept.success ? kept.data.original : null };
}

function again({ text, original }: z.infer<typeof Untouched>): Restored | string {
  const value = PlaybookSource.safeParse(readYaml(text, 'text').value);
  return value.success
    ? { value: value.data, text, library: [], original }
    : 'what Tocsin wrote is no playbook any more';
}

/** What Tocsin would write today. Null: the original it names was none. */
function writtenAgain(whole: Whole, document: JsonObject): JsonObject | null {
  const moments: Moments = { created: text(document, 'created') ?? '', modified: text(document, 'modified') ?? '' };
  if (whole.original !== null && readForeign(whole.original, newNotes()) === null) return null;
  return exportPlaybook(whole, moments);
}

function rebuild(workflow: JsonObject, ids: readonly string[], seen: Set<string>): Json[] | null {
  const built: Json[] = [];
  for (const id of ids) {
    const extensions = child(child(workflow, id) ?? {}, 'step_extensions');
    const said = StepSaid.safeParse(extensions && own(extensions, STEP_EXTENSION));
    // Twice in the document is once too often, and a step that stands in itself would never end.
    if (!said.success || seen.has(id)) return null;
    seen.add(id);
    const step = structuredStep(said.data.step);
    for (const { at, steps } of said.data.blocks ?? []) {
      const block = rebuild(workflow, steps, seen);
      if (block === null || !put(step, at, block)) return null;
    }
    built.push(step);
  }
  return built;
}

const structuredStep = (step: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(step).map(([key, value]) => [
      key,
      typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : value,
    ]),
  );

function put(step: JsonObject, at: readonly string[], block: Json[]): boolean {
  const [first, second] = at as [string, string?];
  if (second === undefined) step[first] = block;
  else {
    const holder = child(step, first);
    if (holder === null) return false;
    holder[second] = block;
  }
  return true;
}

/** Whether the steps, their kinds and their links are those that Tocsin wrote. */
function sameWays(again: JsonObject, document: JsonObject): boolean {
  const ways = (one: JsonObject): Json => [
    own(one, 'workflow_start') ?? null,
    own(one, 'workflow_exception') ?? null,
    Object.fromEntries(
      Object.entries(child(one, 'workflow') ?? {}).map(([id, step]) => [
        id,
        WAYS.map((key) =>
          typeof step === 'object' && step !== null && !Array.isArray(step) ? (own(step, key) ?? null) : null,
        ),
      ]),
    ),
  ];
  return same(ways(again), ways(document));
}

const WAYS = [
  'type',
  'on_completion',
  'on_success',
  'on_failure',
  'on_true',
  'on_false',
  'next_steps',
  'cases',
  'condition',
];

export function libraryOf(files: readonly File[]): Library {
  const library: { [kind in keyof Library]: Record<string, { text: string; file: string }> } = {
    playbooks: {},
    templates: {},
    rules: {},
  };
  for (const { file, text } of files)
    if (file.startsWith('templates/')) library.templates[file] = { file, text };
    else if (file.startsWith('rules/')) library.rules[file.slice('rules/'.length, -'.yaml'.length)] = { file, text };
    else library.playbooks[file.slice(0, -'.yaml'.length)] = { file, text };
  return library;
}

/** As it was written, with its comments, when that still says the same. */
function textOf(value: PlaybookSource, written: string): string {
  const source = readYaml(written, 'text');
  return source.diagnostics.length === 0 && same(source.value, value as unknown as Json)
    ? written
    : playbookText(value);
}

export const playbookText = (value: PlaybookSource, comment = ''): string =>
  `# yaml-language-server: $schema=../schemas/playbook.schema.json\n${comment}${stringify(value, { lineWidth: 120, aliasDuplicateObjects: false })}`;
