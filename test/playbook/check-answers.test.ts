import { expect, it } from 'vitest';
import { HEAD, problems } from './world.ts';

const NEXT =
  '  - { id: next, ask: How?, by: [{ role: ml-on-call }], within: 5m, options: { rollback: Go back, retrain: Retrain }, otherwise: retrain, form: { how: { label: How, type: choice, choices: { fast: Fast, slow: Slow } }, why: { label: Why } } }\n';
const MAY = '  - { id: may, ask: May we?, by: [{ role: ml-on-call }], within: 5m }\n';
const when = (cel: string) => problems(`${HEAD}${NEXT}${MAY}  - { wait: 1m, when: '${cel}' }\n`);

it.each([
  [
    'an option',
    'steps.next.outcome == "rolback"',
    '8:46 error: the outcome of step "next" is never "rolback"; did you mean "rollback"?',
  ],
  [
    'approve where a question has own options',
    'steps.next.outcome != "approve"',
    '8:46 error: the outcome of step "next" is never "approve"; did you mean "rollback or retrain"?',
  ],
  [
    'an answer',
    '"approved" == steps.may.outcome',
    '8:24 error: the outcome of step "may" is never "approved"; did you mean "approve"?',
  ],
  [
    'one of a list',
    'steps.may.outcome in ["deny", "silence"]',
    '8:54 error: the outcome of step "may" is never "silence"; did you mean "approve or deny"?',
  ],
  [
    'a choice in a form',
    'steps["next"].answers.how == "quick"',
    '8:53 error: "how" is never "quick"; did you mean "fast or slow"?',
  ],
])('the checker refuses to compare with %s that there is not', (_, cel, expected) => {
  expect(when(cel)).toEqual([`p.yaml:${expected}`]);
});

it.each([
  'steps.next.outcome == "rollback" || steps.may.outcome in ["approve", "deny"]',
  'steps.next.answers.how == null || steps.next.answers.how == "fast"',
  'steps.next.answers.why == "quick"',
  'steps.next.outcome == inputs.system.name',
])('and takes %s', (cel) => {
  expect(when(cel)).toEqual([]);
});
