import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessageResult } from '../../../src/incident/messages.ts';
import { Problem } from '../../../src/surfaces/problem.ts';
import { ACTIONS } from '../../../src/surfaces/slack/contract.ts';
import { type House, openHouse } from '../../support/house.ts';
import { ask, planOf } from '../../support/plans.ts';
import { openHearing } from './hearing.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

const open = async () =>
  house.open(await house.publish(planOf([ask('contain', { by: [{ role: 'incident-commander', count: 1 }] })])), {});
const typed = (value: string) => ({ type: 'plain_text_input', value });
const busy = (method: string) => ({ kind: 'rate-limit', method, channel: null, retryAfterS: 30, times: 20 }) as const;

describe('when Slack does not answer', () => {
  test('who somebody was a moment ago counts, and the vote says since when that is known', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    await slack.command('U0MARA', 'status');
    await slack.told('U0MARA', /for you/);
    const before = Date.now();
    slack.slack.troubles.impose(busy('users.info'));
    await slack.press('U0MARA', at, ACTIONS.approve);
    await slack.told('U0MARA', /recorded/);
    const [vote] = (await slack.decision(at)).votes;
    expect(vote?.rolesAsOf).toBeLessThanOrEqual(before);
    const { events } = await house.read(at.incident);
    expect(
      events.some((event) => event.type === 'decision.voted' && event.data.vote.rolesAsOf === vote?.rolesAsOf),
    ).toBe(true);
  });

  test('nobody decides whom it has not named: they are told, and sent to the console', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    slack.slack.troubles.impose(busy('users.info'));
    await slack.press('U0CARL', at, ACTIONS.approve);
    await slack.told('U0CARL', /Slack did not say who you are.*Nothing was done.*console/s);
    expect(await slack.votes(at)).toEqual([]);
  });

  test('a form that does not open is said, and the button works again', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    slack.slack.troubles.impose({ ...busy('views.open'), times: 1 });
    await slack.press('U0MARA', at, ACTIONS.deny);
    await slack.told('U0MARA', /Slack did not open the form, so nothing was done/);
    await slack.press('U0MARA', at, ACTIONS.deny);
    await slack.modal('U0MARA', /Reason/);
    slack.slack.troubles.impose(busy('views.open'));
    await slack.command('U0KIT', `note ${at.incident}`);
    await slack.told('U0KIT', /Slack did not open the form/);
  });

  test('words find another way when the first is closed', async () => {
    const slack = await openHearing(house);
    const at = await slack.post(await open(), 'contain');
    await slack.press('U0KIT', at, ACTIONS.approve);
    await slack.told('U0KIT', /not for you/);
    const gone = { ...slack.payloads.at(-1), response_url: `${slack.slack.apiUrl}../response/used-up` };
    await slack.again(gone);
    await slack.soon('an ephemeral message', () => slack.toldTo('U0KIT').length === 2);
    slack.slack.troubles.impose(busy('chat.postEphemeral'));
    await slack.again(gone);
    await slack.soon('a direct message', () => slack.toldTo('U0KIT').length === 3);
    expect(slack.slack.workspace.messages(slack.slack.workspace.im('U0KIT').id, null)).toHaveLength(1);
    expect(slack.noted.failures).toEqual([]);
  });
});

describe('when the incident does not answer', () => {
  const unreachable = new Problem({ status: 503, code: 'unreachable', message: 'The incident cannot be reached.' });

  test('nobody claims that it counted, and trying again is safe', async () => {
    let reached = false;
    const slack = await openHearing(house, 'socket', {
      send: async (incident, message) => {
        const result = await house.incidents.send(incident, message);
        if (reached) return result;
        // It arrived, but its answer was lost.
        reached = true;
        throw unreachable;
      },
    });
    const at = await slack.post(await open(), 'contain');
    await slack.press('U0MARA', at, ACTIONS.deny);
    await slack.modal('U0MARA', /Reason/);
    await slack.submit('U0MARA', { reason: typed('No') });
    await slack.modal('U0MARA', /Not confirmed/);
    expect(slack.noted.failures.join()).toContain('was not confirmed');
    await house.until(at.incident, 'the decision', (view) => view.decisions[0]?.made);
    await slack.press('U0MARA', at, ACTIONS.deny);
    await slack.told('U0MARA', /Already decided/);
    expect(await slack.votes(at)).toEqual(['mara deny']);
  });

  test('a slow answer is awaited in the modal, and told otherwise when that was closed', async () => {
    const waiting: (() => void)[] = [];
    const slack = await openHearing(house, 'socket', {
      send: async (incident, message): Promise<MessageResult> => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return house.incidents.send(incident, message);
      },
    });
    const [first, second] = [await slack.post(await open(), 'contain'), await slack.post(await open(), 'contain')];
    for (const [who, at] of [
      ['U0MARA', first],
      ['U0CARL', second],
    ] as const) {
      await slack.press(who, at, ACTIONS.deny);
      await slack.modal(who, /Reason/);
      expect(await slack.submit(who, { reason: typed('No') })).toEqual({ ok: true });
      await slack.modal(who, /moment|working|being/i);
    }
    await slack.slack.interactions.dismiss({ user: 'U0CARL', all: true });
    for (const go of waiting) go();
    await slack.modal('U0MARA', /recorded/);
    await slack.told('U0CARL', /recorded/);
    expect(await slack.votes(first)).toEqual(['mara deny']);
    expect(slack.noted.failures).toEqual([]);
  });
});
