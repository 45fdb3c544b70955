import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createApprovalVerifier } from '../../src/activities/approval.ts';
import type { Call } from '../../src/engine/stage.ts';
import type { Question, Vote } from '../../src/incident/decision.ts';
import { person, TOCSIN } from '../../src/incident/events.ts';
import { emptyView, evolve, type IncidentView } from '../../src/incident/view.ts';
import { idOfPublicKey } from '../../src/main/keys.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import { createVoteSigner } from '../../src/surfaces/votes.ts';
import { act, ask, each, MINUTE, opening, planOf, START, say, use } from '../support/plans.ts';

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { id: idOfPublicKey(publicKey), privateKey, publicKey };
};
const surfaces = pair();
const { incident } = opening;

const plan = (more: Parameters<typeof ask>[1] = {}): Plan => ({
  ...planOf([
    ask('contain', { by: [{ role: 'incident-commander', count: 2 }], covers: ['isolate'], ...more }),
    act('isolate', 'model.isolate', { coveredBy: 'contain' }),
    act('rollback', 'model.rollback', { unattended: 'it is only a canary' }),
    act('assess', 'model.inspect'),
    say('brief'),
  ]),
  hash: 'a'.repeat(64),
});

const question = (of: Plan, more: Partial<Question> = {}): Question => {
  const [step] = of.steps;
  if (step?.kind !== 'ask') throw new Error('the plan begins with its question');
  return {
    number: 1,
    kind: 'approval',
    path: 'contain',
    question: 'contain?',
    options: ['approve', 'deny'],
    by: step.by,
    excluded: ['ada'],
    askedAt: START,
    until: START + 10 * MINUTE,
    remindAt: [],
    escalate: { at: START + 7 * MINUTE, to: 'engineering-manager', page: true },
    otherwise: step.otherwise,
    acts: [],
    ...more,
  };
};

const vote = (person: string, more: Partial<Vote> = {}, signer = surfaces): Vote =>
  createVoteSigner(signer).sign({
    incident,
    question: 1,
    path: 'contain',
    planHash: 'a'.repeat(64),
    person,
    roles: ['incident-commander'],
    answer: 'approve',
    at: START + MINUTE,
    expires: START + 60 * MINUTE,
    surface: 'console',
    ...more,
  });

type Case = {
  plan?: Plan;
  published?: boolean;
  question?: Question;
  votes?: Vote[];
  call?: Partial<Call>;
  now?: number;
};

/** Refusal of the act "isolate", with everything in order but what the case says. */
function refusal(given: Case = {}) {
  const its = given.plan ?? plan();
  const asked = given.question ?? question(its);
  const votes = given.votes ?? [vote('ben'), vote('cleo')];
  const view = timeline(its, asked, votes);
  const verifier = createApprovalVerifier({
    plans: { published: async (hash) => (given.published !== false && hash === its.hash ? its : null) },
    witness: { view: async (id) => (id === incident ? view : null) },
    voteKeys: new Map([[surfaces.id, surfaces.publicKey]]),
  });
  const call: Call = {
    key: `${incident}:isolate:act:0`,
    path: 'isolate',
    capability: 'model.isolate',
    risk: 'disruptive',
    purpose: 'act',
    with: { system: 'support-assistant' },
    attempt: 1,
    timeoutMs: 1_000,
    undoes: null,
    approval: { question: asked, votes, escalated: false, byDefault: false, planHash: its.hash },
    ...given.call,
  };
  return verifier.refuse(call, incident, given.now ?? START + 5 * MINUTE);
}

function timeline(its: Plan, asked: Question, votes: Vote[]): IncidentView {
  const { inputs: _, ...facts } = { ...opening, requester: 'ada' };
  const playbook = { id: its.playbook, version: its.version, title: its.title, hash: its.hash };
  const view = emptyView();
  const at = { at: START, path: '', actor: TOCSIN };
  let seq = 0;
  evolve(view, { ...at, seq: ++seq, type: 'incident.opened', data: { ...facts, playbook } });
  evolve(view, { ...at, seq: ++seq, path: 'contain', type: 'decision.asked', data: asked });
  for (const one of votes)
    evolve(view, { ...at, seq: ++seq, path: 'contain', type: 'decision.voted', data: { number: 1, vote: one } });
  return view;
}

