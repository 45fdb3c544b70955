import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/incident/json.ts';
import type { Message } from '../../src/incident/messages.ts';
import { emptyView } from '../../src/incident/view.ts';
import { tellIncidents } from '../../src/surfaces/alert-news.ts';

const INCIDENT = 'INC-2026-0001';
const row = (id: string, alert: JsonObject) => ({ id, incident: INCIDENT, alert, count: 1, upTo: 1 });

/** What the incident is told in one go. */
async function told(waits: 'alert' | 'alert-resolved', digests: JsonObject[], over: JsonObject[]) {
  const sent: Message[] = [];
  const waitsFor = { cel: 'alert.version == "2"', alerts: { resolved: waits === 'alert-resolved', known: {} } };
  const view = { ...emptyView(), id: INCIDENT, steps: { calm: { status: 'running' as const, waitsFor } } };
  await tellIncidents({
    inbox: {
      digests: async () => digests.map((alert, i) => row(`${i}`, alert)),
      told: async () => {},
      resolutions: async () => over.map((alert, i) => row(`o${i}`, alert)),
      toldResolved: async () => {},
    },
    reader: { incident: async () => ({ view }) },
    responses: {
      open: async () => ({ incident: INCIDENT, created: true }),
      send: async (_, message) => {
        sent.push(message);
        return { status: 'accepted' };
      },
    },
    now: () => 0,
    warn: () => {},
  });
  return sent.map((message) => ('alert' in message ? [message.type, message.alert] : []));
}

const storm = ['1', '2', '3'].map((version) => ({ kind: 'drift', version }));

it('an alert that a step waits for is told by itself, and not as one of many of its kind', async () => {
  expect(await told('alert', storm, [])).toEqual([['alert', { kind: 'drift', version: '2' }]]);
  expect(await told('alert-resolved', storm, storm)).toEqual([
    ['alert', { kind: 'drift', version: '3' }],
    ['alert-resolved', { kind: 'drift', version: '2' }],
  ]);
});
