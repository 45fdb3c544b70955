import { execFileSync, spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DryRunReport } from '../../../src/surfaces/trial/dry-run.ts';
import { runOffline } from '../../support/command.ts';
import { reachingOut } from '../../support/outside-guard.ts';
import { sample } from '../../support/served.ts';

const FILE = 'playbooks/cut-off.yaml';
const NOW = Date.UTC(2026, 10, 23, 9, 0);

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-dry-run-'));
  mkdirSync(join(cwd, 'playbooks', 'rules'), { recursive: true });
  copyFileSync(sample('playbooks/rules/eu-gdpr-33.yaml'), join(cwd, 'playbooks/rules/eu-gdpr-33.yaml'));
  writeFileSync(join(cwd, FILE), CUT_OFF);
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
  writeFileSync(join(cwd, 'real.yaml'), withRealConnectors(readFileSync(sample('tocsin.yaml'), 'utf8')));
  writeFileSync(join(cwd, 'playbooks', 'with-form.yaml'), WITH_FORM);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** The sample inventory with systems that are really there to be reached: an MLflow, a gateway and a mail server. */
function withRealConnectors(text: string): string {
  return text
    .replace(
      'bindings: { model.*: simulated }',
      `bindings: { model.*: mlflow-prod }
    serving: { endpoint: claims, ask-through: gateway }`,
    )
    .replace('  notify.*: simulated', '  notify.mail: mail')
    .concat(`
connections:
  mlflow-prod: { kind: mlflow, url: https://mlflow.halden.example, token: env:MLFLOW_TOKEN }
  gateway: { kind: openai, url: https://gateway.halden.example/v1, token: env:GATEWAY_TOKEN }
  mail: { kind: smtp, host: smtp.halden.example, from: incidents@halden.example }
`);
}

const CUT_OFF = `playbook: cut-off
title: Cut it off
version: 1
opens-on: alert.kind == "odd"
inputs:
  system: { type: ai-system, from: alert.system }
steps:
  - { id: assess, do: model.inspect }
  - id: contain
    ask: Cut \${steps.assess.version}?
    by: [{ role: incident-commander }]
    within: 10m
    on-deny: []
  - { id: isolate, do: model.isolate, prove: model.probe }
  - { id: clock, oblige: eu-gdpr-33, by: legal-counsel }
  - { id: rollback, do: model.rollback, with: { to: last-known-good } }
  - { id: validate, do: model.validate }
  - id: reopen
    ask: Put traffic back, on \${steps.validate.version}?
    by: [{ role: incident-commander }, { role: legal-counsel }]
    within: 10m
    on-deny: []
  - { id: restore, do: model.restore }
  - id: notice
    ask: Send the notice?
    by: [{ role: legal-counsel }]
    within: 1h
    on-deny: []
  - id: send
    do: notify.mail
    with: { to: supervisory-authority, subject: A notice, text: 'About \${inputs.system.name}' }
    fulfils: clock
finally:
  - { id: brief, say: 'It is over: \${incident.title}.', to: legal-counsel }
`;

const WITH_FORM = `playbook: with-form
title: With a form
version: 1
inputs:
  system: { type: ai-system }
  why: { type: string }
steps:
  - { id: look, do: model.inspect }
  - id: two
    ask: Two of ML on-call?
    by: [{ role: ml-on-call, count: 2 }]
    within: 1h
    on-deny: []
  - id: how
    ask: How, \${inputs.why}?
    by: [{ role: incident-commander }]
    within: 1h
    options: { back: Go back, wait: Wait }
    otherwise: wait
  - id: back
    if: steps.how.outcome == "back" && !steps.look.signatureValid
    then:
      - { id: rollback, do: model.rollback, with: { to: last-known-good } }
`;

const run = (...args: string[]) => runOffline(cwd, ['playbook', 'dry-run', ...args], { columns: 160, now: () => NOW });

async function report(...args: string[]): Promise<DryRunReport> {
  return JSON.parse((await run(...args, '--json')).out) as DryRunReport;
}