describe('the worker allows a risky act', () => {
  it('that enough people approved, with genuine votes', async () => {
    await expect(refusal()).resolves.toBeNull();
  });

  it('that the published plan lets run unattended', async () => {
    const call = { path: 'rollback', capability: 'model.rollback' };
    const unattended = { unattended: 'it is only a canary', planHash: 'a'.repeat(64) };
    await expect(refusal({ call: { ...call, approval: unattended } })).resolves.toBeNull();
    const claimed = { unattended: 'because I say so', planHash: 'a'.repeat(64) };
    await expect(refusal({ call: { ...call, approval: claimed } })).resolves.toMatchObject({
      code: 'approval-refused',
    });
  });

  it('in a round by the decision of that round alone', async () => {
    const by = [{ role: 'incident-commander', count: 2 }];
    const inner = [
      ask('contain', { by, covers: ['spread/*/isolate'] }),
      act('isolate', 'model.isolate', { coveredBy: 'spread/*/contain' }),
    ];
    const its: Plan = { ...planOf([each('spread', '[1, 2]', inner)]), hash: 'a'.repeat(64) };
    const path = 'spread/001/contain';
    const given = {
      plan: its,
      question: question(plan(), { path }),
      votes: [vote('ben', { path }), vote('cleo', { path })],
    };
    await expect(refusal({ ...given, call: { path: 'spread/001/isolate' } })).resolves.toBeNull();
    await expect(refusal({ ...given, call: { path: 'spread/002/isolate' } })).resolves.toMatchObject({
      code: 'approval-refused',
    });
  });

  it('that undoes what was approved, also after the votes have expired', async () => {
    const undo = { purpose: 'undo' as const, capability: 'model.restore', undoes: 'x' };
    await expect(refusal({ call: undo, now: START + 120 * MINUTE })).resolves.toBeNull();
    await expect(refusal({ call: undo, votes: [vote('ben')] })).resolves.toMatchObject({ code: 'approval-refused' });
  });

  it('by silence only where the plan says so, and only after the deadline', async () => {
    const silent = plan({ otherwise: 'approve' });
    const late = START + 11 * MINUTE;
    await expect(refusal({ plan: silent, votes: [], now: late })).resolves.toBeNull();
    await expect(refusal({ plan: silent, votes: [] })).resolves.not.toBeNull();
    await expect(refusal({ votes: [], now: late })).resolves.not.toBeNull();
    const denied = [vote('ben', { answer: 'deny', reason: 'no' })];
    await expect(refusal({ plan: silent, votes: denied, now: late })).resolves.not.toBeNull();
  });

  it('that only reads, without a decision', async () => {
    const call = { path: 'assess', capability: 'model.inspect', risk: 'read' as const, approval: null };
    await expect(refusal({ call })).resolves.toBeNull();
  });
});

