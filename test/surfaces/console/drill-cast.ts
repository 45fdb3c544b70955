import { randomUUID } from 'node:crypto';
import type { Drill, DrillPlan } from '../../../src/surfaces/drills/contract.ts';
import { ingrid, mara, people, sofia, type TestSite } from './site.ts';

/** What the tests of the console drill with people: Mara commands, Ingrid is counsel, Sofia facilitates, bots sit elsewhere. */
export const SIMULATION = 'prompt-injection-tool-abuse';

export function personOf(id: string) {
  const person = people.find((one) => one.id === id);
  if (!person) throw new Error(`nobody is called ${id}`);
  return person;
}

export async function planDrill(site: TestSite, more: Partial<DrillPlan> = {}): Promise<Drill> {
  const plan: DrillPlan = {
    simulation: SIMULATION,
    length: '15m',
    players: [
      { role: 'incident-commander', person: mara },
      { role: 'legal-counsel', person: ingrid },
    ],
    staff: [{ role: 'facilitator', person: sofia }],
    at: null,
    rate: 1,
    note: null,
    ...more,
  };
  return site.drills.plan(personOf(plan.players[0]?.person ?? sofia), plan, randomUUID());
}

export async function startDrill(site: TestSite, more: Partial<DrillPlan> = {}): Promise<Drill> {
  const { id, players } = await planDrill(site, more);
  return site.drills.start(personOf(players[0]?.person ?? sofia), id);
}
