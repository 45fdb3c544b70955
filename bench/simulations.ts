import { rehearseScript } from '../src/simulator/core/rehearse-script.ts';
import { POLICIES } from '../src/simulator/prove/policy.ts';
import { prove } from '../src/simulator/prove/prove.ts';
import { shippedScripts } from '../test/support/scripts.ts';
import { atMost, type Measure, median, shown } from './measure.ts';

/** Every shipped simulation at each of its lengths: rehearsed once by bots, and proved with all policies. On one core, for all is one thread. */
export async function benchSimulations(rounds: number): Promise<Measure[]> {
  const scripts = shippedScripts();
  const rehearsed: number[] = [];
  const proved: number[] = [];
  for (let seed = 1; seed <= rounds; seed++) {
    rehearsed.push(
      await secondsOf(async () => {
        for (const { script, plan } of scripts) await rehearseScript({ script, plan, seed });
      }),
    );
    proved.push(
      await secondsOf(async () => {
        for (const { script, plan } of scripts)
          for (const policy of POLICIES) {
            const { proof } = await prove({ script, plan, seed }, policy);
            if (!proof.holds)
              throw new Error(`${script.simulation}, ${script.length.name}, ${policy}: ${proof.problems.join(' ')}`);
          }
      }),
    );
  }
  return [
    atMost(`the library rehearsed once, ${scripts.length} simulations and lengths`, median(rehearsed), 's', 5),
    shown('the library proved with all policies', median(proved), 's'),
  ];
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}
