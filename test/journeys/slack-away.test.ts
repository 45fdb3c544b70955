import { afterEach, expect, it } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';
import { createLog } from '../../src/main/log.ts';
import { deskOn, openSlackDesk, type SlackDesk, startDeskSlack } from '../support/slack-desk.ts';
import { WITHIN_MS } from './wait.ts';

let desk: SlackDesk | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
}, 60_000);

const DANIEL = 'daniel-achterberg';
const MARA = 'mara-lindqvist';

it(
  'Tocsin starts without Slack, serves meanwhile, and says everything once when Slack comes',
  async () => {
    // The port is known, nobody listens on it yet.
    const slackPort = await freePort();
    desk = await openSlackDesk('socket', {
      local: true,
      log: createLog({ name: 'server', level: 'silent' }),
      slack: async (port) => {
        const brief = await startDeskSlack(port, 'socket', slackPort);
        await brief.stop();
        return brief;
      },
    });
    const opened = await desk.served.call(DANIEL, 'POST', '/api/incidents', {
      playbook: 'supply-chain-tampered-artifact',
      system: 'payout-estimator',
      severity: 'sev2',
    });
    expect(opened.status, opened.text).toBeLessThan(300);
    const incident = String(opened.body.incident);
    const { number } = await desk.served.house.question(incident, 'contain');
    expect((await desk.served.call(MARA, 'GET', `/api/incidents/${incident}`)).status).toBe(200);

    const slack = await startDeskSlack(0, 'socket', slackPort);
    try {
      const late = deskOn(slack);
      const card = await late.card(incident, number);
      await late.heard();
      await late.decide(MARA, card, 'deny', { reason: 'Better late than never.' });
      await desk.served.house.until(incident, 'the deny', (view) => view.decisions[0]?.made);
      await late.see('the outcome', () => /Better late than never/.test(late.textOf(card)));
      const copies = late
        .messages(card.channel)
        .filter((message) => JSON.stringify(message.blocks).includes('Better late than never'));
      expect(copies).toHaveLength(1);
    } finally {
      await slack.stop();
    }
  },
  4 * WITHIN_MS,
);
