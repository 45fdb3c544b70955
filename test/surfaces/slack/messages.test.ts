import { describe, expect, test } from 'vitest';
import type { Question } from '../../../src/incident/decision.ts';
import { ACTIONS, readRef } from '../../../src/surfaces/slack/contract.ts';
import { messages } from '../../../src/surfaces/slack/messages/messages.ts';
import { ask, MINUTE, planOf } from '../../support/plans.ts';
import { tamperedModel } from '../console/plan.ts';
import { read, Told } from './told.ts';

type Pressable = { type: string; elements?: { text: { text: string }; action_id: string; value: string }[] };
const buttons = (said: { blocks: unknown[] }) =>
  (said.blocks as Pressable[]).flatMap((block) => (block.type === 'actions' ? (block.elements ?? []) : []));

describe('a question in Slack', () => {
  test('says what, to what, how bad, how it is undone, who must agree, until when, and what if nobody answers', async () => {
    const told = await Told.open(tamperedModel(), { severity: 'sev1' });
    const said = messages.decision(told.story, told.decision(1), 'channel');
    expect(said.text).toMatchInlineSnapshot(
      `"INC-2026-0147 asks the incident commander and ML on-call: Cut traffic to Support assistant? Answer by 03:08:02 UTC."`,
    );
    expect(read(said)).toMatchInlineSnapshot(`
      "(SEV 1 · INC-2026-0147 · Support assistant, tier critical · decision 1)
      # Cut traffic to Support assistant?
      Asks the incident commander and ML on-call (<!subteam^S0ML>).
      Answer by 03:08:02 UTC, Thu 19 Nov 2026 (for you: <!date^1795057682^{date_short_pretty} at {time_secs}|03:08:02 UTC, Thu 19 Nov 2026>).
      *What will happen* Cut traffic to the model (model.isolate)
      *To what* Support assistant
      *Why* Its artefact is not the one that was signed.
      *Risk* ▲ Disruptive, can be undone
      *Undo* Put traffic back (model.restore)
      *Done means* Probe the model by traffic (model.probe)
      *If denied* Instead: tell the service desk to answer by hand.
      *If nobody answers* It counts as deny at 03:08:02. The engineering manager is paged at 03:05:02. Times are UTC.
      Both must approve:
      ○ Incident commander: not yet
      ○ ML on-call: not yet
      [Deny] [Approve]
      (Deny asks for a reason. Approve asks you to confirm. <https://tocsin.example/incidents/INC-2026-0147/decisions/1|Open in the console>)"
    `);
  });

  test('deny stands left and approve right; a button names the decision and its version, nothing else', async () => {
    const told = await Told.open(tamperedModel());
    await told.answer(1, 'mara', 'approve');
    const pressable = buttons(messages.decision(told.story, told.decision(1), 'channel'));
    expect(pressable.map((one) => [one.text.text, one.action_id])).toEqual([
      ['Deny', ACTIONS.deny],
      ['Approve', ACTIONS.approve],
    ]);
    expect(pressable.map((one) => readRef(one.value))).toEqual([
      { incident: 'INC-2026-0147', number: 1, version: 1 },
      { incident: 'INC-2026-0147', number: 1, version: 1 },
    ]);
  });

  test('a task reads as something to do, with Done on the right, and says what follows when it cannot be done', async () => {
    const revoke = ask('revoke', {
      task: true,
      question: { literal: 'Revoke the key at the vendor' },
      details: { literal: 'In its console, under Keys.' },
      otherwise: 'not-done',
      requesterMayDecide: true,
      onDeny: null,
    });
    const told = await Told.open(planOf([revoke]));
    const said = messages.decision(told.story, told.decision(1), 'channel');
    expect(buttons(said).map((one) => one.text.text)).toEqual(['Could not be done', 'Done']);
    const lines = read(said);
    expect(lines).toContain('# Revoke the key at the vendor');
    expect(lines).toContain('*How* In its console, under Keys.');
    expect(lines).toContain('*If it cannot be done* The step has failed.');
    expect(lines).toContain('One must say that it is done:');
    expect(lines).not.toMatch(/approve|deny/i);
  });

  test('shows who has agreed, by name, and whose voice is missing', async () => {
    const told = await Told.open(tamperedModel());
    await told.answer(1, 'mara', 'approve');
    const lines = read(messages.decision(told.story, told.decision(1), 'dm'));
    expect(lines).toContain('● Incident commander: Mara Lindqvist approved, 02:58:10 UTC\n○ ML on-call: not yet');
    expect(lines).toContain('You may answer.');
    expect(lines.match(/Open in the console/g), 'one way to the console').toHaveLength(1);
  });

  test('the message stays the same while nothing happens', async () => {
    const told = await Told.open(tamperedModel());
    const before = messages.decision(told.story, told.decision(1), 'channel');
    await told.move(MINUTE);
    expect(messages.decision(told.story, told.decision(1), 'channel')).toEqual(before);
  });

  test('once decided the buttons go; who, when, where and why stay, and how the acts fare', async () => {
    const told = await Told.open(tamperedModel());
    await told.answer(1, 'mara', 'approve', { reason: 'Two replicas are enough.', surface: 'console' });
    await told.answer(1, 'tomas', 'approve');
    await told.move(10_000);
    const said = messages.decision(told.story, told.decision(1), 'channel');
    expect(buttons(said)).toEqual([]);
    expect(read(said)).toMatchInlineSnapshot(`
      "(SEV 2 · INC-2026-0147 · Support assistant, tier critical · decision 1)
      # Cut traffic to Support assistant?
      ✓ Approved by Mara Lindqvist and Tomas Okafor at 02:58:10 UTC, 8 s after it was asked, in the console and Slack.
      Mara Lindqvist: “Two replicas are enough.”
      What followed:
      ✓ Cut traffic to the model: done, proved
      (If you think it was wrong, tell the incident commander. A stand-down undoes what was done. <https://tocsin.example/incidents/INC-2026-0147/decisions/1|Open in the console>)"
    `);
  });

  test('a deny names who denied and why', async () => {
    const told = await Told.open(tamperedModel());
    await told.answer(1, 'tomas', 'deny', { reason: 'The human queue is closed until 06:00.' });
    expect(read(messages.decision(told.story, told.decision(1), 'channel'))).toContain(
      '⊖ Denied by Tomas Okafor at 02:58:10 UTC, 8 s after it was asked, in Slack.\nTomas Okafor: “The human queue is closed until 06:00.”',
    );
  });

  test('with no answer it says since when what counts; a withdrawn one says why', async () => {
    const late = await Told.open(tamperedModel());
    await late.move(11 * MINUTE);
    const lateWords = read(messages.decision(late.story, late.decision(1), 'channel'));
    expect(lateWords).toContain('⊖ Nobody answered in time. It counts as denied since 03:08:02 UTC.');

    const half = await Told.open(tamperedModel());
    await half.answer(1, 'mara', 'approve');
    await half.move(11 * MINUTE);
    expect(read(messages.decision(half.story, half.decision(1), 'channel'))).toContain(
      '⊖ Too few answered alike in time. It counts as denied since 03:08:02 UTC.',
    );

    const gone = await Told.open(tamperedModel());
    await gone.say('mara', { type: 'stand-down', reason: 'A false alarm.' });
    const said = messages.decision(gone.story, gone.decision(1), 'channel');
    expect(read(said)).toContain('– No longer asked since 02:58:10 UTC: ');
    expect(buttons(said)).toEqual([]);
  });

  test('a failed step offers all five ways on', async () => {
    const told = await failed();
    const said = messages.decision(told.story, told.decision(2), 'channel');
    expect(buttons(said).map((one) => one.action_id)).toEqual(
      ['retry', 'skip', 'take-over', 'stop', 'unwind'].map((answer) => `${ACTIONS.answer}${answer}`),
    );
    expect(read(said)).toMatchInlineSnapshot(`
      "(SEV 2 · INC-2026-0147 · Support assistant, tier critical · decision 2)
      # “Roll back to the last known good version” failed. What now?
      Asks the incident commander. The first answer counts.
      Answer by 03:28:25 UTC, Thu 19 Nov 2026 (for you: <!date^1795058905^{date_short_pretty} at {time_secs}|03:28:25 UTC, Thu 19 Nov 2026>).
      *What went wrong* The registry answered 503 three times. (simulated-fault)
      *Step* recover/recover/rollback
      *Its outputs* from, to and detail. To skip it or take it over, give them if you can: a later step that needs one and does not find it becomes a question.
      *If nobody answers* At 03:28:25 it counts as: stop the plan. The engineering manager is paged at 03:13:25. Times are UTC.
      [Try again] [Skip the step] [Take over by hand] [Stop the plan] [Undo what was done]
      (Try again counts at once; the others ask for a reason. <https://tocsin.example/incidents/INC-2026-0147/decisions/2|Open in the console>)"
    `);
  });

  test('own options are buttons with their words, and say who chose what', async () => {
    const told = await Told.open(withOptions());
    await told.answer(1, 'mara', 'restore');
    const said = messages.decision(told.story, told.decision(1), 'channel');
    expect(buttons(said).map((one) => one.text.text)).toEqual(['Restore now', 'Wait for the audit']);
    expect(read(said)).toContain('Both must choose the same:\n● Incident commander: Mara Lindqvist: Restore now');
  });

  test('a question longer than a header is whole below it', async () => {
    const told = await Told.open(tamperedModel());
    const asked = told.decision(1);
    const question: Question = { ...asked.question, question: `${'Very long. '.repeat(40)}The end.` };
    expect(read(messages.decision(told.story, { ...asked, question }, 'channel'))).toContain('Very long. The end.\n');
  });
});

