import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CODES, type Code, kindOfCode } from '../../playbook/codes.ts';
import type { Diagnostic } from '../../playbook/diagnostics.ts';

const SARIF_SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** Problems as SARIF 2.1.0, which services that review code read. */
export function sarifOf(diagnostics: readonly Diagnostic[], version: string) {
  const codes = [...new Set([...Object.keys(CODES), ...diagnostics.map(({ code }) => code)])].sort();
  return {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tocsin', version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((one) => ({
          ruleId: one.code,
          ruleIndex: codes.indexOf(one.code),
          level: one.severity,
          message: { text: messageOf(one) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(one.file) },
                region: { startLine: one.line, startColumn: one.column },
              },
            },
          ],
        })),
      },
    ],
  };
}

function ruleOf(code: string) {
  const kind = kindOfCode(code);
  return {
    id: code,
    shortDescription: { text: kind?.is ?? code },
    ...(kind && { help: { text: kind.help } }),
    ...(WARNINGS.includes(code) && { defaultConfiguration: { level: 'warning' } }),
  };
}

/** What is never an error. */
const WARNINGS: readonly string[] = ['silent-path', 'left-cut', 'unfulfilled'] satisfies Code[];

const messageOf = ({ message, suggestion }: Diagnostic): string =>
  suggestion === undefined ? message : `${message}; did you mean ${suggestion}?`;

/** Relative to where the command runs, as services expect it; what lies elsewhere by its whole address. */
const uriOf = (file: string): string =>
  isAbsolute(file) ? pathToFileURL(file).href : file.split('/').map(encodeURIComponent).join('/');

/** Problems as commands of GitHub's workflows: each becomes a remark at its line. */
export const githubOf = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics
    .map((one) => {
      const at = `file=${property(one.file)},line=${one.line},col=${one.column},title=${property(one.code)}`;
      return `::${one.severity} ${at}::${data(messageOf(one))}\n`;
    })
    .join('');

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
