import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { formatDiagnostic } from '../../../src/playbook/diagnostics.ts';
import { Script } from '../../../src/simulator/core/script.ts';
import { checkSimulation } from '../../../src/simulator/script/check.ts';
import { checkSimulationFile, simulationFiles } from '../../../src/simulator/script/library.ts';
import { sealScript } from '../../../src/simulator/script/seal.ts';
import { sampleGround } from './ground.ts';

const ground = sampleGround();
const folder = join(import.meta.dirname, '../../../simulations');
const shipped = readFileSync(join(folder, 'supply-chain-tampered-artifact.yaml'), 'utf8');

/** What the checker says when this stands in place of that. */
function said(find: string, put: string): string[] {
  expect(shipped.split(find), `"${find}" stands once in the sample`).toHaveLength(2);
  return checkSimulation(shipped.replace(find, put), 's.yaml', ground).diagnostics.map(formatDiagnostic);
}
const codes = (find: string, put: string): string[] =>
  checkSimulation(shipped.replace(find, put), 's.yaml', ground).diagnostics.map(({ code }) => code);

describe('every shipped simulation', () => {
  it.each(simulationFiles(folder).map((file) => [basename(file), file] as const))(
    '%s holds, at each of its lengths, without a warning',
    (_name, file) => {
      const { diagnostics, scripts } = checkSimulationFile(file, ground);
      expect(diagnostics.map(formatDiagnostic)).toEqual([]);
      expect(Object.keys(scripts ?? {})).toEqual(expect.arrayContaining(['15m', '60m']));
      for (const script of Object.values(scripts ?? {})) expect(Script.parse(script)).toEqual(script);
    },
  );
});

test('a script is what one length plays: its times, its injects, and expectations that count from theirs', () => {
  const { scripts } = checkSimulation(shipped, 's.yaml', ground);
  const [short, long] = ['15m', '60m'].map((length) => scripts?.[length]);
  const alarm = (script: typeof short) => script?.injects.find(({ id }) => id === 'alarm');
  expect(alarm(short)?.trigger).toEqual({ on: 'time', atMs: 120_000 });
  expect(alarm(long)?.trigger).toEqual({ on: 'time', atMs: 240_000 });
  expect(short?.injects.map(({ id }) => id)).not.toContain('registry-says');
  expect(long?.injects.map(({ id }) => id)).toContain('registry-says');
  const opened = long?.expectations.find(({ id }) => id === 'opened');
  expect(opened).toMatchObject({ sought: { what: 'opened' }, since: 'alarm', withinMs: 300_000, gate: 'achieve' });
  expect(long?.expectations.find(({ id }) => id === 'no-early-traffic')).toMatchObject({ never: true, gate: 'sound' });
  expect(long?.systems[0]?.snapshot).toMatchObject({ id: 'claims-triage', name: 'Claims triage', tier: 'critical' });
  expect(long?.systems[0]?.truth.versions['4.2.0']).toEqual({ signatureValid: false, passesValidation: false });
});

test('a script has another hash when a word of it is another, and the same when only a comment is', () => {
  const hash = (text: string) => {
    const script = checkSimulation(text, 's.yaml', ground).scripts?.['60m'];
    return script && sealScript(script).hash;
  };
  expect(hash(shipped.replace('# yaml-language-server', '# a comment, yaml-language-server'))).toBe(hash(shipped));
  expect(hash(shipped.replace('Happy Friday', 'Merry Friday'))).not.toBe(hash(shipped));
});

