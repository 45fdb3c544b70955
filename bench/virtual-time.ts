import { rehearse } from '../src/simulator/core/rehearse.ts';
import { act, ask, commander, opening, parallel, planOf, START, wait, world } from '../test/support/plans.ts';

/** Steps a second of the engine in virtual time: one bot-only rehearsal of 200 steps, with decisions, over and over. */
export async function stepsPerSecondInVirtualTime(seconds: number): Promise<number> {
  const block = (name: string) =>
    Array.from({ length: 24 }, (_, i) => act(`${name}-${i}`, i % 3 === 0 ? 'model.inspect' : 'model.probe'));
  const plan = planOf([
    ask('first'),
    ...block('a'),
    parallel('both', { left: [...block('l'), ask('second')], right: [wait('pause', 60_000), ...block('r')] }),
    ask('third'),
    ...block('b'),
    ...block('c'),
    ...block('d'),
    ...block('e'),
    ...block('f'),
  ]);
  const steps = 8 * 24 + 5;
  const once = () => rehearse({ plan, opening, world: world(), bots: [commander], startAt: START });
  for (let i = 0; i < 50; i++) await once();
  const started = performance.now();
  let runs = 0;
  while (performance.now() - started < seconds * 1_000) {
    const { status } = await once();
    if (status !== 'ended') throw new Error(`the rehearsal ${status}`);
    runs++;
  }
  return (runs * steps * 1_000) / (performance.now() - started);
}
