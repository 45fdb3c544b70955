import { describe, expect, test } from 'vitest';
import { ASHA, clientOf, opened, refusal, refused, SCOPES } from './workspace.ts';

describe('reactions and pins', () => {
  test('a reaction is given once and taken back once', async () => {
    const { client, slack, channel } = await opened({ scopes: [...SCOPES, 'reactions:read'] });
    const timestamp = slack.workspace.say(channel, ASHA, 'look').ts;
    const place = { channel, timestamp, name: 'eyes' };
    await client.reactions.add(place);
    slack.workspace.react(channel, timestamp, ASHA, 'eyes');
    expect(await refusal(client.reactions.add(place))).toBe('already_reacted');
    const { message } = await client.reactions.get({ channel, timestamp });
    expect(message?.reactions).toEqual([{ name: 'eyes', users: [slack.workspace.app.botUser, ASHA], count: 2 }]);
    await client.reactions.remove(place);
    expect(await refusal(client.reactions.remove(place))).toBe('no_reaction');
    expect(await refusal(client.reactions.add({ ...place, name: ':eyes:' }))).toBe('invalid_name');
    expect(await refusal(client.reactions.add({ ...place, timestamp: '1.2' }))).toBe('message_not_found');
  });

  test('a message is pinned once', async () => {
    const { client, slack, channel } = await opened();
    const { ts: timestamp = '' } = await client.chat.postMessage({ channel, text: 'status' });
    await client.pins.add({ channel, timestamp });
    expect(slack.workspace.message(channel, timestamp)?.pinned).toBe(true);
    expect(await refusal(client.pins.add({ channel, timestamp }))).toBe('already_pinned');
    await client.pins.remove({ channel, timestamp });
    expect(await refusal(client.pins.remove({ channel, timestamp }))).toBe('no_pin');
    expect((await refused(client.pins.list({ channel }))).needed).toBe('pins:read');
  });

  test('with its scope, pins are listed', async () => {
    const { client, channel } = await opened({ scopes: [...SCOPES, 'pins:read'] });
    const { ts: timestamp = '' } = await client.chat.postMessage({ channel, text: 'status' });
    await client.pins.add({ channel, timestamp });
    expect((await client.pins.list({ channel })).items).toMatchObject([{ message: { ts: timestamp } }]);
  });
});

describe('files', () => {
  test('a file is uploaded with the client’s own call and hangs on a message', async () => {
    const { client, slack, channel } = await opened();
    const { ts: thread_ts = '' } = await client.chat.postMessage({ channel, text: 'head' });
    const content = Buffer.from([0, 1, 2, 250, 13, 10]);
    await client.filesUploadV2({
      channel_id: channel,
      thread_ts,
      initial_comment: 'the evidence',
      file_uploads: [
        { file: content, filename: 'weights.bin', title: 'Weights' },
        { content: 'a,b\n1,2\n', filename: 'rows.csv' },
      ],
    });
    const [message, ...more] = slack.workspace.messages(channel, thread_ts);
    expect(more).toEqual([]);
    expect(message).toMatchObject({
      text: 'the evidence',
      files: [
        { name: 'weights.bin', title: 'Weights', size: 6 },
        { name: 'rows.csv', mimetype: 'text/csv', size: 8 },
      ],
    });
    const [weights, rows] = message?.files ?? [];
    expect(Buffer.from(slack.workspace.fileContent(weights?.id ?? '') ?? [])).toEqual(content);
    expect(Buffer.from(slack.workspace.fileContent(rows?.id ?? '') ?? []).toString()).toBe('a,b\n1,2\n');
  });

  test('a file is fetched with the token, as a download, and with no other', async () => {
    const { client, slack, channel } = await opened({ scopes: [...SCOPES, 'files:read'] });
    await client.filesUploadV2({ channel_id: channel, content: '<script>alert(1)</script>', filename: 'a b.html' });
    const [file] = slack.workspace.messages(channel, null).at(-1)?.files ?? [];
    const { file: shown } = await client.files.info({ file: file?.id ?? '' });
    const address = shown?.url_private ?? '';
    const answer = await fetch(address, { headers: { authorization: `Bearer ${slack.workspace.app.botToken}` } });
    expect(await answer.text()).toBe('<script>alert(1)</script>');
    expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''a%20b.html");
    expect((await fetch(address)).status).toBe(401);
    expect(await refusal(client.files.info({ file: 'F0NO' }))).toBe('file_not_found');
  });

  test('what was not sent cannot be completed, and what is too large is refused', async () => {
    const { client, slack, channel } = await opened();
    const { file_id = '', upload_url = '' } = await client.files.getUploadURLExternal({ filename: 'a', length: 3 });
    const complete = () =>
      client.files.completeUploadExternal({ files: [{ id: file_id, title: 'A' }], channel_id: channel });
    expect(await refusal(complete())).toBe('file_not_found');
    expect(await (await fetch(upload_url, { method: 'POST', body: 'abc' })).text()).toBe('OK - 3');
    expect((await complete()).files).toMatchObject([{ id: file_id, title: 'A' }]);
    expect(slack.workspace.file(file_id)).toMatchObject({ name: 'a', size: 3 });
    expect((await fetch(`${upload_url}0`, { method: 'POST', body: 'abc' })).status).toBe(404);
    const huge = client.files.getUploadURLExternal({ filename: 'a', length: 5_000_001 });
    expect(await refusal(huge)).toBe('file_upload_size_restricted');
    const without = clientOf(slack, slack.workspace.app.appToken);
    expect(await refusal(without.files.getUploadURLExternal({ filename: 'a', length: 1 }))).toBe(
      'not_allowed_token_type',
    );
  });
});