describe('tocsin playbook dry-run', () => {
  it('looks at every AI system that the rounds of an each are about', async () => {
    const inventory = readFileSync(join(cwd, 'tocsin.yaml'), 'utf8');
    const own = 'bindings: { model.*: simulated }';
    const [first = '', second = '', ...rest] = inventory.split(own);
    writeFileSync(
      join(cwd, 'one-unbound.yaml'),
      [`${first}${own}${second}bindings: {}`, ...rest].join(own).replace(`{}${own}`, '{}'),
    );
    writeFileSync(
      join(cwd, 'playbooks', 'all-of-them.yaml'),
      `playbook: all-of-them
title: Look at all of them
version: 1
inputs: { system: { type: ai-system, from: alert.system } }
steps:
  - id: all
    each: '["customer-assistant", "nowhere", "claims-triage"]'
    as: one
    steps: [{ id: look, do: model.inspect, with: { system: "\${one}" } }]
`,
    );
    const ran = await run('playbooks/all-of-them.yaml', '--inventory', 'one-unbound.yaml', '--json');
    expect((JSON.parse(ran.out) as DryRunReport).problems).toEqual(
      expect.arrayContaining([
        'model.inspect is bound to nothing for customer-assistant.',
        'model.inspect would be used on "nowhere", which is no AI system of the inventory.',
      ]),
    );
    expect(ran.code).toBe(1);
  });

  it('calls nothing outside, though real systems are bound to what it plays', async () => {
    let out = '';
    const reached = await reachingOut(async () => {
      out = (await run(FILE, '--system', 'claims-triage', '--inventory', 'real.yaml')).out;
    });
    expect(reached).toEqual([]);
    expect(out).toMatch(
      /model\.isolate → claims-triage .*\n +disruptive, by mlflow-prod \(mlflow\); approved by contain/,
    );
    expect(out).toMatch(/irreversible, by mail \(smtp\); approved by notice.*to breach-notices@authority\.example/);
  });

  it.each([
    ['a socket', async () => connect(9, '127.0.0.1').on('error', () => undefined)],
    ['a request', () => fetch('http://127.0.0.1:45991/').catch(() => undefined)],
    ['a name', () => lookup('localhost')],
    ['a process', async () => spawn(process.execPath, ['--version'])],
    ['a process that is waited for', async () => expect(() => execFileSync('true')).toThrow('not allowed')],
  ])('would be caught if it used %s', async (_, outside) => {
    expect(await reachingOut(outside)).not.toEqual([]);
  });

  it('says in order what would be called, who approves it, what proves and what undoes it', async () => {
    const { acts, questions, outcome, problems } = await report(FILE, '--system', 'claims-triage');
    expect({ outcome, problems }).toEqual({ outcome: 'completed', problems: [] });
    const changing = acts.filter(({ purpose, risk }) => purpose === 'act' && risk !== 'read');
    expect(changing.map(({ capability }) => capability)).toEqual([
      'model.isolate',
      'model.rollback',
      'model.restore',
      'notify.mail',
    ]);
    expect(changing[0]).toMatchObject({
      path: 'isolate',
      connection: 'simulated',
      approved: { by: 'contain', people: ['mara-lindqvist'] },
      undo: 'model.restore',
      proof: { capability: 'model.probe', connection: 'simulated' },
    });
    expect(questions[1]).toMatchObject({ question: 'Put traffic back, on 4.1.7?', outcome: 'approve' });
    expect(acts[0]).toMatchObject({
      capability: 'model.inspect',
      assumed: { lastKnownGood: '4.1.7', version: '4.2.0' },
    });
  });

  it('plays what is denied, left unanswered, failing or assumed otherwise', async () => {
    const denied = await report(FILE, '--deny', 'contain');
    expect(denied.acts.some(({ capability }) => capability === 'model.isolate')).toBe(false);
    expect(denied.questions.find(({ path }) => path === 'contain')).toMatchObject({ outcome: 'deny' });
    const silent = await report(FILE, '--silent', 'reopen');
    expect(silent.notPlayed.map(({ path }) => path)).toContain('restore');
    const failing = await report(FILE, '--fail', 'rollback=unwind');
    expect(failing).toMatchObject({ outcome: 'unwound', problems: [] });
    expect(failing.acts.filter(({ purpose }) => purpose === 'undo').map(({ path }) => path)).toEqual([
      'rollback',
      'isolate',
    ]);
    const { acts } = await report(FILE, '--assume', 'assess.signatureValid=false', '--assume', 'assess.version=9.9');
    expect(acts[0]?.assumed).toMatchObject({ signatureValid: false, version: '9.9' });
  });

  it('takes inputs, chooses options, and goes the way that follows from what is assumed', async () => {
    const form = ['playbooks/with-form.yaml', '--inputs', '{"why":"it drifts"}'];
    expect((await report(...form)).notPlayed.map(({ path }) => path)).toEqual(['back/then/rollback']);
    const back = await report(...form, '--choose', 'how=back', '--assume', 'look.signatureValid=false');
    expect(back.acts.map(({ path }) => path)).toEqual(['look', 'back/then/rollback']);
    expect((await report(...form, '--choose', 'how=wait')).questions[1]).toMatchObject({
      question: 'How, it drifts?',
      outcome: 'wait',
    });
  });

  it('finds questions that nobody but the requester could help to answer, and fails', async () => {
    const form = ['with-form', '--inputs', '{"why":"it drifts"}', '--inventory', 'no-groups.yaml'];
    const text = readFileSync(join(cwd, 'tocsin.yaml'), 'utf8').replace(/ +slack-group: .*\n/g, '');
    writeFileSync(join(cwd, 'no-groups.yaml'), text);
    const file = ['playbooks/with-form.yaml', ...form.slice(1)];
    expect((await run(...file)).code).toBe(0);
    const { code, out } = await run(...file, '--as', 'tomas-okafor');
    expect(code).toBe(1);
    expect(out).toContain('two cannot be approved by different people: it needs 2 of ml-on-call (there: priya-raman).');
  });

  it('finds messages to people without an address', async () => {
    const text = readFileSync(join(cwd, 'tocsin.yaml'), 'utf8').replace(
      '    email: ingrid.solheim@halden.example\n',
      '',
    );
    writeFileSync(join(cwd, 'no-mail.yaml'), text);
    const { problems } = await report(FILE, '--inventory', 'no-mail.yaml');
    expect(problems).toContainEqual(expect.stringContaining('writes to "legal-counsel", who has no mail address'));
  });

  it('tells duties at the real date', async () => {
    const { duties } = await report(FILE);
    expect(duties).toMatchObject([{ rule: 'eu-gdpr-33', owner: 'legal-counsel', state: 'met' }]);
    const due = duties[0]?.dueAt ?? 0;
    expect(due - NOW).toBe(72 * 3_600_000);
  });

  it('refuses names that mean nothing, and says what was meant', async () => {
    const cases: [string[], string][] = [
      [['--system', 'claims-triag'], 'Did you mean "claims-triage"?'],
      [['--as', 'mara-lindquist'], 'Did you mean "mara-lindqvist"?'],
      [['--deny', 'contian'], 'Did you mean "contain"?'],
      [['--deny', 'isolate'], '--deny isolate: that step asks nothing.'],
      [['--fail', 'contain'], 'that step uses no capability that could fail'],
      [['--fail', 'isolate=unwnd'], 'Did you mean "unwind"?'],
      [['--assume', 'assess.version'], 'write STEP.OUTPUT=JSON'],
      [['--assume', 'assess.verson=1'], 'Did you mean "version"?'],
      [['--assume', 'assess.signatureValid=maybe'], 'is not what signatureValid of assess can be'],
      [['--choose', 'contain=aprove'], 'Did you mean "approve"?'],
    ];
    for (const [args, says] of cases) {
      const ran = await run(FILE, ...args);
      expect(ran.code, args.join(' ')).toBe(2);
      expect(ran.err, args.join(' ')).toContain(says);
    }
    expect(await run(FILE, '--alert', '{"kind":"model.signature-invalid"}')).toMatchObject({ code: 3 });
  });
});
