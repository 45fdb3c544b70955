import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createApprovalVerifier } from '../../src/activities/approval.ts';
import { createDrillActivities } from '../../src/activities/drill.ts';
import type { Call } from '../../src/engine/stage.ts';
import type { Question, Vote } from '../../src/incident/decision.ts';
import { type NumberedEvent, TOCSIN } from '../../src/incident/events.ts';
import { emptyView, evolve } from '../../src/incident/view.ts';
import { idOfPublicKey } from '../../src/main/keys.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import { createVoteSigner } from '../../src/surfaces/votes.ts';
import { act, ask, MINUTE, opening, planOf, START } from '../support/plans.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const surfaces = { id: idOfPublicKey(publicKey), privateKey };
const DRILL = 'EX-2026-0001';
const hash = 'a'.repeat(64);
const BY = ['incident-commander', 'legal-counsel'].map((role) => ({ role, count: 1 }));

const plan: Plan = {
  ...planOf([
    ask('contain', { by: BY, covers: ['isolate'] }),
    act('isolate', 'model.isolate', { coveredBy: 'contain' }),
  ]),
  hash,
};
const question: Question = {
  ...{ number: 1, kind: 'approval', path: 'contain', question: 'contain?', options: ['approve', 'deny'], by: BY },
  ...{ excluded: [], askedAt: START, until: START + 10 * MINUTE, remindAt: [], otherwise: 'deny', acts: [] },
  escalate: { at: START + 7 * MINUTE, to: 'engineering-manager', page: true },
};

const unsigned = (person: string, role: string): Omit<Vote, 'key' | 'signature'> => ({
  ...{ incident: DRILL, question: 1, path: 'contain', planHash: hash, person, roles: [role], answer: 'approve' },
  ...{ at: START + MINUTE, expires: START + 60 * MINUTE, surface: 'console' },
});
const ann: Vote = createVoteSigner(surfaces).sign(unsigned('ann', 'incident-commander'));
const bot = (person: string, role: string): Vote => ({
  ...unsigned(person, role),
  ...{ surface: 'bot', key: 'bot', signature: '', expires: question.until },
});
const counsel = bot('bot-legal-counsel', 'legal-counsel');

const started = (id: string): NumberedEvent => ({
  ...{ seq: 1, at: START, path: '', type: 'exercise.started', actor: TOCSIN },
  data: {
    ...{ incident: id, simulation: 's', version: 1, title: 'S', script: 'b'.repeat(64), length: '15m', seed: 7 },
    playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash },
    seats: [
      { role: 'incident-commander', person: 'ann', persona: null },
      { role: 'legal-counsel', person: 'bot-legal-counsel', persona: 'steady' },
    ],
    endsAt: START + 60 * MINUTE,
  },
});

/** Why the worker of drills does not admit the cut, after these votes. */
async function refusal(votes: Vote[], { id = DRILL, later = 5 * MINUTE, call = {} as Partial<Call> } = {}) {
  const view = emptyView();
  const { inputs: _, ...facts } = { ...opening, incident: id, requester: null, mode: 'exercise' as const };
  const playbook = { id: plan.playbook, version: plan.version, title: plan.title, hash };
  const known: NumberedEvent[] = [
    ...(id === DRILL ? [started(id)] : []),
    { seq: 2, at: START, path: '', type: 'incident.opened', actor: TOCSIN, data: { ...facts, playbook } },
    { seq: 3, at: START, path: 'contain', type: 'decision.asked', actor: TOCSIN, data: question },
  ];
  const cast = votes.map(
    (vote, i): NumberedEvent => ({
      ...{ seq: 4 + i, at: vote.at, path: 'contain', type: 'decision.voted', actor: TOCSIN },
      data: { number: 1, vote },
    }),
  );
  for (const event of known) evolve(view, event);
  const { admit } = createDrillActivities({
    // What comes along is on the timeline before anything is looked up there.
    timeline: {
      append: async (_drill, events) => {
        for (const event of events) evolve(view, event);
      },
    },
    approvals: createApprovalVerifier({
      plans: { published: async (wanted) => (wanted === hash ? plan : null) },
      witness: { view: async () => view },
      voteKeys: new Map([[surfaces.id, publicKey]]),
    }),
  });
  const { approval, ...asked } = call;
  return admit({
    drill: id,
    at: START + later,
    events: cast,
    call: {
      ...{ key: 'k', path: 'isolate', capability: 'model.isolate', risk: 'disruptive', purpose: 'act', attempt: 1 },
      ...{ with: { system: 'support-assistant' }, timeoutMs: 1_000, undoes: null },
      approval: approval ?? { question, votes, escalated: false, byDefault: false, planHash: hash },
      ...asked,
    },
  });
}

describe('an act of a drill', () => {
  it('is admitted with the signed vote of a person and that of a bot in its own seat, whenever it comes', async () => {
    await expect(refusal([ann, counsel])).resolves.toBeNull();
    await expect(refusal([ann, counsel], { later: 50 * MINUTE })).resolves.toBeNull();
  });

  it.each<[string, Vote[], RegExp]>([
    ['no vote of a person', [counsel], /not approved by votes/],
    ['a vote that somebody signed otherwise', [{ ...ann, signature: 'AAAA' }, counsel], /ann is not signed/],
    ['the vote of a person as that of a bot', [bot('ann', 'incident-commander'), counsel], /no bot has this seat/],
    ['a bot in the seat of a person', [bot('bot-legal-counsel', 'incident-commander'), counsel], /no bot has this/],
    ['a bot that nobody seated', [ann, bot('bot-dpo', 'legal-counsel')], /bot-dpo is a bot's/],
    ['a bot that claims a seat more', [ann, { ...counsel, roles: ['legal-counsel', 'incident-commander'] }], /no bot/],
    ['a vote on another plan', [ann, { ...counsel, planHash: 'c'.repeat(64) }], /given for another plan/],
  ])('is not admitted with %s', async (_, votes, why) => {
    await expect(refusal(votes)).resolves.toEqual({
      code: 'approval-refused',
      message: expect.stringMatching(why),
    });
  });

  it('is not admitted on the word of the workflow that another plan allows it', async () => {
    const approval = { question, votes: [ann, counsel], escalated: false, byDefault: false, planHash: 'c'.repeat(64) };
    await expect(refusal([ann, counsel], { call: { approval } })).resolves.toMatchObject({ code: 'approval-refused' });
    await expect(refusal([ann, counsel], { call: { path: 'other' } })).resolves.toMatchObject({ code: 'not-in-plan' });
  });
});

it('a bot decides on nothing in an incident', async () => {
  await expect(refusal([ann, counsel], { id: 'INC-2026-0001' })).resolves.toMatchObject({ code: 'approval-refused' });
});
