import type { NumberedEvent } from '../../../src/incident/events.ts';
import type { MessageResult } from '../../../src/incident/messages.ts';
import { type Drill as Fixed, newDrill } from '../../../src/simulator/core/drill.ts';
import { DrillRun } from '../../../src/simulator/core/drill-run.ts';
import type { Drill, DrillRuns } from '../../../src/surfaces/drills/contract.ts';
import type { Playbooks } from '../../../src/surfaces/ports.ts';

type Append = (drill: string, events: readonly NumberedEvent[]) => Promise<void>;
type Told = Parameters<DrillRun['tell']>[0];

/** A drill in memory, with the real director, engine and bots, by a clock on the wall that the test moves by hand. */
class ActedDrill {
  readonly #run: DrillRun;
  #wall: number;
  #wake: number | null = null;
  #seq = 0;
  #written: Promise<void> = Promise.resolve();
  #crash: unknown = null;
  over = false;

  constructor(fixed: Omit<Fixed, 'actors' | 'startedAt'>, now: number, append: Append) {
    this.#wall = now;
    this.#run = new DrillRun({
      ...newDrill(fixed),
      record: (event) => {
        const numbered: NumberedEvent = { ...event, seq: ++this.#seq };
        this.#written = this.#written.then(() => append(fixed.id, [numbered]));
      },
      clock: {
        wall: () => this.#wall,
        wake: (at) => {
          this.#wake = at;
        },
      },
      continueDue: () => false,
      onContinue: () => undefined,
      onEnd: () => {
        this.over = true;
      },
      onCrash: (error) => {
        this.#crash = error;
      },
    });
    this.#run.begin();
  }

  async moveTo(time: number): Promise<void> {
    await this.settle();
    while (this.#wake !== null && this.#wake <= time) {
      this.#wall = Math.max(this.#wall, this.#wake);
      this.#wake = null;
      this.#run.tick();
      await this.settle();
    }
    this.#wall = Math.max(this.#wall, time);
    await this.#written;
  }

  async tell(message: Told): Promise<MessageResult> {
    await this.settle();
    const refused = this.#run.refuse(message);
    const result: MessageResult = refused ? { status: 'refused', ...refused } : await this.#run.tell(message);
    await this.settle();
    await this.#written;
    return result;
  }

  board = () => this.#run.board();

  async settle(): Promise<void> {
    // One turn of the event loop lets every microtask of the engine run.
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#crash) throw this.#crash;
    await this.#written;
  }
}

export type ActedDrills = DrillRuns & { moveTo(time: number): Promise<void> };

/** What Temporal does otherwise. */
export function actedDrills(playbooks: Pick<Playbooks, 'published'>, now: () => number, append: Append): ActedDrills {
  const running = new Map<string, ActedDrill>();
  const of = (id: string): ActedDrill => {
    const drill = running.get(id);
    if (!drill) throw new Error(`no such drill: ${id}`);
    return drill;
  };
  return {
    async start({ id, script, playbook, players, staff, seed, rate }: Drill) {
      if (running.has(id)) return;
      const plan = (await playbooks.published(playbook.hash))?.plan;
      if (!plan) throw new Error(`${playbook.id} is not published`);
      const drill = new ActedDrill({ id, script, plan, seed, people: { players, staff, rate } }, now(), append);
      running.set(id, drill);
      await drill.moveTo(now());
    },
    send: (id, message) => of(id).tell(message),
    tell: (id, message) => of(id).tell(message),
    async board(id) {
      const drill = running.get(id);
      return drill && !drill.over ? drill.board() : null;
    },
    async moveTo(time) {
      for (const drill of running.values()) await drill.moveTo(time);
    },
  };
}
