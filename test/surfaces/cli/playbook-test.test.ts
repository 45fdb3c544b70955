import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOffline } from '../../support/command.ts';
import { sample } from '../../support/served.ts';

/** A playbook with something of everything that scenarios can speak of. */
const PLAYBOOK = `playbook: cut-off
title: Cut it off
version: 1
opens-on: alert.kind == "odd"
inputs:
  system: { type: ai-system, from: alert.system }
  why: { type: string, default: nobody said }
steps:
  - { id: look, do: model.inspect }
  - id: cut
    ask: Cut it, because \${inputs.why}?
    by: [{ role: incident-commander }, { role: ml-on-call }]
    within: 30m
    escalate: { after: 10m, to: engineering-manager }
    on-deny:
      - { id: goes-on, say: It goes on., to: stakeholders, subject: It was denied }
  - { id: isolate, do: model.isolate, prove: model.probe }
  - id: how
    ask: How bad is it?
    by: [{ role: security-on-call }]
    requester-may-decide: true
    within: 1h
    options: { bad: Bad, fine: Fine }
    otherwise: bad
    form:
      count: { label: How many, type: number }
  - id: is-bad
    if: steps.how.outcome == "bad"
    then:
      - { id: tell, say: 'It is bad: \${steps.how.answers.count == null ? "no count" : steps.how.answers.count}.', to: legal-counsel, subject: How bad it is }
  - { id: clock, oblige: eu-gdpr-33, by: legal-counsel }
  - id: may-restore
    ask: Put traffic back?
    by: [{ role: incident-commander }]
    within: 1h
    on-deny: []
  - { id: restore, do: model.restore }
  - { id: settle, wait: 5m }
finally:
  - { id: brief, say: It is over., to: stakeholders, subject: Over }
`;

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-test-'));
  mkdirSync(join(cwd, 'playbooks', 'tests'), { recursive: true });
  mkdirSync(join(cwd, 'playbooks', 'rules'));
  copyFileSync(sample('playbooks/rules/eu-gdpr-33.yaml'), join(cwd, 'playbooks/rules/eu-gdpr-33.yaml'));
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
  writeFileSync(join(cwd, 'playbooks', 'cut-off.yaml'), PLAYBOOK);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const run = (...args: string[]) => runOffline(cwd, ['playbook', 'test', ...args], { columns: 140 });

const FILE = 'playbooks/tests/cut-off.yaml';
const scenarios = (text: string): void => writeFileSync(join(cwd, FILE), text);
type Made = { expect: unknown; [key: string]: unknown };
const made = (...list: Made[]) =>
  scenarios(
    JSON.stringify({
      playbook: 'cut-off',
      given: { alert: { kind: 'odd', system: 'claims-triage' } },
      scenarios: Object.fromEntries(list.map((one, i) => [`s-${i + 1}`, one])),
    }),
  );

const STANDS_DOWN = { said: [{ once: 'settle', 'stand-down': 'It was a drill' }] };
const DENIED = { answers: { cut: { votes: { 'ml-on-call': { answer: 'deny', after: '3m' } } } } };

