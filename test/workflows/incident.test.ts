import { randomInt, randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOCSIN } from '../../src/incident/events.ts';
import { incidentId } from '../../src/incident/ids.ts';
import type { Message } from '../../src/incident/messages.ts';
import { openDecisions } from '../../src/incident/view.ts';
import { createRunningIncidents } from '../../src/surfaces/responses.ts';
import type { SavedIncident } from '../../workflows/messages.ts';
import { type House, openHouse } from '../support/house.ts';
import { act, ask, opening, parallel, planOf, say, use, wait } from '../support/plans.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

const COMMANDER = ['incident-commander'];
const guarded = () =>
  planOf(
    [
      act('assess', 'model.inspect'),
      ask('contain', { covers: ['isolate'] }),
      act('isolate', 'model.isolate', { coveredBy: 'contain', prove: use('model.probe', { expect: 'cut' }) }),
    ],
    [say('brief')],
  );

const ended = (incident: string) =>
  house.until(incident, 'the end of its plan', (view, events) => (view.plan?.finishedAt ? { view, events } : null));

const message = (more: object): Message => ({ id: randomUUID(), person: 'ben', at: Date.now(), ...more }) as Message;

async function close(incident: string): Promise<void> {
  await house.incidents.send(incident, message({ type: 'resolve', summary: 'It is over.' }));
  await house.incidents.send(incident, message({ type: 'close' }));
  await house.client.workflow.getHandle(incident).result();
}