describe('a mistake is told with its place, its reason and what was meant', () => {
  it.each([
    [
      'a playbook',
      'playbook: supply-chain-tampered-artifact',
      'playbook: supply-chain-tampered-artefact',
      'unknown playbook "supply-chain-tampered-artefact"; did you mean "supply-chain-tampered-artifact"?',
    ],
    ['a length', 'only: [60m, 2h]\n    by: mail', 'only: [90m]\n    by: mail', 'unknown length "90m"'],
    [
      'a version',
      'last-known-good: "4.1.7"',
      'last-known-good: "4.1.8"',
      'unknown version "4.1.8"; did you mean "4.1.7"?',
    ],
    [
      'a system of the inventory',
      'like: claims-triage',
      'like: claim-triage',
      'unknown AI system "claim-triage"; did you mean "claims-triage"?',
    ],
    [
      'a capability',
      'act: model.rollback',
      'act: model.rolback',
      'unknown capability "model.rolback"; did you mean "model.rollback"?',
    ],
    ['a persona', 'persona: hesitant', 'persona: hesitent', 'unknown persona "hesitent"; did you mean "hesitant"?'],
    [
      'a role',
      'to: [incident-commander, ml-on-call]',
      'to: [incident-comander, ml-on-call]',
      'unknown role "incident-comander"; did you mean "incident-commander"?',
    ],
    [
      'an inject',
      'after: { inject: redeploy,',
      'after: { inject: redeplo,',
      'unknown inject "redeplo"; did you mean "redeploy"?',
    ],
    [
      'an expectation',
      'unless-met: cut-proved',
      'unless-met: cut-prooved',
      'unknown expectation "cut-prooved"; did you mean "cut-proved"?',
    ],
    ['a task', 'task: reopen\n    decided', 'task: reopn\n    decided', 'unknown task "reopn"; did you mean "reopen"?'],
    [
      'a question',
      'decided: { step: reopen,',
      'decided: { step: re-open,',
      'unknown question "re-open"; did you mean "reopen"?',
    ],
    [
      'an answer',
      'answer: approve, people: 2',
      'answer: aprove, people: 2',
      'unknown answer "aprove"; did you mean "approve"?',
    ],
    ['a key', 'unless-met: cut-proved', 'unles-met: cut-proved', 'unknown key "unles-met"; did you mean "unless-met"?'],
    [
      'a channel',
      'by: letter',
      'by: leter',
      '"leter" is not one of alert, slack, mail, phone, news, social, letter; did you mean "letter"?',
    ],
  ])('%s that there is not', (_what, find, put, message) => {
    const line = shipped.slice(0, shipped.indexOf(find)).split('\n').length;
    const [first] = said(find, put);
    expect(first).toMatch(new RegExp(`^s\\.yaml:${line}:\\d+ error: `));
    expect(first).toContain(message);
  });

  it.each([
    ['an inject without a time', '    at: 1m\n', '', 'trigger'],
    ['an inject with two', '    at: 1m\n', '    at: 1m\n    by-hand: true\n', 'trigger'],
    ['an inject that is due after the end', 'at: { 60m: 26m, 2h: 38m }', 'at: { 60m: 61m, 2h: 38m }', 'after-end'],
    [
      'an inject that waits for one of another length',
      'after: { inject: alarm, delay: { 15m: 3m, 60m: 11m, 2h: 12m } }',
      'after: { inject: registry-says }',
      'unreachable',
    ],
    ['a wanted response that nobody describes', '    expects: [counsel-first]\n', '', 'no-response'],
    ['a contingency that nothing prevents', '    unless-met: cut-proved\n', '', 'no-response'],
    ['a time for some lengths alone', 'at: { 15m: 2m, 60m: 4m, 2h: 4m }', 'at: { 60m: 4m }', 'missing-length'],
    ['an expectation that looks for nothing', '    opened: true\n', '', 'sought'],
    [
      'an expectation that looks for two things',
      '    opened: true\n',
      '    opened: true\n    resolved: true\n',
      'sought',
    ],
    ['an inject called twice', 'id: odd-payments', 'id: scene', 'id-twice'],
    [
      'a seat that the playbook asks and nobody has',
      '  ml-on-call:\n    brief: |\n      You know that 4.2.0',
      '  security-on-call:\n    brief: |\n      You know that 4.2.0',
      'empty-seat',
    ],
    [
      'an objective that nothing can show',
      'objectives:\n',
      'objectives:\n  nobody: { title: Nobody looks for it, capability: Detection, tasks: { none: None } }\n',
      'unshown',
    ],
    ['an answer that its question does not have', '  contain: approve', '  contain: maybe', 'unknown-answer'],
    [
      'an answer that no failed step has',
      'respond/recover/validate: retry',
      'respond/recover/validate: approve',
      'unknown-answer',
    ],
    ['an answer of a step that asks nothing', '  contain: approve', '  by-hand: approve', 'unknown-question'],
    ['a broken condition', 'unless-met: cut-proved', 'unless: world.systems["claims-triage"].traffic ==', 'expression'],
    [
      'a condition over what is not there',
      'unless-met: cut-proved',
      'unless: world.systems["claims-triage"].trafic == "cut"',
      'unknown-name',
    ],
    ['a condition that is no condition', 'unless-met: cut-proved', 'unless: minutes + 1.0', 'type'],
  ])('%s', (_what, find, put, code) => {
    expect(codes(find, put)).toContain(code);
  });

  it('an inject that waits for itself, with the circle', () => {
    const text = shipped
      .replace('after: { inject: alarm, delay: { 15m: 3m, 60m: 11m, 2h: 12m } }', 'after: { inject: not-now }')
      .replace('after: { inject: alarm, delay: { 15m: 1m, 60m: 4m, 2h: 5m } }', 'after: { inject: odd-payments }');
    const messages = checkSimulation(text, 's.yaml', ground).diagnostics.map(({ message }) => message);
    expect(messages).toContain('it waits for itself: not-now ← odd-payments ← not-now');
  });

  it('and a condition by what it may have meant', () => {
    const [first] = said('unless-met: cut-proved', 'unless: world.systems["claims-triage"].trafic == "cut"');
    expect(first).toContain('nothing is called "trafic" here; did you mean "traffic"?');
  });
});

test('a trap is something that must not be done: whoever does nothing has fallen for nothing', () => {
  expect(
    said('    told: { to: stakeholders }\n', '    told: { to: stakeholders }\n    trap: Silence is easier\n'),
  ).toEqual([
    expect.stringMatching(/error: falling for a trap is doing something: say what must not happen, with never: true/s),
  ]);
});