describe('beneath a question', () => {
  test('a reminder mentions only those whose voice is missing', async () => {
    const told = await Told.open(tamperedModel());
    await told.answer(1, 'mara', 'approve');
    const said = read(messages.reminder(told.story, told.decision(1)));
    expect(said).toContain('Still asked: the ML on-call (<!subteam^S0ML>).');
    expect(said).not.toContain('incident commander');
  });

  test('an escalation says to whom, and that they may answer', async () => {
    const told = await Told.open(tamperedModel());
    await told.move(8 * MINUTE);
    expect(read(messages.escalation(told.story, told.decision(1)))).toContain(
      'To the engineering manager, who is paged. They may answer too, in any open seat.',
    );
    expect(read(messages.decision(told.story, told.decision(1), 'channel'))).toContain(
      'Escalated at 03:05:02 UTC: the engineering manager may answer too.',
    );
  });
});

describe('an incident in Slack', () => {
  test('the status says how it stands, what is open and what comes next', async () => {
    const told = await Told.open(tamperedModel(), { severity: 'sev1', requester: 'sofia' });
    await told.say('mara', { type: 'role', role: 'incident-commander', assignee: 'mara' });
    expect(read(messages.status(told.story))).toMatchInlineSnapshot(`
      "(SEV 1 · INC-2026-0147 · Support assistant, tier critical)
      # Model artefact tampered with
      *State* SEV 1, waits for people
      *Incident commander* Mara Lindqvist
      *Opened* 02:58:00 UTC, Thu 19 Nov 2026, by Sofia Mendes
      *Plan* Model artefact tampered with, v3 (29b02fba)
      1 of 11 steps done, 1 waits for people
      Open questions:
      ◆ 1. Cut traffic to Support assistant? Asks the incident commander and ML on-call, until 03:08:02 UTC.
      What happens next:
      On approve: Tocsin will cut traffic to the model, then probe the model by traffic.
      At 03:03:02 UTC: A reminder goes to the incident commander and ML on-call.
      At 03:05:02 UTC: The engineering manager is paged and may answer too.
      At 03:08:02 UTC: With no answer it counts as deny.
      (Times are UTC. <https://tocsin.example/incidents/INC-2026-0147|Open in the console>)"
    `);
  });

  test('an incident without a playbook says that people decide', async () => {
    const told = await Told.open(null, { title: 'Odd answers in the claims chat' });
    expect(read(messages.status(told.story))).toContain('*Plan* None. People decide what to do.');
  });

  test('every message of a drill says EXERCISE first, and of simulated systems that nothing is touched', async () => {
    for (const [mode, word, mark] of [
      ['exercise', 'EXERCISE · ', 'EXERCISE. This is a drill'],
      ['simulated-inventory', 'Simulated · ', 'Simulated inventory: no outside system is touched.'],
    ] as const) {
      const told = await Told.open(tamperedModel(), { mode });
      await told.say('mara', { type: 'note', text: 'Seen from two networks.' });
      const { story } = told;
      const all = [
        messages.decision(story, told.decision(1), 'channel'),
        messages.status(story),
        messages.announcement(story, null),
        messages.closing(story),
        messages.reminder(story, told.decision(1)),
        messages.escalation(story, told.decision(1)),
        messages.detail(story, told.stored('note.added')),
      ];
      for (const said of all) {
        expect(said?.text.startsWith(word)).toBe(true);
        expect(read(said ?? { blocks: [] })).toContain(mark);
      }
      expect(messages.topic(story.view).startsWith(word)).toBe(true);
    }
  });

  test('the announcement is two lines and leads to the channel', async () => {
    const told = await Told.open(tamperedModel());
    expect(read(messages.announcement(told.story, 'C012'))).toMatchInlineSnapshot(`
      "SEV 2 · INC-2026-0147 · Support assistant, tier critical · Waits for people
      Model artefact tampered with
      (People meet in <#C012>. <https://tocsin.example/incidents/INC-2026-0147|Open in the console>)"
    `);
  });

  test('the topic is severity, status and title', async () => {
    const told = await Told.open(tamperedModel(), { title: 'Odd <!channel> *answers*' });
    expect(messages.topic(told.story.view)).toBe('SEV 2 · open · Odd &lt;!channel&gt; ∗answers∗');
  });

  test('threads tell what was done, noted and gone wrong, not what has a message of its own', async () => {
    const told = await failed();
    await told.say('mara', { type: 'note', text: 'Two replicas <b>hold</b>.' });
    const said = told.events.flatMap((event) => {
      const detail = messages.detail(told.story, { ...event, hash: '', recordedAt: '' });
      return detail ? [read(detail).split('\n')[0]] : [];
    });
    expect(said).toMatchInlineSnapshot(`
      [
        "Assess the model: done",
        "Cut traffic to the model: proved by traffic",
        "Tell legal counsel: sent to 1 recipient",
        "Failed: Roll back to the last known good version",
        "Mara Lindqvist noted: Two replicas <b>hold</b>.",
      ]
    `);
  });
});

