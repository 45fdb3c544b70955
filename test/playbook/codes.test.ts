// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/playbook/check.ts';
import { CODES, type Code } from '../../src/playbook/codes.ts';
import { type Diagnostic, SourceError } from '../../src/playbook/diagnostics.ts';
import { checkPlaybook, readLibrary } from '../../src/playbook/library.ts';
import { checkLibraryRules } from '../../src/playbook/obligation-rule.ts';
import type { Surroundings } from '../../src/playbook/surroundings.ts';
import { ASK, HEAD, library, surroundings } from './world.ts';

const found = (text: string | Uint8Array, around: Surroundings = surroundings): Diagnostic[] =>
  check(text, 'p.yaml', around, library).diagnostics;
const steps = (text: string) => () => found(HEAD + text);
const whole = (text: string | Uint8Array) => () => found(text);
const inHead = (more: string) => () => found(HEAD.replace('steps:', `${more}\nsteps:`) + WAIT);

const WAIT = '  - { wait: 5m }\n';
const LOOK = '  - { id: x, do: model.inspect }\n';
const say = (text: string) => `  - { say: '${text}', to: ml-on-call }\n`;
const ask = (more: string) => `  - { id: q, ask: Q?, by: [{ role: ml-on-call }], within: 5m${more} }\n`;
const DUTY = '  - { id: duty, oblige: eu-72h, by: ml-on-call }\n';

