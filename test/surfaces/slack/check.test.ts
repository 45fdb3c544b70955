import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Person } from '../../../src/surfaces/ports.ts';
import { checkSlack } from '../../../src/surfaces/slack/check/check.ts';
import type { Finding } from '../../../src/surfaces/slack/check/finding.ts';
import { samples } from '../../../src/surfaces/slack/check/samples.ts';
import { BOT_SCOPES } from '../../../src/surfaces/slack/check/scopes.ts';
import type { SlackSettings } from '../../../src/surfaces/slack/contract.ts';
import { control } from '../../support/local-slack.ts';
import { listeningLog, openPatientSlack, settingsOf } from './line.ts';

const people: Person[] = [
  { id: 'asha', name: 'Asha Rao', email: 'asha@example.com', roles: [] },
  { id: 'ben', name: 'Ben Okafor', email: null, roles: [] },
];

const facts = {
  channel: 'incidents',
  ownChannelFor: ['sev1' as const],
  ownChannelsPrivate: false,
  groups: { 'security-on-call': 'safety' } as Record<string, string>,
  users: { ben: 'U0BEN' } as Record<string, string>,
};

const openChecked = (scopes: readonly string[] = Object.keys(BOT_SCOPES)) =>
  openPatientSlack({ app: { scopes: [...scopes] } });

type Asked = { facts?: Partial<typeof facts>; people?: Person[]; publicUrl?: string; live?: boolean };

async function check(settings: SlackSettings, asked: Asked = {}): Promise<Finding[]> {
  const { log, lines } = listeningLog();
  const findings = await checkSlack(
    {
      settings: { ...settings, publicUrl: asked.publicUrl ?? 'https://tocsin.example' },
      facts: { ...facts, ...asked.facts },
      people: asked.people ?? people,
      log,
      now: Date.now,
    },
    { live: asked.live ?? false },
  );
  const said = JSON.stringify({ findings, lines });
  for (const secret of [settings.botToken, settings.appToken, settings.signingSecret])
    if (secret) expect(said).not.toContain(secret);
  return findings;
}

const about = (findings: Finding[], name: string) => findings.find((finding) => finding.about === name);
const wrong = (findings: Finding[]) => findings.filter(({ level }) => level !== 'ok');

describe('what is right', () => {
  it('a workspace set up as the guide says has nothing wrong', async () => {
    const slack = await openChecked();
    const findings = await check(settingsOf(slack));
    expect(wrong(findings)).toEqual([]);
    expect(findings.map((finding) => finding.about)).toEqual([
      'bot token',
      'scopes',
      'app token',
      'channel',
      'group of security-on-call',
      'people',
    ]);
  });

  it('changes nothing: no socket, no message, no channel entered', async () => {
    const slack = await openChecked();
    await check(settingsOf(slack), { live: true });
    const { body } = await control(slack, { do: 'state' });
    expect(body).toMatchObject({ connections: 0 });
    const channel = slack.workspace.channels().find(({ name }) => name === 'incidents');
    expect(channel?.members).not.toContain(slack.workspace.app.botUser);
    expect(slack.workspace.messages(channel?.id ?? '', null)).toEqual([]);
  });
});

