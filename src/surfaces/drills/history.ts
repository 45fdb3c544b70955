import { type Coverage, coverageOf, whoPlayed } from '../../simulator/scoring/coverage.ts';
import { type Trend, trendsOf } from '../../simulator/scoring/trends.ts';
import type { Directory, Playbooks, Reader, StoredEvent } from '../ports.ts';
import type { Drill, DrillDesk } from './contract.ts';
import { readable } from './readable.ts';
import { known } from './roster.ts';
import { scoredOf } from './score.ts';

export type HistoryPorts = {
  reader: Pick<Reader, 'incident'>;
  drills: Pick<DrillDesk, 'list' | 'offers'>;
  directory: Pick<Directory, 'roles' | 'people' | 'systems'>;
  playbooks: Pick<Playbooks, 'list'>;
  now(): number;
};

/** What is older than so many drills is not looked at. */
const DRILLS_MAX = 500;

type Played = { drill: Drill; at: number; events: StoredEvent[] };

/** Drills with people that are over, but those that a real incident ended. */
async function playedDrills({ drills, reader }: HistoryPorts): Promise<Played[]> {
  const ended = await drills.list({ status: ['ended'], limit: DRILLS_MAX });
  const played: Played[] = [];
  for (const drill of ended) {
    if (drill.players.length === 0) continue;
    const found = await reader.incident(drill.id);
    if (!found || found.view.exercise?.because === 'real') continue;
    played.push({ drill, at: drill.startedAt ?? drill.plannedAt, events: readable(found.events) });
  }
  return played;
}

/** `simulation`: of this one alone. Throws Problem when there is none of that name. */
export async function trendsFor(ports: HistoryPorts, simulation: string | null): Promise<Trend[]> {
  const played = await playedDrills(ports);
  if (simulation !== null) {
    const offered = (await ports.drills.offers()).map((one) => one.simulation);
    const names = new Set([...offered, ...played.map(({ drill }) => drill.script.simulation)]);
    known('simulation', simulation, [...names], 'Nothing is compared.');
  }
  const some = played.filter(({ drill }) => simulation === null || drill.script.simulation === simulation);
  return trendsOf(
    some.flatMap(({ drill: { id, script }, at, events }) => {
      const scored = scoredOf(script, events);
      return scored === null ? [] : [{ id, title: script.title, at, ...scored }];
    }),
  );
}

export async function coverageFor(ports: HistoryPorts): Promise<Coverage> {
  const { directory, playbooks, drills, now } = ports;
  const [played, published, offers] = await Promise.all([playedDrills(ports), playbooks.list(), drills.offers()]);
  const there = {
    now: now(),
    playbooks: published.map(({ plan, publishedAt }) => ({ plan, publishedAt })),
    ...{ roles: directory.roles(), people: directory.people(), systems: directory.systems(), simulations: offers },
  };
  return coverageOf(
    there,
    played.flatMap(({ drill, at, events }) => {
      const people = whoPlayed(events);
      // Where nobody came, bots played by themselves.
      if (people.length === 0) return [];
      return {
        ...{ id: drill.id, at, events, people, playbook: drill.playbook },
        ...{ simulation: drill.script.simulation, references: drill.script.references },
        systems: drill.script.systems.map(({ snapshot }) => snapshot.id),
      };
    }),
  );
}
