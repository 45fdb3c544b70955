import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../../src/playbook/plan.ts';
import { ACTIONS, SHORTCUTS } from '../../../src/surfaces/slack/contract.ts';
import { type House, openHouse } from '../../support/house.ts';
import { ask, planOf } from '../../support/plans.ts';
import { inWords, openHearing } from './hearing.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

const chosen = (value: string) => ({ selected_option: { text: { type: 'plain_text', text: value }, value } });
const answers = (what: string, system = 'I-DO-NOT-KNOW', harm = 'unknown') => ({
  what: { type: 'plain_text_input', value: what },
  system: { type: 'static_select', ...chosen(system) },
  harm: { type: 'radio_buttons', ...chosen(harm) },
});
const opensOn = (playbook: string, cel: string): Plan => ({
  ...planOf([ask('contain', { by: [{ role: 'incident-commander', count: 1 }] })]),
  playbook,
  title: `Playbook ${playbook}`,
  opensOn: cel,
});
const opened = async (title: string) => (await house.openIncidents()).filter((view) => view.title === title);

describe('"Report an AI incident"', () => {
  test('from anywhere: three answers open an incident, and its reporter hears what happens next', async () => {
    const slack = await openHearing(house);
    await slack.slack.interactions.shortcut({ user: 'U0GWEN', callbackId: SHORTCUTS.report });
    await slack.modal('U0GWEN', /What did you notice/);
    await slack.submit('U0GWEN', answers('It invents refunds. I saw three.', 'support-assistant', 'now'));
    await slack.modal('U0GWEN', /Reported: INC-\d{4}-\d+ is open/);
    await slack.told('U0GWEN', /Reported: INC-\d{4}-\d+ is open.*incident commander decides/s);
    const [incident, ...others] = await opened('It invents refunds.');
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ severity: 'sev1', system: { id: 'support-assistant' }, playbook: null });
    expect(incident?.requester).toMatch(/gwen/);
    const { events } = await house.read(incident?.id ?? '');
    expect(events[0]?.data).toMatchObject({
      alert: { kind: 'report', source: 'slack', text: 'It invents refunds. I saw three.', harm: 'now' },
    });
    expect(slack.noted.failures).toEqual([]);
  });

  test('from a message: it is quoted and linked', async () => {
    const slack = await openHearing(house);
    const message = slack.slack.workspace.say(slack.incidents, 'U0KIT', 'The bot told a customer to sue us');
    const at = { channel: slack.incidents, ts: message.ts };
    await slack.slack.interactions.shortcut({ user: 'U0MILO', callbackId: SHORTCUTS.reportMessage, message: at });
    await slack.modal('U0MILO', /What did you notice/);
    expect(JSON.stringify(slack.modals('U0MILO').at(-1)?.blocks)).toContain('The bot told a customer to sue us');
    await slack.submit('U0MILO', answers('The bot told a customer to sue us'));
    await slack.modal('U0MILO', /Reported/);
    const [incident] = await opened('The bot told a customer to sue us');
    const { events } = await house.read(incident?.id ?? '');
    expect(events[0]?.data).toMatchObject({
      alert: { permalink: expect.stringContaining(`/archives/${at.channel}/p`) },
    });
  });

  test('from Home', async () => {
    const slack = await openHearing(house);
    await slack.slack.interactions.openHome({ user: 'U0KIT' });
    await slack.home('U0KIT', /Report an AI incident/);
    await slack.press('U0KIT', 'home', ACTIONS.reportFromHome);
    await slack.modal('U0KIT', /What did you notice/);
    await slack.submit('U0KIT', answers('Seen at home'));
    await slack.modal('U0KIT', /Reported/);
    expect(await opened('Seen at home')).toMatchObject([{ requester: 'kit' }]);
  });

  test('by command, with the first words of it already there', async () => {
    const slack = await openHearing(house);
    await slack.command('U0KIT', 'report It promises refunds & more');
    await slack.modal('U0KIT', /What did you notice/);
    expect(JSON.stringify(slack.modals('U0KIT').at(-1)?.blocks)).toContain('It promises refunds & more');
    await slack.submit('U0KIT', answers('It promises refunds & more'));
    await slack.modal('U0KIT', /Reported/);
    expect(await opened('It promises refunds & more')).toMatchObject([{ requester: 'kit' }]);
  });

  test('a report that Slack delivers twice opens one incident', async () => {
    const slack = await openHearing(house);
    await slack.slack.interactions.shortcut({ user: 'U0KIT', callbackId: SHORTCUTS.report });
    await slack.modal('U0KIT', /What did you notice/);
    await slack.submit('U0KIT', answers('Delivered twice'));
    await slack.again(slack.payloads.at(-1) ?? {});
    expect(await opened('Delivered twice')).toHaveLength(1);
  });

  test('a guest cannot report, is told so, and is shown no list of systems', async () => {
    const slack = await openHearing(house);
    await slack.slack.interactions.shortcut({ user: 'U0GUEST', callbackId: SHORTCUTS.report });
    await slack.told('U0GUEST', /You are a guest/);
    expect(slack.modals('U0GUEST')).toEqual([]);
  });

  test('a playbook that opens on it runs, and its reporter cannot decide in it', async () => {
    const slack = await openHearing(house);
    await house.publish(opensOn('for-harm', 'alert.kind == "report" && alert.harm == "soon"'));
    await slack.slack.interactions.shortcut({ user: 'U0RHEA', callbackId: SHORTCUTS.report });
    await slack.modal('U0RHEA', /What did you notice/);
    await slack.submit('U0RHEA', answers('Soon harmful', 'support-assistant', 'soon'));
    await slack.modal('U0RHEA', /Playbook for-harm.* runs/s);
    const [incident] = await opened('Soon harmful');
    expect(incident).toMatchObject({ playbook: { id: 'for-harm' }, requester: 'rhea' });
    const at = await slack.post(incident?.id ?? '', 'contain');
    await slack.press('U0RHEA', at, ACTIONS.approve);
    await slack.told('U0RHEA', /You opened this incident/);
  });

  test('a reporter who sees less than the playbook does not make it less bad', async () => {
    const slack = await openHearing(house);
    const plan = opensOn('worst-of-all', 'alert.kind == "report" && alert.text == "It may be bad"');
    await house.publish({ ...plan, priority: plan.priority + 1, severity: { default: 'sev1', raiseTo: [] } });
    await slack.slack.interactions.shortcut({ user: 'U0KIT', callbackId: SHORTCUTS.report });
    await slack.modal('U0KIT', /What did you notice/);
    await slack.submit('U0KIT', answers('It may be bad', 'support-assistant', 'soon'));
    await slack.modal('U0KIT', /Reported/);
    expect(await opened('It may be bad')).toMatchObject([{ playbook: { id: 'worst-of-all' }, severity: 'sev1' }]);
  });

  test('several playbooks that open on it do not keep it from being opened', async () => {
    const slack = await openHearing(house);
    for (const name of ['one-of-two', 'two-of-two'])
      await house.publish(opensOn(name, 'alert.kind == "report" && alert.text == "Which one?"'));
    await slack.slack.interactions.shortcut({ user: 'U0KIT', callbackId: SHORTCUTS.report });
    await slack.modal('U0KIT', /What did you notice/);
    await slack.submit('U0KIT', answers('Which one?'));
    await slack.modal('U0KIT', /Reported/);
    expect(await opened('Which one?')).toMatchObject([{ playbook: null }]);
  });
});

describe('Home', () => {
  test('shows what waits for me and takes my answer', async () => {
    const slack = await openHearing(house);
    const plan = planOf([
      ask('contain', { by: [{ role: 'ml-on-call', count: 1 }], withinMs: 60_000, remindMs: [], escalate: null }),
    ]);
    const incident = await house.open(await house.publish(plan), {});
    await house.question(incident, 'contain');
    await slack.slack.interactions.openHome({ user: 'U0MILO' });
    await slack.home('U0MILO', new RegExp(`Waiting for you.*${incident}`, 's'));
    expect(slack.noted.home).toEqual(['U0MILO']);
    await slack.press('U0MILO', 'home', ACTIONS.approve);
    await slack.told('U0MILO', /recorded/);
    const { view } = await house.read(incident);
    expect(view.decisions[0]?.made?.people).toEqual(['milo']);
  });

  test('shows nothing of any incident to those who take no part', async () => {
    const slack = await openHearing(house);
    await slack.slack.interactions.openHome({ user: 'U0GUEST' });
    const home = await slack.home('U0GUEST', /does not know you/);
    expect(inWords(home)).not.toMatch(/INC-/);
  });
});
