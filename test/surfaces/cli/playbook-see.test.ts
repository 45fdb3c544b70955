import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../../../src/surfaces/cli/io.ts';
import { runOffline } from '../../support/command.ts';
import { sample } from '../../support/served.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-see-'));
  cpSync(sample('playbooks'), join(cwd, 'playbooks'), { recursive: true });
  copyFileSync(sample('tocsin.yaml'), join(cwd, 'tocsin.yaml'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const FILE = 'playbooks/supply-chain-tampered-artifact.yaml';
/** No server anywhere: what is shown of a file needs none. */
const run = (args: string[], more: Partial<Io> = {}) => runOffline(cwd, args, more);

describe('tocsin playbook graph', () => {
  it('draws a file as SVG, to standard output or into a file', async () => {
    const printed = await run(['playbook', 'graph', FILE]);
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    const written = await run(['playbook', 'graph', FILE, '-o', 'graph.svg']);
    expect(written.out).toBe('supply-chain-tampered-artifact v3 is drawn in graph.svg.\n');
    expect(readFileSync(join(cwd, 'graph.svg'), 'utf8')).toBe(printed.out);
  });

  it('draws it as narrow as it is told, and as Mermaid', async () => {
    expect((await run(['playbook', 'graph', FILE, '--width', '360'])).out).toMatch(/ width="360" /);
    expect((await run(['playbook', 'graph', FILE, '--format', 'mermaid'])).out).toMatch(/^flowchart TB\n/);
    const json = await run(['playbook', 'graph', FILE, '--format', 'mermaid', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ playbook: 'supply-chain-tampered-artifact', format: 'mermaid' });
  });

  it('refuses what it cannot do, and says what it can', async () => {
    expect(await run(['playbook', 'graph', FILE, '--width', '10'])).toMatchObject({ code: 2, out: '' });
    expect((await run(['playbook', 'graph', FILE, '--format', 'png'])).err).toContain('svg, mermaid');
    const nowhere = await run(['playbook', 'graph', FILE, '-o', 'no/such/folder/graph.svg']);
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('cannot be written') });
    expect(await run(['playbook', 'graph', 'playbooks/none.yaml'])).toMatchObject({ code: 4 });
    expect(await run(['playbook', 'graph', 'some-name', '--inventory', 'tocsin.yaml'])).toMatchObject({ code: 2 });
  });

  it('draws nothing of a playbook that does not hold, and names the place', async () => {
    const text = readFileSync(join(cwd, FILE), 'utf8').replace('model.isolate', 'model.isolat');
    writeFileSync(
      join(cwd, 'playbooks', 'broken.yaml'),
      text.replace('playbook: supply-chain-tampered-artifact', 'playbook: broken'),
    );
    const ran = await run(['playbook', 'graph', 'playbooks/broken.yaml']);
    rmSync(join(cwd, 'playbooks', 'broken.yaml'));
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(
      /broken\.yaml:\d+:\d+ error: unknown capability "model.isolat"; did you mean "model.isolate"\?/,
    );
  });
});

describe('tocsin playbook explain', () => {
  it('says in plain sentences what a file will do', async () => {
    const { code, out } = await run(['playbook', 'explain', FILE]);
    expect(code).toBe(0);
    const headings = out.split('\n').filter((line) => /^[A-Z]/.test(line));
    expect(headings).toEqual([
      'When it opens',
      'What it answers',
      'What it was written from',
      'What it does, in order',
      'Always, at the end',
      'Who is asked, and what if nobody answers',
      'What is undone when the incident is stood down or unwound',
      'What leaves the organisation',
      'Who is told',
      'Capabilities it needs',
      'At worst',
    ]);
    expect(out.replace(/\s+/g, ' ')).toContain(
      '4. Cut traffic to the model: model.isolate (disruptive, after the approval of contain and done when model.probe proves it). 5. ',
    );
    expect(out).toContain('  It takes at most 5 h 2 min.');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('gives the same to programs', async () => {
    const { out } = await run(['playbook', 'explain', FILE, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      playbook: 'supply-chain-tampered-artifact',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      outside: [],
      worstCase: { ms: 18_108_000 },
    });
  });

  it('shows an example with its help', async () => {
    for (const command of ['graph', 'explain'])
      expect((await run(['playbook', command, '--help'])).out).toContain('Examples:');
  });
});
