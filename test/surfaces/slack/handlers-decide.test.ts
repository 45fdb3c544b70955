import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTIONS } from '../../../src/surfaces/slack/contract.ts';
import { type House, openHouse } from '../../support/house.ts';
import { TRANSPORTS } from '../../support/local-slack.ts';
import { act, ask, planOf, use } from '../../support/plans.ts';
import { type Hearing, openHearing, type Posted } from './hearing.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

const QUORUM = [
  { role: 'incident-commander', count: 1 },
  { role: 'ml-on-call', count: 1 },
];
/** Nothing risky follows: an approve is one tap. */
const plain = (more: Parameters<typeof ask>[1] = {}) => planOf([ask('contain', { by: QUORUM, ...more })]);
/** An approve allows a disruptive act. */
const risky = () =>
  planOf([ask('contain', { covers: ['isolate'] }), act('isolate', 'model.isolate', { coveredBy: 'contain' })]);
const choosing = () =>
  planOf([
    ask('direction', {
      options: [
        { id: 'wait', title: 'Wait and watch' },
        { id: 'cut', title: 'Cut it off' },
      ],
      otherwise: 'wait',
      by: [{ role: 'incident-commander', count: 2 }],
    }),
  ]);

const open = async (plan = plain(), requester: string | null = null) =>
  house.open(await house.publish(plan), { requester });

const typed = (value: string) => ({ type: 'plain_text_input', value });
const made = async (slack: Hearing, at: Posted) => (await slack.decision(at)).made?.outcome;

test('a new mail address in Slack is neither a second vote nor a way to approve one’s own request', async () => {
  const slack = await openHearing(house);
  const at = await slack.post(await open(plain(), 'mara'), 'contain');
  await slack.press('U0MARA', at, ACTIONS.approve);
  await slack.told('U0MARA', /You opened this incident/);
  await slack.press('U0MILO', at, ACTIONS.approve);
  await slack.told('U0MILO', /recorded/);
  for (const who of ['U0MARA', 'U0MILO'])
    slack.slack.workspace.changeUser(who, { email: `${who.toLowerCase()}@private.example` });
  await slack.press('U0MARA', at, ACTIONS.approve);
  await slack.command('U0MARA', `decide ${at.incident} 1 approve again`);
  await slack.press('U0MILO', at, ACTIONS.approve);
  await slack.told('U0MILO', /another mail address than the inventory/);
  expect(await slack.votes(at)).toEqual(['milo approve']);
});

describe('somebody who is in the inventory by now', () => {
  const asReported = ['slack-u0carl', 'incident-commander'] as const;

  test('does not decide on what they opened before', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(plain(), asReported[0]), 'contain');
    await slack.press('U0CARL', at, ACTIONS.approve);
    await slack.told('U0CARL', /You opened this incident/);
    expect(await slack.votes(at)).toEqual([]);
  });

  test('does not answer a second time', async () => {
    const slack = await openHearing(house);
    const two = plain({ by: [{ role: 'incident-commander', count: 2 }] });
    const at = await slack.post(await open(two), 'contain');
    await house.vote(at.incident, asReported[0], [asReported[1]], 'approve');
    // What Slack asks of the vote is what stands on the timeline.
    await expect.poll(() => slack.votes(at)).toEqual(['slack-u0carl approve']);
    await slack.press('U0CARL', at, ACTIONS.approve);
    await slack.told('U0CARL', /answered this already, as slack-u0carl/);
    expect(await slack.votes(at)).toEqual(['slack-u0carl approve']);
    await slack.press('U0MARA', at, ACTIONS.approve);
    await slack.told('U0MARA', /recorded/);
    expect(await made(slack, at)).toBe('approve');
  });
});

describe.each(TRANSPORTS)('a decision in Slack, over %s', (transport) => {
  test('stands when everybody who must approve has, and says to each what their tap did', async () => {
    const slack = await openHearing(house, transport);
    const at = await slack.post(await open(), 'contain');
    expect(await slack.press('U0MARA', at, ACTIONS.approve)).toEqual({ ok: true });
    await slack.told('U0MARA', /recorded.*ML on-call is asked too/s);
    await slack.press('U0MILO', at, ACTIONS.approve);
    await slack.told('U0MILO', /recorded/);
    const { made, votes } = await slack.decision(at);
    expect(made).toMatchObject({ outcome: 'approve', by: 'votes' });
    expect(made?.people.toSorted()).toEqual(['mara', 'milo']);
    expect(votes.map((vote) => vote.surface)).toEqual(['slack', 'slack']);
    expect(slack.noted.refreshed).toContain(at.incident);
    expect(slack.noted.failures).toEqual([]);
  });

  test('is denied with a reason, which a modal asks for', async () => {
    const slack = await openHearing(house, transport);
    const at = await slack.post(await open(), 'contain');
    await slack.press('U0MARA', at, ACTIONS.deny);
    await slack.modal('U0MARA', /Reason/);
    expect(await slack.submit('U0MARA', { reason: typed('Payouts run at three') })).toEqual({ ok: true });
    await slack.modal('U0MARA', /Denied.*recorded/is);
    expect((await slack.decision(at)).made).toMatchObject({ outcome: 'deny', reason: 'Payouts run at three' });
  });

  test('that allows something disruptive counts only once it has been confirmed', async () => {
    const slack = await openHearing(house, transport);
    const at = await slack.post(await open(risky()), 'contain');
    await slack.press('U0MARA', at, ACTIONS.approve);
    await slack.modal('U0MARA', /disruptive/i);
    expect(await slack.votes(at)).toEqual([]);
    await slack.submit('U0MARA', { reason: typed('') });
    await slack.modal('U0MARA', /recorded/);
    expect(await made(slack, at)).toBe('approve');
  });
});

