import { formatDiagnostic } from '../../playbook/diagnostics.ts';
import type { Trial } from './scenarios.ts';

type Tested = Pick<Trial, 'scenarios' | 'diagnostics'> & { playbook: string };

/** Results of scenarios as CI systems read them. */
export function junitXml(tested: readonly Tested[]): string {
  const suites = tested.filter(({ scenarios, diagnostics }) => scenarios.length + diagnostics.length > 0).map(suite);
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n');
}

function suite({ playbook, scenarios, diagnostics }: Tested): string {
  const failed = scenarios.filter(({ ok }) => !ok).length;
  const errors = diagnostics.length > 0 ? 1 : 0;
  const cases = [
    ...(errors > 0
      ? [
          `    <testcase classname="${xml(playbook)}" name="its scenarios can be read"><error message="${xml(diagnostics.map(formatDiagnostic).join('\n'))}"/></testcase>`,
        ]
      : []),
    ...scenarios.map(({ scenario, failures }) => {
      const named = `    <testcase classname="${xml(playbook)}" name="${xml(scenario)}"`;
      if (failures.length === 0) return `${named}/>`;
      const [first] = failures;
      const whole = failures.map(({ expected, seen }) => `expected ${expected}; seen: ${seen}`).join('\n');
      return `${named}><failure message="${xml(`expected ${first?.expected}`)}">${xml(whole)}</failure></testcase>`;
    }),
  ];
  const counts = `tests="${scenarios.length + errors}" failures="${failed}" errors="${errors}"`;
  return [`  <testsuite name="${xml(playbook)}" ${counts}>`, ...cases, '  </testsuite>'].join('\n');
}

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' };

/** Text of playbooks may hold signs that XML 1.0 cannot. */
const xml = (text: string): string =>
  [...text]
    .filter((sign) => sign === '\n' || sign === '\t' || sign >= ' ')
    .map((sign) => SIGNS[sign] ?? sign)
    .join('');
