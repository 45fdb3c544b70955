import type { DrillInput } from '../../workflows/messages.ts';
import { newDrill } from '../simulator/core/drill.ts';
import type { Drill } from '../surfaces/drills/contract.ts';
import type { Playbooks } from '../surfaces/ports.ts';

/** What the workflow of a drill with people begins with. Bots play the seats that nobody has taken. */
export async function drillInput(playbooks: Pick<Playbooks, 'published'>, drill: Drill): Promise<DrillInput> {
  const { id, script, playbook, players, staff, seed, rate } = drill;
  const plan = (await playbooks.published(playbook.hash))?.plan;
  if (!plan) throw new Error(`the plan ${playbook.hash}, which ${id} was planned with, is not published`);
  return { ...newDrill({ id, script, plan, seed, people: { players, staff, rate } }), seq: 0 };
}