describe('who may answer', () => {
  test('a role that comes from a user group counts, whoever the inventory knows', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    await slack.press('U0GWEN', at, ACTIONS.approve);
    await slack.told('U0GWEN', /recorded/);
    expect((await slack.decision(at)).votes).toMatchObject([{ roles: ['ml-on-call'], answer: 'approve' }]);
  });

  test.each([
    ['whoever opened the incident', 'U0RHEA', /You opened this incident/],
    ['somebody without the role', 'U0KIT', /not for you/],
    ['a guest', 'U0GUEST', /guest/],
    ['somebody of another workspace', 'U0STRANGER', /another workspace/],
  ])('%s is told why not, and nothing is counted', async (_, who, words) => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(plain(), 'rhea'), 'contain');
    await slack.press(who, at, ACTIONS.approve);
    await slack.told(who, words);
    await slack.press(who, at, ACTIONS.deny);
    await slack.soon(`a second word to ${who}`, () => slack.toldTo(who).length > 1);
    expect(slack.modals(who)).toEqual([]);
    expect(await slack.votes(at)).toEqual([]);
    expect(slack.noted.failures).toEqual([]);
  });

  test.each([
    ['a bot', 'U0ROBOT', /Bots/],
    ['somebody who has left', 'U0GONE', /deactivated/],
  ])('a click in the name of %s counts for nothing', async (_, who, words) => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    await slack.press('U0KIT', at, ACTIONS.approve);
    // Slack lets neither of them click; its payload is made up. The words go where that click was.
    await slack.again({ ...slack.payloads.at(-1), user: { id: who } });
    await slack.told('U0KIT', words);
    expect(await slack.votes(at)).toEqual([]);
  });

  test('a role that was assigned in the incident counts there', async () => {
    const slack = await openHearing(house);
    const incident = await open();
    const at = await slack.post(incident, 'contain');
    await slack.command('U0MARA', `role ${incident} ml-on-call <@U0KIT|kit>`);
    await slack.told('U0MARA', /Kit Moss is ML on-call/);
    await house.until(incident, 'the role', (view) => view.roles['ml-on-call']);
    await slack.press('U0KIT', at, ACTIONS.approve);
    await slack.told('U0KIT', /recorded/);
  });

  test('what was pressed too late is explained, with who decided', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    await house.vote(at.incident, 'carl', ['incident-commander'], 'deny');
    await house.until(at.incident, 'the decision', (view) => view.decisions[0]?.made);
    for (const action of [ACTIONS.approve, ACTIONS.deny]) await slack.press('U0MARA', at, action);
    await slack.told('U0MARA', /Already decided.*Carl Berg/s);
    expect(slack.modals('U0MARA')).toEqual([]);
    expect(slack.noted.refreshed).toContain(at.incident);
    expect(slack.noted.adopted).toContain(`${at.channel} ${at.ts}`);
  });

  test('who decides while a modal is open is told in the modal that it came too late', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    await slack.press('U0MARA', at, ACTIONS.deny);
    await slack.modal('U0MARA', /Reason/);
    await house.vote(at.incident, 'carl', ['incident-commander'], 'deny');
    await house.until(at.incident, 'the decision', (view) => view.decisions[0]?.made);
    await slack.submit('U0MARA', { reason: typed('too late') });
    await slack.modal('U0MARA', /Already decided.*Carl Berg/s);
    expect(await slack.votes(at)).toEqual(['carl deny']);
  });

  test('a button in a message that is not ours is not heard', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    await slack.press('U0KIT', at, ACTIONS.approve);
    await slack.told('U0KIT', /not for you/);
    const heard = slack.payloads.at(-1) ?? {};
    const mara = { ...heard, user: { id: 'U0MARA' } };
    await slack.again({ ...mara, team: { id: 'T0OTHER', domain: 'other' } });
    await slack.again({ ...mara, api_app_id: 'A0OTHER' });
    await slack.again({ ...mara, message: { ...heard.message, bot_id: 'B0OTHER' } });
    expect(await slack.votes(at)).toEqual([]);
    await slack.again(mara);
    expect(await slack.votes(at)).toEqual(['mara approve']);
  });
});

