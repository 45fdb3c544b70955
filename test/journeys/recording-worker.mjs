// The worker as it is built, but for one thing: every use of a capability is written down and can be held up half-way. Tests
// crash it in the very moment they mean to.
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createRegistry } from '../../dist/src/main/bindings.js';
import { runService } from '../../dist/src/main/supervised.js';
import { runWorker } from '../../dist/src/main/worker.js';

const folder = process.env.TOCSIN_TEST_DESK;
/** Acts of the simulated world take this share of their scenario time. */
const PACE = 0.01;

/** What a call is aimed at: an AI system, or whoever a mail goes to. */
const targetOf = (call) => call.with.system ?? call.with.to ?? null;

/** One line for each thing that happens, flushed by the kernel even if this process is killed the next moment. */
function note(what, call) {
  const { key, capability } = call;
  const line = { what, key, capability, system: targetOf(call), pid: process.pid };
  appendFileSync(join(folder, 'log'), `${JSON.stringify(line)}\n`);
}

/** Stays while the test says so: a file named after the moment and the target. */
async function hold(moment, call, signal) {
  const file = join(folder, `${moment}-${call.capability}-${targetOf(call)}`);
  if (!existsSync(file)) return;
  note(`held ${moment}`, call);
  while (existsSync(file)) await pause(10, undefined, { signal });
}

const recording = (provider) => ({
  async act(call, context) {
    note('act', call);
    await hold('before', call, context.signal);
    const result = await provider.act(call, context);
    note(result.ok ? 'effect' : 'refused', call);
    await hold('after', call, context.signal);
    return result;
  },
  async readBack(call, context) {
    const found = await provider.readBack(call, context);
    note(`read back: ${found.state}`, call);
    return found;
  },
});

await runService((config) =>
  runWorker(config, {
    bind(deps) {
      const bound = createRegistry({ ...deps, pace: PACE });
      return {
        close: bound.close,
        provider(capability, system) {
          const provider = bound.provider(capability, system);
          return provider && recording(provider);
        },
      };
    },
  }),
);