/** A scenario, an expectation that holds for it, and one of the same kind that does not. */
const EXPECTATIONS: [what: string, scenario: object, holds: object, fails: object][] = [
  ['outcome', {}, { outcome: 'completed' }, { outcome: 'stopped' }],
  ['acts in order', {}, { acts: ['look', 'model.isolate', 'restore'] }, { acts: ['restore', 'isolate'] }],
  [
    'acts in any order',
    {},
    { 'acts-in-any-order': ['restore', 'isolate'] },
    { 'acts-in-any-order': ['model.rollback'] },
  ],
  ['no acts', DENIED, { 'no-acts': ['model.isolate', 'restore'] }, { 'no-acts': ['look'] }],
  ['nothing changed', DENIED, { 'changes-nothing': true }, { 'changes-nothing': true, acts: ['isolate'] }],
  ['undo', STANDS_DOWN, { outcome: 'stood-down', undone: ['restore', 'isolate'] }, { undone: ['isolate', 'restore'] }],
  ['done', {}, { done: ['isolate', 'how', 'is-bad', 'clock', 'settle'] }, { done: ['goes-on'] }],
  ['skipped', DENIED, { skipped: ['isolate', 'settle'] }, { skipped: ['look'] }],
  ['not reached', DENIED, { 'not-reached': ['isolate', 'how'] }, { 'not-reached': ['goes-on'] }],
  ['asked', {}, { asked: { cut: ['ml-on-call', 'incident-commander'] } }, { asked: { cut: ['ml-on-call'] } }],
  ['not asked', DENIED, { 'not-asked': ['how'] }, { 'not-asked': ['cut'] }],
  ['escalated', { answers: { cut: 'silence' } }, { escalated: ['cut'] }, { escalated: ['how'] }],
  ['decided', DENIED, { decided: { cut: 'deny' } }, { decided: { cut: 'approve' } }],
  ['by silence', { others: 'silence' }, { 'by-silence': ['cut'], decided: { cut: 'deny' } }, { 'by-silence': ['how'] }],
  [
    'mails',
    { answers: { how: { answer: 'bad', form: { count: 7 } } } },
    { mails: [{ to: 'legal-counsel', subject: 'How bad', contains: ['bad', '7'] }] },
    { mails: [{ to: 'legal-counsel', contains: '8' }] },
  ],
  ['no mails', {}, { 'no-mails': [{ to: 'supervisory-authority' }] }, { 'no-mails': [{ to: 'stakeholders' }] }],
  ['an open duty', {}, { duties: { 'eu-gdpr-33': 'open' } }, { duties: { 'eu-gdpr-33': 'met' } }],
  [
    'a duty met outside',
    { said: [{ once: 'clock', after: '1m', given: 'eu-gdpr-33' }] },
    { duties: { 'eu-gdpr-33': 'met' } },
    { duties: { 'eu-gdpr-33': 'waived' } },
  ],
  ['the world at the end', DENIED, { traffic: 'serving', serving: '4.2.0' }, { serving: '4.1.7' }],
  ['what stands around', {}, { around: { agent: 'running' } }, { around: { agent: 'stopped' } }],
  ['the time of all', {}, { within: '10m' }, { within: '5m' }],
  ['the time of a step', {}, { 'done-within': { isolate: '3m' } }, { 'done-within': { isolate: '1m' } }],
];

