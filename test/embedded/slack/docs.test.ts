import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS, Command } from '../../../src/embedded/slack/control/commands.ts';

const page = readFileSync(new URL('../../../docs/local-slack.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].flatMap(([, lines = '']) => lines.trim().split('\n'));

test('every example of the control API in the documentation is one that it takes', () => {
  for (const example of examples)
    expect(Command.safeParse(JSON.parse(example)), example).toMatchObject({ success: true });
});

test('the documentation has a row and an example for every command, and for no other', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| /gm)].map(([, name]) => name);
  const reasons = ['no-app', 'timeout', 'refused', 'not-there', 'invalid'];
  expect(rows.filter((name) => !reasons.includes(String(name))).sort()).toEqual([...COMMANDS].sort());
  expect([...new Set(examples.map((example) => JSON.parse(example).do))].sort()).toEqual([...COMMANDS].sort());
});
