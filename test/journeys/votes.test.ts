import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Opening } from '../../src/engine/perform.ts';
import { type IncidentView, openDecisions } from '../../src/incident/view.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import { createVoteSigner, voteExpires } from '../../src/surfaces/votes.ts';
import { openTown, type Town } from './town.ts';
import { WITHIN_MS } from './wait.ts';

let town: Town;
beforeAll(async () => {
  town = await openTown();
}, 180_000);
afterAll(() => town?.close(), 60_000);

const approve = { answer: 'approve', confirm: true };
const questionAt = (incident: string, path: string) =>
  town
    .until(incident, `a question at ${path}`, (view) => openDecisions(view).find((one) => one.question.path === path))
    .then(({ question }) => question);
const decide = (person: string, incident: string, number: number, body: object = approve, key?: string) =>
  town.call(person, 'POST', `/api/incidents/${incident}/decisions/${number}`, body, key);

const effectsOf = async (incident: string) =>
  Object.keys((await town.world()).applied).filter((key) => key.startsWith(`${incident}:`));

describe('over HTTP', { timeout: 2 * WITHIN_MS }, () => {
  it('whoever votes twice, by mistake or not, counts once', async () => {
    const incident = await town.open('contain', 'system-1');
    const { number } = await questionAt(incident, 'contain');
    const first = await decide('cara', incident, number, approve, 'a click');
    const repeated = await decide('cara', incident, number, approve, 'a click');
    expect(first).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(repeated.body).toEqual(first.body);
    expect(await decide('cara', incident, number, approve, 'another click')).toMatchObject({ status: 200 });
    // Two commanders are still no ML on-call.
    expect(await decide('carl', incident, number)).toMatchObject({ status: 200 });
    const view = await town.until(incident, 'three votes', (seen) =>
      seen.decisions[0]?.votes.length === 3 ? seen : null,
    );
    expect(view.decisions[0]?.made).toBeUndefined();
    expect(await decide('milo', incident, number)).toMatchObject({ body: { outcome: 'approve' } });
  });

  it('a vote that comes late is refused, and says so', async () => {
    const incident = await town.open('silence', 'system-2');
    const { number } = await questionAt(incident, 'contain');
    await town.until(incident, 'the answer by default', (view) => view.decisions[0]?.made);
    const late = await decide('cara', incident, number);
    expect(late).toMatchObject({ status: 409, body: { code: 'decided', notDone: 'Your answer was not taken.' } });
    const view = await town.view(incident);
    expect(view.decisions[0]).toMatchObject({ votes: [], made: { outcome: 'deny', by: 'default' } });
  });

  it('nobody can say in the request who they are or what they hold', async () => {
    const incident = await town.open('contain', 'system-3');
    const { number } = await questionAt(incident, 'contain');
    for (const more of [{ roles: ['incident-commander'] }, { person: 'cara' }, { vote: {} }])
      expect(await decide('kit', incident, number, { ...approve, ...more })).toMatchObject({ status: 422 });
    expect(await decide('kit', incident, number)).toMatchObject({ status: 403, body: { code: 'not-entitled' } });
    expect(await decide('rhea', incident, number)).toMatchObject({ status: 403, body: { code: 'requester' } });
    expect((await town.view(incident)).decisions[0]?.votes).toEqual([]);
  });
});

