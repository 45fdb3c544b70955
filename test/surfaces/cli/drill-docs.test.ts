import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IncidentView } from '../../../src/incident/view.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { type Ran, runOffline } from '../../support/command.ts';
import { shippedScripts } from '../../support/scripts.ts';
import { openServed, type Served, sample } from '../../support/served.ts';

/** The commands of docs/drills.md, in their order, by several people, on a drill that is really played. */
let served: Served;
let folder: string;
const MARA = 'mara-lindqvist';
const lines = [...readFileSync(sample('docs/drills.md'), 'utf8').matchAll(/^\$ tocsin (.*)$/gm)].map(
  ([, line = '']) => line,
);
/** Those who follow a drill, until it is over. */
const watching: Promise<Ran>[] = [];

beforeAll(async () => {
  served = await openServed({ drillWorker: true });
  folder = mkdtempSync(join(tmpdir(), 'tocsin-drill-docs-'));
  const library = createPlanLibrary(served.house.pool);
  for (const { plan } of shippedScripts()) await library.publish(plan, [MARA], 1);
}, 120_000);
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true });
});

const year = new Date().getUTCFullYear();
const words = (line: string): string[] =>
  (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1'));
const until = (number: number, what: string, holds: (view: IncidentView) => boolean) =>
  served.house.until(`EX-${year}-000${number}`, what, holds);

async function run(line: string): Promise<Ran> {
  const [, command = '', person = MARA] = /^(.*?)(?:\s+# as ([\w-]+))?$/.exec(line) ?? [];
  const now = command.replaceAll('EX-2026', `EX-${year}`).replace(/--at \S+/, `--at ${year + 1}-05-06T09:30Z`);
  const env = { TOCSIN_URL: served.url, TOCSIN_TOKEN: await served.token(person) };
  return runOffline(folder, words(now), { env, columns: 200 });
}

/** What people wait for before they go on. */
async function ready(line: string): Promise<void> {
  if (line.startsWith('decide')) await until(1, 'a question', ({ decisions }) => decisions.length > 0);
  if (line.startsWith('drill seen')) {
    // The facilitator does not wait for it either.
    await run('drill inject now 2 numbers');
    await until(2, 'the first inject', ({ exercise }) => (exercise?.injects.length ?? 0) > 0);
  }
  if (line.startsWith('incident note EX-2026-0002 "Who')) await until(2, 'ENDEX', ({ status }) => status === 'closed');
}

describe('every command of docs/drills.md does what it says', () => {
  it.each(lines)(
    'tocsin %s',
    async (line) => {
      await ready(line);
      const ran = run(line);
      if (line.startsWith('drill watch')) watching.push(ran);
      else expect(await ran).toMatchObject({ code: 0, err: expect.not.stringMatching(/^(?!Written to)./) });
    },
    60_000,
  );

  it('and whoever follows a drill sees it through', async () => {
    const [alone, played] = await Promise.all(watching);
    expect(alone).toMatchObject({ code: 0, out: expect.stringMatching(/It waits for you: tocsin decide EX-/) });
    expect(alone?.out).toMatch(/ENDEX: mara.lindqvist ended it/i);
    expect(played).toMatchObject({ code: 0, out: expect.stringMatching(/a real incident was declared\. NO DUFF/) });
    expect(played?.out).not.toMatch(/passed over|added inject|changed inject/);
    expect(played?.out).toContain('We hear of a leak.');
  });

  it('and what was told is on the timeline', async () => {
    const { body } = await served.call(MARA, 'GET', `/api/incidents/EX-${year}-0002`);
    const { exercise, decisions } = body as unknown as IncidentView;
    expect(exercise).toMatchObject({ because: 'real', seen: { numbers: [{ person: 'tomas-okafor' }] } });
    expect(exercise?.hints).toHaveLength(1);
    expect(exercise?.voices).toHaveLength(2);
    expect(exercise?.skipped).toMatchObject({ pasted: 'facilitator' });
    expect(exercise?.observations).toMatchObject([
      { objective: 'contain', rating: 'S', about: [2, 3], actor: { id: 'jonas-weber' } },
      { task: 'declare', kind: 'strength' },
      { objective: 'detect', expectation: 'looked-up', verdict: 'met-late', actor: { id: MARA } },
    ]);
    expect(exercise?.hotWash).toMatchObject([
      { question: 1, actor: { id: 'tomas-okafor' } },
      { question: null, actor: { kind: 'tocsin' }, text: 'Nobody dared to ask the counsel' },
    ]);
    const washed = await run('drill hot-wash 2');
    expect(washed.out).toMatch(/^1\. .*\n {2}tomas-okafor: I waited to be told$/m);
    expect(washed.out).toContain('  without a name: Nobody dared to ask the counsel');
    const guide = await run('drill evaluate 2');
    expect(guide.out).toContain('  jonas-weber, observation, S: Cut, but nobody asked what waits (event 2, 3)');
    expect(guide.out).toMatch(
      /you judge looked-up: [\s\S]*mara-lindqvist, observation, met late: After twenty minutes/,
    );
    expect(guide.out).toMatch(/^ {4}The machine: void\. .* was never delivered\.$/m);
    expect(decisions.every(({ made, withdrawn }) => made || withdrawn)).toBe(true);
    const alone = await served.call(MARA, 'GET', `/api/incidents/EX-${year}-0001`);
    expect(alone.body).toMatchObject({
      decisions: [{ votes: [{ person: MARA, surface: 'cli' }], made: { outcome: 'approve' } }],
    });
  });
});

describe('every command of docs/evidence.md does what it says, once the drill is over', () => {
  const commands = [...readFileSync(sample('docs/evidence.md'), 'utf8').matchAll(/^\$ tocsin (.*)$/gm)];
  it.each(commands.map(([, line = '']) => line))('tocsin %s', async (line) => {
    expect(await run(line)).toMatchObject({ code: 0, err: '' });
  });

  it('and a framework that is not there is an error that names those that are', async () => {
    const ran = await run('evidence show 1 --framework cobit');
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('SOC 2, trust services criteria') });
  });

  it('and a pack that was changed since is found without a server', async () => {
    const file = join(folder, 'pack.zip');
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const ran = await runOffline(folder, ['evidence', 'verify', 'pack.zip']);
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining('Not whole.') });
  });
});
