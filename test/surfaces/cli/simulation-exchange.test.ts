import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readXlsx } from '../../../src/surfaces/cli/simulation-xlsx.ts';
import { runOffline } from '../../support/command.ts';
import { sample } from '../../support/served.ts';

const FILE = 'simulations/supply-chain-tampered-artifact.yaml';
const PLAYBOOK = ['--playbook', 'supply-chain-tampered-artifact'];
let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-exchange-'));
  for (const folder of ['playbooks', 'simulations']) cpSync(sample(folder), join(cwd, folder), { recursive: true });
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(cwd, name), 'utf8');

const run = (args: string[], answers: string[] | null = null) =>
  runOffline(cwd, ['simulation', ...args], {
    interactive: answers !== null,
    ask: () => Promise.resolve(answers?.shift() ?? ''),
  });

describe('tocsin simulation export', () => {
  it('writes the same MSEL as CSV and as a spreadsheet, which both come back as a simulation that holds', async () => {
    expect((await run(['export', FILE, '--to', 'msel-csv', '-o', 'm.csv'])).code).toBe(0);
    expect((await run(['export', FILE, '--to', 'msel-xlsx', '-o', 'm.xlsx'])).code).toBe(0);
    const rows = (await readXlsx(readFileSync(join(cwd, 'm.xlsx')))).map(({ cells }) => cells);
    expect(rows[0]?.slice(0, 3)).toEqual(['Event number', 'Scenario time', 'Synopsis']);
    expect(rows[2]).toEqual(expect.arrayContaining(['2', 'T+0:04', 'Scheduled check', 'alert']));
    for (const name of ['m.csv', 'm.xlsx']) {
      const output = `simulations/again-${name.slice(2)}.yaml`;
      const { code, out } = await run(['import', name, '--from', 'msel', '-o', output, ...PLAYBOOK]);
      expect([code, out]).toEqual([0, expect.stringContaining('is written, and holds.')]);
    }
    const [csv, xlsx] = ['csv', 'xlsx'].map((end) => parse(read(`simulations/again-${end}.yaml`)).injects);
    expect(csv).toEqual(xlsx);
    expect(csv[1]).toMatchObject({ at: '4m', by: 'alert', kind: 'expected-action' });
  });

  it('tells players nothing of the truth, and each of them only what is theirs', async () => {
    await run(['export', FILE, '--to', 'manual', '-o', 'manual.html']);
    await run(['export', FILE, '--to', 'player', '-o', 'guides']);
    const seats = Object.entries<{ brief: string }>(parse(read(FILE)).players);
    expect(readdirSync(join(cwd, 'guides')).sort()).toEqual(seats.map(([role]) => `${role}.html`).sort());
    const about = parse(read(FILE));
    const words = (text: string) => text.trim().split(/\s+/).slice(0, 6).join(' ');
    const objectives = Object.values<{ title: string; tasks: Record<string, string> }>(about.objectives);
    const secrets = [
      ...[about.truth, about.guide, ...about.injects.map((one: { title: string }) => one.title)],
      ...objectives.flatMap(({ title, tasks }) => [title, ...Object.values(tasks)]),
    ].map(words);
    for (const [role, { brief }] of seats) {
      const page = read(`guides/${role}.html`).replace(/\s+/g, ' ');
      expect(page).toContain('EXERCISE');
      expect(page).toContain(words(brief).replaceAll("'", '&#39;'));
      for (const other of seats) if (other[0] !== role) expect(page).not.toContain(words(other[1].brief));
      for (const secret of secrets) expect(page).not.toContain(secret);
    }
    const manual = read('manual.html').replace(/\s+/g, ' ').replaceAll('&#39;', "'");
    for (const secret of secrets) expect(manual).not.toContain(secret);
    for (const { capability } of Object.values<{ capability: string }>(about.objectives))
      expect(manual).toContain(capability);
    await run(['export', FILE, '--to', 'facilitator', '-o', 'guide.html']);
    const guide = read('guide.html').replace(/\s+/g, ' ').replaceAll('&#39;', "'");
    for (const secret of secrets) expect(guide).toContain(secret);
  });

  it('gives evaluators a guide with what to look for, and neither the truth nor an inject', async () => {
    await run(['export', FILE, '--to', 'eeg', '-o', 'eeg.html']);
    const page = read('eeg.html').replace(/\s+/g, ' ').replaceAll('&#39;', "'");
    const { objectives, expectations, truth, injects } = parse(read(FILE)) as {
      objectives: Record<string, { title: string; tasks: Record<string, string> }>;
      expectations: { title: string; judged?: string }[];
      injects: { text?: string }[];
      truth: string;
    };
    for (const { title, tasks } of Object.values(objectives))
      for (const words of [title, ...Object.values(tasks)]) expect(page).toContain(words);
    for (const { title } of expectations) expect(page).toContain(`${title}</bdi>`);
    for (const { judged } of expectations) if (judged) expect(page).toContain(judged.trim());
    expect(page.match(/☐ not observed/g)).toHaveLength(expectations.filter(({ judged }) => judged).length);
    for (const text of [truth, ...injects.flatMap((one) => one.text ?? [])])
      expect(page).not.toContain(text.trim().split(/\s+/).slice(0, 6).join(' '));
  });

  it('lets nothing that stands in the file become markup', async () => {
    const value = parse(read(FILE));
    value.simulation = 'hostile';
    value.about = '<script>alert(1)</script>';
    value.injects[0].text = '<img src=x onerror=alert(2)>';
    writeFileSync(join(cwd, 'simulations/hostile.yaml'), stringify(value));
    for (const to of ['manual', 'facilitator']) {
      expect((await run(['export', 'simulations/hostile.yaml', '--to', to, '-o', `${to}-x.html`])).code).toBe(0);
      expect(read(`${to}-x.html`)).not.toMatch(/<script|<img/);
    }
    expect(read('facilitator-x.html')).toContain('&lt;img src=x');
  });

  it('writes over nothing without --force, and knows the seats', async () => {
    writeFileSync(join(cwd, 'mine.csv'), 'mine');
    const args = ['export', FILE, '--to', 'msel-csv', '-o', 'mine.csv'];
    expect((await run(args)).code).toBe(3);
    expect(read('mine.csv')).toBe('mine');
    expect((await run([...args, '--force'])).code).toBe(0);
    const { code, err } = await run(['export', FILE, '--to', 'player', '--role', 'legal-counsell', '-o', 'x.html']);
    expect([code, err]).toEqual([4, expect.stringContaining('did you mean legal-counsel?')]);
  });
});

