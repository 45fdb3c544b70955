import { describe, expect, test } from 'vitest';
import { ASHA, BEN, clientOf, GUS, opened, refusal, refused, SCOPES } from './workspace.ts';

describe('conversations', () => {
  test('a channel is created, named once, and belongs to the app', async () => {
    const { client } = await opened();
    const { channel } = await client.conversations.create({ name: 'inc-2026-0001' });
    expect(channel).toMatchObject({ name: 'inc-2026-0001', is_member: true, is_private: false, is_archived: false });
    expect(await refusal(client.conversations.create({ name: 'inc-2026-0001' }))).toBe('name_taken');
    expect(await refusal(client.conversations.create({ name: 'Inc 1' }))).toBe('invalid_name_specials');
    expect(await refusal(client.conversations.create({ name: 'x'.repeat(81) }))).toBe('invalid_name_maxlength');
    expect(await refusal(client.conversations.create({ name: '' }))).toBe('invalid_name_required');
    expect(await refusal(client.conversations.create({ name: '--' }))).toBe('invalid_name_punctuation');
  });

  test('an archived channel keeps its name', async () => {
    const { client } = await opened();
    const { channel } = await client.conversations.create({ name: 'old' });
    await client.conversations.archive({ channel: channel?.id ?? '' });
    expect(await refusal(client.conversations.create({ name: 'old' }))).toBe('name_taken');
    expect(await refusal(client.conversations.archive({ channel: channel?.id ?? '' }))).toBe('already_archived');
    expect(await refusal(client.conversations.setTopic({ channel: channel?.id ?? '', topic: 'x' }))).toBe(
      'is_archived',
    );
    await client.conversations.unarchive({ channel: channel?.id ?? '' });
    expect(await refusal(client.conversations.unarchive({ channel: channel?.id ?? '' }))).toBe('not_archived');
  });

  test('the app joins public channels itself and sees of the private ones only its own', async () => {
    const { client, slack } = await opened();
    const hidden = slack.workspace.createChannel({ name: 'hidden', kind: 'private', creator: ASHA });
    const { channels = [] } = await client.conversations.list({ types: 'public_channel,private_channel' });
    expect(channels.map(({ name, is_member }) => [name, is_member])).toEqual([
      ['incidents', true],
      ['quiet', false],
      ['board', true],
    ]);
    const quiet = channels[1]?.id ?? '';
    expect((await client.conversations.join({ channel: quiet })).warning).toBeUndefined();
    expect((await client.conversations.join({ channel: quiet })).warning).toBe('already_in_channel');
    expect(await refusal(client.conversations.join({ channel: hidden.id }))).toBe('channel_not_found');
    expect(await refusal(client.conversations.info({ channel: hidden.id }))).toBe('channel_not_found');
    const board = channels[2]?.id ?? '';
    expect(await refusal(client.conversations.join({ channel: board }))).toBe('method_not_supported_for_channel_type');
  });

  test('lists come in pages, and a wrong cursor is refused', async () => {
    const { client } = await opened();
    for (let n = 0; n < 7; n += 1) await client.conversations.create({ name: `c-${n}` });
    const names: (string | undefined)[] = [];
    for await (const page of client.paginate('conversations.list', { limit: 4 })) {
      const { channels } = page as unknown as { channels: { name: string }[] };
      expect(channels.length).toBeLessThanOrEqual(4);
      names.push(...channels.map(({ name }) => name));
    }
    expect(names).toEqual(['incidents', 'quiet', ...Array.from({ length: 7 }, (_, n) => `c-${n}`)]);
    expect(await refusal(client.conversations.list({ cursor: 'nonsense' }))).toBe('invalid_cursor');
    expect(await refusal(client.conversations.list({ limit: 1001 }))).toBe('invalid_limit');
    expect(await refusal(client.conversations.list({ types: 'secret_channel' }))).toBe('invalid_types');
  });

  test('people are invited all or not at all, unless it is forced', async () => {
    const { client, slack } = await opened();
    const { channel } = await client.conversations.create({ name: 'room' });
    const id = channel?.id ?? '';
    await client.conversations.invite({ channel: id, users: ASHA });
    const again = await refused(client.conversations.invite({ channel: id, users: `${ASHA},${BEN}` }));
    expect(again).toMatchObject({
      error: 'already_in_channel',
      errors: [{ user: ASHA, ok: false, error: 'already_in_channel' }],
    });
    expect(slack.workspace.channel(id)?.members).not.toContain(BEN);
    await client.conversations.invite({ channel: id, users: `${ASHA},${BEN}`, force: true });
    expect(slack.workspace.channel(id)?.members).toContain(BEN);
    const bot = slack.workspace.app.botUser;
    expect(await refusal(client.conversations.invite({ channel: id, users: bot }))).toBe('cant_invite_self');
    expect(await refusal(client.conversations.invite({ channel: id, users: GUS }))).toBe('cant_invite');
    expect(await refusal(client.conversations.invite({ channel: id, users: 'U0NO' }))).toBe('user_not_found');
    const { members } = await client.conversations.members({ channel: id });
    expect(members).toEqual([bot, ASHA, BEN]);
    await client.conversations.kick({ channel: id, user: BEN });
    expect(await refusal(client.conversations.kick({ channel: id, user: BEN }))).toBe('not_in_channel');
    expect(await refusal(client.conversations.kick({ channel: id, user: bot }))).toBe('cant_kick_self');
  });

  test('topic, purpose and name can be set, within their length', async () => {
    const { client, channel } = await opened();
    expect((await client.conversations.setTopic({ channel, topic: 'SEV 1' })).channel?.topic?.value).toBe('SEV 1');
    await client.conversations.setPurpose({ channel, purpose: 'Incidents' });
    await client.conversations.rename({ channel, name: 'incidents-2' });
    const { channel: shown } = await client.conversations.info({ channel });
    expect(shown).toMatchObject({ name: 'incidents-2', topic: { value: 'SEV 1' }, purpose: { value: 'Incidents' } });
    expect(await refusal(client.conversations.setTopic({ channel, topic: 'x'.repeat(251) }))).toBe('too_long');
    expect(await refusal(client.conversations.rename({ channel, name: 'quiet' }))).toBe('name_taken');
  });

  test('a conversation with a person is opened once; bots and people who left have none', async () => {
    const { client, slack } = await opened();
    const first = await client.conversations.open({ users: ASHA });
    const second = await client.conversations.open({ users: ASHA });
    expect(second).toMatchObject({ already_open: true, channel: { id: first.channel?.id } });
    expect(await refusal(client.conversations.open({ users: slack.workspace.app.botUser }))).toBe('cannot_dm_bot');
    expect(await refusal(client.conversations.open({ users: GUS }))).toBe('user_disabled');
    expect(await refusal(client.conversations.open({ users: 'U0NO' }))).toBe('user_not_found');
    const { needed } = await refused(client.conversations.open({ users: `${ASHA},${BEN}` }));
    expect(needed).toBe('mpim:write');
  });

  test('history needs its scope, which the app does not have', async () => {
    const { client, channel } = await opened();
    const answer = await refused(client.conversations.history({ channel }));
    expect(answer).toMatchObject({ error: 'missing_scope', needed: expect.stringContaining('channels:history') });
    expect(answer.provided).toBe(SCOPES.join(','));
    expect(await refusal(client.conversations.replies({ channel, ts: '1.2' }))).toBe('missing_scope');
  });

  test('with its scope, history is newest first and leaves out what only one person sees', async () => {
    const { client, slack, channel } = await opened({ scopes: [...SCOPES, 'channels:history'] });
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'one' });
    await client.chat.postMessage({ channel, text: 'reply', thread_ts: ts });
    await client.chat.postEphemeral({ channel, user: ASHA, text: 'psst' });
    slack.workspace.say(channel, BEN, 'two');
    const { messages = [] } = await client.conversations.history({ channel });
    expect(messages.map(({ text }) => text)).toEqual(['two', 'one']);
    expect(messages[1]).toMatchObject({ reply_count: 1, thread_ts: ts });
    const thread = await client.conversations.replies({ channel, ts });
    expect(thread.messages?.map(({ text }) => text)).toEqual(['one', 'reply']);
    expect(await refusal(client.conversations.replies({ channel, ts: '1.2' }))).toBe('thread_not_found');
  });
});

