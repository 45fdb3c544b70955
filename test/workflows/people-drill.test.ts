import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exerciseId } from '../../src/incident/ids.ts';
import { openDecisions } from '../../src/incident/view.ts';
import { type DrillPeople, newDrill } from '../../src/simulator/core/drill.ts';
import { exportJsonLines } from '../../src/store/export.ts';
import { verifyExport } from '../../src/store/verify.ts';
import { BOARD_QUERY, type Board, DRILL_WORKFLOW, type DrillEnd, type RunOptions } from '../../workflows/messages.ts';
import { startDrill } from '../support/drills.ts';
import { type House, openHouse } from '../support/house.ts';
import { tellDrill, voteInDrill } from '../support/playing.ts';
import { shippedScript } from '../support/scripts.ts';

const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');
const IC = 'incident-commander';
const SYSTEM = 'claims-triage';
const people: DrillPeople = {
  players: [{ role: IC, person: 'ann' }],
  staff: [
    { role: 'facilitator', person: 'fay' },
    { role: 'observer', person: 'ole' },
  ],
  // What is to come sooner is jumped to: however slow the machine is, nobody's time runs out.
  rate: 1,
};
let house: House;

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

/** Tests share one Temporal. */
const newId = () => exerciseId(2026, randomInt(10_000, 2_000_000_000));
const endex = { type: 'endex', because: 'facilitator', reason: null, incident: null } as const;

const jump = async (id: string, minute: number) =>
  expect(await tellDrill(house, id, 'fay', { type: 'drill-jump', to: script.startsAt + minute * 60_000 })).toEqual({
    status: 'accepted',
  });

/** Started, and jumped to where Ann is asked whether to cut. */
async function upToTheCut(options?: RunOptions) {
  const id = newId();
  const handle = await startDrill(house, { script, plan, seed: 7, id, people }, options);
  await jump(id, 10);
  const question = await house.question(id, 'contain');
  return { id, handle, question };
}

async function close(id: string): Promise<void> {
  await tellDrill(house, id, 'fay', endex);
  await tellDrill(house, id, 'fay', { type: 'drill-close' });
}