describe('an incident on Temporal', () => {
  it('asks, acts when people agree, and writes it all on the timeline', async () => {
    const incident = await house.open(await house.publish(guarded()));
    await house.question(incident, 'contain');
    const answer = await house.vote(incident, 'ben', COMMANDER, 'approve');
    expect(answer).toEqual({ status: 'accepted', outcome: 'approve' });
    const { view, events } = await ended(incident);
    expect(view.plan?.outcome).toBe('completed');
    expect(view.steps.isolate?.status).toBe('done');
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    expect((await house.world()).systems['support-assistant']?.traffic).toBe('cut');
    await close(incident);
  });

  it('opens once, however often it is started', async () => {
    const plan = await house.publish(guarded());
    const incident = await house.open(plan);
    const again = house.incidents.startIncident({ opening: { ...opening, incident }, plan, seq: 0 });
    await expect(again).resolves.toEqual({ created: false });
  });

  it('opens once, even when Temporal has forgotten it and only its timeline is left', async () => {
    const incident = incidentId(2026, randomInt(10_000, 2_000_000_000));
    const { inputs: _, ...facts } = { ...opening, incident };
    const data = { ...facts, playbook: null };
    await house.ports.timeline.append(incident, [
      { seq: 1, at: 0, path: '', type: 'incident.opened', actor: TOCSIN, data },
    ]);
    const again = house.incidents.startIncident({ opening: { ...opening, incident }, plan: null, seq: 0 });
    await expect(again).resolves.toEqual({ created: false });
    await expect(house.client.workflow.getHandle(incident).describe()).rejects.toThrow(WorkflowNotFoundError);
  });

  it('reminds, escalates with a page, and decides by default when nobody answers', async () => {
    const plan = planOf([
      ask('contain', {
        withinMs: 900,
        remindMs: [200],
        escalate: { afterMs: 500, to: 'engineering-manager', page: true },
      }),
    ]);
    const incident = await house.open(await house.publish(plan));
    const { view, events } = await ended(incident);
    expect(events.map((event) => event.type)).toEqual([
      'incident.opened',
      'plan.started',
      'decision.asked',
      'decision.reminded',
      'decision.escalated',
      'decision.made',
      'plan.finished',
    ]);
    expect(view.decisions[0]?.made).toMatchObject({ outcome: 'deny', by: 'default' });
    const times = events.slice(2, 6).map((event) => event.at - (events[2]?.at ?? 0));
    expect(times[1]).toBeGreaterThanOrEqual(200);
    expect(times[2]).toBeGreaterThanOrEqual(500);
    expect(times[3]).toBeGreaterThanOrEqual(900);
    const paged = house.pages.filter((page) => page.incident === incident).map((page) => page.role);
    expect(paged.sort()).toEqual(['engineering-manager', 'incident-commander']);
  });

  it('says so when a page cannot be sent, and goes on', async () => {
    const { notifier } = house.ports;
    let tries = 0;
    house.ports.notifier = {
      async page() {
        tries++;
        throw ApplicationFailure.create({ message: 'the pager is broken', nextRetryDelay: 1 });
      },
    };
    try {
      const plan = planOf([
        ask('contain', {
          remindMs: [],
          escalate: { afterMs: 100, to: 'engineering-manager', page: true },
        }),
      ]);
      const incident = await house.open(await house.publish(plan));
      const warning = await house.until(incident, 'the warning', (view) => view.warnings[0]);
      expect(warning).toMatchObject({
        code: 'page-failed',
        message: expect.stringContaining('engineering-manager could not be paged about question 1'),
      });
      expect(tries).toBeGreaterThan(5);
      await house.vote(incident, 'ben', COMMANDER, 'approve');
      await ended(incident);
      await close(incident);
    } finally {
      house.ports.notifier = notifier;
    }
  });

  it('acts side by side in parallel branches, and leaves no hole in the timeline', async () => {
    const branches = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `b${i}`,
        [act(`first${i}`, 'model.inspect'), act(`second${i}`, 'model.validate', { use: use('model.inspect') })],
      ]),
    );
    const incident = await house.open(await house.publish(planOf([parallel('all', branches)])));
    const { events } = await ended(incident);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter((event) => event.type === 'act.done')).toHaveLength(24);
  });

  it('undoes what was done when it is stood down', async () => {
    const plan = planOf([
      act('isolate', 'model.isolate', { unattended: 'tested' }),
      ask('continue', { remindMs: [], escalate: null }),
    ]);
    const incident = await house.open(await house.publish(plan));
    await house.question(incident, 'continue');
    await house.incidents.send(incident, message({ type: 'stand-down', reason: 'false alarm' }));
    const { view } = await ended(incident);
    expect(view.plan?.outcome).toBe('stood-down');
    expect(view.steps.isolate?.status).toBe('undone');
    await close(incident);
  });

  it('takes more at once than Temporal lets it send on at once', async () => {
    const incident = await house.open(null);
    const text = '€'.repeat(10_000);
    const notes = Array.from({ length: 120 }, () => message({ type: 'note', text }));
    const answers = await Promise.all(notes.map((note) => house.incidents.send(incident, note)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['accepted']));
    await house.until(incident, 'all its notes', (_, events) => events.length === 1 + notes.length);
    await close(incident);
  }, 60_000);

  it('takes no notice of a "cancel" in Temporal: incidents are stood down', async () => {
    const incident = await house.open(await house.publish(planOf([wait('pause', 600), say('brief')])));
    await house.until(incident, 'the wait', (_, events) => events.some((event) => event.type === 'wait.started'));
    await house.client.workflow.getHandle(incident).cancel();
    const { view } = await ended(incident);
    expect(view.plan?.outcome).toBe('completed');
  });

  it('is amended and reopened under its own id after it was closed', async () => {
    const incident = await house.open(await house.publish(planOf([say('brief')])));
    await ended(incident);
    await close(incident);
    const amended = await house.incidents.send(incident, message({ type: 'note', text: 'The vendor confirmed it.' }));
    expect(amended).toEqual({ status: 'accepted' });
    await house.until(incident, 'the amendment', (_, events) => events.at(-1)?.type === 'amendment.added');
    await house.client.workflow.getHandle(incident).result();

    const refused = await house.incidents.send(incident, message({ type: 'resolve', summary: 'again' }));
    expect(refused).toMatchObject({ status: 'refused', code: 'closed' });
    const reopened = await house.incidents.send(incident, message({ type: 'reopen', reason: 'It came back.' }));
    expect(reopened).toEqual({ status: 'accepted' });
    const { view, events } = await house.until(incident, 'the reopening', (view, events) =>
      view.status === 'open' ? { view, events } : null,
    );
    expect(view.status).toBe('open');
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    await close(incident);
  });

  it('keeps the note of somebody who looked before another note on the closed incident was written', async () => {
    const incident = await house.open(null);
    await close(incident);
    const slow = createRunningIncidents({
      client: house.client,
      taskQueue: house.taskQueue,
      isOnTimeline: async () => true,
      async loadSaved(id) {
        const saved = await house.ports.snapshots.load(id);
        await house.incidents.send(incident, message({ type: 'note', text: 'first' }));
        await house.client.workflow.getHandle(incident).result();
        return saved as SavedIncident | null;
      },
    });
    const answer = await slow.send(incident, message({ type: 'note', text: 'second' }));
    expect(answer).toEqual({ status: 'accepted' });
    const notes = await house.until(incident, 'both notes', (_, events) => {
      const texts = events.flatMap((event) => (event.type === 'amendment.added' ? [event.data.text] : []));
      return texts.length === 2 ? texts : null;
    });
    expect(notes).toEqual(['first', 'second']);
    await house.client.workflow.getHandle(incident).result();
  });

  it('takes what many people write at once after it was closed', async () => {
    const incident = await house.open(null);
    await close(incident);
    const notes = Array.from({ length: 8 }, (_, i) => message({ type: 'note', text: `note ${i}` }));
    const answers = await Promise.all(notes.map((note) => house.incidents.send(incident, note)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['accepted']));
    await house.until(incident, 'all notes', (_, events) => events.at(-1)?.seq === 3 + notes.length);
  });

  it('is unknown when there never was one', async () => {
    const sent = await house.incidents.send('INC-2026-0001', message({ type: 'note', text: 'hello' }));
    expect(sent).toMatchObject({ status: 'refused', code: 'unknown-incident' });
  });
});

