import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTIONS } from '../../../src/surfaces/slack/contract.ts';
import { type House, openHouse } from '../../support/house.ts';
import { act, ask, planOf } from '../../support/plans.ts';
import { inWords, openHearing } from './hearing.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

const COMMANDER = [{ role: 'incident-commander', count: 1 }];
const plain = () => planOf([ask('contain', { by: COMMANDER })]);
const risky = () =>
  planOf([ask('contain', { covers: ['isolate'] }), act('isolate', 'model.isolate', { coveredBy: 'contain' })]);

/** Opens one that asks, under the name that people see. */
async function asking(title: string, plan = plain()): Promise<string> {
  const incident = await house.open(await house.publish(plan), { title });
  await house.question(incident, 'contain');
  return incident;
}
const typed = (value: string) => ({ type: 'plain_text_input', value });
const votes = async (incident: string) =>
  (await house.read(incident)).view.decisions.flatMap((one) =>
    one.votes.map((vote) => `${vote.person} ${vote.answer}`),
  );
const close = (incident: string) => house.vote(incident, 'carl', ['incident-commander'], 'deny').then(() => undefined);

describe('/tocsin', () => {
  test('alone says what waits for me and what is open', async () => {
    const slack = await openHearing(house);
    const incident = await asking('Odd answers about payouts');
    await slack.command('U0MARA', '');
    await slack.told('U0MARA', /question.*for you.*Odd answers about payouts/s);
    await slack.command('U0KIT', 'status');
    await slack.told('U0KIT', /0 questions for you.*Odd answers about payouts/s);
    await close(incident);
  });

  test("in an incident's own channel it says how that stands; by name, how any does", async () => {
    const slack = await openHearing(house);
    const [here, other] = [await asking('The one of this channel'), await asking('Another one')];
    await slack.command('U0MARA', '', slack.own(here));
    await slack.told('U0MARA', /The one of this channel/);
    await slack.command('U0MARA', `status ${other}`);
    await slack.told('U0MARA', /Another one/);
    await slack.command('U0MARA', 'status 9999');
    await slack.told('U0MARA', /no incident INC-\d{4}-9999/);
  });

  test('help says what there is, and what is misspelt is understood', async () => {
    const slack = await openHearing(house);
    await slack.command('U0KIT', 'help');
    await slack.told('U0KIT', /\/tocsin severity/);
    await slack.command('U0KIT', 'sevrity 147 sev1 x');
    await slack.told('U0KIT', /Did you mean “severity”|Did you mean "severity"/);
    expect(slack.noted.failures).toEqual([]);
  });

  test('is for members of the workspace only', async () => {
    const slack = await openHearing(house);
    await slack.command('U0GUEST', 'status');
    await slack.told('U0GUEST', /guest/);
  });

  test.each(['note', 'open', 'decide aprove', 'decide 7'])('%s shows nothing to who takes no part', async (text) => {
    const slack = await openHearing(house);
    const incident = await asking('Not for guests');
    await slack.command('U0GUEST', text, slack.own(incident));
    await slack.told('U0GUEST', /You are a guest/);
    expect(slack.modals('U0GUEST')).toEqual([]);
    expect(slack.toldTo('U0GUEST').join()).not.toMatch(/approve|INC-|Not for/);
    await close(incident);
  });
});

