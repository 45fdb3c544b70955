import { worldOf } from '../core/drill.ts';
import type { Script } from '../core/script.ts';
import { BadChange } from './changes.ts';
import type { NamedWorld } from './replay.ts';

/** The world of a simulation as it stands at STARTEX, for an incident of this AI system. */
export function namedWorld(script: Script, system: string | null): NamedWorld & { name: string } {
  const world = worldOf(script);
  const there = Object.keys(world.systems);
  if (system !== null && !there.includes(system))
    throw new BadChange(
      `The world of ${script.simulation} knows nothing of ${system}, which the incident is about.`,
      `It has ${there.join(', ')}. Name a simulation of that AI system, or write one: tocsin simulation new.`,
    );
  return { name: `${script.simulation}:${script.length.name}`, world, tookMs: script.tookMs };
}
