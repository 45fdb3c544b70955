import type { CapabilityProvider } from '../activities/ports.ts';
import type { ActResult, Call } from '../engine/stage.ts';
import type { JsonObject } from '../incident/json.ts';
import { actOnWorld, newWorld, type SimulatedSystem, tookMs, World } from '../simulator/core/world.ts';

export type SimulatedDeps = {
  /** Hands out the world (null at first) and keeps what comes back; one at a time. */
  withWorld<R>(change: (world: JsonObject | null) => Promise<{ world: JsonObject; result: R }>): Promise<R>;
  /** The world as it is before anything has been done to it. */
  systems: Record<string, SimulatedSystem>;
  now(): number;
  /** Acts take this share of their scenario time: 1 as in drills, 0 not at all. */
  pace: number;
};

/** Serves capabilities out of a simulated world that is kept between calls: for inventories without real systems. */
export function createSimulatedProvider(deps: SimulatedDeps): CapabilityProvider {
  return {
    async act(call, { signal }) {
      // The effect lands half-way, so that a crash can befall an act before it or after it.
      const halfMs = (tookMs(call.capability) * deps.pace) / 2;
      await pause(halfMs, signal);
      const acted = await deps.withWorld<ActResult>(async (kept) => {
        const { world, result } = actOnWorld(open(kept, deps), call, deps.now());
        return { world: world as unknown as JsonObject, result };
      });
      await pause(halfMs, signal);
      return acted;
    },
    readBack: (call) =>
      deps.withWorld(async (kept) => {
        const world = open(kept, deps);
        return { world: world as unknown as JsonObject, result: readBack(world, call) };
      }),
  };
}

function readBack(world: World, call: Call) {
  const applied = world.applied[call.key];
  return applied ? ({ state: 'done', outputs: applied.outputs } as const) : ({ state: 'not-done' } as const);
}

const open = (kept: JsonObject | null, { systems }: SimulatedDeps): World => {
  if (kept === null) return newWorld(systems);
  const world = World.parse(kept);
  // A system that was added to the inventory later.
  return { ...world, systems: { ...systems, ...world.systems } };
};

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
