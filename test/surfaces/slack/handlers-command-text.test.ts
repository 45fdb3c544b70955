import { describe, expect, test } from 'vitest';
import { Problem } from '../../../src/surfaces/problem.ts';
import { readCommand } from '../../../src/surfaces/slack/handlers/command-text.ts';

const now = Date.UTC(2026, 10, 19);
const anywhere = { now, here: null };
const inItsChannel = { now, here: 'INC-2026-0147' };
const read = (text: string, context: typeof anywhere | typeof inItsChannel = anywhere) => readCommand(text, context);

function refusal(text: string, context: typeof anywhere | typeof inItsChannel = anywhere): Problem {
  try {
    readCommand(text, context);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(`"${text}" was understood`);
}

describe('what follows /tocsin', () => {
  test('nothing means: how do things stand', () => {
    expect(read('')).toEqual({ kind: 'status', incident: null });
    expect(read('   ', inItsChannel)).toEqual({ kind: 'status', incident: 'INC-2026-0147' });
  });

  test('a report takes the rest as it stands', () => {
    expect(read('report')).toEqual({ kind: 'report', text: null });
    expect(read('report It --says "odd" things')).toEqual({ kind: 'report', text: 'It --says "odd" things' });
  });

  test('an incident is named as on the command line', () => {
    for (const name of ['147', 'INC-2026-0147', 'inc-2026-147'])
      expect(read(`status ${name}`)).toEqual({ kind: 'status', incident: 'INC-2026-0147' });
    expect(read('status ex-2026-12')).toEqual({ kind: 'status', incident: 'EX-2026-0012' });
    expect(read('note EX-2026-0012 seen', inItsChannel)).toMatchObject({ incident: 'EX-2026-0012', text: 'seen' });
  });

  test("in an incident's own channel it may be left out, and another may still be named", () => {
    expect(read('decide 2 approve', inItsChannel)).toMatchObject({ incident: 'INC-2026-0147', number: 2 });
    expect(read('decide approve', inItsChannel)).toMatchObject({ number: null, answer: 'approve' });
    expect(read('decide 12 2 approve', inItsChannel)).toMatchObject({ incident: 'INC-2026-0012', number: 2 });
    expect(read('note 3 people called', inItsChannel)).toMatchObject({ text: '3 people called' });
    expect(read('note INC-2026-0012 seen', inItsChannel)).toMatchObject({ incident: 'INC-2026-0012', text: 'seen' });
    expect(read('severity sev1 customers notice', inItsChannel)).toMatchObject({ incident: 'INC-2026-0147' });
  });

  test('elsewhere one number is the incident', () => {
    expect(read('decide 147 approve')).toMatchObject({ incident: 'INC-2026-0147', number: null, answer: 'approve' });
    expect(refusal('note seen').message).toContain('Say which incident');
  });

  test('a reason needs no quotes, and a phone that makes dashes long and quotes round does no harm', () => {
    const deny = {
      kind: 'decide',
      incident: 'INC-2026-0147',
      number: 1,
      answer: 'deny',
      reason: 'Payouts run at three',
    };
    expect(read('decide 147 1 deny --reason Payouts run at three')).toEqual(deny);
    expect(read('decide 147 1 deny Payouts run at three')).toEqual(deny);
    expect(read('decide 147 1 deny —reason “Payouts run at three”')).toEqual(deny);
    expect(read('note 147 “Logs are kept”')).toMatchObject({ text: 'Logs are kept' });
  });

  test('options stand before or after the title', () => {
    expect(read('open Odd answers --system customer-assistant --severity SEV 2')).toEqual({
      kind: 'open',
      title: 'Odd answers',
      playbook: null,
      system: 'customer-assistant',
      severity: 'sev2',
    });
    expect(read('open')).toMatchObject({ title: null });
  });

  test('a note is taken as it stands', () => {
    expect(read('note 147 it said --reason "none"\nand 2 > 1')).toMatchObject({
      text: 'it said --reason "none"\nand 2 > 1',
    });
  });

  test('a role may be written in words, and who may be a mention', () => {
    expect(read('role 147 incident commander <@U0001|mara>')).toEqual({
      kind: 'role',
      incident: 'INC-2026-0147',
      role: 'incident-commander',
      assignee: '<@U0001|mara>',
    });
  });

  test('what is not understood is said, with what was meant and how it is written', () => {
    expect(refusal('stauts').message).toContain('Did you mean "status"?');
    expect(refusal('stauts').next).toContain('/tocsin help');
    expect(refusal('open Odd --sytem x').message).toContain('Did you mean "--system"?');
    expect(refusal('severity 147 sev9 because').message).toContain('sev1, sev2, sev3 or sev4');
    expect(refusal('severity 147 sev1').message).toContain('Say why');
    expect(refusal('decide 147 1 deny --raeson x').message).toContain('Did you mean "--reason"?');
    expect(refusal('constructor').message).toContain('not a command');
  });
});
