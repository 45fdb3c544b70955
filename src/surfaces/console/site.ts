import { randomUUID } from 'node:crypto';
import { timeIn } from '../../incident/exercise-clock.ts';
import type { IncidentView } from '../../incident/view.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { AfterActionDesk } from '../after-action/desk.ts';
import type { AlertDesk } from '../alerts.ts';
import type { CheckDesk } from '../checks.ts';
import type { DrillDesk } from '../drills/contract.ts';
import { type SayDrilled, sayingDrilled } from '../drills/last-drilled.ts';
import type { DrillNotices } from '../drills/notices.ts';
import type { EvidenceDesk } from '../evidence/desk.ts';
import type { Ctx, Deps } from '../http/context.ts';
import type { ImprovementDesk } from '../improvements/contract.ts';
import type { Looker } from '../model/standing.ts';
import { rolesIn } from '../permissions.ts';
import type { Person } from '../ports.ts';
import type { ProblemStatus } from '../problem.ts';
import type { Assets } from './assets.ts';
import { type Frame, rendered } from './parts/layout.tsx';

export type ServiceNotice = { code: string; message: string; since: number };

export type ConsoleOptions = {
  /** As in tocsin.yaml: said at the foot of every page. */
  organisation(): string;
  /** Degraded service, in plain words, for the page "Now": what does not work, and what still does. */
  notices(): Promise<ServiceNotice[]>;
  /** The inbox. */
  alerts: Pick<AlertDesk, 'list' | 'get' | 'open' | 'unmatched'>;
  /** Scheduled checks of AI systems. */
  checks: CheckDesk;
  drills: DrillDesk;
  afterAction: AfterActionDesk;
  evidence: EvidenceDesk;
  improvements: ImprovementDesk;
  /** What people should know of drills that are planned, or should have been. */
  drillNotices: DrillNotices;
  /** A request that failed for a reason of ours, though the page could still say so. */
  failed(error: unknown, about: { method: string; path: string }): void;
};

/** What the handlers share. */
export type Site = Deps & ConsoleOptions & { assets: Assets };

/** `view`: what the page is about. In a drill it is the scenario's time. */
export function frameOf(site: Site, person: Person | null, view?: Pick<IncidentView, 'exercise'>): Frame {
  const wall = site.now();
  return {
    assets: site.assets.hash,
    now: view ? timeIn(view, wall) : wall,
    person,
    organisation: site.organisation(),
    unmatched: site.alerts.unmatched(),
    ...clockOf(view?.exercise, wall),
  };
}

function clockOf(exercise: IncidentView['exercise'], wall: number): Pick<Frame, 'clock'> {
  if (exercise?.endedAt !== undefined) return { clock: { wall, rate: 0 } };
  return exercise?.clock ? { clock: { wall, rate: exercise.clock.rate } } : {};
}

export const lookerIn = (person: Person, view: IncidentView): Person & Looker => ({
  ...person,
  roles: rolesIn(person, view),
});

export const namesOf = (site: Site): ReadonlyMap<string, string> => site.directory.names();

/** How far each version of a playbook has been drilled. */
export const drilledIn = (site: Site): Promise<SayDrilled> => sayingDrilled(site.drills, site.directory.timezone());

/** Fresh for each page: names the message that a form sends, so that sending it twice is harmless. */
export const fresh = (): string => randomUUID();

export function show(c: Ctx, page: unknown, status: 200 | 202 | ProblemStatus = 200) {
  c.header('cache-control', 'no-store');
  return c.html(rendered(page), status);
}

/** The plan an incident runs. `Reader.incidents` gives views only. */
export async function planOf(site: Site, view: IncidentView): Promise<Plan | null> {
  return view.playbook ? ((await site.playbooks.published(view.playbook.hash))?.plan ?? null) : null;
}
