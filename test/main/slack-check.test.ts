import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../src/embedded/slack/contract.ts';
import { readConfig } from '../../src/main/config.ts';
import { doctor } from '../../src/main/doctor.ts';
import { checkSlackHere } from '../../src/main/slack-check.ts';
import { slackSettings } from '../../src/main/slack-settings.ts';
import { sampleSlack, slackSettingsFor } from '../support/sample-slack.ts';

let slack: LocalSlack;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-slack-check-'));
  slack = await sampleSlack();
});
afterAll(async () => {
  await slack?.stop();
  rmSync(folder, { recursive: true });
});

const settings = () => ({ TOCSIN_DATA: folder, ...slackSettingsFor(slack, folder) });
const slackOf = async (env: NodeJS.ProcessEnv) =>
  (await doctor(readConfig(env), env)).find(({ check }) => check === 'slack');

describe('tocsin slack check', () => {
  it('finds nothing amiss in the Slack that npm start brings', async () => {
    const { where, findings } = await checkSlackHere(readConfig(settings()), { live: false });
    expect(where).toBe(`Slack at ${slack.apiUrl}`);
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(findings.map(({ about }) => about)).toEqual(expect.arrayContaining(['bot token', 'scopes', 'app token']));
  });

  it('says what to do where no Slack is configured', async () => {
    const check = checkSlackHere(readConfig({ TOCSIN_DATA: folder }), { live: false });
    await expect(check).rejects.toMatchObject({ message: 'no Slack is configured here' });
  });
});

describe('tocsin doctor', () => {
  it('tells whom it is in Slack, what keeps it out, and where there is none', async () => {
    expect(await slackOf(settings())).toMatchObject({ status: 'ok', message: 'It is @tocsin in Halden Mutual.' });
    writeFileSync(join(folder, 'wrong'), 'xoxb-wrong');
    const wrong = await slackOf({ ...settings(), TOCSIN_SLACK_BOT_TOKEN: `file:${join(folder, 'wrong')}` });
    expect(wrong).toMatchObject({ status: 'problem', message: expect.stringMatching(/^bot token: /) });
    expect(wrong?.fix).toContain('tocsin slack check');
    expect(await slackOf({ TOCSIN_DATA: folder })).toMatchObject({ status: 'ok' });
    expect(await slackOf({ TOCSIN_DATA: folder, TOCSIN_SLACK: 'off' })).toMatchObject({ message: 'not used' });
  });
});

describe('tokens of the wrong kind', () => {
  const references = {
    botToken: 'env:BOT',
    appToken: 'env:APP',
    signingSecret: null,
    apiUrl: 'https://slack.com/api/',
  };
  const refusal = (env: NodeJS.ProcessEnv): string => {
    try {
      slackSettings(references, env);
    } catch (error) {
      return String(error);
    }
    throw new Error('the tokens were accepted');
  };

  it('are named by their setting and what they seem to be, never repeated', () => {
    const swapped = refusal({ BOT: 'xapp-1-secret', APP: 'xoxb-secret' });
    expect(swapped).toContain('TOCSIN_SLACK_BOT_TOKEN (env:BOT) refers to an app-level token');
    expect(swapped).not.toContain('secret');
    expect(refusal({ BOT: 'xoxb-1', APP: 'hunter2' })).toContain(
      'TOCSIN_SLACK_APP_TOKEN (env:APP) refers to something else',
    );
    expect(refusal({ BOT: 'xoxb-1' })).toContain('env:APP: that variable is not set');
  });
});
