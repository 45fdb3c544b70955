import type { TimelineWriter } from '../src/activities/ports.ts';
import type { NumberedEvent } from '../src/incident/events.ts';
import type { JsonObject } from '../src/incident/json.ts';

/** The activities that hand-written workflows call. */
export type HandWrittenTasks = {
  inspect(task: { key: string; system: string }): Promise<JsonObject>;
  writeDown(task: { incident: string; events: NumberedEvent[] }): Promise<void>;
};

export type HandWrittenInput = { incident: string; system: string; steps: number };

/** The world answers at once: what is measured is everything around it. */
export const inspected = (): JsonObject => ({
  version: '4.2.0',
  since: '2026-11-19T03:00:00.000Z',
  lastKnownGood: '4.1.7',
  signatureValid: false,
  lastKnownGoodValid: true,
  traffic: 'serving',
  detail: 'It serves version 4.2.0, whose signature does not match.',
});

export function createHandWrittenTasks(timeline: TimelineWriter): HandWrittenTasks {
  return {
    inspect: async () => inspected(),
    writeDown: ({ incident, events }) => timeline.append(incident, events),
  };
}
