import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../src/embedded/slack/contract.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { localWorkspace } from '../../src/main/local-slack.ts';
import { createLog } from '../../src/main/log.ts';
import { sampleSlack, slackSettingsFor } from '../support/sample-slack.ts';
import { openServed, type Served, sample } from '../support/served.ts';

/** A server with Slack, as `npm start` wires it. */
let slack: LocalSlack;
let served: Served;
let folder: string;
const GUEST_IN_THE_HOUSE = {
  id: 'U0LINNEA',
  name: 'linnea',
  real_name: 'Linnea Ström',
  email: 'linnea@elsewhere.example',
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-slack-'));
  const { users } = localWorkspace(loadInventory(sample('tocsin.yaml')));
  slack = await sampleSlack({ users: [...users, GUEST_IN_THE_HOUSE] });
  served = await openServed({
    env: slackSettingsFor(slack, folder),
    log: createLog({ name: 'server', level: 'silent' }),
  });
}, 120_000);
afterAll(async () => {
  await served?.close();
  await slack?.stop();
  rmSync(folder, { recursive: true });
}, 60_000);

const WITHIN = { timeout: 30_000, interval: 50 };
const ready = async () => {
  const { status, body } = await served.call('mara-lindqvist', 'GET', '/readyz');
  return { status, slack: (body.checks as unknown as { name: string }[]).find(({ name }) => name === 'slack') };
};
const metric = async (name: string) => {
  const { text } = await served.call(null, 'GET', '/metrics');
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

describe('a server with Slack', () => {
  it('says whom the sample incident asks, and that it is connected', async () => {
    expect(served.ready.asked).toEqual([{ person: 'mara-lindqvist', name: 'Mara Lindqvist' }]);
    await expect
      .poll(ready, WITHIN)
      .toEqual({ status: 200, slack: { name: 'slack', ok: true, detail: 'connected to Halden Mutual' } });
    expect(await metric('tocsin_slack_connected')).toBe(1);
    await expect.poll(() => metric('tocsin_slack_publishes'), WITHIN).toBe(1);
  }, 60_000);

  it('calls a member of Slack who is in no inventory by name, in the API and in the console', async () => {
    const incident = served.ready.incident as string;
    const { id: channel } = slack.workspace.channels().find(({ name }) => name === 'incidents') ?? { id: '' };
    const user = GUEST_IN_THE_HOUSE.id;
    const said = await slack.interactions.command({
      user,
      channel,
      command: '/tocsin',
      text: `note ${incident} Payouts look odd since noon`,
    });
    expect(said).toEqual({ ok: true });
    const timeline = async () =>
      (await served.call('mara-lindqvist', 'GET', `/api/incidents/${incident}/timeline?format=md`)).text;
    const events = async () => (await served.call('mara-lindqvist', 'GET', `/api/incidents/${incident}/events`)).text;
    await expect.poll(events, WITHIN).toContain('Payouts look odd since noon');
    await expect.poll(events, WITHIN).toContain('Linnea Ström');
    expect((await served.call('mara-lindqvist', 'GET', `/incidents/${incident}`)).text).toContain('Linnea Ström');
    expect(await timeline()).toContain('Linnea Ström');
  }, 60_000);

  it('while Slack is away: serves, says since when on every surface, and takes it back', async () => {
    slack.troubles.impose({ kind: 'outage', mode: 'refuse' });
    try {
      await expect
        .poll(ready, WITHIN)
        .toMatchObject({ status: 200, slack: { name: 'slack', ok: true, warning: true, detail: expect.any(String) } });
      expect(await metric('tocsin_slack_connected')).toBe(0);
      expect(await metric('tocsin_slack_away_seconds')).toBeGreaterThan(0);
      const now = await served.call('mara-lindqvist', 'GET', '/');
      expect(now.text).toContain('Slack cannot be');
    } finally {
      slack.troubles.clear();
    }
    await expect.poll(async () => (await ready()).slack, WITHIN).not.toHaveProperty('warning');
    await expect.poll(() => metric('tocsin_slack_away_seconds'), WITHIN).toBe(0);
  }, 90_000);
});
