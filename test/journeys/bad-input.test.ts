import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDecisions } from '../../src/incident/view.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { type Diagnostic, formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { testFolder } from '../support/folder.ts';
import { tocsinYaml } from './sources.ts';
import { openTown, type Town } from './town.ts';
import { WITHIN_MS } from './wait.ts';

let town: Town;
beforeAll(async () => {
  town = await openTown();
}, 180_000);
afterAll(() => town?.close(), 60_000);

const HEAD = `playbook: bad
title: Bad
version: 1
inputs:
  system: { type: ai-system }
steps:
`;
const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
for (let i = 1; i < 30; i += 1)
  bomb.push(
    `k${i}: &k${i} [${Array(9)
      .fill(i === 1 ? '*a' : `*k${i - 1}`)
      .join(', ')}]`,
  );

/** What is wrong, where it stands (line and column), and what is said about it. */
const WRONG: [what: string, source: string, at: string, said: RegExp][] = [
  [
    'a capability that does not exist',
    `${HEAD}  - { do: model.inspct }\n`,
    '7:11',
    /unknown capability "model\.inspct"; did you mean "model\.inspect"\?/,
  ],
  [
    'a role that does not exist',
    `${HEAD}  - { say: Hi, subject: Hi, to: incident-comander }\n`,
    '7:',
    /incident-comander.*did you mean "incident-commander"\?/,
  ],
  ['a field that does not exist', `${HEAD}  - { wiat: 5m }\n`, '7:', /wiat.*did you mean "wait"\?/],
  [
    'an input that does not exist',
    `${HEAD}  - { say: "\${inputs.sytem.name}", subject: Hi, to: stakeholders }\n`,
    '7:',
    /sytem.*did you mean/,
  ],
  ['bad CEL', `${HEAD}  - { if: "inputs.system.name ==", then: [{ wait: 5m }] }\n`, '7:', /./],
  ['CEL of the wrong type', `${HEAD}  - { if: inputs.system.name + 1, then: [{ wait: 5m }] }\n`, '7:', /./],
  [
    'CEL beyond measure',
    `${HEAD}  - { if: "${Array(900).fill('1').join('+')} > 1", then: [{ wait: 5m }] }\n`,
    '7:',
    /./,
  ],
  [
    'a pattern that is no regular expression',
    `${HEAD}  - { if: 'inputs.system.name.matches("(a")', then: [{ wait: 5m }] }\n`,
    '7:',
    /matches\(\)/,
  ],
  ['a YAML bomb', `${HEAD.replace('steps:\n', '')}${bomb.join('\n')}\nsteps: *k29\n`, '6:', /anchor/],
  ['a tag', `${HEAD}  - !!js/function "process.exit()"\n`, '7:', /tag/],
  ['absurd nesting', `${HEAD}  - ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`, '1:1', /nested deeper/],
  ['a key twice', `${HEAD}  - { wait: 5m, wait: 6m }\n`, '7:', /./],
  ['text that is not YAML', `${HEAD}  - { wait: 5m\n`, '', /./],
];

describe('a playbook with mistakes is refused, with their place', () => {
  it('on the command line', () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'tocsin.yaml'), tocsinYaml());
    for (const [i, [, source]] of WRONG.entries()) {
      // Each alone: playbooks of one folder can run each other.
      mkdirSync(join(folder, String(i)));
      writeFileSync(join(folder, String(i), 'bad.yaml'), source);
    }
    const files = WRONG.map((_, i) => `${i}/bad.yaml`);
    const cli = join(packageRoot, 'dist', 'src', 'main', 'cli.js');
    const ran = spawnSync(process.execPath, [cli, 'playbook', 'check', ...files], { cwd: folder, encoding: 'utf8' });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(`${WRONG.length} of ${WRONG.length} files do not hold`);
    for (const [i, [what, , at, said]] of WRONG.entries()) {
      const lines = ran.stdout
        .split('\n')
        .filter((line) => line.includes(`${i}/bad.yaml:`) && line.startsWith(`${i}/`));
      expect(lines.join('\n'), what).toMatch(new RegExp(`^${i}/bad\\.yaml:${at}`));
      expect(lines.join('\n'), what).toMatch(said);
    }
    expect(ran.stdout + ran.stderr).not.toMatch(/ at .*\.[jt]s:\d+/);
  });

  it.each(WRONG)('over HTTP, checked and not published: %s', async (_, source, at, said) => {
    const sources = { file: 'bad.yaml', source };
    const checked = await town.call('rhea', 'POST', '/api/playbooks/check', sources);
    expect(checked, checked.text).toMatchObject({ status: 200, body: { ok: false, hash: null } });
    const found = checked.body.diagnostics as Diagnostic[];
    const lines = found.map((one) => formatDiagnostic({ ...one, file: 'bad.yaml' })).join('\n');
    expect(lines).toMatch(new RegExp(`^bad\\.yaml:${at}`, 'm'));
    expect(lines).toMatch(said);
    const published = await town.call('rhea', 'POST', '/api/playbooks/publish', sources);
    expect(published).toMatchObject({
      status: 422,
      body: { code: 'playbook-refused', notDone: 'It was not published.' },
    });
  });
});

