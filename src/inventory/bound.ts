import { CALENDAR } from '../capabilities/calendar.ts';
import { contracts } from '../capabilities/contracts.ts';
import type { Diagnostic } from '../playbook/diagnostics.ts';
import { didYouMean } from '../playbook/names.ts';
import type { Key, YamlSource } from '../playbook/yaml.ts';
import { type ConnectionKind, SERVES } from './connections.ts';
import { type Bindings, type InventorySource, SIMULATED } from './schema.ts';

/** What `bindings`, `paging` and `serving` say of connections: that they exist, and are of a kind that can do it. */

const known = Object.keys(contracts).filter((name) => name !== CALENDAR);
const covers = (pattern: string, capability: string): boolean =>
  pattern === capability || (pattern.endsWith('.*') && capability.startsWith(pattern.slice(0, -1)));

export function bindingProblems(value: InventorySource, source: YamlSource): Diagnostic[] {
  const report = reporterOf(source);
  const check = (bindings: Bindings, path: Key[], serving: boolean) => {
    for (const [pattern, bound] of Object.entries(bindings)) {
      const capabilities = known.filter((capability) => covers(pattern, capability));
      if (capabilities.length === 0) {
        const patterns = [...known, ...new Set(known.map((name) => `${name.split('.')[0]}.*`))];
        const meant = didYouMean(pattern, patterns);
        report([...path, pattern], 'unknown-capability', `unknown capability "${pattern}"`, meant, true);
      } else if (bound !== SIMULATED) checkBound(value, report, { pattern, bound, capabilities, path, serving });
    }
  };
  check(value.bindings, ['bindings'], false);
  for (const [id, system] of Object.entries(value.systems))
    check(system.bindings, ['systems', id, 'bindings'], system.serving !== undefined);
  return report.found;
}

type Bound = { pattern: string; bound: string; capabilities: string[]; path: Key[]; serving: boolean };

function checkBound(
  { connections }: InventorySource,
  report: Report,
  { pattern, bound, capabilities, path, serving }: Bound,
): void {
  const connection = Object.hasOwn(connections, bound) ? connections[bound] : undefined;
  if (!connection) {
    const meant = didYouMean(bound, [SIMULATED, ...Object.keys(connections)]);
    report([...path, pattern], 'unknown-name', `there is no connection "${bound}"`, meant);
    return;
  }
  const cannot = capabilities.filter((capability) => !SERVES[connection.kind].includes(capability));
  if (cannot.length > 0)
    report(
      [...path, pattern],
      'cannot-serve',
      `${bound} is of kind ${connection.kind}, which cannot serve ${cannot.join(', ')}`,
    );
  else if ((connection.kind === 'mlflow' || connection.kind === 'openai') && !serving)
    report(
      [...path, pattern],
      'serving-missing',
      `${bound} must know how the system is served: say "serving: { endpoint: … }" of that system, and bind it there`,
    );
}

/** Names of connections elsewhere in the file, and the kinds they must be of. */
export function connectionProblems(value: InventorySource, source: YamlSource): Diagnostic[] {
  const report = reporterOf(source);
  const expect = (name: string, kinds: readonly ConnectionKind[], path: Key[]) => {
    const connection = Object.hasOwn(value.connections, name) ? value.connections[name] : undefined;
    if (!connection)
      report(
        path,
        'unknown-name',
        `there is no connection "${name}"`,
        didYouMean(name, Object.keys(value.connections)),
      );
    else if (!kinds.includes(connection.kind))
      report(path, 'wrong-kind', `${name} is of kind ${connection.kind}; this takes ${kinds.join(' or ')}`);
  };
  for (const [i, name] of value.paging.entries()) expect(name, ['smtp', 'webhook'], ['paging', i]);
  if (value.drills.mail !== undefined) expect(value.drills.mail, ['smtp'], ['drills', 'mail']);
  for (const [id, { serving }] of Object.entries(value.systems)) {
    const path = ['systems', id, 'serving'];
    if (serving?.['ask-through'] !== undefined) expect(serving['ask-through'], ['openai'], [...path, 'ask-through']);
    if (serving?.['signed-by'] !== undefined) expect(serving['signed-by'], ['model-signing'], [...path, 'signed-by']);
  }
  for (const [name, connection] of Object.entries(value.connections)) {
    const path = ['connections', name];
    if (name === SIMULATED)
      report(
        path,
        'name-taken',
        `"${SIMULATED}" means the simulated world; give the connection another name`,
        undefined,
        true,
      );
    if (connection.kind === 'smtp' && connection.tls === 'none' && !connection.private)
      report([...path, 'tls'], 'in-clear', 'mail in clear is for private addresses only; use starttls or required');
    if (
      (connection.kind === 'mlflow' || connection.kind === 'smtp') &&
      (connection.username === undefined) !== (connection.password === undefined)
    )
      report(path, 'half-login', '"username" and "password" go together', undefined, true);
    if (connection.kind === 'model-signing' && connection.keys.length + connection.certificates.length === 0)
      report(path, 'no-keys', 'it trusts nobody: name "keys" or "certificates"', undefined, true);
  }
  return report.found;
}

type Report = {
  (path: Key[], code: string, message: string, suggestion?: string, key?: boolean): void;
  found: Diagnostic[];
};

function reporterOf(source: YamlSource): Report {
  const found: Diagnostic[] = [];
  const report = (path: Key[], code: string, message: string, suggestion?: string, key = false) => {
    found.push({
      ...source.place(path, { key }),
      severity: 'error',
      code,
      message,
      ...(suggestion !== undefined && { suggestion }),
    });
  };
  return Object.assign(report, { found });
}
