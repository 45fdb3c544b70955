import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOCSIN } from '../../../src/incident/events.ts';
import { parseInventory } from '../../../src/inventory/inventory.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { type Ran, runOffline } from '../../support/command.ts';
import { shippedScript } from '../../support/scripts.ts';
import { openServed, type Served, sample } from '../../support/served.ts';

/** The commands and samples of docs/improvements.md, in their order, on a real server and database, after a drill that is over. */
let served: Served;
let folder: string;
const MARA = 'mara-lindqvist';
const page = readFileSync(sample('docs/improvements.md'), 'utf8');
const lines = [...page.matchAll(/^\$ tocsin (.*)$/gm)].map(([, line = '']) => line);
const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');
const year = new Date().getUTCFullYear();

beforeAll(async () => {
  served = await openServed({ worker: false });
  folder = mkdtempSync(join(tmpdir(), 'tocsin-improvement-docs-'));
  await createPlanLibrary(served.house.pool).publish(plan, [MARA], 1);
  await overDrill();
}, 120_000);
afterAll(async () => {
  await served?.close();
  rmSync(folder, { recursive: true });
});

/** A drill with people that has just been ended: nobody did anything in it. */
async function overDrill(): Promise<string> {
  const players = [{ role: 'incident-commander', person: MARA }];
  const staff = [{ role: 'facilitator', person: 'sofia-mendes' }];
  const wanted = { simulation: script.simulation, length: '15m', players, staff };
  const { id } = (await served.call(MARA, 'POST', '/api/drills', wanted)).body as unknown as { id: string };
  const drill = (await served.call('sofia-mendes', 'GET', `/api/drills/${id}`)).body as unknown as {
    script: typeof script;
  };
  await served.house.pool.query('UPDATE drills SET started_at = $2, started_by = $3 WHERE id = $1', [
    id,
    Date.now(),
    MARA,
  ]);
  const { simulation, version, title, hash, rubric } = drill.script;
  const playbook = { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash };
  const at = script.startsAt;
  await served.house.ports.timeline.append(id, [
    {
      ...{ seq: 1, at, path: '', actor: TOCSIN, type: 'exercise.started' },
      data: {
        ...{
          incident: id,
          simulation,
          version,
          title,
          script: hash,
          length: '15m',
          seed: 7,
          endsAt: at + 9_000,
          playbook,
        },
        ...(rubric !== undefined && { rubric }),
        seats: [{ role: 'incident-commander', person: MARA, persona: null }],
        staff: [{ role: 'facilitator', person: 'sofia-mendes' }],
      },
    },
    { ...{ seq: 2, at: at + 1, path: '', actor: TOCSIN, type: 'exercise.ended' }, data: { because: 'time' } },
  ]);
  return id;
}

const words = (line: string): string[] =>
  (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1'));

async function tocsin(line: string, person = MARA): Promise<Ran> {
  const env = { TOCSIN_URL: served.url, TOCSIN_TOKEN: await served.token(person) };
  return runOffline(folder, words(line.replaceAll('EX-2026', `EX-${year}`)), { env, columns: 200 });
}

describe('docs/improvements.md', () => {
  it.each(lines)('tocsin %s', async (line) => {
    const [, command = '', person = MARA] = /^(.*?)(?:\s+# as ([\w-]+))?$/.exec(line) ?? [];
    expect(await tocsin(command, person)).toMatchObject({ code: 0, err: '' });
  });

  it('and all of it is in the history, with who did it', async () => {
    const { out } = await tocsin('improvement show 1 --json');
    const { history, redrills, status } = JSON.parse(out) as {
      history: { by: string; what: string }[];
      redrills: string[];
      status: string;
    };
    expect(status).toBe('open');
    expect(history.map(({ by, what }) => `${by}: ${what}`)).toEqual([
      `${MARA}: written, learnt in EX-${year}-0001`,
      `${MARA}: due 2031-12-01 → 2032-01-15`,
      'jonas-weber: The on-call rota has to change first',
      'tomas-okafor: done',
      `tomas-okafor: the drill ${redrills[0]} was planned for it`,
      'tomas-okafor: closed: The system was retired',
      `${MARA}: opened again: It was not`,
    ]);
  });

  it('a drill in which nobody did anything closes nothing, and what speaks against it is said', async () => {
    const drill = await overDrill();
    const refused = await tocsin(`improvement close 1 --drill ${drill}`);
    expect(refused).toMatchObject({
      code: 3,
      err: expect.stringMatching(/does not show it\. Nothing that could tell was observed of contain in EX-/),
    });
    expect(refused.err).toContain('It was not closed.');
    expect((await tocsin('improvement close 1 --drill 1')).err).toContain('began before');
  });

  it('what is written wrongly is a matter of usage or refused, with what to do', async () => {
    expect(await tocsin('improvement show nothing')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/IMP-2026-0004/),
    });
    expect(await tocsin('improvement show 99')).toMatchObject({ code: 4 });
    expect(await tocsin('improvement close 1')).toMatchObject({ code: 2, err: expect.stringMatching(/--because/) });
    expect(await tocsin('improvement edit 1 --owner thomas-okafor')).toMatchObject({
      ...{ code: 3, err: expect.stringMatching(/Did you mean "tomas-okafor"/) },
    });
    expect(await tocsin('improvement edit 1 --due 2033-01-01 --seen 1')).toMatchObject({
      ...{ code: 3, err: expect.stringMatching(/changed since you looked/) },
    });
    expect(await tocsin('improvement sync')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/No tracker is named/),
    });
  });

  it('the samples for tocsin.yaml are what the inventory takes', () => {
    const samples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
    expect(samples).toHaveLength(2);
    for (const text of samples) {
      const rest = 'organisation: { name: A, timezone: UTC }\nroles: {}\npeople: {}\nsystems: {}\n';
      expect(parseInventory(`${rest}${text}`, 't.yaml').diagnostics, text).toEqual([]);
    }
  });
});
