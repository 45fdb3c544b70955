import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadInventory } from '../../src/inventory/load.ts';
import type { StoryOptions } from '../../src/surfaces/cli/demo.ts';
import type { Io } from '../../src/surfaces/cli/io.ts';
import { type LocalCommands, runCli } from '../../src/surfaces/cli/program.ts';

const text = readFileSync('docs/demo.md', 'utf8');
const io: Io = {
  out: () => undefined,
  err: () => undefined,
  interactive: false,
  colour: false,
  columns: 80,
  env: {},
  cwd: '.',
  home: '.',
  now: () => 0,
  ask: () => Promise.reject(new Error('nobody is asked')),
  secret: () => Promise.reject(new Error('nobody is asked')),
};

test('every command of docs/demo.md is one, with options that there are', async () => {
  const lines = [...text.matchAll(/^\$ tocsin (.*)$/gm)].map(([, line = '']) => line);
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) {
    const played: StoryOptions[] = [];
    const not = () => Promise.reject(new Error('not asked for'));
    const local: LocalCommands = {
      start: not,
      worker: not,
      server: not,
      drillWorker: not,
      localSlack: not,
      doctor: not,
      signInLink: not,
      passwordSetter: not,
      slackCheck: not,
      demoStory: async (options) => {
        played.push(options);
        return 0;
      },
    };
    expect(await runCli(line.split(' '), io, '0.0.0', local), line).toBe(0);
    expect(played[0]).toMatchObject({ simulated: line.includes('--simulated'), auto: line.includes('--auto') });
  }
});

test('the page names files that are there', () => {
  const named = [...text.matchAll(/`(demo\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(2);
  for (const path of named) expect(existsSync(path), path).toBe(true);
});

test('both inventories of the story hold, and differ in what is bound alone', () => {
  const [real, simulated] = ['tocsin', 'tocsin-simulated'].map((name) => loadInventory(`demo/story/${name}.yaml`));
  for (const part of ['organisation', 'roles', 'people', 'contacts'] as const)
    expect(simulated?.[part]).toEqual(real?.[part]);
  expect(simulated?.systems.map(({ id, tier, model }) => ({ id, tier, model }))).toEqual(
    real?.systems.map(({ id, tier, model }) => ({ id, tier, model })),
  );
  expect(Object.keys(simulated?.connections ?? {})).toEqual([]);
});