describe('tocsin simulation import', () => {
  it('says where a file cannot be read, and writes nothing', async () => {
    writeFileSync(join(cwd, 'bad.csv'), 'Time,Synopsis\n+0:05,"never closed\n');
    const { code, err } = await run(['import', 'bad.csv', '--from', 'msel', '-o', 'simulations/bad.yaml', ...PLAYBOOK]);
    expect([code, err]).toEqual([1, expect.stringContaining('bad.csv:2: a cell begins with a quote here')]);
    expect(existsSync(join(cwd, 'simulations/bad.yaml'))).toBe(false);
    writeFileSync(join(cwd, 'bad.xlsx'), 'PK\u0003\u0004 and then nothing');
    const sheet = await run(['import', 'bad.xlsx', '--from', 'msel', '-o', 'simulations/bad.yaml', ...PLAYBOOK]);
    expect([sheet.code, sheet.err]).toEqual([1, expect.stringContaining('bad.xlsx, row 1: it is no spreadsheet')]);
  });

  it('drafts a case study for the playbook that answers its techniques, and lists what it took for granted', async () => {
    const study = { name: 'Poisoned', procedure: [{ tactic: 'AML.TA0003', technique: 'AML.T0010.003' }] };
    writeFileSync(join(cwd, 'study.yaml'), stringify({ study }));
    const { code, out } = await run(['import', 'study.yaml', '--from', 'atlas', '-o', 'simulations/study.yaml']);
    expect(code).toBe(0);
    expect(out).toContain('it exercises supply-chain-tampered-artifact, which answers 1 of its techniques');
    expect(out).toContain('is written, and holds.');
    const unknown = await run(['import', 'study.yaml', '--from', 'atlas', '--playbook', 'pii-leak-outptu']);
    expect([unknown.code, unknown.err]).toEqual([4, expect.stringContaining('did you mean "pii-leak-output"?')]);
  });
});

describe('tocsin simulation new and fmt', () => {
  it('writes one that holds and is in the canonical form, with what people answered', async () => {
    const { code, err } = await run(
      ['new', 'a-strange-morning'],
      ['pii-leak-outptu', 'pii-leak-output', '', 'Strange'],
    );
    expect([code, err]).toEqual([0, expect.stringContaining('did you mean "pii-leak-output"?')]);
    const file = 'simulations/a-strange-morning.yaml';
    expect(parse(read(file))).toMatchObject({ title: 'Strange', playbook: 'pii-leak-output' });
    const decided = { id: 'decided', decided: { step: 'respond/recover/contain' } };
    expect(parse(read(file)).expectations).toContainEqual(expect.objectContaining(decided));
    expect((await run(['check', file])).code).toBe(0);
    expect((await run(['fmt', '--check', file])).code).toBe(0);
    expect((await run(['new', 'a-strange-morning', ...PLAYBOOK, '--yes'])).code).toBe(3);
    const alone = await run(['new', 'another']);
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('--playbook is not given')]);
  });

  it('formats what is there: the order of keys changes, words and comments do not', async () => {
    writeFileSync(join(cwd, 'loose.yaml'), `# Ours\ntitle: X\nsimulation: loose # its name\n`);
    const before = await run(['fmt', '--check', 'loose.yaml']);
    expect([before.code, before.out]).toEqual([1, 'loose.yaml would be changed.\n']);
    await run(['fmt', 'loose.yaml']);
    expect(read('loose.yaml')).toBe('# Ours\nsimulation: loose # its name\ntitle: X\n');
  });
});
