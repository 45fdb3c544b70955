import { randomInt } from 'node:crypto';
import type { Question } from '../../../src/incident/decision.ts';
import { type EventData, type EventType, type NumberedEvent, person } from '../../../src/incident/events.ts';
import { exerciseId } from '../../../src/incident/ids.ts';
import { createTimeline } from '../../../src/store/timeline.ts';
import type { House } from '../../support/house.ts';
import { question, sampleExercise } from '../../support/sample-events.ts';

/** A drill that runs: Mara commands, Kit is on call, Rhea facilitates. Carl, a commander, and Milo, on call, are no part of it. */
export async function playedDrill(house: House, ends?: true): Promise<string> {
  const id = exerciseId(2026, randomInt(10_000, 2_000_000_000));
  const writer = createTimeline({ pool: house.pool, headKey: house.keys.worker.head.privateKey, now: Date.now });
  const samples = sampleExercise(id);
  const now = Date.now();
  let seq = 0;
  const tell = async <T extends EventType>(type: T, data: Partial<EventData<T>> = {}) => {
    const sample = samples.find((one) => one.type === type);
    if (!sample) throw new Error(`no sample of ${type}`);
    seq += 1;
    // The scenario plays in the spring.
    const event = { ...sample, seq, at: SPRING, actor: person('rhea'), data: { ...sample.data, ...data } };
    await writer.append(id, [event as NumberedEvent]);
  };
  await tell('exercise.started', {
    seats: [
      { role: 'incident-commander', person: 'mara', persona: null },
      { role: 'ml-on-call', person: 'kit', persona: null },
      { role: 'legal-counsel', person: 'bot-legal-counsel', persona: 'steady' },
    ],
    staff: [{ role: 'facilitator', person: 'rhea' }],
    endsAt: SPRING + 3_600_000,
  });
  await tell('exercise.clock', { wall: now, rate: 1, from: SPRING, because: 'startex' });
  await tell('inject.delivered', { to: ['ml-on-call'], id: 'reporter', from: 'Kari Nygaard' });
  await tell('inject.delivered', { to: ['legal-counsel'], id: 'a-letter', from: 'Datatilsynet', by: 'letter' });
  await tell('incident.opened', { requester: null });
  const asked: Question = { ...question, excluded: [], askedAt: SPRING, until: SPRING + 1_800_000 };
  await tell('decision.asked', asked);
  if (ends) await tell('exercise.ended', { because: 'time' });
  return id;
}
export const SPRING = Date.parse('2026-03-06T07:00:00Z');
