import type { DrillInput } from '../../workflows/messages.ts';
import { worldOf } from '../simulator/core/drill-run.ts';
import { actorsOf } from '../simulator/core/personas.ts';
import type { Drill } from '../surfaces/drills/contract.ts';
import type { Playbooks } from '../surfaces/ports.ts';

/** What the workflow of a drill with people begins with. Bots play the seats that nobody has taken. */
export async function drillInput(playbooks: Pick<Playbooks, 'published'>, drill: Drill): Promise<DrillInput> {
  const { id, script, playbook, players, staff, seed, rate } = drill;
  const plan = (await playbooks.published(playbook.hash))?.plan;
  if (!plan) throw new Error(`the plan ${playbook.hash}, which ${id} was planned with, is not published`);
  return {
    ...{ id, script, plan, seed },
    actors: actorsOf(script, new Set(players.map(({ role }) => role))),
    startedAt: script.startsAt,
    people: { players, staff, rate },
    state: { world: worldOf(script), now: script.startsAt },
    seq: 0,
  };
}