describe('tocsin playbook test', () => {
  it.each(EXPECTATIONS)('tells whether %s is as expected', async (_, scenario, holds, fails) => {
    made({ ...scenario, expect: holds });
    expect(await run()).toMatchObject({ code: 0, err: '' });
    made({ ...scenario, expect: fails });
    const ran = await run();
    expect(ran.code).toBe(1);
    expect(ran.err).toBe('1 of 1 scenario does not hold.\n');
    expect(ran.out).toMatch(/FAILED {2}s-1\n {4}expected {2}.+\n {4}seen {6}.+/);
  });

  it('shows what was expected and seen, and the timeline around it', async () => {
    made({ title: 'Denied', ...DENIED, expect: { decided: { cut: 'approve' } } });
    const { out } = await run(FILE);
    expect(out).toContain('FAILED  s-1  Denied\n    expected  cut comes to approve\n    seen      deny\n');
    expect(out).toMatch(/\n +\d+ {2}\+3 min 2 s +Priya Raman denied: Cut it.*\n/);
  });

  it('takes a step that fails unexpectedly for a failure, whatever else is expected', async () => {
    const faults = [{ act: 'model.isolate', does: 'fails', message: 'The gateway is away.' }];
    made({ given: { faults }, expect: { done: ['look'] } });
    expect((await run()).out).toMatch(/seen +it failed: The gateway is away\./);
    made(
      { given: { faults }, expect: { failed: ['isolate'], outcome: 'stopped' } },
      { given: { faults }, 'when-failed': { isolate: 'retry' }, expect: { failed: ['isolate'], outcome: 'completed' } },
      {
        given: { faults: [{ ...faults[0], times: 9 }] },
        'when-failed': { isolate: ['retry', { answer: 'unwind', reason: 'Enough' }] },
        expect: { failed: ['isolate'], outcome: 'unwound' },
      },
    );
    expect(await run()).toMatchObject({ code: 0 });
  });

  it('lets acts lie, so that only their proof tells', async () => {
    const given = { faults: [{ act: 'model.isolate', does: 'lies' }] };
    made({ given, expect: { failed: ['isolate'], traffic: 'serving', outcome: 'stopped' } });
    expect(await run()).toMatchObject({ code: 0 });
  });

  it('keeps whoever reported it from deciding, and lets the others', async () => {
    const given = { requester: 'tomas-okafor' };
    const votes = {
      'tomas-okafor': 'deny',
      'incident-commander': 'approve',
      'priya-raman': { answer: 'approve', after: '4m' },
    };
    made({ given, answers: { cut: { votes } }, expect: { decided: { cut: 'approve' }, 'done-within': { cut: '5m' } } });
    expect(await run()).toMatchObject({ code: 0 });
  });

  it('fails when people say what is refused', async () => {
    made({ said: [{ resume: true, after: '1s' }], expect: { done: ['look'] } });
    expect((await run()).out).toMatch(/expected +that all it gives and says comes to bear\n +seen +\S+ was refused: /);
  });

  it('fails when something that it gives or says never comes to bear', async () => {
    made({
      given: { faults: [{ act: 'model.rollback', does: 'fails' }] },
      answers: { ...DENIED.answers, how: 'fine' },
      'when-failed': { look: 'retry' },
      said: [{ once: 'restore', 'stand-down': 'Too late' }],
      expect: { decided: { cut: 'deny' } },
    });
    const { out } = await run();
    for (const seen of [
      'nobody was asked at how, for which there is an answer',
      'nobody was asked about a failure of look, for which there is an answer',
      '"restore" never came, after which something was to be said',
      'nothing used model.rollback, which was not to work',
    ])
      expect(out).toContain(seen);
  });

  it('knows alerts and inputs with which nothing opens', async () => {
    made(
      { given: { alert: { kind: 'other', system: 'claims-triage' } }, expect: { opens: false } },
      { given: { alert: { kind: 'odd', system: 'no-such-system' } }, expect: { opens: false } },
    );
    expect(await run()).toMatchObject({ code: 0 });
    made({ given: { alert: { kind: 'other' } }, expect: { done: ['look'] } }, { expect: { opens: false } });
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toContain('expected  that it opens\n    seen      the alert does not hold for alert.kind == "odd"');
    expect(out).toContain('expected  that it does not open\n    seen      it opened');
  });

  it('names the place of every name that means nothing, and what was meant', async () => {
    scenarios(`playbook: cut-off
given:
  system: claims-triag
  faults: [{ act: model.isolat, does: fails }]
scenarios:
  wrong:
    answers:
      cut: aprove
      look: approve
      isolatte: approve
      how: { answer: bad, form: { cuont: 1 } }
    expect:
      done: [isolat]
      asked: { cut: [ml-oncall] }
      duties: { eu-gdpr-34: met }
      mails: [{ to: stakeholder }]
      outcom: completed
`);
    const shape = await run();
    expect(shape.out).toContain(`${FILE}:17:7 error: unknown key "outcom"; did you mean "outcome"?`);
    scenarios(readFileSync(join(cwd, FILE), 'utf8').replace('      outcom: completed\n', ''));
    const { out, code, err } = await run();
    expect({ code, err }).toEqual({ code: 1, err: '1 file of scenarios is wrong.\n' });
    for (const line of [
      ':3:11 error: unknown AI system "claims-triag"; did you mean "claims-triage"?',
      ':4:19 error: unknown capability "model.isolat"; did you mean "model.isolate"?',
      ':8:12 error: unknown answer "aprove"; did you mean "approve"?',
      ':9:7 error: "look" is no question',
      ':10:7 error: unknown step "isolatte"; did you mean "isolate"?',
      ':11:12 error: unknown field of the form "cuont"; did you mean "count"?',
      ':13:14 error: unknown step "isolat"; did you mean "isolate"?',
      ':14:22 error: unknown role "ml-oncall"; did you mean "ml-on-call"?',
      ':15:29 error: unknown rule of this playbook "eu-gdpr-34"; did you mean "eu-gdpr-33"?',
      ':16:21 error: unknown recipient "stakeholder"; did you mean "stakeholders"?',
    ])
      expect(out).toContain(`${FILE}${line}`);
  });

  it('refuses what would hold whatever the playbook does', async () => {
    made({ expect: {} }, { expect: { 'not-asked': ['isolate'] } }, { expect: { 'no-acts': ['cut', 'is-bad'] } });
    const { out, code } = await run();
    expect(code).toBe(1);
    expect(out.split('\n').map((line) => line.replace(/^.*?error: /, ''))).toEqual(
      expect.arrayContaining([
        'a scenario that expects nothing proves nothing; say at least how it ends',
        '"isolate" is no question',
        '"cut" is no act: it uses no capability',
        '"is-bad" is no act: it uses no capability',
      ]),
    );
  });

  it('refuses files that are not beside their playbook', async () => {
    expect(await run('playbooks/none.yaml')).toMatchObject({ code: 4 });
    expect(await run('playbooks/cut-off.yaml')).toMatchObject({
      code: 4,
      err: expect.stringContaining('no scenarios'),
    });
    writeFileSync(join(cwd, 'playbooks/tests/cut-of.yaml'), 'playbook: cut-of\n');
    expect(await run()).toMatchObject({ code: 1, err: expect.stringContaining('Did you mean "cut-off"?') });
  });

  it('shows what no scenario reaches, and fails below the coverage that is asked for', async () => {
    made({ expect: { outcome: 'completed' } });
    const covered = await run('--coverage');
    expect(covered.out).toMatch(/cut-off +91 % \(11 of 12\) +30 % \(4 of 13\)/);
    expect(covered.out).toMatch(/cut-off +cut\/on-deny\/goes-on +the step itself/);
    expect(covered.out).toMatch(/cut-off +cut +silence: deny/);
    expect(await run('--min-coverage', '30')).toMatchObject({ code: 0 });
    expect(await run('--min-coverage', '31')).toMatchObject({
      code: 1,
      err: 'cut-off: 91 % of the steps and 30 % of the branches are reached, 31 % must be.\n',
    });
    expect(await run('--min-coverage', 'all')).toMatchObject({ code: 2 });
    made(
      { expect: { done: ['look'] } },
      { ...DENIED, expect: { done: ['look'] } },
      { others: 'silence', expect: { done: ['look'] } },
      { answers: { how: 'fine', 'may-restore': 'deny' }, expect: { done: ['look'] } },
      { answers: { how: 'silence', 'may-restore': 'silence' }, expect: { done: ['look'] } },
      { ...STANDS_DOWN, expect: { done: ['look'] } },
    );
    const whole = await run('--min-coverage', '100');
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining('Every step and every branch is reached.') });
  });

  it('tells machines: JSON, and JUnit XML that survives any text', async () => {
    made(
      { expect: { outcome: 'stopped', mails: [{ to: 'legal-counsel', contains: '<&">' }] } },
      { expect: { done: ['look'] } },
    );
    const ran = await run('--json', '--junit', 'out.xml');
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject({
      tested: [
        {
          playbook: 'cut-off',
          scenarios: [
            { scenario: 's-1', ok: false },
            { scenario: 's-2', ok: true },
          ],
        },
      ],
      coverage: { steps: { reached: 11, of: 12 } },
    });
    const xml = readFileSync(join(cwd, 'out.xml'), 'utf8');
    expect(xml).toContain('<testsuite name="cut-off" tests="2" failures="1" errors="0">');
    expect(xml).toContain('with “&lt;&amp;&quot;&gt;”');
  });
});
