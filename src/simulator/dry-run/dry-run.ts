import { answerCalendar, CALENDAR } from '../../capabilities/calendar.ts';
import { contractOf } from '../../capabilities/contracts.ts';
import type { Opening } from '../../engine/perform.ts';
import type { ActResult, Call } from '../../engine/stage.ts';
import type { NumberedEvent } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import { planPath } from '../../incident/step-path.ts';
import { emptyView, evolve, type IncidentView } from '../../incident/view.ts';
import type { Plan } from '../../playbook/plan.ts';
import { rehearse } from '../core/rehearse.ts';
import { newWorld } from '../core/world.ts';
import { ScenarioPlayers } from '../trial/players.ts';
import type { Cast } from '../trial/read.ts';
import type { Scenario } from '../trial/scenario.ts';
import { StepNames } from '../trial/step-names.ts';
import { sampleOutputs } from './sample.ts';

/** The third stage: plays a plan, asks nobody and calls nothing, and keeps what would have been called. */
export type DryRunOptions = {
  plan: Plan;
  opening: Opening;
  cast: Cast;
  /** How people answer. */
  answers: Pick<Scenario, 'answers' | 'when-failed' | 'others'>;
  /** Paths of the steps whose act fails the first time. */
  fails: ReadonlySet<string>;
  /** Outputs that are assumed in place of samples, by path. */
  assume: ReadonlyMap<string, JsonObject>;
  startAt: number;
};

/** One call that would have been made. `outputs`: what it was assumed to answer; null: it was assumed to fail, or was worked out here. */
export type WouldCall = Pick<Call, 'path' | 'capability' | 'risk' | 'purpose' | 'with' | 'approval'> & {
  at: number;
  outputs: JsonObject | null;
};

export type DryRun = {
  calls: WouldCall[];
  events: NumberedEvent[];
  view: IncidentView;
  refused: readonly { path: string; message: string }[];
};

/** Long enough that waiting for it can be seen, short enough that nothing runs out. */
const TOOK_MS = 1_000;
const REACTION_MS = 60_000;

export async function dryRun(options: DryRunOptions): Promise<DryRun> {
  const { plan, opening, cast, answers, startAt } = options;
  const recorder = new Recorder(options);
  const refused: { path: string; message: string }[] = [];
  const players = { scenario: { ...answers, expect: {} }, steps: new StepNames(plan), people: cast.people, refused };
  const { events } = await rehearse({
    plan,
    opening,
    world: newWorld({}),
    bots: [],
    players: (ground) => new ScenarioPlayers({ ...players, reactionMs: REACTION_MS }, ground),
    answer: (call, now) => ({ result: recorder.answer(call, now), tookMs: TOOK_MS }),
    startAt,
  });
  const view = emptyView();
  for (const event of events) evolve(view, event);
  return { calls: recorder.calls, events, view, refused };
}

class Recorder {
  readonly calls: WouldCall[] = [];
  readonly #options: DryRunOptions;
  readonly #failed = new Set<string>();
  /** What serves after a rollback, by AI system. */
  readonly #live = new Map<string, string>();

  constructor(options: DryRunOptions) {
    this.#options = options;
  }

  answer(call: Call, now: number): ActResult {
    // The inventory's own calendar is at hand: nothing of it is assumed, and nothing is called.
    if (call.capability === CALENDAR) {
      const answer = answerCalendar(this.#options.cast.calendar, call.with, now);
      return answer.ok ? answer : { ok: false, fault: answer.fault };
    }
    const outputs = this.#isToFail(call) ? null : this.#outputsOf(call);
    const { path, capability, risk, purpose, approval } = call;
    this.calls.push({ at: now, path, capability, risk, purpose, with: call.with, approval, outputs });
    if (outputs) return { ok: true, outputs };
    const message = `${capability} was assumed to fail.`;
    return { ok: false, fault: { code: 'assumed', message, retryable: false, effect: 'unknown' } };
  }

  #isToFail({ path, purpose }: Call): boolean {
    const step = planPath(path);
    if (!this.#options.fails.has(step) || (purpose !== 'act' && purpose !== 'say') || this.#failed.has(step))
      return false;
    this.#failed.add(step);
    return true;
  }

  #outputsOf(call: Call): JsonObject {
    const contract = contractOf(call.capability);
    // Checked plans name only capabilities that there are.
    if (!contract) throw new Error(`There is no capability ${call.capability}.`);
    const { systems } = this.#options.cast;
    const id = String(call.with.system ?? '');
    const system = Object.hasOwn(systems, id) ? systems[id] : undefined;
    const { lastKnownGood = null, versions = [] } = system ?? {};
    const live = this.#live.get(id) ?? versions.at(-1) ?? null;
    const own = call.purpose === 'act' ? this.#options.assume.get(planPath(call.path)) : undefined;
    const outputs = { ...sampleOutputs(contract, call.with, { live, lastKnownGood }), ...own };
    if (call.capability === 'model.rollback') this.#live.set(id, String(outputs.to));
    return outputs;
  }
}