describe('the worker refuses an act', () => {
  const other = pair();
  const tampered = { ...vote('cleo', { answer: 'deny', reason: 'no' }), answer: 'approve' };
  const cases: Record<string, Case> = {
    'with too few votes': { votes: [vote('ben')] },
    'with one person voting twice': { votes: [vote('ben'), vote('ben')] },
    'with a vote that was changed after it was signed': { votes: [vote('ben'), tampered] },
    'with a vote signed by somebody else': { votes: [vote('ben'), vote('cleo', {}, other)] },
    'with a vote that borrows the name of a known key': {
      votes: [vote('ben'), { ...vote('cleo', {}, other), key: surfaces.id }],
    },
    'with a vote for another incident': { votes: [vote('ben'), vote('cleo', { incident: 'INC-2026-0001' })] },
    'with a vote for another question': { votes: [vote('ben'), vote('cleo', { question: 2 })] },
    'with a vote for another step': { votes: [vote('ben'), vote('cleo', { path: 'other' })] },
    'with a vote for another plan': { votes: [vote('ben'), vote('cleo', { planHash: 'b'.repeat(64) })] },
    'with a vote of the requester': { votes: [vote('ben'), vote('ada')] },
    'with a vote of somebody who holds no such role': {
      votes: [vote('ben'), vote('cleo', { roles: ['legal-counsel'] })],
    },
    'with a vote that came late': { votes: [vote('ben'), vote('cleo', { at: START + 10 * MINUTE })] },
    'when its votes have expired': { now: START + 60 * MINUTE },
    'that somebody denied': { votes: [vote('ben'), vote('cleo'), vote('dora', { answer: 'deny', reason: 'no' })] },
    'on a question put to fewer people than the plan names': {
      question: question(plan(), { by: [{ role: 'incident-commander', count: 1 }] }),
      votes: [vote('ben')],
    },
    'on a question that the requester could have answered': { question: question(plan(), { excluded: [] }) },
    'on a question about another step': { question: question(plan(), { path: 'elsewhere' }) },
    'without any approval': { call: { approval: null } },
    'that claims to be harmless': { call: { risk: 'read', approval: null } },
    'with an unattended claim for a step that is not': {
      call: { approval: { unattended: 'it is only a canary', planHash: 'a'.repeat(64) } },
    },
  };
  for (const [name, given] of Object.entries(cases))
    it(name, async () => {
      await expect(refusal(given)).resolves.toMatchObject({ code: 'approval-refused' });
    });

  it('of a plan that is not published', async () => {
    await expect(refusal({ published: false })).resolves.toMatchObject({ code: 'not-published' });
  });

  it('that the published plan does not have there', async () => {
    await expect(refusal({ call: { path: 'assess' } })).resolves.toMatchObject({ code: 'not-in-plan' });
    await expect(refusal({ call: { purpose: 'prove' } })).resolves.toMatchObject({ code: 'not-in-plan' });
  });

  it('aimed at another system than the plan says', async () => {
    await expect(refusal({ call: { with: { system: 'credit-scoring' } } })).resolves.toMatchObject({
      message: expect.stringMatching(/about support-assistant, not about credit-scoring/),
    });
    const its = plan();
    const [, isolate] = its.steps;
    if (isolate?.kind === 'do')
      isolate.use = { ...use('model.isolate'), with: { system: { cel: 'inputs.target.id' } } };
    const bound = { ...its, inputs: { target: { type: 'ai-system' as const, from: null, default: null } } };
    await expect(refusal({ plan: bound })).resolves.toBeNull();
    await expect(refusal({ plan: bound, call: { with: { system: 'credit-scoring' } } })).resolves.not.toBeNull();
    if (isolate?.kind === 'do')
      isolate.use = { ...use('model.isolate'), with: { system: { cel: 'inputs["the-system"].id' } } };
    const hyphened = { ...its, inputs: { 'the-system': { type: 'ai-system' as const, from: null, default: null } } };
    await expect(refusal({ plan: hyphened })).resolves.toBeNull();
    await expect(refusal({ plan: hyphened, call: { with: { system: 'credit-scoring' } } })).resolves.not.toBeNull();
  });

  it('with other inputs than the plan spells out', async () => {
    const its = plan();
    const [, isolate] = its.steps;
    if (isolate?.kind === 'do') isolate.use = use('model.rollback', { to: 'last-known-good' });
    const back = (to: string) => ({ capability: 'model.rollback', with: { system: 'support-assistant', to } });
    await expect(refusal({ plan: its, call: back('last-known-good') })).resolves.toBeNull();
    await expect(refusal({ plan: its, call: back('v41') })).resolves.toMatchObject({
      message: expect.stringMatching(/with to "last-known-good", not "v41"/),
    });
  });

  it('that sends a "message" out of the house without a decision', async () => {
    const mail = { path: 'brief', capability: 'notify.mail', purpose: 'say' as const, approval: null };
    await expect(refusal({ call: { ...mail, with: { to: 'stakeholders' } } })).resolves.toBeNull();
    await expect(refusal({ call: { ...mail, with: { to: 'press@example.org' } } })).resolves.not.toBeNull();
  });
});

