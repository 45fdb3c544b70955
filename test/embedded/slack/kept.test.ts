import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/embedded/slack/contract.ts';
import { startLocalSlack } from '../../../src/embedded/slack/start.ts';
import { runningClock, standingClock } from '../../../src/embedded/slack/state/clock.ts';
import { testFolder } from '../../support/folder.ts';
import { ASHA, BEN, clientOf, type Opened, opened, section } from './workspace.ts';

/** Stops it and starts it again from the same file. */
async function restarted({ slack, options }: Opened, more: Partial<Opened['options']> = {}): Promise<Opened> {
  await slack.stop();
  return opened({ ...options, ...more, scopes: options.app.scopes });
}

describe('what is kept between starts', () => {
  test('messages, channels, people, files, tokens and the key', async () => {
    const before = await opened({ file: join(testFolder(), 'slack.json') });
    const { client, slack, channel } = before;
    const { channel: made } = await client.conversations.create({ name: 'inc-1' });
    await client.conversations.setTopic({ channel: made?.id ?? '', topic: 'SEV 1' });
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'one', blocks: [section('one')] });
    await client.chat.postMessage({ channel, text: 'reply', thread_ts: ts });
    await client.pins.add({ channel, timestamp: ts });
    await client.reactions.add({ channel, timestamp: ts, name: 'eyes' });
    await client.filesUploadV2({ channel_id: channel, content: 'bytes', filename: 'a.txt' });
    const added = slack.workspace.addUser({ name: 'cleo', real_name: 'Cleo' });
    const { botToken, appToken, signingSecret } = slack.workspace.app;

    const after = await restarted(before);
    const { workspace } = after.slack;
    expect(workspace.app).toMatchObject({ botToken, appToken, signingSecret });
    expect(after.slack.key).toBe(slack.key);
    expect(workspace.channel(made?.id ?? '')).toMatchObject({ name: 'inc-1', topic: 'SEV 1' });
    expect(workspace.user(added.id)).toEqual(added);
    expect(workspace.messages(channel, null)).toEqual(slack.workspace.messages(channel, null));
    expect(workspace.messages(channel, ts).map(({ text }) => text)).toEqual(['reply']);
    const file = workspace.messages(channel, null).at(-1)?.files[0];
    expect(Buffer.from(workspace.fileContent(file?.id ?? '') ?? []).toString()).toBe('bytes');
    await clientOf(after.slack, botToken).chat.update({ channel, ts, text: 'two' });
  });

  test('what only one person sees, and what is open on screens, is gone', async () => {
    const before = await opened({ file: join(testFolder(), 'slack.json') });
    const { client, slack, channel } = before;
    await client.chat.postEphemeral({ channel, user: ASHA, text: 'psst' });
    const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'T' }, blocks: [section('x')] };
    await client.views.open({ trigger_id: slack.workspace.issueTrigger(ASHA), view });
    const { workspace } = (await restarted(before)).slack;
    expect(workspace.messages(channel, null)).toEqual([]);
    expect(workspace.modals(ASHA)).toEqual([]);
  });

  test('the options say how their people are now; who left a channel stays out of it', async () => {
    const before = await opened({ file: join(testFolder(), 'slack.json') });
    await before.client.conversations.kick({ channel: before.channel, user: BEN });
    const [asha, ...others] = before.options.users;
    const users = [{ ...asha, name: 'asha', real_name: 'Asha R.' }, ...others, { name: 'dee', real_name: 'Dee' }];
    const { workspace } = (await restarted(before, { users })).slack;
    expect(workspace.user(ASHA)?.real_name).toBe('Asha R.');
    const members = workspace.channel(before.channel)?.members ?? [];
    expect(members).not.toContain(BEN);
    expect(members.map((id) => workspace.user(id)?.name)).toContain('dee');
  });

  test('a channel takes messages again after a restart, later than those before', async () => {
    const before = await opened({ file: join(testFolder(), 'slack.json') });
    const { ts: first = '' } = await before.client.chat.postMessage({ channel: before.channel, text: 'one' });
    const after = await restarted(before);
    const { ts: second = '' } = await after.client.chat.postMessage({ channel: after.channel, text: 'two' });
    expect(second > first).toBe(true);
  });

  test('the file is for its owner alone and is written while it runs', async () => {
    const file = join(testFolder(), 'deeper', 'slack.json');
    const { client, slack, channel } = await opened({ file });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await client.chat.postMessage({ channel, text: 'written soon' });
    await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 5_000 }).toContain('written soon');
    expect(slack.workspace.messages(channel, null)).toHaveLength(1);
  });

  test('a file that is no such thing is named, and left as it is', async () => {
    const file = join(testFolder(), 'slack.json');
    writeFileSync(file, '{"version": 9}');
    const { options, slack } = await opened();
    await slack.stop();
    await expect(startLocalSlack({ ...options, file })).rejects.toMatchObject({
      code: 'local-slack-file',
      message: expect.stringContaining(file),
    });
    expect(readFileSync(file, 'utf8')).toBe('{"version": 9}');
  });
});

describe('the workspace', () => {
  test('goes back to how it was seeded, with the same ids', async () => {
    const { client, slack, channel } = await opened();
    const ids = () => slack.workspace.channels().map(({ id }) => id);
    const before = ids();
    await client.chat.postMessage({ channel, text: 'x' });
    await client.conversations.create({ name: 'more' });
    slack.workspace.reset();
    expect(ids()).toEqual(before);
    expect(slack.workspace.messages(channel, null)).toEqual([]);
  });

  test('tells of every change that somebody sees', async () => {
    const { client, slack, channel } = await opened();
    const changes: Change[] = [];
    const stop = slack.workspace.onChange((change) => changes.push(change));
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x' });
    const home = { type: 'home' as const, blocks: [section('x')] };
    await client.views.publish({ user_id: ASHA, view: home });
    stop();
    await client.chat.delete({ channel, ts });
    expect(changes).toEqual([
      { kind: 'message', channel, ts },
      { kind: 'home', user: ASHA },
    ]);
  });
});

describe('the clock', () => {
  test('runs what is due when it is moved, in order, and not what was called off', () => {
    for (const clock of [standingClock(0), runningClock()]) {
      const ran: string[] = [];
      clock.after(2_000_000, () => ran.push('second'));
      clock.after(1_000_000, () => ran.push('first'));
      clock.after(1_500_000, () => ran.push('never'))();
      clock.after(9_000_000, () => ran.push('later'));
      clock.advance(2_000_001);
      expect(ran).toEqual(['first', 'second']);
    }
  });

  test('runs what is due by itself when it runs', async () => {
    const clock = runningClock();
    const due = await new Promise<number>((resolve) => clock.after(5, () => resolve(clock.now())));
    expect(due).toBeGreaterThan(0);
  });
});