describe('said twice, or otherwise', () => {
  test('two taps that come together are one answer', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    await Promise.all([1, 2, 3].map(() => slack.press('U0MARA', at, ACTIONS.approve)));
    await slack.told('U0MARA', /recorded/);
    await slack.press('U0MARA', at, ACTIONS.approve);
    await slack.soon('an answer to every tap', () => slack.toldTo('U0MARA').length === 4);
    expect(slack.toldTo('U0MARA').every((words) => /recorded/.test(words))).toBe(true);
    expect(await slack.votes(at)).toEqual(['mara approve']);
  });

  test('what Slack delivers again does not undo a change of mind', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(choosing()), 'direction');
    await slack.press('U0MARA', at, `${ACTIONS.answer}wait`);
    await slack.told('U0MARA', /recorded/);
    const first = slack.payloads.at(-1) ?? {};
    await slack.press('U0MARA', at, `${ACTIONS.answer}cut`);
    await slack.soon('the second answer', () => slack.toldTo('U0MARA').length > 1);
    expect(await slack.votes(at)).toEqual(['mara wait', 'mara cut']);
    await slack.again(first);
    expect(await slack.votes(at)).toEqual(['mara wait', 'mara cut']);
    await slack.press('U0CARL', at, `${ACTIONS.answer}cut`);
    await slack.told('U0CARL', /recorded/);
    expect(await made(slack, at)).toBe('cut');
  });

  test('a change of mind counts until it stands', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    await slack.press('U0MARA', at, ACTIONS.approve);
    await slack.told('U0MARA', /recorded/);
    await slack.press('U0MARA', at, ACTIONS.deny);
    await slack.modal('U0MARA', /Reason/);
    await slack.submit('U0MARA', { reason: typed('I was wrong') });
    await slack.modal('U0MARA', /recorded/);
    expect(await made(slack, at)).toBe('deny');
  });

  test('a form that is sent again counts once', async () => {
    const slack = await openHearing(house);
    const form = [{ id: 'seen', label: 'What did you see?', type: 'text' as const, required: true }];
    const at = await slack.post(await open(plain({ form })), 'contain');
    await slack.press('U0MARA', at, ACTIONS.approve);
    await slack.modal('U0MARA', /What did you see/);
    await slack.submit('U0MARA', { 'form.seen': typed('Everything'), reason: typed('') });
    const sent = slack.payloads.at(-1) ?? {};
    expect(sent.type).toBe('view_submission');
    await slack.again(sent);
    expect(await slack.votes(at)).toEqual(['mara approve']);
  });
});

describe('answers that need more than a tap', () => {
  test('blanks of a form that do not fit are said in the modal, and what fits is kept', async () => {
    const slack = await openHearing(house);
    const form = [
      { id: 'approver-note', label: 'What did you check?', type: 'text' as const, required: true },
      { id: 'affected', label: 'How many are affected?', type: 'number' as const, required: false },
    ];
    const at = await slack.post(await open(plain({ by: [{ role: 'incident-commander', count: 1 }], form })), 'contain');
    await slack.press('U0MARA', at, ACTIONS.approve);
    await slack.modal('U0MARA', /What did you check/);
    const blanks = (note: string, affected: string) => ({
      'form.approver-note': typed(note),
      'form.affected': { type: 'number_input', value: affected },
      reason: typed(''),
    });
    const refused = await slack.submit('U0MARA', blanks('   ', '12'));
    expect(refused).toMatchObject({ errors: { 'form.approver-note': expect.any(String) } });
    expect(await slack.votes(at)).toEqual([]);
    await slack.submit('U0MARA', blanks('The weights', '12'));
    await slack.modal('U0MARA', /recorded/);
    expect((await slack.decision(at)).made?.answers).toEqual({ 'approver-note': 'The weights', affected: 12 });
  });

  const failing = () => planOf([act('look', 'model.validate', { use: use('model.validate', { system: 'nowhere' }) })]);

  test('a failed step is tried again with one tap, by whoever opened the incident, too', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(failing(), 'rhea'), 'look');
    await slack.press('U0RHEA', at, `${ACTIONS.answer}retry`);
    await slack.told('U0RHEA', /recorded/);
    expect(await slack.votes(at)).toEqual(['rhea retry']);
    await house.until(at.incident, 'the question after the next try', (view) => view.decisions[1]);
  });

  test('a step is skipped with the outputs it would have had, all or none', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(failing()), 'look');
    await slack.press('U0MARA', at, `${ACTIONS.answer}skip`);
    await slack.modal('U0MARA', /checks/);
    const filled = (checks: string) => ({
      reason: typed('Looked at it by hand'),
      'output.version': typed('v40'),
      'output.checks': typed(checks),
      'output.detail': typed('All well'),
    });
    expect(await slack.submit('U0MARA', filled(''))).toMatchObject({ errors: { 'output.checks': expect.any(String) } });
    await slack.submit('U0MARA', filled('["signature"]'));
    await slack.modal('U0MARA', /recorded/);
    expect((await slack.decision(at)).votes).toMatchObject([
      { answer: 'skip', outputs: { version: 'v40', checks: ['signature'], detail: 'All well' } },
    ]);
  });
});
