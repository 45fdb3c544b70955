import { readFileSync } from 'node:fs';
import type { EventData } from '../../../src/incident/events.ts';
import type { ObligeStep, Plan, Step } from '../../../src/playbook/plan.ts';
import { type Report, reportOf } from '../../../src/surfaces/report/report.ts';
import { act, ask, MINUTE, opening, planOf, START, say, use } from '../../support/plans.ts';
import { sealed } from '../console/plan.ts';
import { names, Told } from '../slack/told.ts';

const titled = <T extends Step>(step: T, title: string): T => ({ ...step, title });
const HOUR = 60 * MINUTE;

const gdpr: ObligeStep = {
  id: 'gdpr',
  path: '',
  title: 'Start the clock of GDPR Art. 33',
  when: null,
  kind: 'oblige',
  rule: {
    id: 'eu-gdpr-33',
    law: 'General Data Protection Regulation (EU) 2016/679',
    article: 'Art. 33(1)',
    jurisdiction: 'EU/EEA',
    whom: 'the competent supervisory authority',
    starts: 'the controller becomes aware',
    limitMs: 72 * HOUR,
    content: ['the nature of the breach', 'likely consequences', 'measures taken'],
  },
  aware: null,
  owner: 'legal-counsel',
  remindMs: [24 * HOUR],
};

export function leakPlan(): Plan {
  const plan = planOf(
    [
      titled(act('inspect', 'model.inspect'), 'Inspect the model'),
      titled(act('canary', 'model.canary'), 'Ask for planted secrets'),
      titled(
        ask('contain', {
          question: { literal: 'Cut traffic to Support assistant?' },
          by: [
            { role: 'incident-commander', count: 1 },
            { role: 'ml-on-call', count: 1 },
          ],
          covers: ['isolate'],
        }),
        'Cut traffic?',
      ),
      titled(
        act('isolate', 'model.isolate', { coveredBy: 'contain', prove: use('model.probe', { expect: 'cut' }) }),
        'Cut traffic to the model',
      ),
      gdpr,
      titled(act('rollback', 'model.rollback', { coveredBy: 'contain' }), 'Roll back to the last known good'),
      titled(act('validate', 'model.validate'), 'Validate the model'),
      titled(
        ask('back', { question: { literal: 'Put traffic back to Support assistant?' }, covers: ['restore'] }),
        'Put traffic back?',
      ),
      titled(
        act('restore', 'model.restore', { coveredBy: 'back', prove: use('model.probe', { expect: 'serving' }) }),
        'Put traffic back',
      ),
    ],
    [titled(say('brief'), 'Brief the stakeholders')],
  );
  return sealed({ ...plan, playbook: 'pii-leak-output', title: 'Personal data in answers', version: 2 });
}

type Opened = EventData<'incident.opened'>;

/** A leak from its alert to its end, told by the real engine; `title` may be hostile. */
export async function leakTold(more: Partial<Opened> = {}): Promise<Told> {
  const told = await Told.open(leakPlan(), {
    severity: 'sev1',
    requester: null,
    title: 'Support assistant gives away customer data',
    alert: {
      kind: 'model.output-leak',
      source: 'alertmanager',
      title: 'Planted secrets in answers',
      startsAt: new Date(START - 42_000).toISOString(),
    },
    ...more,
  });
  await told.say('mara', { type: 'role', role: 'incident-commander', assignee: 'mara' });
  await told.move(35_000);
  await told.answer(1, 'mara', 'approve', { reason: 'The service desk answers by hand.' });
  await told.move(20_000);
  await told.answer(1, 'tomas', 'approve');
  await told.move(MINUTE);
  await told.say('tomas', { type: 'alert', alert: { kind: 'model.canary-leaked', title: 'Canary check' }, count: 3 });
  await told.say('mara', { type: 'note', text: more.title ?? 'Counsel is on the line.' });
  await told.move(2 * MINUTE);
  await told.answer(2, 'mara', 'approve', { reason: 'Validated twice.' });
  await told.move(MINUTE);
  await told.say('mara', {
    type: 'obligation',
    number: 1,
    outcome: 'met',
    text: more.title ?? 'Filed in the form of the authority, receipt 4711',
  });
  await told.move(5 * MINUTE);
  await told.say('mara', { type: 'resolve', summary: 'Version v40 serves again; 12 customers are told.' });
  await told.say('mara', { type: 'close' });
  return told;
}

export function reportFrom(told: Told, more: Partial<Parameters<typeof reportOf>[0]> = {}): Report {
  const { view, plan } = told.story;
  const events = told.events.map((event, i) => ({ ...event, hash: `${i}`.padStart(64, 'a'), recordedAt: '' }));
  const madeAt = told.story.now + MINUTE;
  return reportOf({ view, plan, events, people: names, timezone: 'Europe/Oslo', madeAt, ...more });
}

export const axeSource = (): string => readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
export { opening };
