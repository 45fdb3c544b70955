import type { Question, Vote } from '../../src/incident/decision.ts';
import { type EventData, type EventType, eventData, type NumberedEvent, person } from '../../src/incident/events.ts';
import { isOfExercises } from '../../src/incident/exercise-view.ts';

export const question: Question = {
  number: 1,
  kind: 'approval',
  path: 'contain',
  question: 'Cut traffic to Support assistant?',
  options: ['approve', 'deny'],
  by: [{ role: 'incident-commander', count: 1 }],
  excluded: ['ada'],
  askedAt: 1_000,
  until: 601_000,
  remindAt: [301_000],
  escalate: { at: 421_000, to: 'engineering-manager', page: true },
  otherwise: 'deny',
  acts: [],
};

export const vote: Vote = {
  incident: 'INC-2026-0001',
  question: 1,
  path: 'contain',
  planHash: 'a'.repeat(64),
  person: 'ben',
  roles: ['incident-commander'],
  answer: 'approve',
  reason: 'Two replicas are enough.',
  at: 2_000,
  expires: 62_000,
  surface: 'console',
  key: 'k1',
  signature: 's',
};

const samples: { [T in EventType]: EventData<T> } = {
  'incident.opened': {
    incident: 'INC-2026-0001',
    title: 'Support assistant: signature is not valid',
    severity: 'sev2',
    system: {
      id: 'support-assistant',
      name: 'Support assistant',
      tier: 'critical',
      owner: 'ada',
      jurisdictions: ['EU'],
      dataClasses: ['personal'],
      lastKnownGood: 'v40',
    },
    requester: null,
    alert: { kind: 'model.signature-invalid', source: 'registry-verifier' },
    mode: 'live',
    playbook: {
      id: 'supply-chain-tampered-artifact',
      version: 3,
      title: 'Model artefact tampered with',
      hash: 'a'.repeat(64),
    },
  },
  'incident.severity-changed': { from: 'sev2', to: 'sev1', reason: 'The tier is critical' },
  'incident.paused': { reason: 'Counsel asked' },
  'incident.resumed': {},
  'incident.stood-down': { reason: 'A false alarm' },
  'incident.resolved': { summary: 'v40 serves again' },
  'incident.closed': {},
  'incident.reopened': { reason: 'It came back' },
  'role.assigned': { role: 'incident-commander', assignee: 'ben' },
  'note.added': { text: 'Seen from <b>two</b> networks' },
  'alert.joined': { alert: { kind: 'probe-failed' }, count: 3 },
  'alert.resolved': { alert: { kind: 'probe-failed' } },
  'obligation.opened': {
    number: 1,
    rule: {
      id: 'eu-gdpr-33',
      law: 'General Data Protection Regulation (EU) 2016/679',
      article: 'Art. 33(1)',
      jurisdiction: 'EU/EEA',
      whom: 'the competent supervisory authority',
      starts: 'the controller becomes aware',
      limitMs: 259_200_000,
      content: ['the nature of the breach'],
    },
    awareAt: 1_790_000_000_000,
    dueAt: 1_790_259_200_000,
    owner: 'legal-counsel',
    remindAt: [1_790_172_800_000],
  },
  'obligation.reminded': { number: 1, dueAt: 1_790_259_200_000, roles: ['legal-counsel'] },
  'obligation.overdue': { number: 1, dueAt: 1_790_259_200_000, roles: ['legal-counsel'] },
  'obligation.met': { number: 1, how: 'A mail was sent.', by: 'legal/send', late: false },
  'obligation.waived': { number: 1, reason: 'No personal data was in it' },
  'plan.added': {
    number: 1,
    playbook: { id: 'notify-legal', version: 2, title: 'Notify the authority', hash: 'b'.repeat(64) },
    inputs: { about: 'support-assistant' },
    reason: 'Personal data may have left',
  },
  'plan.started': { steps: 12 },
  'plan.finished': { outcome: 'completed' },
  'step.skipped': { reason: 'not needed', by: 'person' },
  'step.taken-over': { reason: 'Console is down', outputs: { version: 'v40' } },
  'step.failed': { code: 'timeout', message: 'No answer in 60 s' },
  'branch.taken': { branch: 'then' },
  'act.held': { capability: 'model.rollback', system: 'support-assistant', for: 'isolate' },
  'act.started': {
    key: 'INC-2026-0001/isolate/act/1',
    attempt: 1,
    capability: 'model.isolate',
    risk: 'disruptive',
    with: { system: 'support-assistant' },
    purpose: 'act',
  },
  'act.done': {
    capability: 'model.isolate',
    outputs: { detail: 'Gateway route removed' },
    tookMs: 12,
    purpose: 'act',
    provedBy: null,
  },
  'act.failed': {
    capability: 'model.isolate',
    code: 'timeout',
    message: 'No answer',
    attempt: 1,
    retryAt: 9_000,
    purpose: 'act',
  },
  'decision.asked': question,
  'decision.voted': { number: 1, vote },
  'decision.reminded': { number: 1, roles: ['incident-commander'] },
  'decision.escalated': { number: 1, to: 'engineering-manager', page: true },
  'decision.made': { number: 1, outcome: 'approve', by: 'votes', people: ['ben'], reason: null },
  'decision.withdrawn': { number: 1, because: 'The incident was stood down' },
  'wait.started': { until: 60_000, for: null },
  'wait.ended': { because: 'elapsed' },
  'round.started': { round: 1, of: 3 },
  'rounds.finished': { count: 3 },
  'run.started': { playbook: 'notify-legal' },
  'run.finished': { playbook: 'notify-legal', outcome: 'completed' },
  'undo.registered': { capability: 'model.restore', with: { system: 'support-assistant' } },
  'undo.started': { count: 2, because: 'a person chose unwind' },
  'undo.finished': { undone: 1, left: 1 },
  'system.warned': { code: 'task-failing', message: 'The workflow task fails again and again' },
  'exercise.started': {
    incident: 'EX-2026-0001',
    simulation: 'supply-chain-tampered-artifact',
    version: 1,
    title: 'The release nobody signed off',
    script: 'a'.repeat(64),
    length: '60m',
    playbook: { id: 'supply-chain-tampered-artifact', version: 1, title: 'Tampered', hash: 'b'.repeat(64) },
    seed: 7,
    seats: [{ role: 'incident-commander', person: 'ben', persona: null }],
    staff: [{ role: 'facilitator', person: 'mira' }],
    endsAt: 1_790_003_600_000,
  },
  'exercise.ended': { because: 'time' },
  'inject.delivered': {
    id: 'reporter',
    title: 'A journalist asks',
    kind: 'expected-action',
    by: 'mail',
    from: 'Kari Nygaard',
    to: ['communications-lead'],
    subject: 'Is that so?',
    text: 'I publish at five.',
    alert: null,
    attachments: [],
  },
  'exercise.clock': { wall: 1_790_000_400_000, rate: 1, from: 1_790_000_002_000, because: 'startex', reason: null },
  'inject.skipped': { id: 'silence', because: 'met' },
  'inject.seen': { id: 'reporter' },
  'inject.edited': { id: 'reporter', fields: ['text'] },
  'inject.added': { id: 'a-second-call' },
  'hint.given': { to: ['communications-lead'], text: 'Who may speak to the press?', about: 'reporter' },
  'voice.said': { as: 'Kari Nygaard', by: 'phone', to: ['communications-lead'], text: 'I have not heard from you.' },
  'voice.answered': { to: 'Kari Nygaard', text: 'You will by four.', about: 'reporter' },
  'observation.recorded': {
    objective: 'tell',
    task: 'counsel',
    expectation: null,
    kind: 'improvement',
    rating: 'S',
    verdict: null,
    text: 'Counsel was asked twice by two people.',
    about: [12, 14],
  },
  'hot-wash.answered': { question: 2, text: 'The queue of claims.' },
  'seat.away': { role: 'ml-on-call', why: 'In a tunnel' },
  'seat.back': { role: 'ml-on-call' },
  'amendment.added': { text: 'The time was 03:01', about: 3 },
};

