import { expect, it } from 'vitest';
import { createSlackNames } from '../../src/main/slack-names.ts';
import type { SlackMember } from '../../src/surfaces/slack/ports.ts';

it('knows which users of Slack are a person, met here or by another server, and forgets whom they were before', async () => {
  const kept: SlackMember[] = [{ user: 'U1', person: 'mara', name: 'Mara' }];
  const names = createSlackNames({
    members: async () => kept,
    member: async () => null,
    rememberMember: async () => undefined,
  });
  await names.refresh();
  await names.members.rememberMember('U2', 'slack-u2', 'Ben');
  expect([names.usersMetAs('mara'), names.usersMetAs('slack-u2')]).toEqual([['U1'], ['U2']]);
  await names.members.rememberMember('U2', 'mara', 'Mara again');
  expect([names.usersMetAs('mara'), names.usersMetAs('slack-u2')]).toEqual([['U1', 'U2'], []]);
});
