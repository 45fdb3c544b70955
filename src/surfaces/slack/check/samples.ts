import type { Question, Vote } from '../../../incident/decision.ts';
import type { NumberedEvent } from '../../../incident/events.ts';
import type { ObligationView } from '../../../incident/obligation.ts';
import { type DecisionView, emptyView, evolve } from '../../../incident/view.ts';
import type { Person } from '../../ports.ts';
import { Problem } from '../../problem.ts';
import type { SlackPost, Story } from '../contract.ts';
import { messages } from '../messages/messages.ts';
import { modals } from '../messages/modals.ts';
import { replies } from '../messages/replies.ts';

type Views = ReturnType<typeof modals.report> | ReturnType<typeof messages.home>;
export type Sample = { name: string } & ({ message: SlackPost } | { view: Views });

const AT = Date.UTC(2026, 10, 19, 2, 14, 0);
const MINUTE_MS = 60_000;
const mara: Person = { id: 'mara-lindqvist', name: 'Mara Lindqvist', email: null, roles: ['incident-commander'] };
const looker = { id: mara.id, roles: mara.roles };

/** One of every kind of message and view that we send, for Slack to look at. Nothing of it is sent to anybody. */
export function samples(): Sample[] {
  const [approval, choice, failure] = [asked(questions.approval), asked(questions.choice), asked(questions.failure)];
  const task = asked(questions.task);
  const story = storyWith([approval, choice, failure, task]);
  const decided: DecisionView = { ...approval, votes: [vote], made };
  const context = { incident: story.view.id, number: 1 };
  const waiting = [approval, choice, failure, task].map((decision) => ({ story, decision }));
  const post = (name: string, message: SlackPost): Sample => ({ name, message });
  const view = (name: string, of: Views): Sample => ({ name, view: of });
  const answer = (decision: DecisionView, given: string) =>
    modals.answer({ story, decision, answer: given, context: { ...context, answer: given }, me: looker });
  const detail = messages.detail(story, noted);
  return [
    ...waiting.flatMap(({ decision }) => [
      post(`question: ${decision.question.kind}, in a channel`, messages.decision(story, decision, 'channel')),
      post(`question: ${decision.question.kind}, to one person`, messages.decision(story, decision, 'dm')),
    ]),
    post('question: decided', messages.decision(story, decided, 'channel')),
    post('question: no longer asked', messages.decision(story, { ...approval, withdrawn }, 'channel')),
    post('status of an incident', messages.status(story)),
    post('announcement', messages.announcement(story, 'C0123456789')),
    post('closing', messages.closing(story)),
    ...(detail ? [post('detail', detail)] : []),
    post('reminder', messages.reminder(story, approval)),
    post('escalation', messages.escalation(story, { ...approval, escalatedAt: AT })),
    post('duty: opened', messages.duty(story, obligation, 'opened')),
    post('duty: reminder', messages.duty(story, obligation, 'reminder')),
    post('duty: overdue', messages.duty(story, { ...obligation, overdueAt: obligation.dueAt }, 'overdue')),
    post('reply: refused', replies.refusal(refused, { story, decision: approval })),
    post('reply: too late', replies.refusal(refused, { story, decision: decided })),
    post('reply: not confirmed', replies.notConfirmed({ story, decision: approval })),
    post('reply: taken', replies.taken({ story, decision: approval, answer: 'approve', me: looker })),
    post('reply: reported', replies.reported({ story, created: true })),
    post('reply: help', replies.help()),
    post('reply: overview', replies.overview(waiting, [story], AT)),
    post('reply: questions', replies.questions(waiting, AT)),
    post('reply: plain words', replies.plain('Nothing was changed.', story)),
    view('Home', messages.home(mara, waiting, [story], AT)),
    view('Home of a guest', messages.home(null, [], [], AT)),
    view('modal: approve', answer(approval, 'approve')),
    view('modal: deny', answer(approval, 'deny')),
    view('modal: done', answer(task, 'done')),
    view('modal: could not be done', answer(task, 'not-done')),
    view('modal: form', answer(choice, 'tell-all')),
    view('modal: take over', answer(failure, 'take-over')),
    view('modal: report', modals.report({ context: {}, text: 'It invents policy numbers.', systems })),
    view('modal: note', modals.note({ context, story })),
    view('modal: hot wash', modals.hotWash({ context, story, questions: ['What would you do otherwise?'] })),
    view('modal: open', modals.openIncident({ context: {}, playbooks, systems })),
    view('modal: working', modals.working('Approve')),
    view('modal: result', modals.result('Approve', replies.plain('Recorded.', story))),
  ];
}

const obligation: ObligationView = {
  number: 1,
  path: 'legal/gdpr',
  rule: {
    id: 'eu-gdpr-33',
    law: 'General Data Protection Regulation (EU) 2016/679',
    article: 'Art. 33(1)',
    jurisdiction: 'EU/EEA',
    whom: 'the competent supervisory authority',
    starts: 'the controller becomes aware',
    limitMs: 72 * 60 * MINUTE_MS,
    content: ['the nature of the breach', 'likely consequences', 'measures taken'],
  },
  awareAt: AT,
  dueAt: AT + 72 * 60 * MINUTE_MS,
  owner: 'legal-counsel',
  remindAt: [AT + 48 * 60 * MINUTE_MS],
  reminders: [],
};

const systems = [{ id: 'claims-triage', name: 'Claims triage' }];
const playbooks = [
  { id: 'supply-chain-tampered-artifact', title: 'Model artefact tampered with', drilled: 'never drilled' },
];

