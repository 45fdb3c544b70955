import { describe, expect, test } from 'vitest';
import type { Question } from '../../src/incident/decision.ts';
import { answerTitle, outcomeWord } from '../../src/surfaces/model/describe.ts';

const question: Question = {
  number: 1,
  kind: 'choice',
  path: 'ask',
  question: 'Which one?',
  options: ['toString', 'constructor', 'approve'],
  labels: { approve: 'Go on' },
  by: [{ role: 'incident-commander', count: 1 }],
  excluded: [],
  askedAt: 0,
  until: 600,
  remindAt: [],
  otherwise: 'constructor',
  acts: [],
};

describe('what an answer is called', () => {
  test('the words of the playbook come first', () => {
    expect(answerTitle('approve', question)).toBe('Go on');
    expect(outcomeWord('approve', question)).toBe('Go on');
  });

  test.each(['toString', 'constructor', '__proto__'])('an author may call an answer %s', (answer) => {
    for (const of of [question, undefined])
      expect([typeof answerTitle(answer, of), typeof outcomeWord(answer, of)]).toEqual(['string', 'string']);
  });
});
