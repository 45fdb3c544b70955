/** A problem in a file that people write: where it is, what it is, and what to write instead when that can be told. */
export type Diagnostic = {
  file: string;
  /** Both from 1. */
  line: number;
  column: number;
  severity: 'error' | 'warning';
  /** Stable; branch on this, never on the message. */
  code: string;
  message: string;
  /** What was most likely meant. */
  suggestion?: string;
};

export type Place = { file: string; line: number; column: number };

/** `playbooks/quarantine.yaml:14:9 error: unknown capability "model.rolback"; did you mean "model.rollback"?` */
export function formatDiagnostic(d: Diagnostic): string {
  const hint = d.suggestion === undefined ? '' : `; did you mean ${quoted(d.suggestion)}?`;
  return `${d.file}:${d.line}:${d.column} ${d.severity}: ${d.message}${hint}`;
}

const quoted = (text: string) => (text.includes('"') ? text : `"${text}"`);

export function sortDiagnostics(list: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return [...list]
    .sort(
      (a, b) =>
        compare(a.file, b.file) ||
        a.line - b.line ||
        a.column - b.column ||
        compare(a.code, b.code) ||
        compare(a.message, b.message),
    )
    .filter((d) => {
      const key = `${d.file}:${d.line}:${d.column}:${d.message}`;
      return !seen.has(key) && seen.add(key);
    });
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export const hasErrors = (list: readonly Diagnostic[]): boolean => list.some((d) => d.severity === 'error');

/** Thrown by readers that cannot go on: its message lists every problem, one a line. */
export class SourceError extends Error {
  readonly code = 'source' as const;
  override readonly name = 'SourceError';
  readonly diagnostics: Diagnostic[];

  constructor(diagnostics: Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.diagnostics = diagnostics;
  }
}
