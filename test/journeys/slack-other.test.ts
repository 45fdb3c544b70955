import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadInventory } from '../../src/inventory/load.ts';
import { createLog } from '../../src/main/log.ts';
import { ACTIONS } from '../../src/surfaces/slack/contract.ts';
import { type OtherMessage, type OtherSlack, startOtherSlack } from '../support/other-slack.ts';
import { openServed, type Served, sample } from '../support/served.ts';
import { WITHIN_MS } from './wait.ts';

/** What we take for Slack's protocol, read by people who never saw our code: their emulator knows fewer calls than Slack, and must do. */
const MARA = 'mara-lindqvist';
const DANIEL = 'daniel-achterberg';

let slack: OtherSlack;
let served: Served;
let secrets: string;
beforeAll(async () => {
  const { people } = loadInventory(sample('tocsin.yaml'));
  slack = await startOtherSlack(
    people.map((person, i) => ({ id: `U0${i}`, name: person.name, email: person.email ?? '' })),
  );
  secrets = mkdtempSync(join(tmpdir(), 'tocsin-other-'));
  writeFileSync(join(secrets, 'bot'), slack.botToken);
  writeFileSync(join(secrets, 'app'), slack.appToken);
  served = await openServed({
    // It lacks calls that decisions can do without; that each is said is tested elsewhere.
    log: createLog({ name: 'server', level: 'silent' }),
    env: {
      TOCSIN_SLACK_BOT_TOKEN: `file:${join(secrets, 'bot')}`,
      TOCSIN_SLACK_APP_TOKEN: `file:${join(secrets, 'app')}`,
      TOCSIN_SLACK_API_URL: slack.apiUrl,
    },
  });
}, 120_000);
afterAll(async () => {
  await served?.close();
  await slack?.stop();
  rmSync(secrets, { recursive: true, force: true });
}, 60_000);

const userOf = (person: string): string =>
  `U0${loadInventory(sample('tocsin.yaml')).people.findIndex((one) => one.id === person)}`;
const everything = (): OtherMessage[] => [...slack.state().messages.values()].flat();
const isCard = (message: OtherMessage, incident: string, number: number): boolean =>
  JSON.stringify(message.blocks ?? []).includes(`"${incident}/${number}/`);

async function asked(system: string) {
  const body = { playbook: 'supply-chain-tampered-artifact', system, severity: 'sev2' };
  const opened = await served.call(DANIEL, 'POST', '/api/incidents', body);
  expect(opened.status, opened.text).toBeLessThan(300);
  const incident = String(opened.body.incident);
  const { number } = await served.house.question(incident, 'contain');
  const card = await slack.until('the question', () => everything().find((one) => isCard(one, incident, number)));
  return { incident, number, card };
}

const textNow = (card: OtherMessage): string => {
  const now = everything().find((one) => one.ts === card.ts && one.channel === card.channel);
  return `${now?.text} ${JSON.stringify(now?.blocks)}`;
};

function press(person: string, card: OtherMessage, actionId: string): void {
  const buttons = (card.blocks ?? []).flatMap(
    (block) => (block.elements as Record<string, unknown>[] | undefined) ?? [],
  );
  const action = buttons.find((button) => button.action_id === actionId);
  slack.act({ t: 'block_action', channel: card.channel, messageTs: card.ts, user: userOf(person), action });
}

async function submit(person: string, values: Record<string, string>): Promise<void> {
  const view = await slack.until('the modal', (state) => state.modals.at(-1));
  const inputs = (view.blocks as Record<string, unknown>[]).filter((block) => block.type === 'input');
  const filled = inputs.map((block) => {
    const element = block.element as { type: string; action_id: string };
    const value = values[String(block.block_id)] ?? null;
    return [block.block_id, { [element.action_id]: { type: element.type, value } }];
  });
  slack.act({ t: 'view_submit', user: userOf(person), values: Object.fromEntries(filled) });
  // What came of it stands in place of the form; it has been read.
  await slack.until('what came of it', (state) => !state.modals.at(-1)?.submit);
  slack.act({ t: 'view_close', user: userOf(person) });
  await slack.until('a screen without modals', (state) => state.modals.length === 0);
}

it(
  'approve, in the modal that says what it will do',
  async () => {
    const { incident, card } = await asked('payout-estimator');
    press(MARA, card, ACTIONS.approve);
    await submit(MARA, {});
    await served.house.until(incident, 'the act', (view) => view.steps.isolate?.status === 'done');
    await slack.until('who approved', () => /Approved/.test(textNow(card)) && /Mara Lindqvist/.test(textNow(card)));
    const [vote] = (await served.house.read(incident)).view.decisions[0]?.votes ?? [];
    expect(vote).toMatchObject({ person: MARA, surface: 'slack' });
  },
  3 * WITHIN_MS,
);

it(
  'deny, with a reason',
  async () => {
    const { incident, card } = await asked('customer-assistant');
    press(MARA, card, ACTIONS.deny);
    await submit(MARA, { reason: 'Payouts run at three.' });
    await served.house.until(incident, 'the deny', (view) => view.decisions[0]?.made);
    await slack.until('the reason', () => /Payouts run at three/.test(textNow(card)));
  },
  3 * WITHIN_MS,
);

it(
  'Home and the command answer',
  async () => {
    slack.act({ t: 'open_home', user: userOf(MARA) });
    await slack.until('Home', (state) => state.homes[userOf(MARA)]);
    slack.act({ t: 'slash_command', user: userOf(MARA), channel: 'C01INC', command: '/tocsin', text: 'help' });
    await slack.until('help', () => everything().find((one) => /\/tocsin/.test(JSON.stringify(one))));
  },
  3 * WITHIN_MS,
);

it('says which of our calls that emulator does not know: none that a decision needs', async () => {
  const unknown = await slack.unknownCalls();
  console.info(`Not known to the other emulator: ${unknown.join(', ') || 'none'}.`);
  const needed = ['auth.test', 'chat.postMessage', 'chat.update', 'conversations.open', 'users.info', 'views.open'];
  expect(unknown.filter((method) => needed.includes(method))).toEqual([]);
});