const common = {
  by: [
    { role: 'incident-commander', count: 1 },
    { role: 'ml-on-call', count: 2 },
  ],
  excluded: ['tomas-okafor'],
  askedAt: AT,
  until: AT + 10 * MINUTE_MS,
  remindAt: [AT + 5 * MINUTE_MS],
  escalate: { at: AT + 7 * MINUTE_MS, to: 'engineering-manager', page: true },
  otherwise: 'deny',
} satisfies Partial<Question>;

const questions: Record<Question['kind'], Question> = {
  approval: {
    ...common,
    number: 1,
    kind: 'approval',
    path: 'contain',
    question: 'Cut traffic to Claims triage?',
    details: 'The signature of version 4.2.0 is not valid.',
    options: ['approve', 'deny'],
    acts: [
      {
        path: 'isolate',
        title: 'Isolate the model',
        capability: 'model.isolate',
        risk: 'disruptive',
        target: 'Claims triage',
        undo: 'model.restore',
        prove: 'model.probe',
      },
    ],
  },
  choice: {
    ...common,
    number: 2,
    kind: 'choice',
    path: 'tell',
    question: 'Whom do we tell now?',
    options: ['tell-all', 'tell-some'],
    labels: { 'tell-all': 'All customers', 'tell-some': 'Those concerned' },
    form: [
      { id: 'since', label: 'Since when is it known?', type: 'date-time', required: true },
      { id: 'people', label: 'How many people are concerned?', type: 'number', required: true },
      {
        id: 'summary',
        label: 'What happened, in short',
        type: 'long-text',
        required: true,
        hint: 'As customers read it',
      },
      { id: 'harm', label: 'Was anybody harmed?', type: 'yes-no', required: true },
      { id: 'contact', label: 'Whom to ask', type: 'text', required: false },
      {
        id: 'channel',
        label: 'How they are told',
        type: 'choice',
        required: true,
        choices: [
          { value: 'mail', label: 'By mail' },
          { value: 'letter', label: 'By letter' },
        ],
      },
    ],
    otherwise: 'tell-some',
    acts: [],
  },
  task: {
    ...common,
    number: 4,
    kind: 'task',
    path: 'revoke',
    question: 'Revoke the key at the vendor',
    details: 'Log in at the console of the vendor and revoke every key that was issued before today.',
    options: ['done', 'not-done'],
    labels: { done: 'Done', 'not-done': 'Could not be done' },
    form: [{ id: 'ticket', label: 'The ticket of the vendor', type: 'text', required: true }],
    otherwise: 'not-done',
    acts: [],
  },
  failure: {
    ...common,
    number: 3,
    kind: 'failure',
    path: 'rollback',
    question: 'Rolling back failed. What now?',
    options: ['retry', 'skip', 'take-over', 'stop', 'unwind'],
    otherwise: 'stop',
    acts: [],
    failure: { code: 'timeout', message: 'The registry did not answer.', outputs: ['version'], undo: false },
  },
};

const asked = (question: Question): DecisionView => ({ question, votes: [], reminders: [] });

const vote: Vote = {
  incident: 'INC-2026-0147',
  question: 1,
  path: 'contain',
  planHash: '0'.repeat(64),
  person: mara.id,
  roles: mara.roles,
  answer: 'approve',
  at: AT + MINUTE_MS,
  expires: AT + 10 * MINUTE_MS,
  surface: 'slack',
  key: 'sample',
  signature: 'sample',
};
const made: NonNullable<DecisionView['made']> = {
  at: AT + MINUTE_MS,
  outcome: 'approve',
  by: 'votes',
  people: [mara.id],
  reason: null,
};
const withdrawn = { at: AT + MINUTE_MS, because: 'The incident was stood down.' };
const refused = new Problem({ status: 403, code: 'not-entitled', message: 'This question is not for you.' });

const noted = {
  seq: 2,
  at: AT,
  path: '',
  type: 'note.added',
  actor: { kind: 'person', id: mara.id },
  data: { text: 'The index was rebuilt.' },
  hash: '',
  recordedAt: new Date(AT).toISOString(),
} as const;

const opened: NumberedEvent = {
  seq: 1,
  at: AT,
  path: '',
  type: 'incident.opened',
  actor: { kind: 'tocsin' },
  data: {
    incident: 'INC-2026-0147',
    title: 'Model artefact tampered with: Claims triage',
    severity: 'sev1',
    system: {
      id: 'claims-triage',
      name: 'Claims triage',
      tier: 'critical',
      owner: 'ml-on-call',
      jurisdictions: ['NO', 'EU'],
      dataClasses: ['personal', 'health'],
      lastKnownGood: '4.1.7',
    },
    requester: 'tomas-okafor',
    alert: null,
    mode: 'live',
    playbook: {
      id: 'supply-chain-tampered-artifact',
      version: 3,
      title: 'Model artefact tampered with',
      hash: '0'.repeat(64),
    },
  },
};

function storyWith(decisions: readonly DecisionView[]): Story {
  const view = evolve(emptyView(), opened);
  for (const [i, { question }] of decisions.entries())
    evolve(view, {
      seq: i + 2,
      at: AT,
      path: question.path,
      type: 'decision.asked',
      actor: { kind: 'tocsin' },
      data: question,
    });
  view.obligations.push(obligation);
  return {
    view,
    plan: null,
    people: new Map([[mara.id, mara.name]]),
    now: AT + MINUTE_MS,
    url: 'https://tocsin.example/incidents/INC-2026-0147',
    mentions: { person: () => '<@U0123456789>', role: () => '<!subteam^S0123456789>' },
  };
}
