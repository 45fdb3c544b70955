import { proxyActivities } from '@temporalio/workflow';
import { type EventData, type EventType, type NumberedEvent, TOCSIN } from '../../src/incident/events.ts';
import type { JsonObject } from '../../src/incident/json.ts';
import type { HandWrittenInput, HandWrittenTasks } from '../hand-written-tasks.ts';

const { inspect, writeDown } = proxyActivities<HandWrittenTasks>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '3 seconds',
  retry: { initialInterval: '250ms', maximumInterval: '5 seconds' },
});

/** The response as somebody would write it who needs this one only: one await after the other. */
export async function handWritten({ incident, system, steps }: HandWrittenInput): Promise<void> {
  const outputs: Record<string, JsonObject> = {};
  for (const id of stepIds(steps)) outputs[id] = await inspect({ key: `${incident}:${id}`, system });
}

/** The same, with what begins and what is done written down by activities that are awaited. */
export async function handWrittenRecorded({ incident, system, steps }: HandWrittenInput): Promise<void> {
  let seq = 0;
  const write = <T extends EventType>(path: string, type: T, data: EventData<T>): Promise<void> => {
    const event = { seq: ++seq, at: Date.now(), path, type, actor: TOCSIN, data } as unknown as NumberedEvent;
    return writeDown({ incident, events: [event] });
  };
  const outputs: Record<string, JsonObject> = {};
  await write('', 'incident.opened', {
    incident,
    title: 'Written by hand',
    severity: 'sev2',
    system: null,
    requester: null,
    alert: null,
    mode: 'simulated-inventory',
    playbook: null,
  });
  for (const id of stepIds(steps)) {
    const key = `${incident}:${id}`;
    const startedAt = Date.now();
    const about = { capability: 'model.inspect', purpose: 'act' } as const;
    await write(id, 'act.started', { ...about, key, attempt: 1, risk: 'read', with: { system } });
    const found = await inspect({ key, system });
    outputs[id] = found;
    await write(id, 'act.done', { ...about, outputs: found, tookMs: Date.now() - startedAt, provedBy: null });
  }
}

const stepIds = (count: number): string[] => Array.from({ length: count }, (_, i) => `step-${i + 1}`);
