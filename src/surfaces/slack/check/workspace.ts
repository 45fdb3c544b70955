import type { WebClient } from '@slack/web-api';
import { isChannelId, type SlackFacts } from '../../../inventory/slack.ts';
import { didYouMean } from '../../../playbook/names.ts';
import type { Person } from '../../ports.ts';
import { slackFailure } from '../connection/failure.ts';
import { createMembers, type Member, type Standing } from '../people/members.ts';
import { error, type Finding, failed, ok, warning } from './finding.ts';
import type { Bot } from './tokens.ts';

/** Whether what tocsin.yaml says about Slack is so in Slack. */
export type Written = { facts: SlackFacts; people: readonly Person[] };

export async function checkGroups(client: WebClient, { facts }: Written): Promise<Finding[]> {
  const wanted = Object.entries(facts.groups);
  if (wanted.length === 0) return [ok('groups', 'No role is a user group: roles are those of tocsin.yaml.')];
  try {
    const { usergroups = [] } = await client.usergroups.list({ include_users: true, include_disabled: true });
    return wanted.map(([role, written]) => {
      const found = usergroups.find(
        ({ id, handle }) => id === written || handle?.toLowerCase() === written.toLowerCase(),
      );
      const about = `group of ${role}`;
      if (!found)
        return noGroup(
          about,
          role,
          written,
          usergroups.flatMap(({ handle }) => handle ?? []),
        );
      const count = found.users?.length ?? 0;
      if (found.date_delete)
        return error(
          about,
          `The user group @${found.handle} is disabled.`,
          'Enable it in Slack, or change `slack-group` in tocsin.yaml.',
        );
      if (count === 0)
        return warning(
          about,
          `Nobody is in the user group @${found.handle}.`,
          'Add its members in Slack, or nobody decides by it.',
        );
      return ok(about, `@${found.handle} has ${count === 1 ? '1 member' : `${count} members`}.`);
    });
  } catch (cause) {
    return [failed('groups', slackFailure(cause))];
  }
}

function noGroup(about: string, role: string, written: string, handles: readonly string[]): Finding {
  const meant = didYouMean(written, handles);
  const hint = meant ? `Did you mean @${meant}? ` : '';
  return error(
    about,
    `There is no user group ${written} in this workspace.`,
    `${hint}Make it in Slack, or change \`slack-group\` of ${role} in tocsin.yaml.`,
  );
}

/** Those whom Slack does not know decide in the console: that is a warning, not an error. */
export async function checkPeople(
  client: WebClient,
  { facts, people }: Written,
  bot: Bot,
  now: () => number,
): Promise<Finding[]> {
  const members = createMembers(client, () => bot.team, now);
  try {
    // One by one is what Slack allows fifty times a minute.
    if (people.length > LOOKUPS_MAX) await members.readAll();
    const findings: Finding[] = [];
    for (const person of people) {
      const named = facts.users[person.id];
      const member = named ? (await members.about(named).ask()).value : await byEmail(members.byEmail, person);
      const finding = problemOf(person, named, member);
      if (finding) findings.push(finding);
    }
    const found = people.length - findings.length;
    return [
      ok('people', `${found} of ${people.length} people of tocsin.yaml are members of the workspace.`),
      ...findings,
    ];
  } catch (cause) {
    return [failed('people', slackFailure(cause))];
  }
}

const LOOKUPS_MAX = 40;

const byEmail = (find: (email: string) => Promise<Member | null>, { email }: Person) => (email ? find(email) : null);

function problemOf(person: Person, named: string | undefined, member: Member | null): Finding | null {
  const about = `person ${person.id}`;
  const write = `Write their member id into tocsin.yaml: \`slack: U…\` under ${person.id}. Until then they decide in the console.`;
  if (!member)
    return warning(
      about,
      person.email
        ? `Nobody in the workspace has the address ${person.email}.`
        : `${person.name} has neither a mail address nor a member id.`,
      write,
    );
  if (member.standing === 'member') return null;
  return warning(
    about,
    `${named ?? member.name} is ${WHAT[member.standing]}, and so cannot decide in Slack.`,
    FIXES[member.standing] ?? write,
  );
}

const WHAT: Readonly<Record<Exclude<Standing, 'member'>, string>> = {
  bot: 'a bot',
  deactivated: 'deactivated',
  guest: 'a guest',
  stranger: 'a member of another workspace',
  unknown: 'not known to Slack',
};

const FIXES: Partial<Record<Standing, string>> = {
  deactivated: 'If they have left, take them out of tocsin.yaml.',
  guest: 'Make them a full member in Slack, or let them decide in the console.',
};

const PAGES_MAX = 50;

export async function checkChannel(client: WebClient, { facts }: Written, bot: Bot): Promise<Finding> {
  const about = 'channel';
  const change = 'change `channel` under `slack` in tocsin.yaml';
  try {
    const { channel, names } = await findChannel(client, facts.channel);
    if (!channel) {
      const meant = didYouMean(facts.channel, names);
      const hint = meant ? `Did you mean #${meant}? ` : '';
      return error(
        about,
        `There is no channel ${facts.channel} that the app can see.`,
        `${hint}Make it in Slack, or ${change}; into a private one the app must be invited: /invite @${bot.userName}.`,
      );
    }
    const name = `#${channel.name ?? facts.channel}`;
    if (channel.is_archived) return error(about, `${name} is archived.`, `Unarchive it in Slack, or ${change}.`);
    if (channel.is_member) return ok(about, `${name} is there, and the app is in it.`);
    if (channel.is_private)
      return error(about, `The app is not in ${name}, which is private.`, `Write there: /invite @${bot.userName}.`);
    return ok(about, `${name} is there; the app enters it with its first announcement.`);
  } catch (cause) {
    return failed(about, slackFailure(cause), {
      channel_not_found: `Make the channel in Slack, or ${change}; into a private one the app must be invited: /invite @${bot.userName}.`,
    });
  }
}

type Channel = { name?: string; is_archived?: boolean; is_member?: boolean; is_private?: boolean };

async function findChannel(client: WebClient, written: string): Promise<{ channel: Channel | null; names: string[] }> {
  if (isChannelId(written))
    return { channel: (await client.conversations.info({ channel: written })).channel ?? null, names: [] };
  const names: string[] = [];
  let cursor = '';
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const found = await client.conversations.list({
      types: 'public_channel,private_channel',
      limit: 1000,
      ...(cursor ? { cursor } : {}),
    });
    const channel = found.channels?.find(({ name }) => name === written);
    if (channel) return { channel, names };
    names.push(...(found.channels ?? []).flatMap(({ name }) => name ?? []));
    cursor = found.response_metadata?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return { channel: null, names };
}
