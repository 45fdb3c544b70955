import { z } from 'zod';
import { Name } from '../incident/ids.ts';
import type { ObligationRule } from '../incident/obligation.ts';
import { type Diagnostic, sortDiagnostics } from './diagnostics.ts';
import { Duration, milliseconds } from './duration.ts';
import type { Library } from './unit.ts';
import { readYaml } from './yaml.ts';
import { validate } from './zod-issues.ts';

/**
 * A duty to notify as people write it, one a file: playbooks/rules/<rule>.yaml. A plan carries what counts for the clock and the
 * notice; status, source, date and note are for whoever maintains the file.
 */
export const RuleSource = z
  .strictObject({
    rule: Name.describe('its name; the file is called after it'),
    law: z.string().min(1).max(300).describe('the law, with its number'),
    article: z.string().min(1).max(200).describe('where in it: Article 33(1)'),
    jurisdiction: z.string().min(1).max(100).describe('where it holds'),
    whom: z
      .string()
      .min(1)
      .max(300)
      .describe('who must be told, as read after "must be told": the supervisory authority'),
    starts: z.string().min(1).max(300).describe('what starts the clock: the controller becomes aware of …'),
    limit: Duration.describe('the outer limit; the duty itself is mostly "without undue delay"'),
    content: z.array(z.string().min(1).max(300)).min(1).max(20).describe('what the notice must hold'),
    status: z
      .enum(['in-force', 'not-yet-applicable', 'contractual'])
      .describe('in force, enacted but not applicable yet, or agreed in a contract'),
    source: z.string().min(1).max(1_000).describe('where these facts were read'),
    checked: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, 'write a date such as 2026-11-21')
      .describe('when somebody last compared them with the source: 2026-11-21'),
    note: z.string().min(1).max(1_000).describe('what readers should know: not legal advice'),
  })
  .describe('Tocsin rule: one duty to notify, and its clock. Reference data, not legal advice.');
export type RuleSource = z.infer<typeof RuleSource>;

type ReadRule = { rule: ObligationRule | null; diagnostics: Diagnostic[] };

/** A library's rules do not change; many steps may name the same one. */
const remembered = new WeakMap<Library, Map<string, ReadRule>>();

/** The rule of that name, or every problem of its file. The name must be one of `library.rules`. */
export function readRule(library: Library, name: string): ReadRule {
  const known = remembered.get(library) ?? new Map<string, ReadRule>();
  remembered.set(library, known);
  const have = known.get(name) ?? readText(name, library.rules[name] as Library['rules'][string]);
  known.set(name, have);
  return have;
}

function readText(name: string, { text, file }: { text: string; file: string }): ReadRule {
  const source = readYaml(text, file);
  const { value, diagnostics } = validate(RuleSource, source);
  if (!value) return { rule: null, diagnostics: sortDiagnostics(diagnostics) };
  if (value.rule !== name) {
    const message = `rule "${value.rule}" stands in ${name}.yaml; call the file ${value.rule}.yaml`;
    const at = source.place(['rule']);
    return { rule: null, diagnostics: [{ ...at, severity: 'error', code: 'file-name', message }] };
  }
  const { rule: id, limit, status: _, source: _source, checked: _checked, note: _note, ...facts } = value;
  return { rule: { id, ...facts, limitMs: milliseconds(limit) }, diagnostics: [] };
}

/** Every problem of every rule of a library, whether a playbook uses it or not. */
export const checkLibraryRules = (library: Library): Diagnostic[] =>
  Object.keys(library.rules).flatMap((name) => readRule(library, name).diagnostics);
