import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Diagnostic, hasErrors, sortDiagnostics } from '../../playbook/diagnostics.ts';
import type { Script } from '../core/script.ts';
import { checkSimulation } from './check.ts';
import type { Ground } from './checking.ts';
import { sealScript } from './seal.ts';

export type CheckedSimulation = {
  name: string;
  file: string;
  /** By length; null when there are errors. */
  scripts: Record<string, Script> | null;
  diagnostics: Diagnostic[];
};

/** The simulations of a folder, in the order of their names. */
export const simulationFiles = (dir: string): string[] =>
  existsSync(dir)
    ? readdirSync(dir)
        .filter((name) => name.endsWith('.yaml'))
        .sort()
        .map((name) => join(dir, name))
    : [];

/** Checks a file, its name and its attachments too. Throws when it cannot be read. */
export function checkSimulationFile(file: string, ground: Ground): CheckedSimulation {
  const name = basename(file, '.yaml');
  const { diagnostics, scripts } = checkSimulation(readFileSync(file), file, ground);
  if (!scripts) return { name, file, scripts: null, diagnostics };
  const all = sortDiagnostics([...diagnostics, ...misplaced(file, name, Object.values(scripts))]);
  if (hasErrors(all)) return { name, file, scripts: null, diagnostics: all };
  const sealed = Object.entries(scripts).map(([length, draft]) => [length, sealScript(draft)] as const);
  return { name, file, scripts: Object.fromEntries(sealed), diagnostics: all };
}

type Placed = Pick<Script, 'simulation' | 'injects'>;
function misplaced(file: string, name: string, scripts: readonly Placed[]): Diagnostic[] {
  const at = { file, line: 1, column: 1, severity: 'error' as const };
  const found: Diagnostic[] = [];
  for (const { simulation, injects } of scripts) {
    if (simulation !== name)
      found.push({
        ...at,
        code: 'file-name',
        message: `simulation "${simulation}" stands in ${name}.yaml; call the file ${simulation}.yaml`,
      });
    for (const { id, attachments } of injects)
      for (const attachment of attachments)
        if (attachment.split('/').includes('..') || !existsSync(join(dirname(file), attachment)))
          found.push({
            ...at,
            code: 'no-attachment',
            message: `there is no ${attachment} beside the simulation, which "${id}" attaches`,
          });
  }
  return found;
}