describe('Home', () => {
  const mara = { id: 'mara', name: 'Mara Lindqvist', email: null, roles: ['incident-commander'] };

  test('what waits for the reader comes first, with its buttons, then what is open, then how to report', async () => {
    const told = await Told.open(tamperedModel());
    const view = messages.home(mara, [{ story: told.story, decision: told.decision(1) }], [told.story], told.story.now);
    expect(buttons(view).map((one) => one.action_id)).toEqual([
      ACTIONS.deny,
      ACTIONS.approve,
      ACTIONS.open,
      ACTIONS.reportFromHome,
    ]);
    expect(read(view)).toMatchInlineSnapshot(`
      "# Waiting for you (1)
      (SEV 2 · INC-2026-0147 · Support assistant, tier critical · decision 1)
      # Cut traffic to Support assistant?
      *What will happen* Cut traffic to the model (model.isolate)
      *To what* Support assistant
      *Risk* ▲ Disruptive, can be undone
      *Undo* Put traffic back (model.restore)
      *If nobody answers* It counts as deny at 03:08:02. The engineering manager is paged at 03:05:02. Times are UTC.
      *Answer by* 03:08:02 UTC, Thu 19 Nov 2026 (for you: <!date^1795057682^{date_short_pretty} at {time_secs}|03:08:02 UTC, Thu 19 Nov 2026>)
      Both must approve:
      ○ Incident commander: not yet
      ○ ML on-call: not yet
      [Deny] [Approve] [Read it in the console]
      ---
      # Open incidents (1)
      Model artefact tampered with
      (SEV 2 · INC-2026-0147 · Support assistant, tier critical · Waits for people · nobody commands · <https://tocsin.example/incidents/INC-2026-0147|Open in the console>)
      ---
      Seen an AI system do something it should not? You need not be sure.
      [Report an AI incident]"
    `);
  });

  test('with nothing open it says so, and when it looked', () => {
    const words = read(messages.home(mara, [], [], Date.UTC(2026, 10, 19, 3, 4, 5)));
    expect(words).toContain('# All quiet');
    expect(words).toContain('Checked at 03:04:05 UTC, Thu 19 Nov 2026.');
    expect(words).toContain('[Report an AI incident]');
  });

  test('who takes no part is shown nothing of any incident', async () => {
    const told = await Told.open(tamperedModel());
    const view = messages.home(null, [{ story: told.story, decision: told.decision(1) }], [told.story], told.story.now);
    expect(read(view)).not.toMatch(/INC-|Support assistant/);
    expect(buttons(view)).toEqual([]);
  });

  test('however much is open, the way to report stays', async () => {
    const told = await Told.open(tamperedModel());
    const waiting = Array.from({ length: 40 }, (_, i) => {
      const asked = told.decision(1);
      return { story: told.story, decision: { ...asked, question: { ...asked.question, number: i + 1 } } };
    });
    const view = messages.home(
      mara,
      waiting,
      Array.from({ length: 60 }, () => told.story),
      told.story.now,
    );
    expect(view.blocks.length).toBeLessThanOrEqual(100);
    expect(buttons(view).at(-1)?.action_id).toBe(ACTIONS.reportFromHome);
    expect(read(view)).toContain('34 more questions for you: see the console.');
  });
});

async function failed(): Promise<Told> {
  const told = await Told.open(tamperedModel());
  told.acted.breakNext('model.rollback', 'The registry answered 503 three times.', 9);
  await told.answer(1, 'mara', 'approve');
  await told.answer(1, 'tomas', 'approve');
  await told.move(MINUTE);
  return told;
}

const withOptions = () =>
  planOf([
    ask('when', {
      question: { literal: 'When is traffic put back?' },
      by: [
        { role: 'incident-commander', count: 1 },
        { role: 'ml-on-call', count: 1 },
      ],
      options: [
        { id: 'restore', title: 'Restore now' },
        { id: 'wait', title: 'Wait for the audit' },
      ],
      otherwise: 'wait',
      onDeny: null,
    }),
  ]);
