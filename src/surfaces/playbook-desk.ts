import type { Diagnostic } from '../playbook/diagnostics.ts';
import type { Change } from '../playbook/diff/change.ts';
import { diffPlans } from '../playbook/diff/diff.ts';
import type { Plan } from '../playbook/plan.ts';
import type { Directory, Person, Playbooks, PublishedPlan } from './ports.ts';
import { Problem } from './problem.ts';

/** One playbook as text, and those it runs. */
export type Sources = { file: string; source: string; library: { file: string; source: string }[] };

export type Checked = { diagnostics: Diagnostic[]; plan: Plan | null };

export type Publication = {
  status: 'published' | 'waiting';
  playbook: string;
  version: number;
  hash: string;
  /** Who has agreed to exactly this plan. */
  agreed: string[];
  needed: number;
  /** The version that was published before it; null for the first, and for one that is published already. */
  against: { version: number; hash: string } | null;
  /** What it changes for a responder, the most dangerous first: whoever agrees should know. */
  changes: Change[];
};

/** Checking and publishing playbooks. Only published plans run. */
export interface PlaybookDesk {
  check(sources: Sources): Checked;
  /** With real bindings a second authorised person must publish the very same plan before it counts. */
  publish(sources: Sources, person: Person): Promise<Publication>;
}

export type PlaybookDeskPorts = {
  playbooks: Playbooks;
  directory: Directory;
  check(sources: Sources): Checked;
  /** Notes that this person agrees to the plan with this hash; answers with everybody who has. */
  agree(hash: string, person: string, at: number): Promise<string[]>;
  publish(plan: Plan, people: string[], at: number): Promise<unknown>;
  now(): number;
};

export function createPlaybookDesk(ports: PlaybookDeskPorts): PlaybookDesk {
  return {
    check: (sources) => ports.check(sources),
    async publish(sources, person) {
      const { plan, diagnostics } = ports.check(sources);
      if (!plan) throw notChecked(sources, diagnostics);
      const needed = ports.directory.simulated(null) ? 1 : 2;
      const before = await ports.playbooks.published(plan.hash);
      if (before) return publication(plan, 'published', before.publishedBy, needed, null);
      const latest = await ports.playbooks.latest(plan.playbook);
      refuseOldVersion(plan, latest);
      const agreed = await ports.agree(plan.hash, person.id, ports.now());
      if (agreed.length < needed) return publication(plan, 'waiting', agreed, needed, latest);
      await ports.publish(plan, agreed, ports.now());
      return publication(plan, 'published', agreed, needed, latest);
    },
  };
}

const publication = (
  plan: Plan,
  status: Publication['status'],
  agreed: string[],
  needed: number,
  before: PublishedPlan | null,
): Publication => ({
  status,
  playbook: plan.playbook,
  version: plan.version,
  hash: plan.hash,
  agreed,
  needed,
  against: before && { version: before.plan.version, hash: before.plan.hash },
  changes: before ? diffPlans(before.plan, plan) : [],
});

function notChecked(sources: Sources, diagnostics: Diagnostic[]): Problem {
  const errors = diagnostics.filter((one) => one.severity === 'error');
  return new Problem({
    status: 422,
    code: 'playbook-refused',
    message: `${sources.file} has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}.`,
    notDone: 'It was not published.',
    next: 'Mend them and publish again.',
    extra: { diagnostics },
  });
}

/** A version says one thing for ever; a change is a new version. */
function refuseOldVersion(plan: Plan, latest: PublishedPlan | null): void {
  if (!latest || plan.version > latest.plan.version) return;
  throw new Problem({
    status: 409,
    code: 'version',
    message: `Version ${latest.plan.version} of "${plan.playbook}" is published already, with other content.`,
    notDone: 'It was not published.',
    next: `Give yours version ${latest.plan.version + 1}.`,
  });
}