describe('/tocsin decide', () => {
  test('lists what waits with its buttons, and the list shrinks as it is answered', async () => {
    const slack = await openHearing(house);
    // The most urgent come first.
    const urgent = () => planOf([ask('contain', { by: COMMANDER, withinMs: 60_000, remindMs: [], escalate: null })]);
    const [first, second] = [await asking('First of two', urgent()), await asking('Second of two', urgent())];
    await slack.command('U0MARA', 'decide');
    const list = await slack.told('U0MARA', new RegExp(`questions for you.*${first}.*${second}`, 's'));
    const block = list.blocks.find((one) => JSON.stringify(one).includes(`${first}/1/`));
    await slack.slack.interactions.act({
      user: 'U0MARA',
      on: { channel: list.channel, ts: list.ts },
      actionId: ACTIONS.approve,
      ...(block?.block_id ? { blockId: block.block_id } : {}),
    });
    const shrunk = await slack.soon('the list without it', () => {
      const shown = slack.slack.workspace.message(list.channel, list.ts);
      return shown && /recorded/.test(inWords(shown)) ? shown : null;
    });
    expect(JSON.stringify(shrunk.blocks)).toContain(`${second}/1/`);
    expect(JSON.stringify(shrunk.blocks)).not.toContain(`${first}/1/`);
    expect(await votes(first)).toEqual(['mara approve']);
    expect(slack.noted.adopted).toEqual([]);
    await close(second);
  });

  test('takes an answer at once, in the channel of the incident without its name', async () => {
    const slack = await openHearing(house);
    const incident = await asking('Approved by hand');
    await slack.command('U0MARA', 'decide approve', slack.own(incident));
    await slack.told('U0MARA', /recorded/);
    expect(await votes(incident)).toEqual(['mara approve']);
  });

  test('takes a reason with the answer, and asks for one that is missing', async () => {
    const slack = await openHearing(house);
    const incident = await asking('To be denied');
    await slack.command('U0MARA', `decide ${incident} 1 deny`);
    await slack.modal('U0MARA', /Reason/);
    expect(await votes(incident)).toEqual([]);
    await slack.command('U0MARA', `decide ${incident} 1 deny Payouts run at three`);
    await slack.told('U0MARA', /recorded/);
    const { view } = await house.read(incident);
    expect(view.decisions[0]?.made).toMatchObject({ outcome: 'deny', reason: 'Payouts run at three' });
  });

  test('has an approve of something disruptive confirmed, whatever is written', async () => {
    const slack = await openHearing(house);
    const incident = await asking('Risky', risky());
    await slack.command('U0MARA', `decide ${incident} 1 approve I am sure`);
    await slack.modal('U0MARA', /disruptive/i);
    expect(await votes(incident)).toEqual([]);
  });

  test('says what can be answered, and shows a question that is named without an answer', async () => {
    const slack = await openHearing(house);
    const incident = await asking('To be looked at');
    await slack.command('U0MARA', `decide ${incident} 1 aprove`);
    await slack.told('U0MARA', /Did you mean .approve/);
    await slack.command('U0MARA', `decide ${incident} 1`);
    await slack.told('U0MARA', /contain\?/);
    await slack.command('U0MARA', `decide ${incident} 7 approve`);
    await slack.told('U0MARA', /no question 7/);
    await slack.command('U0KIT', `decide ${incident} 1 approve`);
    await slack.told('U0KIT', /not for you/);
    expect(await votes(incident)).toEqual([]);
  });
});

describe('/tocsin open by who is in no inventory', () => {
  const called = async (title: string) => (await house.openIncidents()).filter((view) => view.title === title);

  test('chooses no playbook for others: they report', async () => {
    const slack = await openHearing(house);
    await slack.command('U0NORA', 'open Chosen by a passer-by');
    await slack.told('U0NORA', /not in the inventory.*\/tocsin report/s);
    expect(await called('Chosen by a passer-by')).toEqual([]);
    await slack.command('U0NORA', 'report Seen by a passer-by');
    await slack.modal('U0NORA', /What did you notice/);
  });

  test('opens one when a user group gives them a role', async () => {
    const slack = await openHearing(house);
    await slack.command('U0GWEN', 'open Opened on call');
    await slack.told('U0GWEN', /Reported|is open/);
    expect(await called('Opened on call')).toMatchObject([{ requester: 'slack-u0gwen' }]);
  });
});

