import { type IncidentEvent, parseEvent } from '../../src/incident/events.ts';
import { rehearse } from '../../src/simulator/core/rehearse.ts';
import type { World } from '../../src/simulator/core/world.ts';
import { act, commander, opening, planOf, START, use, world } from './plans.ts';

export type PlayOptions = Partial<Parameters<typeof rehearse>[0]> & {
  steps: Parameters<typeof planOf>[0];
  finally?: Parameters<typeof planOf>[1];
};

/** Plays the steps in memory with a commander's bot; `lines` tells each event in a few words. Every event fits its schema. */
export async function play({ steps, finally: last, ...more }: PlayOptions) {
  const plan = planOf(steps, last);
  const result = await rehearse({ plan, opening, world: world(), bots: [commander], startAt: START, ...more });
  for (const event of result.events) parseEvent(event);
  return { ...result, lines: result.events.map(line) };
}

const line = (event: IncidentEvent): string => {
  const data = event.data as Record<string, unknown>;
  const what = data.purpose ?? data.outcome ?? data.branch ?? data.code ?? data.reason ?? data.because ?? '';
  return `${(event.at - START) / 1000} ${event.path} ${event.type} ${what}`.trim();
};

export const isolate = () =>
  act('isolate', 'model.isolate', { coveredBy: 'contain', prove: use('model.probe', { expect: 'cut' }) });
export const system = (w: World) => w.systems['support-assistant'];
