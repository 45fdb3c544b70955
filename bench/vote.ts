import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { openDecisions } from '../src/incident/view.ts';
import { approval, type Grounds } from './grounds.ts';
import { atMost, type Measure, percentile, shown } from './measure.ts';
import { decisionsPlan } from './playbooks.ts';
import { openWorkshop } from './workshop.ts';

/**
 * From the moment an approval is sent until the disruptive act that it allows reaches the outside world: Update, workflow,
 * what happened onto the timeline, signatures and quorum verified, lease taken.
 */

const DECISIONS = 10;
/** Whoever decides has read the question first; nothing else is going on then. */
const READING_MS = 40;

export async function benchVote(grounds: Grounds, incidents: number): Promise<Measure[]> {
  const workshop = await openWorkshop(grounds);
  const plan = decisionsPlan(DECISIONS);
  await grounds.publish(plan);
  const tookMs: number[] = [];
  try {
    for (let i = 0; i <= incidents; i++) {
      const { incident, ended } = await workshop.open(plan, `measured-${i}`);
      for (let number = 1; number <= DECISIONS; number++) {
        const view = await grounds.until(incident, (seen) =>
          openDecisions(seen)[0]?.question.number === number ? seen : null,
        );
        await pause(READING_MS);
        const message = approval(grounds.keys.server, view);
        const acted = new Promise<number>((resolve) => {
          workshop.onAct = () => resolve(performance.now());
        });
        const sent = performance.now();
        const answer = workshop.incidents.send(incident, message);
        const took = (await acted) - sent;
        const result = await answer;
        if (result.status !== 'accepted') throw new Error(`a vote was refused: ${result.message}`);
        // The first incident warms up.
        if (i > 0) tookMs.push(took);
      }
      await ended;
      await workshop.clear();
      if (i > 0 && i % 4 === 0) grounds.say(`vote to act: ${tookMs.length} of ${incidents * DECISIONS} samples`);
    }
  } finally {
    await workshop.stop();
  }
  return [
    shown(`vote to the act it allows, p50 of ${tookMs.length}`, percentile(tookMs, 0.5), 'ms'),
    atMost(`vote to the act it allows, p95 of ${tookMs.length}`, percentile(tookMs, 0.95), 'ms', 30),
  ];
}
