import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sarifOf } from '../../../src/surfaces/cli/check-report.ts';
import { runOffline } from '../../support/command.ts';

const root = join(import.meta.dirname, '../../..');
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-check-'));
  cpSync(join(root, 'playbooks'), join(cwd, 'playbooks'), { recursive: true });
  copyFileSync(join(root, 'tocsin.yaml'), join(cwd, 'tocsin.yaml'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const run = (...args: string[]) =>
  runOffline(cwd, ['playbook', 'check', ...args], { columns: 120, now: () => 0 }, '9.8.7');

const GOOD = 'playbooks/temporary-manual-process.yaml';
const BAD = 'playbooks/odd one.yaml';
const TEXT =
  'playbook: odd-one\ntitle: Odd, 100%\nversion: 1\ninputs: { system: { type: ai-system } }\nsteps:\n  - { do: model.rolback }\n  - { wait: 1m, when: 1 < 2 }\n';
beforeEach(() => writeFileSync(join(cwd, BAD), TEXT));

/** The official schema, of a draft that ajv no longer names; nothing in it means something else in a later one. */
function sarifSchema() {
  const {
    id: _,
    $schema: __,
    ...schema
  } = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/sarif/sarif-schema-2.1.0.json'), 'utf8'));
  return new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
}

describe('playbook check for machines', () => {
  it('says the same as JSON: files, what holds, and every problem with its place', async () => {
    const ran = await run(GOOD, BAD, '--json');
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('1 of 2 files do not hold') });
    expect(JSON.parse(ran.out)).toEqual({
      checked: [
        { file: GOOD, ok: true, hash: expect.stringMatching(/^[0-9a-f]{64}$/), diagnostics: [] },
        {
          file: BAD,
          ok: false,
          hash: null,
          diagnostics: [
            {
              file: BAD,
              line: 6,
              column: 11,
              severity: 'error',
              code: 'unknown-capability',
              message: 'unknown capability "model.rolback"',
              suggestion: 'model.rollback',
            },
            {
              file: BAD,
              line: 7,
              column: 23,
              severity: 'warning',
              code: 'needless',
              message: 'this condition is always true',
            },
          ],
        },
      ],
    });
    expect((await run(GOOD, BAD, '--format', 'json')).out).toBe(ran.out);
  });

  it('writes SARIF that the official schema accepts, with rules, levels and relative places', async () => {
    const ran = await run(GOOD, BAD, '--format', 'sarif', '--output', 'out.sarif');
    expect(ran).toMatchObject({ code: 1, out: '' });
    const log = JSON.parse(readFileSync(join(cwd, 'out.sarif'), 'utf8'));
    const valid = sarifSchema();
    expect(valid(log), JSON.stringify(valid.errors)).toBe(true);
    const [{ tool, results }] = log.runs;
    expect(tool.driver).toMatchObject({ name: 'tocsin', version: '9.8.7' });
    for (const { ruleId, ruleIndex } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(tool.driver.rules[ruleIndex].help.text).toMatch(/\S/);
    }
    expect(results).toMatchObject([
      {
        ruleId: 'unknown-capability',
        level: 'error',
        message: { text: 'unknown capability "model.rolback"; did you mean model.rollback?' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'playbooks/odd%20one.yaml' },
              region: { startLine: 6, startColumn: 11 },
            },
          },
        ],
      },
      { ruleId: 'needless', level: 'warning' },
    ]);
  });

  it('writes valid SARIF of nothing as well, and the schema would notice what is wrong', () => {
    const valid = sarifSchema();
    const log = sarifOf([], '1.0.0');
    expect(valid(log)).toBe(true);
    expect(valid({ ...log, runs: [{ results: [] }] })).toBe(false);
  });

  it('writes commands of GitHub, in which nothing of a message can end the line or the property', async () => {
    const ran = await run(BAD, '--format', 'github');
    expect(ran.out).toBe(
      [
        '::error file=playbooks/odd one.yaml,line=6,col=11,title=unknown-capability::unknown capability "model.rolback"; did you mean model.rollback?',
        '::warning file=playbooks/odd one.yaml,line=7,col=23,title=needless::this condition is always true\n',
      ].join('\n'),
    );
    writeFileSync(join(cwd, BAD), TEXT.replace('model.rolback', '"a%0A::error::b\\nc"'));
    expect((await run(BAD, '--format', 'github')).out.split('\n')[0]).toContain('"a%250A::error::b%0Ac"');
  });

  it('names a mistake in a template by its file from here', async () => {
    writeFileSync(join(cwd, 'playbooks/templates/odd.md'), 'About\n$' + '{inputs.sytem.name}\n');
    writeFileSync(join(cwd, BAD), TEXT.replace('do: model.rolback', 'say: templates/odd.md, to: stakeholders'));
    expect((await run(BAD)).out).toContain('\nplaybooks/templates/odd.md:2:10 error: unknown input "sytem"');
  });

  it('refuses a format that there is none of, with those there are', async () => {
    const ran = await run(GOOD, '--format', 'sarf');
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('text, json, sarif, github');
  });
});