/** Whoever reaches Temporal and holds the payload keys can tell the workflow anything; the worker must not believe it. */
describe('straight to Temporal, without the surfaces’ key', { timeout: 2 * WITHIN_MS }, () => {
  const tell = (incident: string, message: object) =>
    town.client.workflow
      .getHandle(incident)
      .executeUpdate('message', { args: [{ id: randomUUID(), person: 'cara', at: Date.now(), ...message }] });

  const expectRefused = async (incident: string, said: RegExp) => {
    const { failure } = await questionAt(incident, 'isolate');
    expect(failure?.code).toBe('approval-refused');
    expect(failure?.message).toMatch(said);
    expect(await effectsOf(incident)).toEqual([]);
  };

  it('votes signed with another key let nothing happen', async () => {
    const incident = await town.open('contain', 'system-4');
    const question = await questionAt(incident, 'contain');
    const { playbook } = await town.view(incident);
    // The real key's name stands in every vote; the key itself is the server's alone.
    const forger = createVoteSigner({ id: 'vote-0001', privateKey: generateKeyPairSync('ed25519').privateKey });
    for (const [person, role] of [
      ['cara', 'incident-commander'],
      ['milo', 'ml-on-call'],
    ] as const) {
      const vote = forger.sign({
        incident,
        question: question.number,
        path: question.path,
        planHash: playbook?.hash ?? '',
        person,
        roles: [role],
        answer: 'approve',
        at: Date.now(),
        expires: voteExpires(question),
        surface: 'console',
      });
      await tell(incident, { type: 'decide', person, vote });
    }
    await expectRefused(incident, /cara is (not signed|signed with a key)/);
  });

  it('genuine votes of another incident let nothing happen', async () => {
    const [source, target] = [await town.open('contain', 'system-5'), await town.open('contain', 'system-6')];
    const { number } = await questionAt(source, 'contain');
    await questionAt(target, 'contain');
    for (const person of ['cara', 'milo']) expect(await decide(person, source, number)).toMatchObject({ status: 200 });
    const votes = await town.until(source, 'two votes', (view) =>
      view.decisions[0]?.votes.length === 2 ? view.decisions[0].votes : null,
    );
    for (const vote of votes) {
      const replayed = tell(target, { type: 'decide', person: vote.person, vote });
      await expect(replayed).rejects.toMatchObject({ cause: { type: 'mismatch' } });
    }
    // Relabelled they pass for votes of this incident, but no longer for signed ones.
    for (const vote of votes)
      await tell(target, { type: 'decide', person: vote.person, vote: { ...vote, incident: target } });
    await expectRefused(target, /cara is not signed/);
  });

  const startForged = async (plan: Plan, opening: Opening) => {
    const incident = `INC-2026-${90_000 + Number(opening.system?.id.split('-')[1])}`;
    const { taskQueue } = await town.client.workflow.getHandle(await town.open('silence', 'system-9')).describe();
    await town.client.workflow.start('incident', {
      workflowId: incident,
      taskQueue,
      args: [{ opening: { ...opening, incident }, plan, seq: 0 }],
    });
    return incident;
  };

  const published = async (system: string): Promise<{ plan: Plan; opening: Opening }> => {
    const { body } = await town.call('rhea', 'GET', '/api/playbooks/contain');
    const { systems } = (await town.call('rhea', 'GET', '/api/inventory')).body as {
      systems: NonNullable<IncidentView['system']>[];
    };
    const found = systems.find(({ id }) => id === system);
    if (!found) throw new Error(`no ${system}`);
    const { id, name, tier, owner, jurisdictions, dataClasses } = found;
    const about = { id, name, tier, owner, jurisdictions, dataClasses, lastKnownGood: '1' };
    const opening: Opening = {
      incident: '',
      title: 'Forged',
      severity: 'sev1',
      system: about,
      requester: null,
      alert: null,
      mode: 'simulated-inventory',
      inputs: { system: about },
    };
    return { plan: body.plan as unknown as Plan, opening };
  };

  /** The published plan without its question, the act in it unattended. */
  const undecided = (plan: Plan): Plan => ({
    ...plan,
    steps: plan.steps
      .filter((step) => step.path === 'isolate')
      .map((step) => (step.kind === 'do' ? { ...step, coveredBy: null, unattended: 'Trust me.' } : step)),
  });

  it('an incident that was started with a plan dressed up as the published one does nothing', async () => {
    const { plan, opening } = await published('system-7');
    const incident = await startForged(undecided(plan), opening);
    await expectRefused(incident, /does not let isolate run without a decision/);
  });

  it('an incident that was started with a plan nobody published does nothing', async () => {
    const { plan, opening } = await published('system-8');
    const incident = await startForged({ ...undecided(plan), hash: 'f'.repeat(64) }, opening);
    const { failure } = await questionAt(incident, 'isolate');
    expect(failure?.code).toBe('not-published');
    expect(await effectsOf(incident)).toEqual([]);
  });
});
