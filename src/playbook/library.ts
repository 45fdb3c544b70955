import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './check.ts';
import { type Diagnostic, SourceError, sortDiagnostics } from './diagnostics.ts';
import { sealPlan } from './hash.ts';
import { checkLibraryRules } from './obligation-rule.ts';
import type { Plan } from './plan.ts';
import { planTooLarge } from './plan-size.ts';
import type { Surroundings } from './surroundings.ts';
import type { Library } from './unit.ts';

/** Reads a folder of playbooks (`*.yaml`, each named after its playbook) their templates, and the rules they name. Throws SourceError. */
export function readLibrary(dir: string): Library {
  if (!existsSync(dir))
    throw new SourceError([
      {
        file: dir,
        line: 1,
        column: 1,
        severity: 'error',
        code: 'unreadable',
        message: 'there is no such folder of playbooks',
      },
    ]);
  const read = (folder: string, ending: string) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith(ending))
          .sort()
          .map((name) => ({ name, file: join(folder, name), text: readText(join(folder, name)) }))
      : [];
  return {
    playbooks: Object.fromEntries(
      read(dir, '.yaml').map(({ name, file, text }) => [name.slice(0, -'.yaml'.length), { text, file }]),
    ),
    templates: Object.fromEntries(
      read(join(dir, 'templates'), '.md').map(({ name, file, text }) => [`templates/${name}`, { text, file }]),
    ),
    rules: Object.fromEntries(
      read(join(dir, 'rules'), '.yaml').map(({ name, file, text }) => [name.slice(0, -'.yaml'.length), { text, file }]),
    ),
  };
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const message = 'the file is not UTF-8 text; save it as UTF-8';
    throw new SourceError([{ file, line: 1, column: 1, severity: 'error', code: 'not-utf-8', message }]);
  }
}

export type CheckedPlaybook = {
  name: string;
  file: string;
  source: string;
  plan: Plan | null;
  diagnostics: Diagnostic[];
};

/** Checks every playbook of a library against its surroundings. */
export function checkLibrary(library: Library, surroundings: Surroundings): CheckedPlaybook[] {
  return Object.keys(library.playbooks).map((name) => checkPlaybook(name, library, surroundings));
}

export function checkPlaybook(name: string, library: Library, surroundings: Surroundings): CheckedPlaybook {
  const { text, file } = library.playbooks[name] as Library['playbooks'][string];
  const { diagnostics, plan } = check(text, file, surroundings, library);
  if (!plan) return { name, file, source: text, plan: null, diagnostics };
  const size = planTooLarge(plan, file);
  if (size) return { name, file, source: text, plan: null, diagnostics: [size, ...diagnostics] };
  if (plan.playbook === name) return { name, file, source: text, plan: sealPlan(plan), diagnostics };
  // `run` finds playbooks by their files, people by their names: both must be the same.
  const message = `playbook "${plan.playbook}" stands in ${name}.yaml; call the file ${plan.playbook}.yaml`;
  const misnamed: Diagnostic = { file, line: 1, column: 1, severity: 'error', code: 'file-name', message };
  return { name, file, source: text, plan: null, diagnostics: [misnamed, ...diagnostics] };
}

/** The plans of all playbooks in a folder. Throws SourceError with every problem of every file. */
export function loadPlaybooks(dir: string, surroundings: Surroundings): Plan[] {
  const library = readLibrary(dir);
  const checked = checkLibrary(library, surroundings);
  const broken = checked.filter((one) => one.plan === null).flatMap((one) => one.diagnostics);
  const problems = sortDiagnostics([...broken, ...checkLibraryRules(library)]);
  if (problems.some((one) => one.severity === 'error')) throw new SourceError(problems);
  return checked.flatMap((one) => (one.plan ? [one.plan] : []));
}