describe('what people tell an incident', () => {
  test('a note is on the timeline, from the line or from a form', async () => {
    const slack = await openHearing(house);
    const incident = await asking('Noted');
    await slack.command('U0KIT', `note ${incident} Registry logs <https://evil.example|are> kept`);
    await slack.told('U0KIT', /Noted/);
    await slack.command('U0KIT', 'note', slack.own(incident));
    await slack.modal('U0KIT', /Note/);
    await slack.submit('U0KIT', { text: typed('Written in a form') });
    await slack.modal('U0KIT', /Noted/);
    const notes = await house.until(incident, 'two notes', (_, events) => {
      const found = events.flatMap((event) => (event.type === 'note.added' ? [event] : []));
      return found.length === 2 ? found : null;
    });
    expect(notes.map(({ actor, data }) => [actor, data.text])).toEqual([
      [{ kind: 'person', id: 'kit' }, 'Registry logs <https://evil.example|are> kept'],
      [{ kind: 'person', id: 'kit' }, 'Written in a form'],
    ]);
  });

  test('the severity and the roles are for the incident commander to change', async () => {
    const slack = await openHearing(house);
    const incident = await asking('Commanded');
    for (const words of [`severity ${incident} sev1 Customers notice`, `role ${incident} ml-on-call me`]) {
      await slack.command('U0MILO', words);
      await slack.soon('a refusal', () => slack.toldTo('U0MILO').at(-1)?.includes('it takes incident-commander'));
    }
    await slack.command('U0MARA', `severity ${incident} sev1 Customers notice`);
    await slack.told('U0MARA', /It is SEV 1 now/);
    await slack.command('U0MARA', `role ${incident} legal-counsel me`);
    await slack.told('U0MARA', /Mara Lindqvist is legal counsel now/);
    await slack.command('U0MARA', `role ${incident} legl-counsel me`);
    await slack.told('U0MARA', /no role "legl-counsel"/);
    for (const [who, name] of [
      ['U0GUEST', 'guest'],
      ['U0GWEN', 'gwen'],
    ])
      await slack.command('U0MARA', `role ${incident} legal-counsel <@${who}|${name}>`);
    await slack.told('U0MARA', /guest cannot be assigned.*inventory/s);
    await slack.told('U0MARA', /gwen cannot be assigned.*inventory/s);
    expect(slack.toldTo('U0MARA').join()).not.toMatch(/You are a guest|slack-u0/);
    await slack.command('U0MARA', `role ${incident} legal-counsel nobody`);
    await slack.told('U0MARA', /no person "nobody"/);
    const view = await house.until(incident, 'both', (now) =>
      now.severity === 'sev1' && now.roles['legal-counsel'] ? now : null,
    );
    expect(view.roles).toMatchObject({ 'legal-counsel': 'mara' });
    expect(slack.noted.refreshed).toContain(incident);
  });
});

describe('/tocsin open', () => {
  test('opens an incident, and whoever opened it is its requester', async () => {
    const slack = await openHearing(house);
    await slack.command('U0KIT', 'open Odd answers at night --system support-assistant --severity sev2');
    await slack.told('U0KIT', /INC-\d{4}-\d+ is open/);
    const found = (await house.openIncidents()).find((view) => view.title === 'Odd answers at night');
    expect(found).toMatchObject({ requester: 'kit', severity: 'sev2', system: { id: 'support-assistant' } });
    await slack.command('U0KIT', 'open Odd --system suport-assistant');
    await slack.told('U0KIT', /Did you mean "support-assistant"/);
  });

  test('alone asks in a form, and a form that is sent twice opens one', async () => {
    const slack = await openHearing(house);
    await slack.command('U0KIT', 'open');
    await slack.modal('U0KIT', /What is wrong/);
    const choice = { type: 'static_select', selected_option: null };
    await slack.submit('U0KIT', { title: typed('From the form'), severity: choice, system: choice, playbook: choice });
    await slack.modal('U0KIT', /is open/);
    await slack.again(slack.payloads.at(-1) ?? {});
    const found = (await house.openIncidents()).filter((view) => view.title === 'From the form');
    expect(found).toHaveLength(1);
  });
});