describe('each finding says what to do', () => {
  it('tokens', async () => {
    const slack = await openChecked();
    const bot = await check(settingsOf(slack, { botToken: 'xoxb-wrong' }));
    expect(about(bot, 'bot token')).toMatchObject({
      level: 'error',
      what: 'Slack answers "invalid_auth".',
      fix: expect.stringContaining('TOCSIN_SLACK_BOT_TOKEN'),
    });
    expect(about(bot, 'channel')).toBeUndefined();
    const app = await check(settingsOf(slack, { appToken: slack.workspace.app.botToken }));
    expect(about(app, 'app token')).toMatchObject({
      level: 'error',
      fix: expect.stringContaining('connections:write'),
    });
  });

  it('a scope that is missing, with what it is for; one that is too much', async () => {
    const slack = await openChecked(Object.keys(BOT_SCOPES).filter((scope) => scope !== 'pins:write'));
    expect(about(await check(settingsOf(slack)), 'scopes')).toMatchObject({
      level: 'error',
      what: 'These are missing: pins:write (to pin the status of an incident).',
      fix: expect.stringContaining('slack-manifest.json'),
    });
    const curious = await openChecked([...Object.keys(BOT_SCOPES), 'channels:history']);
    expect(about(await check(settingsOf(curious)), 'scopes')).toMatchObject({
      level: 'warning',
      what: expect.stringContaining('channels:history'),
    });
  });

  it('no way in, and a request URL that Slack would not send to', async () => {
    const slack = await openChecked();
    const none = await check(settingsOf(slack, { appToken: null }));
    expect(about(none, 'line')).toMatchObject({ level: 'error' });
    const http = settingsOf(slack, { appToken: null, signingSecret: '0'.repeat(32), local: false });
    expect(about(await check(http), 'request URL')).toMatchObject({
      level: 'ok',
      what: expect.stringContaining('https://tocsin.example/slack/events'),
    });
    expect(about(await check(http, { publicUrl: 'http://10.0.0.7:7373' }), 'request URL')).toMatchObject({
      level: 'error',
    });
  });

  it('groups: unknown with what was meant, disabled, empty', async () => {
    const slack = await openChecked();
    const group = async (written: string) =>
      (await check(settingsOf(slack), { facts: { groups: { legal: written } } })).find(
        (finding) => finding.about === 'group of legal',
      );
    expect(await group('safty')).toMatchObject({
      level: 'error',
      fix: expect.stringMatching(/^Did you mean @safety\? /),
    });
    await control(slack, { do: 'group', group: 'safety', users: [] });
    expect(await group('S0SAFETY')).toMatchObject({ level: 'warning', what: expect.stringContaining('Nobody') });
    await control(slack, { do: 'group', group: 'safety', disabled: true });
    expect(await group('safety')).toMatchObject({ level: 'error', what: expect.stringContaining('disabled') });
  });

  it('people whom Slack does not know, or who may not decide', async () => {
    const slack = await openChecked();
    await control(slack, { do: 'change-user', user: 'ben', change: { is_restricted: true } });
    const findings = await check(settingsOf(slack), {
      people: [...people, { id: 'zoe', name: 'Zoe', email: 'zoe@example.com', roles: [] }],
    });
    expect(about(findings, 'people')).toMatchObject({
      what: '1 of 3 people of tocsin.yaml are members of the workspace.',
    });
    expect(about(findings, 'person ben')).toMatchObject({ level: 'warning', what: expect.stringContaining('guest') });
    expect(about(findings, 'person zoe')).toMatchObject({
      level: 'warning',
      fix: expect.stringContaining('`slack: U…`'),
    });
  });

  it('a channel that is not there, with what was meant', async () => {
    const slack = await openChecked();
    const found = await check(settingsOf(slack), { facts: { channel: 'incident' } });
    expect(about(found, 'channel')).toMatchObject({
      level: 'error',
      fix: expect.stringMatching(/^Did you mean #incidents\? .*\/invite @/),
    });
    const byId = await check(settingsOf(slack), { facts: { channel: 'C0NOWHERE' } });
    expect(about(byId, 'channel')).toMatchObject({ level: 'error', fix: expect.stringContaining('tocsin.yaml') });
  });

  it('a Slack that does not answer', async () => {
    const slack = await openChecked();
    await control(slack, { do: 'outage', mode: '503' });
    expect(wrong(await check(settingsOf(slack)))).toMatchObject([
      { about: 'bot token', level: 'error', what: 'Slack answers with status 503.' },
      { about: 'app token', level: 'error' },
    ]);
  });
});

describe('--live', () => {
  it('has every kind of message and view looked at, and says that it was not slack.com', async () => {
    const slack = await openChecked();
    const findings = await check(settingsOf(slack), { live: true });
    expect(wrong(findings)).toEqual([]);
    expect(about(findings, 'blocks')?.what).toBe(
      `127.0.0.1, which is not slack.com but stands in for it, takes all ${samples().length} kinds of messages and views.`,
    );
    expect(samples().length).toBeGreaterThan(25);
  });

  it('names what Slack would refuse, and where in it', async () => {
    const slack = await openChecked();
    const settings = settingsOf(slack);
    const proxy = await refusingBlocks(slack.apiUrl);
    const findings = await check({ ...settings, apiUrl: proxy }, { live: true });
    expect(about(findings, 'blocks: Home')).toMatchObject({
      level: 'error',
      what: 'Slack would refuse it: /blocks/0/text/text: must be shorter.',
    });
  });
});

/** The answer that the method documents for what it refuses; all other calls go to local Slack. */
async function refusingBlocks(apiUrl: string): Promise<string> {
  const refusal = {
    ok: false,
    error: 'invalid_view',
    errors: [{ pointer: '/blocks/0/text/text', code: 'failed_constraint', message: 'must be shorter' }],
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/api/blocks.validate') return response.end(JSON.stringify(refusal));
    const { 'content-type': type = '', authorization = '' } = request.headers;
    const answer = await fetch(new URL(request.url ?? '', apiUrl), {
      method: 'POST',
      headers: { 'content-type': type, authorization },
      body: Buffer.concat(chunks),
    });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
}
