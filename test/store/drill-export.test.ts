import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import { rehearseScript } from '../../src/simulator/core/rehearse-script.ts';
import { readDrillExport } from '../../src/simulator/scoring/read-export.ts';
import { scoreOf } from '../../src/simulator/scoring/score-of.ts';
import { createDrillStore } from '../../src/store/drills.ts';
import { exportJsonLines } from '../../src/store/export.ts';
import { addToSum, endLine } from '../../src/store/export-format.ts';
import { createPlanLibrary } from '../../src/store/plans.ts';
import { verifyExport } from '../../src/store/verify.ts';
import { shippedScript } from '../support/scripts.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await testStore();
  await createPlanLibrary(store.pool).publish(plan, ['ann'], 0);
});
afterAll(() => store.close());

const { script, plan } = shippedScript('pii-leak-output', '15m');

let planned = 0;
/** A drill that bots have played, up to an event. */
async function played(until: NumberedEvent['type']): Promise<{ id: string; events: NumberedEvent[] }> {
  const { playbook: id, version, title, hash } = plan;
  const about = { script, playbook: { id, version, title, hash }, players: [], staff: [], at: null, seed: 7, rate: 1 };
  const drill = await createDrillStore(store.pool).plan(
    { ...about, note: null, plannedBy: 'ann', plannedAt: Date.parse('2026-11-05T13:00:00Z') },
    `key-${++planned}`,
  );
  const { events } = await rehearseScript({ script, plan, seed: 7, id: drill.id });
  const upTo = events.slice(0, events.findIndex(({ type }) => type === until) + 1);
  await store.writer().append(drill.id, upTo);
  return { id: drill.id, events: upTo };
}

async function exported(id: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportJsonLines(store.pool, id, new Date(0))) lines.push(line.slice(0, -1));
  return lines;
}

test('a drill that is over can be scored by its export alone, to the same score', async () => {
  const { id, events } = await played('exercise.ended');
  const lines = await exported(id);
  expect(await verifyExport(lines)).toMatchObject({ ok: true, problems: [], script: script.hash });
  const read = readDrillExport(`${lines.join('\n')}\n`);
  expect(read).toMatchObject({ isSigned: true, redacted: [] });
  expect(scoreOf(read.script, read.events)).toEqual(scoreOf(script, events));
});

test('what is still to come is in no export before ENDEX', async () => {
  const { id } = await played('incident.opened');
  const text = (await exported(id)).join('\n');
  expect(text).not.toContain('{"script":');
  expect(await verifyExport(text.split('\n'))).toMatchObject({ ok: true, script: null });
  expect(() => readDrillExport(text)).toThrow(/The script that EX-2026-\d+ played is not in this file/);
});

test('no line that is none of an event smuggles one in, whoever makes the end anew', async () => {
  const { id, events } = await played('exercise.ended');
  const lines = await exported(id);
  const last = events.at(-1);
  const data = { objective: 'contain', task: null, expectation: null, verdict: null, about: [] };
  const event = { seq: (last?.seq ?? 0) + 1, at: last?.at, path: '', type: 'observation.recorded' };
  const said = { actor: { kind: 'person', id: 'ann' }, data: { ...data, kind: 'strength', rating: 'P', text: 't' } };
  const extra = JSON.stringify({ ...event, ...said }).slice(1);
  for (const name of ['manifest', 'head', 'script']) {
    const changed = lines.map((line) => (line.startsWith(`{"${name}":`) ? `${line.slice(0, -1)},${extra}` : line));
    const before = changed.slice(0, -1).filter((line) => /^\{"(manifest|head|script)":/.test(line));
    const heads = before.filter((line) => line.startsWith('{"head":')).length;
    const forged = [...changed.slice(0, -1), endLine(events.length, heads, before.reduce(addToSum, ''))];
    expect((await verifyExport(forged)).ok, name).toBe(false);
    expect(() => readDrillExport(forged.join('\n')), name).toThrow(/is no line of a timeline/);
  }
});

test('another script, or a changed one, is found', async () => {
  const { id } = await played('exercise.ended');
  const lines = await exported(id);
  const other = shippedScript('pii-leak-output', '60m').script;
  const forged = (text: string): string[] => {
    // Whoever swaps the script makes a new end for it, too.
    const before = lines.slice(0, -2);
    const sum = [...before.filter((line) => /^\{"(manifest|head)":/.test(line)), text].reduce(addToSum, '');
    return [...before, text, (lines.at(-1) as string).replace(/"sha256":"[0-9a-f]{64}"/, `"sha256":"${sum}"`)];
  };
  const problems = async (text: string) => (await verifyExport(forged(text))).problems.map(({ problem }) => problem);
  expect(await problems(JSON.stringify({ script }))).toEqual([]);
  expect(await problems(JSON.stringify({ script: other }))).toEqual([
    'The script is another than the one whose hash stands in event 1.',
  ]);
  const easier = { ...script, expectations: script.expectations.slice(1) };
  expect(await problems(JSON.stringify({ script: easier }))).toEqual([
    expect.stringMatching(/^Line \d+ is no script, or not the one whose hash it bears\.$/),
  ]);
  expect(() => readDrillExport(forged(JSON.stringify({ script: easier })).join('\n'))).toThrow(/bears/);
  const changed = lines.map((line) => (line.startsWith('{"script":') ? line.replace('15m', '16m') : line));
  expect(await verifyExport(changed)).toMatchObject({ ok: false });
});
