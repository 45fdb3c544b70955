import { describe, expect, test } from 'vitest';
import { Problem } from '../../../src/surfaces/problem.ts';
import { replies } from '../../../src/surfaces/slack/messages/replies.ts';
import { tamperedModel } from '../console/plan.ts';
import { read, Told } from './told.ts';

const refused = (code: string, status: 403 | 409 | 503 = 409, message = 'The time to answer is over.') =>
  new Problem({
    status,
    code,
    message,
    notDone: 'Your answer was not taken.',
    next: 'See how things stand: INC-2026-0147.',
  });
const mara = { id: 'mara', roles: ['incident-commander'] };

describe('why an answer did nothing', () => {
  test('already decided: who, when, and how to object', async () => {
    const told = await Told.open(tamperedModel());
    await told.answer(1, 'tomas', 'deny', { reason: 'No.' });
    const said = replies.refusal(refused('late'), { story: told.story, decision: told.decision(1), me: mara });
    expect(read(said)).toMatchInlineSnapshot(`
      "■ Already decided. Your answer changed nothing.
      Denied by Tomas Okafor at 02:58:10 UTC, 8 s after it was asked, in Slack.
      If you think it was wrong, tell the incident commander.
      (SEV 2 · INC-2026-0147 · Support assistant, tier critical · Plan running | Decision 1: Cut traffic to Support assistant? | <https://tocsin.example/incidents/INC-2026-0147/decisions/1|Open in the console>)"
    `);
  });

  test('too late, with nobody having answered', async () => {
    const told = await Told.open(tamperedModel());
    const late = { ...told.story, now: told.decision(1).question.until };
    expect(read(replies.refusal(refused('late'), { story: late, decision: told.decision(1) }))).toContain(
      '■ The time to answer is over. Your answer changed nothing.',
    );
  });

  test('who opened the incident, and who is not asked, learn who is', async () => {
    const told = await Told.open(tamperedModel());
    const about = { story: told.story, decision: told.decision(1) };
    expect(read(replies.refusal(refused('requester', 403), about))).toContain(
      '■ You opened this incident or added the playbook, so another person must answer. Your answer changed nothing.\nIt asks the incident commander and ML on-call.',
    );
    expect(read(replies.refusal(refused('not-entitled', 403), about))).toContain('■ This question is not for you.');
  });

  test('not reached: it may have counted, and trying again is harmless', async () => {
    const told = await Told.open(tamperedModel());
    const about = { story: told.story, decision: told.decision(1) };
    const said = read(replies.refusal(refused('unreachable', 503, 'The incident does not answer.'), about));
    expect(said).toContain('■ Not confirmed. Your answer may not have arrived.');
    expect(said).toContain('Trying again is harmless: one person has one vote.');
  });

  test('anything else says what was not done and what to do', () => {
    expect(read(replies.refusal(refused('unknown-role', 409, 'There is no role "x".')))).toBe(
      '■ There is no role "x".\nYour answer was not taken.\nSee how things stand: INC-2026-0147.',
    );
  });
});

describe('what came of a tap', () => {
  test('recorded, and who is asked too; or that it stands', async () => {
    const told = await Told.open(tamperedModel());
    await told.answer(1, 'mara', 'approve');
    const taken = () =>
      read(replies.taken({ story: told.story, decision: told.decision(1), answer: 'approve', me: mara }));
    expect(taken()).toContain(
      '✓ Approved. Your answer is recorded.\nIt does not stand yet: the ML on-call is asked too.',
    );
    await told.answer(1, 'tomas', 'approve');
    expect(taken()).toContain('Approved by Mara Lindqvist and Tomas Okafor at 02:58:10 UTC');
  });

  test('taken before the timeline shows it is not said to be missing', async () => {
    const told = await Told.open(tamperedModel());
    const said = replies.taken({ story: told.story, decision: told.decision(1), answer: 'approve', me: mara });
    expect(read(said)).toContain('It is being counted.');
  });

  test('whoever reported learns the number and what happens next', async () => {
    const told = await Told.open(tamperedModel());
    expect(read(replies.reported({ story: told.story, created: true }))).toMatchInlineSnapshot(`
      "✓ Reported: INC-2026-0147 is open.
      Model artefact tampered with
      The playbook “Model artefact tampered with” runs, and the people it needs are asked. You need do nothing more.
      If you notice more, add a note.
      (SEV 2 · INC-2026-0147 · Support assistant, tier critical · Waits for people | <https://tocsin.example/incidents/INC-2026-0147|Open in the console>)"
    `);
  });
});

describe('what there is', () => {
  test('help names every command with an example', () => {
    expect(read(replies.help())).toMatchInlineSnapshot(`
      "/tocsin answers incidents of AI systems. Only you see what it says here.
      */tocsin status* What waits for you, and what is open; or how one incident stands.
      For example: /tocsin status 147
      */tocsin report* Reports that an AI system does something wrong: three questions.
      For example: /tocsin report It promises refunds
      */tocsin open* Opens an incident. Alone: a form.
      For example: /tocsin open Odd answers about payouts --system customer-assistant
      */tocsin decide* Answers a question. Alone: the questions that wait for you.
      For example: /tocsin decide 147 1 deny Payouts run at three
      */tocsin note* Adds a note to the timeline. Alone: a form.
      For example: /tocsin note 147 Registry logs are kept
      */tocsin role* Gives somebody a role in an incident.
      For example: /tocsin role 147 incident-commander @mara
      */tocsin severity* Changes how bad an incident is.
      For example: /tocsin severity 147 sev1 Customers are affected
      */tocsin drill* What is played now. With more words: list, plan, start; open, seen, answer; pause, resume, pace, jump, end; board, now, skip, hint, say; no-duff; help.
      For example: /tocsin drill start pii-leak-output as legal-counsel 15m
      */tocsin help* This list.
      For example: /tocsin help
      (In the channel of an incident its number may be left out. | The shortcut “Report an AI incident” does the same as report, also on a message.)"
    `);
  });

  test('questions come with their buttons; without any it says when it looked', async () => {
    const told = await Told.open(tamperedModel());
    const waiting = [{ story: told.story, decision: told.decision(1) }];
    expect(read(replies.questions(waiting, told.story.now))).toContain('[Deny] [Approve]');
    expect(read(replies.questions([], told.story.now))).toContain(
      'No question waits for you.\n(Checked at 02:58:10 UTC',
    );
    expect(replies.overview(waiting, [told.story], told.story.now).text).toBe('1 question for you, 1 open incident');
  });

  test('words of others are never markup', () => {
    expect(replies.plain('Did you mean <!channel> *now*?')).toMatchObject({
      text: 'Did you mean &lt;!channel&gt; ∗now∗?',
      blocks: [{ type: 'section', text: { type: 'plain_text', text: 'Did you mean <!channel> *now*?' } }],
    });
  });
});