describe('with a playbook that was added, the worker', () => {
  const first = plan();
  const inputs = { target: { type: 'ai-system' as const, from: null, default: null } };
  /** The same steps as the first, for fewer people: its approvals are dearer to none but itself. */
  const second: Plan = {
    ...planOf([
      ask('contain', { by: [{ role: 'incident-commander', count: 1 }], covers: ['isolate'] }),
      act('isolate', 'model.isolate', {
        coveredBy: 'contain',
        use: { ...use('model.isolate'), with: { system: { cel: 'inputs.target.id' } } },
      }),
    ]),
    inputs,
    hash: 'b'.repeat(64),
  };
  const asked = { ...question(second), path: '+1/contain' };
  const its = { path: '+1/contain', planHash: 'b'.repeat(64) };

  type Added = {
    votes?: Vote[];
    call?: Partial<Call>;
    added?: boolean;
    published?: boolean;
    target?: string;
    /** Who added it; the question was put to everybody but whoever opened the incident. */
    by?: string;
  };

  function addedRefusal(given: Added = {}) {
    const { votes = [vote('ben', its)], call, added = true, published = true, target, by } = given;
    const view = timeline(first, question(first, { number: 7 }), []);
    const at = { at: START, path: '+1', actor: TOCSIN };
    const playbook = { id: second.playbook, version: 1, title: second.title, hash: second.hash };
    const system = { ...opening.system, id: target ?? 'support-assistant' };
    if (added)
      evolve(view, {
        ...at,
        seq: 10,
        ...(by !== undefined && { actor: person(by) }),
        type: 'plan.added',
        data: { number: 1, playbook, inputs: { target: system }, reason: 'more is needed' },
      });
    evolve(view, { ...at, seq: 11, path: '+1/contain', type: 'decision.asked', data: asked });
    for (const one of votes)
      evolve(view, { ...at, seq: 12, path: '+1/contain', type: 'decision.voted', data: { number: 1, vote: one } });
    const shelf = [first, ...(published ? [second] : [])];
    const verifier = createApprovalVerifier({
      plans: { published: async (hash) => shelf.find((one) => one.hash === hash) ?? null },
      witness: { view: async () => view },
      voteKeys: new Map([[surfaces.id, surfaces.publicKey]]),
    });
    const whole: Call = {
      key: `${incident}:+1/isolate:act:0`,
      path: '+1/isolate',
      capability: 'model.isolate',
      risk: 'disruptive',
      purpose: 'act',
      with: { system: 'support-assistant' },
      attempt: 1,
      timeoutMs: 1_000,
      undoes: null,
      approval: { question: asked, votes, escalated: false, byDefault: false, planHash: second.hash },
      ...call,
    };
    return verifier.refuse(whole, incident, START + 5 * MINUTE);
  }

  it('allows what its own people approved, on the AI system that it was added for', async () => {
    await expect(addedRefusal()).resolves.toBeNull();
    const elsewhere = { target: 'credit-scoring' };
    await expect(addedRefusal(elsewhere)).resolves.toMatchObject({ code: 'approval-refused' });
    await expect(addedRefusal({ ...elsewhere, call: { with: { system: 'credit-scoring' } } })).resolves.toBeNull();
  });

  it('refuses it when whoever added it could have decided on it', async () => {
    await expect(addedRefusal({ by: 'ada' })).resolves.toBeNull();
    await expect(addedRefusal({ by: 'ben' })).resolves.toMatchObject({ code: 'approval-refused' });
  });

  const cheats: Record<string, Added> = {
    'its approval at the path of the first plan': { call: { path: 'isolate' } },
    'its approval at the path of the first plan, called one of the first': {
      call: {
        path: 'isolate',
        approval: {
          question: asked,
          votes: [vote('ben', its)],
          escalated: false,
          byDefault: false,
          planHash: first.hash,
        },
      },
    },
    'a vote that was given for the first plan': { votes: [vote('ben', { path: '+1/contain' })] },
    'a vote that was given at the path of the first plan': { votes: [vote('ben', { planHash: 'b'.repeat(64) })] },
    'a plan that calls itself the first': {
      call: {
        approval: {
          question: asked,
          votes: [vote('ben', its)],
          escalated: false,
          byDefault: false,
          planHash: first.hash,
        },
      },
    },
    'the word of an unattended step of the first plan': {
      call: { approval: { unattended: 'it is only a canary', planHash: second.hash } },
    },
  };
  for (const [name, cheat] of Object.entries(cheats))
    it(`refuses ${name}`, async () => {
      await expect(addedRefusal(cheat)).resolves.toMatchObject({ code: 'approval-refused' });
    });

  it.each([
    ['that the timeline does not know', { added: false }, 'not-published'],
    ['that is not published', { published: false }, 'not-published'],
    ['at a number that was not added', { call: { path: '+2/isolate' } }, 'not-published'],
    [
      'where only the first plan has such an act',
      { call: { path: '+1/rollback', capability: 'model.rollback' } },
      'not-in-plan',
    ],
    ['where a path is dressed up', { call: { path: '+1/+1/isolate' } }, 'not-in-plan'],
  ])('refuses an act of a plan %s', async (_, cheat, code) => {
    await expect(addedRefusal(cheat)).resolves.toMatchObject({ code });
  });
});