describe('a drill with people', () => {
  it.each([
    ['in one run', undefined],
    ['continued as new after every event', { continueAfterEvents: 1 }],
  ])(
    'is played from STARTEX to the end of its hot wash, %s',
    async (_, options) => {
      const { id, handle } = await upToTheCut(options);
      await expect(voteInDrill(house, id, 'ann', [IC], 'approve')).resolves.toEqual({
        status: 'accepted',
        outcome: 'approve',
      });
      await jump(id, 14);
      await house.question(id, 'reopen');
      await voteInDrill(house, id, 'ann', [IC], 'approve');
      await jump(id, 14.5);
      await house.until(id, 'the end of its plan', (view) => view.plan?.finishedAt);
      await tellDrill(house, id, 'fay', endex);
      expect(await tellDrill(house, id, 'ole', { type: 'note', text: 'The cut was quick.' })).toEqual({
        status: 'accepted',
      });
      await tellDrill(house, id, 'fay', { type: 'drill-close' });
      const end = (await handle.result()) as DrillEnd;
      expect(end).toMatchObject({
        status: 'ended',
        world: { systems: { [SYSTEM]: { serving: '4.1.7', traffic: 'serving' } } },
      });
      const { view, events } = await house.read(id);
      expect(view).toMatchObject({ mode: 'exercise', status: 'closed', plan: { outcome: 'completed' } });
      expect(events.at(-1)).toMatchObject({ type: 'note.added', actor: { id: 'ole' } });
      expect(view.decisions.map(({ made }) => made?.people.includes('ann'))).toEqual([true, true]);
      const lines: string[] = [];
      for await (const line of exportJsonLines(house.pool, id, new Date(0))) lines.push(line.slice(0, -1));
      expect(await verifyExport(lines, { allHeads: true })).toMatchObject({ ok: true, events: view.seq });
    },
    60_000,
  );

  it('shows whoever runs it what is to come, with what they changed', async () => {
    const { id, question } = await upToTheCut();
    const inject = { title: 'Radio', by: 'news', from: 'Radio', to: ['everybody'], subject: 'S', text: 'T' } as const;
    const dueAt = script.startsAt + 720_000;
    expect(
      await tellDrill(house, id, 'fay', { type: 'inject-add', inject: { ...inject, to: ['everybody'], dueAt } }),
    ).toEqual({ status: 'accepted', outcome: 'radio' });
    const board = await house.client.workflow.getHandle(id).query<Board>(BOARD_QUERY);
    expect(board).toMatchObject({ jumpsTo: question.until, due: { radio: dueAt } });
    expect(board.injects.at(-1)).toMatchObject({ id: 'radio', trigger: { on: 'hand' } });
    await close(id);
  }, 60_000);

  it('refuses what nobody may say, before it leaves a trace', async () => {
    const { id } = await upToTheCut();
    const accepted = async () =>
      (await house.rawHistory(id)).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
    const before = await accepted();
    const sender = { id: 'x', person: 'ann', at: 1 };
    for (const [raw, code] of [
      [null, 'malformed'],
      [{ ...sender, type: 'toString' }, 'malformed'],
      [{ ...sender, type: 'drill-pace', rate: 1e9 }, 'malformed'],
      [{ ...sender, type: 'hint', to: [IC], text: 'x', about: null }, 'not-facilitator'],
      [{ ...sender, person: 'eve', type: 'endex', because: 'real', reason: null, incident: null }, 'not-on-roster'],
      [{ ...sender, type: 'alert', alert: {}, count: 1 }, 'alert'],
    ] as const)
      expect(await tellDrill(house, id, 'ann', { raw }), JSON.stringify(raw)).toMatchObject({
        status: 'refused',
        code,
      });
    expect(await accepted()).toBe(before);
    await close(id);
  }, 60_000);

  it('goes on when somebody cancels it in Temporal', async () => {
    const { id, handle } = await upToTheCut();
    await handle.cancel();
    await voteInDrill(house, id, 'ann', [IC], 'approve');
    await jump(id, 10);
    await house.until(id, 'the proof of the cut', (view) => view.steps.isolate?.proof);
    await close(id);
    await expect(handle.result()).resolves.toMatchObject({ status: 'ended' });
  }, 60_000);
});

describe('an act in a drill', () => {
  it('whose vote no surface has signed changes nothing in the simulated world', async () => {
    const { id, handle } = await upToTheCut();
    await voteInDrill(house, id, 'ann', [IC], 'approve', { signature: 'AAAA' });
    await jump(id, 5);
    const failed = await house.until(id, 'the refusal', (_view, events) =>
      events.find(({ type, path }) => type === 'act.failed' && path === 'isolate'),
    );
    expect(failed.data).toMatchObject({ code: 'approval-refused', message: expect.stringMatching(/not signed by/) });
    await close(id);
    await expect(handle.result()).resolves.toMatchObject({ world: { systems: { [SYSTEM]: { traffic: 'serving' } } } });
  }, 60_000);

  it('of a plan that is not published changes nothing either', async () => {
    const id = newId();
    const own = { ...plan, hash: 'c'.repeat(64) };
    const drill = { ...newDrill({ id, script, plan: own, seed: 7, people }), seq: 0 };
    const handle = await house.client.workflow.start(DRILL_WORKFLOW, {
      ...{ workflowId: id, taskQueue: house.taskQueue },
      args: [drill],
    });
    await jump(id, 10);
    const failed = await house.until(id, 'the refusal', (_view, events) =>
      events.find(({ type }) => type === 'act.failed'),
    );
    expect(failed.data).toMatchObject({ code: 'not-published' });
    expect(openDecisions((await house.read(id)).view)[0]?.question.kind).not.toBe('approval');
    await close(id);
    await handle.result();
  }, 60_000);
});