/** For every code something that people would write. */
const samples: Record<Code, () => Diagnostic[]> = {
  'unknown-key': steps('  - { do: model.inspect, wiht: {} }\n'),
  'missing-key': whole('playbook: p\nversion: 1\nsteps:\n  - { wait: 5m }\n'),
  type: steps('  - { wait: 5m, when: \'"yes"\' }\n'),
  value: steps('  - { do: model.probe, with: { expect: cute } }\n'),
  name: whole(HEAD.replace('{ system:', '{ "My System":') + WAIT),
  shape: steps('  - { id: x }\n'),
  yaml: whole('playbook: [\n'),
  alias: steps('  - &a { wait: 5m }\n'),
  tag: steps('  - { wait: !!str 5m }\n'),
  'merge-key': steps('  - { <<: { wait: 5m } }\n'),
  'duplicate-key': steps('  - { wait: 5m, wait: 6m }\n'),
  'too-large': whole('#'.repeat(2_000_001)),
  'too-deep': whole(`playbook: ${'['.repeat(101)}${']'.repeat(101)}\n`),
  'not-utf-8': whole(new Uint8Array([0x70, 0xff, 0xfe])),
  unreadable: () => {
    try {
      readLibrary('/nowhere/playbooks');
    } catch (error) {
      if (error instanceof SourceError) return error.diagnostics;
      throw error;
    }
    return [];
  },
  'unknown-capability': steps('  - { do: model.rolback }\n'),
  'unknown-input': steps('  - { do: model.inspect, with: { sytem: chat } }\n'),
  'missing-input': steps(`${ASK}  - { do: notify.mail, with: { to: ml-on-call, subject: s } }\n`),
  'unknown-system': steps('  - { do: model.inspect, with: { system: chatt } }\n'),
  'unknown-playbook': steps('  - { run: infrom }\n'),
  'unknown-template': steps('  - { say: templates/breif, to: stakeholders }\n'),
  'unknown-reference': inHead('references: { atlas: [AML.T9999] }'),
  expression: steps(say('${1 +}')),
  'unknown-name': steps(say('${system.name}')),
  'unknown-field': steps(say('${inputs.system.nmae}')),
  'unknown-function': steps(say('${string(size2(alert))}')),
  arguments: steps(say('${string(size(alert, 1))}')),
  pattern: steps('  - { wait: 5m, when: \'inputs.system.name.matches("(")\' }\n'),
  'not-here': inHead('opens-on: inputs.system.name == "x"'),
  'unknown-step': steps(say('${steps.asess.version}') + LOOK),
  'unknown-answer': steps(`${ask('')}  - { wait: 1m, when: steps.q.outcome == "approved" }\n`),
  'no-outputs': steps(`  - { id: c, if: alert.x == 1, then: [{ wait: 5m }] }\n${say('${steps.c.x}')}`),
  'not-done-before': steps(say('${steps.x.version}') + LOOK),
  'not-surely-done': steps(LOOK.replace('do:', 'when: alert.deep == true, do:') + say('${steps.x.version}')),
  'id-twice': steps('  - { id: a, wait: 5m }\n  - { id: a, wait: 6m }\n'),
  'id-missing': steps(WAIT + WAIT),
  'nobody-holds': steps(ask('').replace('ml-on-call', 'ml-oncall')),
  'too-few-people': steps(ask('').replace('ml-on-call', 'ml-on-call, count: 2')),
  'role-twice': steps(ask('').replace(' }]', ' }, { role: ml-on-call }]')),
  'after-deadline': steps(ask(', remind: [5m]')),
  options: steps(ask(', options: { approve: Yes, no: No }, otherwise: no')),
  otherwise: steps(ask(', otherwise: aprove')),
  form: steps(ask(', form: {}')),
  'unhandled-deny': steps(`${ask('')}  - { do: model.rollback }\n`),
  'approve-by-silence': steps(
    `${ask(', on-deny: [], otherwise: approve')}  - { do: notify.mail, with: { to: a@b.example, subject: s, text: t } }\n`,
  ),
  uncovered: steps('  - { do: model.rollback }\n'),
  'silent-path': steps(`${ASK}  - { do: model.rollback }\n`),
  outside: steps('  - { say: Hi, to: press@paper.example }\n'),
  'unknown-rule': steps(DUTY.replace('eu-72h', 'eu-27h')),
  'broken-rule': steps(DUTY.replace('eu-72h', 'broken-rule')),
  'before-start': steps(DUTY.replace(' }', ', remind: [80h] }')),
  'no-obligation': steps(
    `${ASK}  - { do: notify.mail, with: { to: a@b.example, subject: s, text: t }, fulfils: may }\n`,
  ),
  unfulfilled: steps(DUTY),
  'unbounded-wait': steps('  - { wait: { until: alert.x == 1 } }\n'),
  'no-calendar': () =>
    found(`${HEAD}  - { wait: { business: 2d } }\n`, { ...surroundings, organisation: ['notify.mail'] }),
  unbound: steps('  - { do: model.validate, with: { system: archive } }\n'),
  'no-way-back': steps(`${ASK}  - { do: model.isolate, undo: { none: it is retired } }\n`),
  'left-cut': steps(`${ASK}  - { do: model.isolate }\n`),
  'parallel-conflict': steps(
    `${ASK}  - parallel:\n      a: [{ id: x, do: model.rollback }]\n      b: [{ id: y, do: model.restore }]\n`,
  ),
  'not-a-proof': steps('  - { do: model.inspect, prove: model.validate }\n'),
  reason: steps(`${ASK}  - { do: model.rollback, undo: none }\n`),
  unreachable: steps('  - { wait: 5m, when: 1 > 2 }\n'),
  needless: steps('  - { wait: 5m, when: 1 < 2 }\n'),
  recursion: () => checkPlaybook('loops', library, surroundings).diagnostics.concat(steps('  - { run: p }\n')()),
  'broken-playbook': steps('  - { run: broken }\n'),
  'file-name': () => checkLibraryRules(library),
  'missing-from': inHead('opens-on: alert.kind == "x"'),
};

describe('what the checker can say', () => {
  it.each(Object.keys(CODES) as Code[])('%s is said about something', (code) => {
    expect(samples[code]().map((one) => one.code)).toContain(code);
  });

  it('has a word about each in the table of docs/playbooks.md, and the table has no other', () => {
    const page = readFileSync('docs/playbooks.md', 'utf8');
    const [, table = ''] = /\n\| code \| is \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(page) ?? [];
    const rows = table.trim().split('\n');
    const listed = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map(([, code]) => code),
    );
    expect(listed.sort()).toEqual(Object.keys(CODES).sort());
  });

  it('says nothing that it does not name', () => {
    const said = Object.values(samples).flatMap((sample) => sample().map(({ code }) => code));
    expect(said.filter((code) => !Object.hasOwn(CODES, code))).toEqual([]);
  });
});
