import { askFor } from './on-demand.ts';

/** The Temporal of this test run: in memory, tuned as `npm start` tunes it, namespace `default`. Use a task queue of your own. */
export async function testTemporal(): Promise<{ address: string }> {
  return { address: await askFor('temporal') };
}
