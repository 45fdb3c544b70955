import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/incident/messages.ts';
import { addPayloadKey } from '../../src/main/keys.ts';
import type { StoredEvent } from '../../src/surfaces/ports.ts';
import type { RunOptions } from '../../workflows/messages.ts';
import { byPath } from '../support/by-path.ts';
import { type House, openHouse } from '../support/house.ts';
import { act, ask, parallel, planOf, run, say, use, wait, when } from '../support/plans.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

const COMMANDER = ['incident-commander'];
const NIGHT = { remindMs: [], escalate: null, withinMs: 60_000 };

/** Every step kind, an open decision inside `parallel`, and something to unwind. */
const plan = () =>
  planOf(
    [
      act('assess', 'model.inspect'),
      ask('contain', { covers: ['isolate'], ...NIGHT }),
      act('isolate', 'model.isolate', { coveredBy: 'contain', prove: use('model.probe', { expect: 'cut' }) }),
      parallel('both', {
        left: [wait('pause', 50), ask('left-question', NIGHT), act('look', 'model.inspect')],
        right: [run('inner', [act('look', 'model.inspect'), say('tell')])],
      }),
      when('steps.assess.version == "v41"', [say('told')], [say('untold')]),
      ask('go-on', NIGHT),
    ],
    [say('brief')],
  );

/** Plays it the same way each time, and closes it. */
async function play(options: RunOptions): Promise<{ incident: string; events: StoredEvent[] }> {
  const incident = await house.open(await house.publish(plan()), {}, options);
  await house.question(incident, 'contain');
  await house.vote(incident, 'ben', COMMANDER, 'approve', { question: 1 });
  const left = await house.question(incident, 'both/left/left-question');
  await house.until(incident, 'the other branch', (view) => view.steps['both/right/inner']?.status === 'done');
  await house.vote(incident, 'ben', COMMANDER, 'approve', { question: left.number });
  const last = await house.question(incident, 'go-on');
  const send = (more: object) =>
    house.incidents.send(incident, { id: randomUUID(), person: 'ben', at: Date.now(), ...more } as Message);
  expect(last.number).toBe(3);
  await send({ type: 'stand-down', reason: 'false alarm' });
  await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
  await send({ type: 'resolve', summary: 'Nothing was wrong.' });
  await send({ type: 'close' });
  await house.client.workflow.getHandle(incident).result();
  return { incident, events: (await house.read(incident)).events };
}

const runsOf = async (incident: string): Promise<number> => {
  let runs = 0;
  for await (const _ of house.client.workflow.list({ query: `WorkflowId = '${incident}'` })) runs++;
  return runs;
};

describe('continuing as new', () => {
  it('after every event writes the same timeline as one run', async () => {
    const whole = await play({});
    const pieces = await play({ continueAfterEvents: 1 });
    expect(pieces.events.map((event) => event.seq)).toEqual(pieces.events.map((_, i) => i + 1));
    expect(byPath(pieces.events, pieces.incident)).toEqual(byPath(whole.events, whole.incident));
    await expect.poll(() => runsOf(pieces.incident), { timeout: 10_000 }).toBeGreaterThan(8);
    expect(await runsOf(whole.incident)).toBe(1);
  }, 60_000);

  it('answers a repeated message as it first did, in whichever run it comes', async () => {
    const twoVotes = planOf([ask('contain', { by: [{ role: 'incident-commander', count: 2 }], ...NIGHT })]);
    const incident = await house.open(await house.publish(twoVotes), {}, { continueAfterEvents: 1 });
    await house.question(incident, 'contain');
    const handle = house.client.workflow.getHandle(incident);
    const { runId } = await handle.describe();
    const ballot = await house.ballot(incident, 'ben', COMMANDER, 'approve');
    const decide: Message = { type: 'decide', id: randomUUID(), person: 'ben', at: ballot.at, vote: ballot };
    const first = await house.incidents.send(incident, decide);
    const other = await house.vote(incident, 'cleo', COMMANDER, 'approve');
    expect(other).toEqual({ status: 'accepted', outcome: 'approve' });
    await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
    await expect.poll(async () => (await handle.describe()).runId, { timeout: 10_000 }).not.toBe(runId);
    // The question is decided, and a new vote on it would be refused.
    expect(await house.incidents.send(incident, decide)).toEqual(first);
    const { events } = await house.read(incident);
    expect(events.filter((event) => event.type === 'decision.voted')).toHaveLength(2);
  }, 60_000);

  it('loses and doubles no message that comes meanwhile', async () => {
    const incident = await house.open(
      await house.publish(planOf([ask('contain', NIGHT)])),
      {},
      { continueAfterEvents: 1 },
    );
    await house.question(incident, 'contain');
    const texts = Array.from({ length: 40 }, (_, i) => `note ${i}`);
    await Promise.all(
      texts.map((text) =>
        house.incidents.send(incident, { type: 'note', id: randomUUID(), person: 'ben', at: Date.now(), text }),
      ),
    );
    const notes = await house.until(incident, 'all notes', (_, events) => {
      const found = events.flatMap((event) => (event.type === 'note.added' ? [event.data.text] : []));
      return found.length >= texts.length ? found : null;
    });
    expect(notes.sort()).toEqual(texts.sort());
  }, 60_000);

  it('reads payloads of both keys when the key was changed meanwhile', async () => {
    const own = await openHouse();
    try {
      const incident = await own.open(await own.publish(planOf([ask('contain', NIGHT)], [say('brief')])));
      await own.question(incident, 'contain');
      const added = addPayloadKey(own.keysDir);
      // The worker that knows the new key takes over; the client learns of it when it meets it.
      await own.stopWorkers();
      await own.startWorker();
      await own.vote(incident, 'ben', COMMANDER, 'approve');
      await own.until(incident, 'its end', (view) => view.plan?.finishedAt);
      const used = keyIdsIn(await own.rawHistory(incident));
      expect(used).toContain(added);
      expect(used).toContain(own.keys.worker.payload[0]?.id);
    } finally {
      await own.close();
    }
  }, 120_000);
});

/** Key ids stand in clear in the metadata of payloads. */
function keyIdsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'key-id' && value instanceof Uint8Array ? [Buffer.from(value).toString()] : keyIdsIn(value),
  );
}
