import { describe, expect, it } from 'vitest';
import { golden } from '../../../src/simulator/prove/golden.ts';
import { play } from '../../../src/simulator/prove/play.ts';
import { shippedScript } from '../../support/scripts.ts';

/** What the careful policy decided at a step, after which of the injects. */
async function decidedIn(simulation: string, length: string, step: string) {
  const { script, plan } = shippedScript(simulation, length);
  const { events } = await play({ script, plan, seed: 1 }, golden());
  const made = events.find((event) => event.type === 'decision.made' && event.path === step);
  const after = events.flatMap((event) =>
    event.type === 'inject.delivered' && event.seq < (made?.seq ?? 0) ? [event.data.id] : [],
  );
  return { outcome: made?.type === 'decision.made' ? made.data.outcome : null, after };
}

describe('the careful policy calls nothing closed', () => {
  it('because a vendor has closed a case: it waits until somebody in the house says so of the leak', async () => {
    const { outcome, after } = await decidedIn('credential-leak-llmjacking', '60m', 'respond/recover/purge');
    expect(outcome).toBe('closed');
    expect(after).toEqual(expect.arrayContaining(['done-done', 'portal-off']));
  });

  it('because something else was stopped: sources that are read still are not clean', async () => {
    const { outcome, after } = await decidedIn('rag-memory-poisoning', '15m', 'respond/recover/sources');
    expect(outcome).toBe('unknown');
    expect(after).toContain('archive-is-searchable');
  });
});
