import { describe, expect, test } from 'vitest';
import { ASHA, BEN, GUS, opened, refusal, refused, section } from './workspace.ts';

describe('messages of the app', () => {
  test('a message is posted and can be read in the channel', async () => {
    const { client, slack, channel } = await opened();
    const { ts = '', message } = await client.chat.postMessage({
      channel,
      text: 'Hello',
      blocks: [section('*Hello*')],
    });
    expect(message).toMatchObject({ type: 'message', text: 'Hello', bot_id: slack.workspace.app.botId });
    const kept = slack.workspace.message(channel, ts);
    expect(kept).toMatchObject({ text: 'Hello', user: slack.workspace.app.botUser });
    expect(kept?.blocks[0]).toMatchObject({ ...section('*Hello*'), block_id: expect.stringMatching(/.+/) });
  });

  test('a channel may be called by name, and a person by id, which opens the conversation with them', async () => {
    const { client, slack, channel } = await opened();
    expect((await client.chat.postMessage({ channel: '#incidents', text: 'a' })).channel).toBe(channel);
    const direct = await client.chat.postMessage({ channel: ASHA, text: 'b' });
    expect(slack.workspace.channel(direct.channel ?? '')).toMatchObject({ kind: 'im', user: ASHA });
    expect((await client.conversations.open({ users: ASHA })).channel?.id).toBe(direct.channel);
  });

  test('times of messages grow and are unique although the clock stands', async () => {
    const { client, slack, channel } = await opened();
    await Promise.all(Array.from({ length: 20 }, () => client.chat.postMessage({ channel, text: 'x' })));
    const times = slack.workspace.messages(channel, null).map(({ ts }) => ts);
    expect(new Set(times).size).toBe(20);
    expect(times).toEqual([...times].sort());
    expect(times[0]).toMatch(/^\d{10}\.\d{6}$/);
  });

  test('replies stay in their thread; only a message heads one', async () => {
    const { client, slack, channel } = await opened();
    const { ts: head = '' } = await client.chat.postMessage({ channel, text: 'head' });
    const { ts: reply = '' } = await client.chat.postMessage({ channel, text: 'reply', thread_ts: head });
    expect(slack.workspace.messages(channel, null).map(({ text }) => text)).toEqual(['head']);
    expect(slack.workspace.messages(channel, head).map(({ text }) => text)).toEqual(['reply']);
    for (const thread_ts of [reply, '1.000001']) {
      expect(await refusal(client.chat.postMessage({ channel, text: 'x', thread_ts }))).toBe('cannot_reply_to_message');
    }
  });

  test('what cannot be posted is refused with the reason that Slack gives', async () => {
    const { client, slack, channel } = await opened();
    const { channels = [] } = await client.conversations.list();
    const quiet = channels.find(({ name }) => name === 'quiet')?.id ?? '';
    const { channel: old } = await client.conversations.create({ name: 'old' });
    await client.conversations.archive({ channel: old?.id ?? '' });
    const hidden = slack.workspace.createChannel({ name: 'hidden', kind: 'private', creator: ASHA });
    const say = (args: Record<string, unknown>) => refusal(client.apiCall('chat.postMessage', args));
    expect(await say({ channel: 'C0NOWHERE', text: 'x' })).toBe('channel_not_found');
    expect(await say({ channel: hidden.id, text: 'x' })).toBe('channel_not_found');
    expect(await say({ channel: GUS, text: 'x' })).toBe('channel_not_found');
    expect(await say({ channel: quiet, text: 'x' })).toBe('not_in_channel');
    expect(await say({ channel: old?.id, text: 'x' })).toBe('is_archived');
    expect(await say({ channel, text: '' })).toBe('no_text');
    expect(await say({ channel, text: 'x'.repeat(40_001) })).toBe('msg_too_long');
    expect(await say({ channel, blocks: '{"a":1}' })).toBe('invalid_blocks_format');
    expect(await say({ channel, markdown_text: 'x', text: 'y' })).toBe('markdown_text_conflict');
    expect(await say({ text: 'x' })).toBe('invalid_arguments');
    expect(await say({ channel, text: 'x', username: 'root' })).toBe('missing_scope');
  });

  test('wrong blocks are refused with the place of each problem', async () => {
    const { client, channel } = await opened();
    const blocks = [section('fine'), { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }];
    const answer = await refused(client.apiCall('chat.postMessage', { channel, text: 'x', blocks }));
    const problem = 'must be less than 151 characters [json-pointer:/blocks/1/text/text]';
    expect(answer).toMatchObject({ error: 'invalid_blocks', errors: [problem] });
    expect(answer.response_metadata?.messages).toEqual([`[ERROR] ${problem}`]);
  });

  test('an update changes what it names and leaves the rest', async () => {
    const { client, slack, channel } = await opened();
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'one', blocks: [section('one')] });
    await client.chat.update({ channel, ts, text: 'two' });
    expect(slack.workspace.message(channel, ts)).toMatchObject({
      text: 'two',
      blocks: [section('one')],
      edited: { user: slack.workspace.app.botUser },
    });
    await client.chat.update({ channel, ts, text: 'three', blocks: [] });
    expect(slack.workspace.message(channel, ts)?.blocks).toEqual([]);
    await client.apiCall('chat.update', { channel, ts, blocks: [section('four')] });
    expect(slack.workspace.message(channel, ts)).toMatchObject({ text: 'three', blocks: [section('four')] });
  });

  test('only own messages that everybody sees can be changed and deleted', async () => {
    const { client, slack, channel } = await opened();
    const said = slack.workspace.say(channel, ASHA, 'mine');
    const { message_ts: whisper = '' } = await client.chat.postEphemeral({ channel, user: ASHA, text: 'psst' });
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'own' });
    expect(await refusal(client.chat.update({ channel, ts: said.ts, text: 'x' }))).toBe('cant_update_message');
    expect(await refusal(client.chat.delete({ channel, ts: said.ts }))).toBe('cant_delete_message');
    expect(await refusal(client.chat.update({ channel, ts: whisper, text: 'x' }))).toBe('message_not_found');
    expect(await refusal(client.chat.update({ channel, ts: '1.2', text: 'x' }))).toBe('message_not_found');
    expect(await refusal(client.apiCall('chat.update', { channel, ts }))).toBe('no_text');
    await client.chat.delete({ channel, ts });
    expect(slack.workspace.message(channel, ts)).toBeNull();
    expect(await refusal(client.chat.delete({ channel, ts }))).toBe('message_not_found');
  });

  test('an ephemeral message is for one member of the channel', async () => {
    const { client, slack, channel } = await opened();
    const { message_ts = '' } = await client.chat.postEphemeral({ channel, user: ASHA, text: 'only you' });
    expect(slack.workspace.message(channel, message_ts)?.ephemeralTo).toBe(ASHA);
    expect(await refusal(client.chat.postEphemeral({ channel, user: 'U0NOBODY', text: 'x' }))).toBe('user_not_found');
    slack.workspace.leave(channel, BEN);
    expect(await refusal(client.chat.postEphemeral({ channel, user: BEN, text: 'x' }))).toBe('user_not_in_channel');
  });

  test('a permalink names the message', async () => {
    const { client, channel } = await opened();
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x' });
    const { permalink } = await client.chat.getPermalink({ channel, message_ts: ts });
    expect(permalink).toMatch(new RegExp(`/archives/${channel}/p${ts.replace('.', '')}$`));
    expect(await refusal(client.chat.getPermalink({ channel, message_ts: '1.2' }))).toBe('message_not_found');
  });

  test('mentions reach people, groups and everybody here; code, plain text and the text under blocks reach nobody', async () => {
    const { client, slack, channel } = await opened();
    const told = async (args: { text: string; blocks?: ReturnType<typeof section>[] }) => {
      const { ts = '' } = await client.chat.postMessage({ channel, ...args });
      return slack.workspace.message(channel, ts)?.mentions;
    };
    expect(await told({ text: `<@${ASHA}> <@U0NOBODY>` })).toEqual([ASHA]);
    expect(await told({ text: '<!subteam^S0SAFETY|@safety>' })).toEqual([ASHA, BEN]);
    expect(await told({ text: '<!here>' })).toEqual([ASHA, BEN]);
    expect(await told({ text: `\`<@${ASHA}>\` \`\`\`<!channel>\`\`\` &lt;@${BEN}&gt;` })).toEqual([]);
    expect(await told({ text: `<@${ASHA}>`, blocks: [section(`<@${BEN}>`)] })).toEqual([BEN]);
  });
});
