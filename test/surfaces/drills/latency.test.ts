import { describe, expect, it } from 'vitest';
import { openDecisions } from '../../../src/incident/view.ts';
import type { DrillPeople } from '../../../src/simulator/core/drill.ts';
import { lanesOf } from '../../../src/surfaces/model/latency.ts';
import { PeopleDrill } from '../../support/people-drill.ts';
import { shippedScript } from '../../support/scripts.ts';

const named = shippedScript('supply-chain-tampered-artifact', '60m');
const MINUTE_MS = 60_000;
const IC = 'incident-commander';
const MANAGER = 'engineering-manager';

/** Ann is asked in this role, among bots that answer nothing. */
async function asked(role: string, rate: number, minutes: number) {
  const personas = named.script.personas.map((one) => ({ ...one, diligence: 0 }));
  const staff: DrillPeople['staff'] = [{ role: 'facilitator', person: 'fay' }];
  const people = { players: [{ role, person: 'ann' }], staff, rate };
  const drill = await PeopleDrill.start({ ...named, script: { ...named.script, personas } }, { people });
  await drill.pass(minutes);
  expect(openDecisions(drill.view)).toHaveLength(1);
  return drill;
}
const laneOf = (drill: PeopleDrill) => lanesOf(drill.view, drill.now).find(({ person }) => person === 'ann');

describe('how fast a person answers', () => {
  it('leaves out what the clock jumped over while they were asked', async () => {
    const drill = await asked(IC, 10, 0.45);
    const before = laneOf(drill)?.waitingMs ?? Number.NaN;
    await drill.tell('fay', { type: 'drill-jump', to: drill.now + 5 * MINUTE_MS });
    expect(laneOf(drill)?.waitingMs).toBe(before);
    await drill.pass(1);
    expect(laneOf(drill)?.waitingMs).toBe(before + MINUTE_MS);
    await drill.tell('ann', drill.ballot('ann', [IC], 'approve'));
    expect(laneOf(drill)).toMatchObject({ answers: [before + MINUTE_MS], waitingMs: null });
  });

  it('begins when the question was escalated to them, however fast the scenario ran before', async () => {
    const drill = await asked(MANAGER, 60, 0.08);
    while (drill.view.decisions[0]?.escalatedAt === undefined) await drill.pass(0.01);
    const before = laneOf(drill)?.waitingMs ?? Number.NaN;
    await drill.pass(2);
    await drill.tell('ann', drill.ballot('ann', [MANAGER], 'approve'));
    expect(laneOf(drill)?.answers).toEqual([before + 2 * MINUTE_MS]);
    expect(before).toBeLessThan(MINUTE_MS);
  });
});
