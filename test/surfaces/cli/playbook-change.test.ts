// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../../../src/surfaces/cli/io.ts';
import { runOffline } from '../../support/command.ts';
import { sample } from '../../support/served.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-change-'));
  cpSync(sample('playbooks'), join(cwd, 'playbooks'), { recursive: true });
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const run = (args: string[], more: Partial<Io> = {}) => runOffline(cwd, args, more);

const QUIET = `# why it is so
playbook: quiet
title: Quiet
version: 1
inputs: { system: { type: ai-system } }
steps:
  - id: may
    ask: Cut \${inputs.system.name}?
    by: [{ role: ml-on-call, count: 2 }]
    within: 10m
    on-deny: []
  - { id: cut, do: model.isolate, prove: model.probe }
  - { id: back, do: model.restore }
`;
const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);

describe('tocsin playbook diff', () => {
  beforeEach(() => write('quiet.yaml', QUIET));
  const other = (from: string, to: string) => {
    cpSync(join(cwd, 'quiet.yaml'), join(cwd, 'before.yaml'));
    write('before.yaml', QUIET.replace('playbook: quiet', 'playbook: before'));
    write('quiet.yaml', QUIET.replace(from, to));
  };

  it('says what is more dangerous first, and ends with 1', async () => {
    other(', prove: model.probe', '');
    write('quiet.yaml', readFileSync(join(cwd, 'quiet.yaml'), 'utf8').replace(/Cut (.*)\?/, 'May we cut $1?'));
    const { code, out, err } = await run(['playbook', 'diff', 'before.yaml', 'quiet.yaml']);
    expect(code).toBe(1);
    expect(err).toBe('3 changes for a responder, 1 of them more dangerous.\n');
    expect(out.split('\n').slice(1)).toEqual([
      'More dangerous than before',
      '  ! Cut traffic to the model (cut): nothing proves it any more; it was model.probe.',
      'For the rest',
      '  - it needs model.probe no longer.',
      '  - May we cut ‹system.name›? (may): the question reads otherwise.',
      '      before: Cut ‹system.name›?',
      '      now:    May we cut ‹system.name›?',
      '',
    ]);
  });

  it('finds nothing in a comment or another form, and ends with 0', async () => {
    other('# why it is so', '# because');
    const { code, out } = await run(['playbook', 'diff', 'before.yaml', 'quiet.yaml']);
    expect(code).toBe(0);
    expect(out).toContain('Nothing changes for a responder.');
    expect(JSON.parse((await run(['playbook', 'diff', 'before.yaml', 'quiet.yaml', '--json'])).out)).toMatchObject({
      before: { playbook: 'before', version: 1 },
      changes: [],
    });
  });

  it('names what is wrong with a file, and asks for a second playbook', async () => {
    other('model.isolate', 'model.isolat');
    expect(await run(['playbook', 'diff', 'before.yaml', 'quiet.yaml'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('quiet.yaml:12:20 error: unknown capability "model.isolat"'),
    });
    expect(await run(['playbook', 'diff', 'quiet'])).toMatchObject({ code: 2 });
    expect(await run(['playbook', 'diff', 'quiet', 'other', '--inventory', 'tocsin.yaml'])).toMatchObject({ code: 2 });
  });
});

describe('tocsin playbook fmt', () => {
  it('writes the canonical form once, and says which files it changed', async () => {
    write('quiet.yaml', QUIET.replace('title: Quiet\nversion: 1', 'version: 1\ntitle: "Quiet"'));
    expect(await run(['playbook', 'fmt', '--check', 'quiet.yaml'])).toMatchObject({
      code: 1,
      out: 'quiet.yaml would be changed.\n',
    });
    expect(await run(['playbook', 'fmt', 'quiet.yaml'])).toMatchObject({ code: 0, out: 'quiet.yaml is changed.\n' });
    expect(readFileSync(join(cwd, 'quiet.yaml'), 'utf8')).toContain('title: "Quiet"\nversion: 1\ninputs: { system');
    expect(await run(['playbook', 'fmt', '--check', 'quiet.yaml'])).toMatchObject({ code: 0 });
  });

  it('leaves a file alone that cannot be read, and says where', async () => {
    write('quiet.yaml', QUIET.replace('title: Quiet', 'title: [Quiet'));
    const { code, out } = await run(['playbook', 'fmt', 'quiet.yaml']);
    expect(code).toBe(1);
    expect(out).toMatch(/^quiet\.yaml:\d+:\d+ error: /);
    expect(readFileSync(join(cwd, 'quiet.yaml'), 'utf8')).toContain('title: [Quiet');
    expect(await run(['playbook', 'fmt', 'none.yaml'])).toMatchObject({ code: 4 });
    const latin = Buffer.from(QUIET.replace('title: Quiet', 'title:   Größe'), 'latin1');
    writeFileSync(join(cwd, 'quiet.yaml'), latin);
    expect(await run(['playbook', 'fmt', 'quiet.yaml'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('the file is not UTF-8 text'),
    });
    expect(readFileSync(join(cwd, 'quiet.yaml')).equals(latin)).toBe(true);
  });
});

describe('tocsin playbook new', () => {
  const acts = ['model.isolate', 'access.revoke', 'agent.stop', 'tool.disable', 'filter.tighten', 'vendor.failover'];

  it.each(acts)(
    'writes a playbook that contains by %s, holds without a remark and is in the canonical form',
    async (act) => {
      const ran = await run(['playbook', 'new', 'mine', '--act', act, '--alert', 'some.thing', '--yes']);
      expect(ran).toMatchObject({ code: 0, err: '' });
      const checked = await run(['playbook', 'check', 'playbooks/mine.yaml', '--json']);
      expect(JSON.parse(checked.out).checked).toEqual([expect.objectContaining({ ok: true, diagnostics: [] })]);
      expect(await run(['playbook', 'fmt', '--check', 'playbooks/mine.yaml'])).toMatchObject({ code: 0 });
      const text = readFileSync(join(cwd, 'playbooks', 'mine.yaml'), 'utf8');
      expect(text).toContain('opens-on: alert.kind == "some.thing"');
      expect(text.match(/^ *# /gm)?.length).toBeGreaterThan(8);
    },
  );

  it('writes one that only tells, or a copy of another one', async () => {
    expect(await run(['playbook', 'new', 'told', '--from', 'notify', '--yes'])).toMatchObject({ code: 0, err: '' });
    const title = 'A leak at our house';
    const copy = ['playbook', 'new', 'our-leak', '--from', 'pii-leak-output', '--title', title, '--yes'];
    expect(await run(copy)).toMatchObject({ code: 0, err: '' });
    const text = readFileSync(join(cwd, 'playbooks', 'our-leak.yaml'), 'utf8');
    expect(text).toMatch(/^playbook: our-leak\ntitle: "?A leak at our house"?\nversion: 1\n/m);
    // As it was asked: no alert opens it, least of all those that open what it was copied from.
    expect(text).not.toMatch(/^opens-on:/m);
    expect(await run([...copy.with(2, 'our-own'), '--alert', 'our.leak'])).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(join(cwd, 'playbooks', 'our-own.yaml'), 'utf8')).toContain(
      'opens-on: alert.kind == "our.leak"\n',
    );
    const checked = await run(['playbook', 'check', 'playbooks/told.yaml', 'playbooks/our-leak.yaml', '--json']);
    expect(JSON.parse(checked.out).checked).toMatchObject([{ ok: true, diagnostics: [] }, { ok: true }]);
  });

  it('asks a person what it needs, and again when a name is not known', async () => {
    const answers = ['', 'Odd answers', 'model.odd', 'claims-triage', 'ml-on-cal', 'ml-on-call', 'agent.stop'];
    const asked: string[] = [];
    const ask = (question: string) => {
      asked.push(question);
      return Promise.resolve(answers[asked.length - 1] ?? '');
    };
    const ran = await run(['playbook', 'new', 'odd-answers'], { interactive: true, ask });
    expect(ran).toMatchObject({ code: 0, err: '"ml-on-cal" is not known; did you mean "ml-on-call"?\n' });
    expect(asked).toHaveLength(7);
    const text = readFileSync(join(cwd, 'playbooks', 'odd-answers.yaml'), 'utf8');
    expect(text).toContain('system: { type: ai-system, from: alert.system, default: claims-triage }');
    expect(text).toContain('by: [{ role: ml-on-call }]');
    expect(text).toContain('do: agent.stop');
  });

  it('writes over nothing, and nothing that would not hold here', async () => {
    expect(await run(['playbook', 'new', 'notify-legal', '--yes'])).toMatchObject({ code: 3 });
    expect(await run(['playbook', 'new', 'Not A Name', '--yes'])).toMatchObject({ code: 2 });
    expect(await run(['playbook', 'new', 'mine'])).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect(await run(['playbook', 'new', 'mine', '--act', 'agent.stp', '--yes'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "agent.stop"?'),
    });
    write('tocsin.yaml', readFileSync(join(cwd, 'tocsin.yaml'), 'utf8').replace('  agent.*: simulated\n', ''));
    expect(await run(['playbook', 'new', 'mine', '--act', 'agent.stop', '--yes'])).toMatchObject({ code: 1 });
    expect(await run(['playbook', 'check', 'playbooks/mine.yaml'])).toMatchObject({ code: 4 });
  });
});
