import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runOffline } from '../../support/command.ts';

const root = join(import.meta.dirname, '../../..');
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tocsin-cacao-'));
  cpSync(join(root, 'playbooks'), join(cwd, 'playbooks'), { recursive: true });
  copyFileSync(join(root, 'tocsin.yaml'), join(cwd, 'tocsin.yaml'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const run = (...args: string[]) => runOffline(cwd, args, { columns: 120, now: () => 0 });
const read = (...path: string[]) => readFileSync(join(cwd, ...path), 'utf8');
const fixture = (name: string) =>
  copyFileSync(join(root, 'test/playbook/cacao/fixtures', name), join(cwd, 'theirs.json'));

it('a playbook goes to another installation with all it needs', async () => {
  expect(
    await run('playbook', 'export', 'supply-chain-tampered-artifact', '--to', 'cacao', '-o', 'x.json'),
  ).toMatchObject({
    code: 0,
  });
  mkdirSync(join(cwd, 'there'));
  const to = 'there/supply-chain-tampered-artifact.yaml';
  expect(await run('playbook', 'import', 'x.json', '--from', 'cacao', '-o', to)).toMatchObject({ code: 0, err: '' });
  expect(read(to)).toBe(read('playbooks/supply-chain-tampered-artifact.yaml'));
  const hash = async (file: string) => JSON.parse((await run('playbook', 'check', file, '--json')).out).checked[0].hash;
  expect(await hash(to)).toBe(await hash('playbooks/supply-chain-tampered-artifact.yaml'));
});

it('a playbook of others is written beside its original, holds, and leaves with all it said', async () => {
  fixture('soarca/ssh-playbook.json');
  const ran = await run('playbook', 'import', 'theirs.json', '--from', 'cacao', '--json');
  expect(JSON.parse(ran.out)).toMatchObject({
    playbook: 'example-ssh',
    repairs: [{ code: 'secrets' }],
    diagnostics: [],
  });
  expect(JSON.parse(read('example-ssh.cacao.json'))).toEqual(JSON.parse(read('theirs.json')));
  expect(await run('playbook', 'check', 'example-ssh.yaml')).toMatchObject({ code: 0 });
  const out = JSON.parse((await run('playbook', 'export', 'example-ssh.yaml', '--to', 'cacao')).out);
  expect(out.workflow).toMatchObject(JSON.parse(read('theirs.json')).workflow);
});

it('nothing is written over that says something else', async () => {
  fixture('soarca/ssh-playbook.json');
  writeFileSync(join(cwd, 'example-ssh.yaml'), 'mine');
  const again = await run('playbook', 'import', 'theirs.json', '--from', 'cacao');
  expect(again).toMatchObject({ code: 3 });
  expect(read('example-ssh.yaml')).toBe('mine');
  expect(await run('playbook', 'import', 'theirs.json', '--from', 'cacao', '--force')).toMatchObject({ code: 0 });
});

it('what is refused is told with its place, and a misspelt name with the one that was meant', async () => {
  fixture('soarca/infinite_playbook.json');
  const refused = await run('playbook', 'import', 'theirs.json', '--from', 'cacao');
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/theirs\.json:\d+:\d+ error: these steps repeat without a bound/);
  expect(await run('playbook', 'export', 'notify-legl', '--to', 'cacao')).toMatchObject({
    code: 4,
    err: expect.stringContaining('Did you mean notify-legal?'),
  });
  expect(await run('playbook', 'import', 'none.json', '--from', 'cacao')).toMatchObject({ code: 4 });
  expect(await run('playbook', 'export', 'notify-legal', '--to', 'stix')).toMatchObject({ code: 2 });
});
