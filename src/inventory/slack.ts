import type { Diagnostic } from '../playbook/diagnostics.ts';
import type { YamlSource } from '../playbook/yaml.ts';
import type { Inventory } from './inventory.ts';
import type { InventorySource } from './schema.ts';

/** What `tocsin.yaml` says about Slack. Names and handles are as written: Slack says whether they exist. */
export type SlackFacts = {
  /** Where incidents are announced: a channel's name without `#`, or its id. */
  channel: string;
  /** Where drills are played, written as `channel` is; absent: each in a channel of its own. */
  drills?: string;
  /** The severities that get a channel of their own. */
  ownChannelFor: InventorySource['slack']['own-channel-for'];
  /** Only who was invited sees them. */
  ownChannelsPrivate: boolean;
  /** User groups by role: an id (`S…`), or a handle without `@`. */
  groups: Readonly<Record<string, string>>;
  /** Slack user ids by person, where they are written down. Others are found by their e-mail address. */
  users: Readonly<Record<string, string>>;
};

export const slackOf = (inventory: Inventory): SlackFacts => inventory.slack;

export const isGroupId = (group: string): boolean => /^S[A-Z0-9]+$/.test(group);
export const isChannelId = (channel: string): boolean => /^[CG][A-Z0-9]+$/.test(channel);

const channelNamed = (written: string): string => written.replace(/^#/, '');

export function slackFacts(value: InventorySource): SlackFacts {
  const { channel, drills } = value.slack;
  const groups = Object.entries(value.roles).flatMap(([id, { 'slack-group': group }]) =>
    group === undefined ? [] : [[id, group.replace(/^@/, '')]],
  );
  const users = Object.entries(value.people).flatMap(([id, { slack }]) => (slack === undefined ? [] : [[id, slack]]));
  return {
    channel: channelNamed(channel),
    ...(drills === undefined ? {} : { drills: channelNamed(drills) }),
    ownChannelFor: value.slack['own-channel-for'],
    ownChannelsPrivate: value.slack['own-channels'] === 'private',
    groups: Object.fromEntries(groups),
    users: Object.fromEntries(users),
  };
}

/** How a member of Slack who is in no inventory is called: nobody else may be. */
export const newcomerId = (user: string): string => `slack-${user.toLowerCase()}`;
export const isNewcomerId = (id: string): boolean => /^slack-[uw][a-z0-9]+$/.test(id);

/**
 * A Slack user who is two people would vote twice; two who are one person would be taken for each other. What is played must not be taken
 * for real.
 */
export function slackProblems(value: InventorySource, source: YamlSource): Diagnostic[] {
  const found: Diagnostic[] = [];
  const { channel, drills } = value.slack;
  if (drills !== undefined && channelNamed(drills) === channelNamed(channel))
    found.push({
      ...source.place(['slack', 'drills']),
      severity: 'error',
      code: 'drill-channel',
      message: `incidents are announced in "${channelNamed(channel)}"; play drills in another channel`,
    });
  for (const id of Object.keys(value.people).filter(isNewcomerId))
    found.push({
      ...source.place(['people', id], { key: true }),
      severity: 'error',
      code: 'slack-name',
      message: `"${id}" is how a member of Slack who is not in this file is called; give the person another id`,
    });
  const owners = new Map<string, string>();
  for (const [id, { slack }] of Object.entries(value.people)) {
    if (slack === undefined) continue;
    const owner = owners.get(slack);
    if (owner === undefined) owners.set(slack, id);
    else
      found.push({
        ...source.place(['people', id, 'slack']),
        severity: 'error',
        code: 'slack-user-twice',
        message: `${slack} is the Slack user of "${owner}" already; a Slack user is one person`,
      });
  }
  return found;
}