describe('opening an incident', () => {
  const open = (body: object) => town.call('rhea', 'POST', '/api/incidents', body);

  it('of a system, or with a playbook, that does not exist opens nothing and says which there are', async () => {
    const typo = await open({ playbook: 'contain', system: 'systm-7' });
    expect(typo).toMatchObject({ status: 422, body: { notDone: 'No incident was opened.' } });
    expect(typo.body.detail).toMatch(/"systm-7": did you mean "system-7"\?/);
    expect(await open({ title: 'Odd', system: 'systm-7' })).toMatchObject({
      status: 422,
      body: { code: 'unknown-system', next: 'Did you mean "system-7"?' },
    });
    expect(await open({ title: 'Odd', system: 'nothing-like-it' })).toMatchObject({
      body: { code: 'unknown-system', next: expect.stringContaining('system-1, system-2') },
    });
    expect(await open({ playbook: 'containn', system: 'system-1' })).toMatchObject({
      status: 422,
      body: { code: 'unknown-playbook', next: 'Did you mean "contain"?' },
    });
    expect(await open({ playbook: 'contain', system: 'system-1', inputs: { sytem: 'x' } })).toMatchObject({
      status: 422,
    });
    const { body } = await town.call('rhea', 'GET', '/api/incidents');
    expect(body.incidents).toEqual([]);
  });

  it('for something else than JSON, or a form of it that is not known, says what is wrong', async () => {
    expect(await open({ titel: 'Odd' })).toMatchObject({ status: 422, body: { code: 'invalid' } });
    expect(await open([] as object)).toMatchObject({ status: 422 });
    const { status, headers } = await fetch(new URL('/api/incidents', town.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${await town.token('rhea')}`, 'content-type': 'application/json' },
      body: '{"title":',
    });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });
});

it('an expression that fails while the incident runs is a failed step with a question, never a silent retry', {
  timeout: 3 * WITHIN_MS,
}, async () => {
  const list = Array.from({ length: 400 }, (_, i) => i);
  const alert = { kind: 'faulty', system: 'system-1', reading: 'lots', zero: 0, list };
  const received = await town.call('rhea', 'POST', '/api/alerts', alert);
  expect(received, received.text).toMatchObject({ body: { status: 'opened' } });
  const incident = String(received.body.incident);
  const failing: [step: string, said: RegExp][] = [
    ['compare', /cannot compare/],
    ['divide', /division by zero/],
    ['endless', /more than 100,000 steps/],
    ['stop', /there is no "missing"/],
  ];
  for (const [step, said] of failing) {
    const { question } = await town.until(incident, `a question about ${step}`, (view) =>
      openDecisions(view).find((one) => one.question.path === step),
    );
    expect(question).toMatchObject({ kind: 'failure', options: expect.arrayContaining(['retry', 'skip', 'unwind']) });
    expect(question.failure?.message).toMatch(said);
    const skipped = await town.call('cara', 'POST', `/api/incidents/${incident}/skip`, {
      step,
      reason: 'Known to fail',
    });
    expect(skipped, skipped.text).toMatchObject({ status: 200 });
  }
  const { plan } = await town.until(incident, 'its end', (view) => (view.plan?.outcome ? view : null));
  expect(plan?.outcome).toBe('completed');
  const { events } = await town.client.workflow.getHandle(incident).fetchHistory();
  expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  const { raw } = await town.client.workflow.getHandle(incident).describe();
  expect(raw.pendingWorkflowTask?.attempt ?? 1).toBe(1);
});