const types = Object.keys(eventData) as EventType[];

/** One valid event of every type that happens in incidents, numbered from 1, beginning with `incident.opened`. */
export const sampleEvents = (incident = 'INC-2026-0001'): NumberedEvent[] =>
  types.filter((type) => !isOfExercises(type)).map((type, i) => sampleEvent(type, i, { incident }));

/** One valid event of every type there is, beginning with `exercise.started` and ending with `exercise.ended`. */
export function sampleExercise(incident = 'EX-2026-0001'): NumberedEvent[] {
  const [started, ended] = ['exercise.started', 'exercise.ended'] as const;
  const between = types.filter((type) => type !== started && type !== ended);
  return [started, ...between, ended].map((type, i) => sampleEvent(type, i, { incident, mode: 'exercise' }));
}

function sampleEvent(type: EventType, i: number, opening: { incident: string; mode?: 'exercise' }): NumberedEvent {
  const { incident } = opening;
  const own = type === 'incident.opened' ? opening : type === 'exercise.started' ? { incident } : {};
  return {
    seq: i + 1,
    at: 1_790_000_000_000 + i * 1_000,
    path: /^(act|step|branch|wait|run|undo|decision)/.test(type) ? 'contain' : '',
    type,
    actor: person('ben'),
    data: { ...samples[type], ...own },
  } as NumberedEvent;
}
