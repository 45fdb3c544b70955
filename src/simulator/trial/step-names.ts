import { didYouMean } from '../../playbook/names.ts';
import { everyPlanStep, type Plan, type Step } from '../../playbook/plan.ts';

type Found = { path: string } | { fault: string; suggestion?: string };

/** Steps as scenarios name them: by id, or by the end of their path. A playbook's own steps come before those that it runs. */
export class StepNames {
  readonly #steps: readonly Step[];
  readonly #own: ReadonlySet<string>;
  readonly #found = new Map<string, Found>();

  constructor(plan: Plan) {
    this.#steps = [...everyPlanStep(plan)];
    this.#own = new Set(ownSteps(plan).map(({ path }) => path));
  }

  find(name: string): Found {
    const known = this.#found.get(name) ?? this.#look(name);
    this.#found.set(name, known);
    return known;
  }

  /** Of a name that has been looked at before. */
  path(name: string): string {
    const found = this.find(name);
    if ('fault' in found) throw new Error(found.fault);
    return found.path;
  }

  every(): readonly Step[] {
    return this.#steps;
  }

  /** Whether it belongs to the playbook itself, and not to one that it runs. */
  isOwn(path: string): boolean {
    return this.#own.has(path);
  }

  step(path: string): Step | undefined {
    return this.#steps.find((step) => step.path === path);
  }

  #look(name: string): Found {
    const all = this.#steps.map(({ path }) => path).filter((path) => path === name || path.endsWith(`/${name}`));
    const own = all.filter((path) => this.#own.has(path));
    const matches = all.includes(name) ? [name] : own.length > 0 ? own : all;
    const [path, ...others] = matches;
    if (path !== undefined && others.length === 0) return { path };
    if (path !== undefined) return { fault: `"${name}" can be any of ${matches.join(', ')}; write more of its path` };
    const ids = this.#steps.flatMap((step) => [step.id, step.path]);
    const suggestion = didYouMean(name, ids);
    return { fault: `unknown step "${name}"`, ...(suggestion !== undefined && { suggestion }) };
  }
}

/** The steps of the playbook itself, without those of the playbooks that it runs. */
export function ownSteps(plan: Plan): Step[] {
  const all = [...everyPlanStep(plan)];
  const runs = all.filter(({ kind }) => kind === 'run').map(({ path }) => `${path}/`);
  return all.filter(({ path }) => !runs.some((run) => path.startsWith(run)));
}