describe('people', () => {
  test('users are listed, shown and found by address', async () => {
    const { client, slack } = await opened();
    const { members = [] } = await client.users.list({});
    expect(members.map(({ id, is_bot, deleted }) => [id, is_bot, deleted])).toEqual([
      [ASHA, false, false],
      [BEN, false, false],
      [GUS, false, true],
      [slack.workspace.app.botUser, true, false],
    ]);
    const { user } = await client.users.info({ user: ASHA });
    expect(user).toMatchObject({ team_id: 'T0TEST', real_name: 'Asha Rao', profile: { email: 'asha@example.com' } });
    expect((await client.users.lookupByEmail({ email: 'BEN@example.com' })).user?.id).toBe(BEN);
    expect(await refusal(client.users.lookupByEmail({ email: 'gus@example.com' }))).toBe('users_not_found');
    expect(await refusal(client.users.info({ user: 'U0NO' }))).toBe('user_not_found');
    expect((await client.users.getPresence({ user: ASHA })).presence).toBe('active');
  });

  test('without its scope no address is told', async () => {
    const { client } = await opened({ scopes: ['users:read'] });
    expect((await client.users.info({ user: ASHA })).user?.profile?.email).toBeUndefined();
    expect((await refused(client.users.lookupByEmail({ email: 'ben@example.com' }))).needed).toBe('users:read.email');
  });

  test('guests and strangers are marked as such', async () => {
    const { client, slack } = await opened();
    slack.workspace.changeUser(ASHA, { is_restricted: true });
    slack.workspace.changeUser(BEN, { is_stranger: true, team_id: 'T0OTHER' });
    expect((await client.users.info({ user: ASHA })).user).toMatchObject({ is_restricted: true });
    expect((await client.users.info({ user: BEN })).user).toMatchObject({ is_stranger: true, team_id: 'T0OTHER' });
  });

  test('groups are listed with their people', async () => {
    const { client, slack } = await opened();
    const { usergroups = [] } = await client.usergroups.list({ include_users: true });
    expect(usergroups).toMatchObject([{ id: 'S0SAFETY', handle: 'safety', users: [ASHA, BEN] }]);
    slack.workspace.changeGroup('S0SAFETY', { users: [BEN] });
    expect((await client.usergroups.users.list({ usergroup: 'S0SAFETY' })).users).toEqual([BEN]);
    slack.workspace.changeGroup('S0SAFETY', { disabled: true });
    expect((await client.usergroups.list({})).usergroups).toEqual([]);
    expect(await refusal(client.usergroups.users.list({ usergroup: 'S0SAFETY' }))).toBe('no_such_subteam');
  });

  test('the app learns who it is, and each token opens its own doors', async () => {
    const { client, slack } = await opened();
    const { app, team } = slack.workspace;
    expect(await client.auth.test()).toMatchObject({ user_id: app.botUser, bot_id: app.botId, team_id: team.id });
    expect((await client.bots.info({ bot: app.botId })).bot?.app_id).toBe(app.id);
    expect(await refusal(client.bots.info({ bot: 'B0NO' }))).toBe('bot_not_found');
    expect(await client.apiCall('api.test', { foo: 'bar' })).toMatchObject({ args: { foo: 'bar' } });
    expect((await refused(client.team.info())).needed).toBe('team:read');
    expect(await refusal(clientOf(slack, 'xoxb-wrong').auth.test())).toBe('invalid_auth');
    expect(await refusal(clientOf(slack, '').auth.test())).toBe('not_authed');
    expect(await refusal(client.apps.connections.open({}))).toBe('not_allowed_token_type');
    const asApp = clientOf(slack, app.appToken);
    expect((await asApp.apps.connections.open({})).url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/link\?ticket=/);
    expect(await refusal(asApp.chat.postMessage({ channel: 'C0INC', text: 'x' }))).toBe('not_allowed_token_type');
    expect(await refusal(client.apiCall('chat.teleport'))).toBe('unknown_method');
  });
});