describe('a vote', () => {
  const asking = async (more: Parameters<typeof ask>[1] = {}, requester: string | null = null) => {
    const plan = planOf([ask('contain', { remindMs: [], escalate: null, ...more })]);
    const incident = await house.open(await house.publish(plan), { requester });
    await house.question(incident, 'contain');
    return incident;
  };

  it('is refused from somebody who is not entitled', async () => {
    const incident = await asking();
    await expect(house.vote(incident, 'eve', ['communications-lead'], 'approve')).resolves.toMatchObject({
      status: 'refused',
      code: 'not-entitled',
    });
  });

  it('is refused from whoever requested the incident', async () => {
    const incident = await asking({}, 'ada');
    await expect(house.vote(incident, 'ada', COMMANDER, 'approve')).resolves.toMatchObject({ code: 'requester' });
  });

  it('is refused when it comes late', async () => {
    const incident = await asking({ withinMs: 300, otherwise: 'deny' });
    const ballot = await house.ballot(incident, 'ben', COMMANDER, 'approve');
    await ended(incident);
    const sent = house.incidents.send(incident, message({ type: 'decide', vote: ballot }));
    await expect(sent).resolves.toMatchObject({ status: 'refused', code: 'decided' });
  });

  it('counts once when one person clicks twice', async () => {
    const incident = await asking({ by: [{ role: 'incident-commander', count: 2 }] });
    await expect(house.vote(incident, 'ben', COMMANDER, 'approve')).resolves.toEqual({ status: 'accepted' });
    await expect(house.vote(incident, 'ben', COMMANDER, 'approve')).resolves.toEqual({ status: 'accepted' });
    const { view } = await house.read(incident);
    expect(openDecisions(view)).toHaveLength(1);
    await expect(house.vote(incident, 'cleo', COMMANDER, 'approve')).resolves.toEqual({
      status: 'accepted',
      outcome: 'approve',
    });
  });

  it('leaves no trace in the history when it is refused, and junk is refused as well', async () => {
    const incident = await asking();
    const handle = house.client.workflow.getHandle(incident);
    await house.vote(incident, 'eve', ['communications-lead'], 'approve');
    const junk = handle.executeUpdate('message', { args: [{ type: 'decide', vote: { person: 'ben' } }] });
    await expect(junk).rejects.toMatchObject({ cause: { type: 'malformed' } });
    const { events } = await handle.fetchHistory();
    expect(events?.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(false);
  });

  it('that was forged straight to Temporal does not let anything happen', async () => {
    const incident = await house.open(await house.publish(guarded()));
    await house.question(incident, 'contain');
    const ballot = await house.ballot(incident, 'ben', COMMANDER, 'deny');
    const forged = { ...ballot, answer: 'approve' };
    await house.client.workflow.getHandle(incident).executeUpdate('message', {
      args: [message({ type: 'decide', vote: forged })],
    });
    const failed = await house.question(incident, 'isolate');
    expect(failed).toMatchObject({ kind: 'failure', failure: { code: 'approval-refused' } });
    expect(failed.failure?.message).toMatch(/vote of ben is not signed/);
    const applied = Object.keys((await house.world()).applied);
    expect(applied.filter((key) => key.startsWith(incident))).toEqual([]);
  });
});
