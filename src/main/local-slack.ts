import { errorCode, SetupError } from '../embedded/failure.ts';
import type { LocalSlack, LocalSlackOptions } from '../embedded/slack/contract.ts';
import { startLocalSlack } from '../embedded/slack/start.ts';
import { type Inventory, peopleByRole } from '../inventory/inventory.ts';
import { loadInventory } from '../inventory/load.ts';
import { isChannelId, isGroupId, slackOf } from '../inventory/slack.ts';
import type { Config } from './config.ts';
import { keepSlackPort, localSlackSecrets, localSlackState } from './local-slack-secrets.ts';
import { createLog } from './log.ts';
import { LOCAL_SLACK_PORT } from './slack-config.ts';
import { readManifest } from './slack-manifest.ts';
import type { Service, SlackGo } from './supervised.ts';

/** A Slack on this machine, peopled by the inventory: where a newcomer tries what decisions in Slack are like. */
export async function runLocalSlack(config: Config, go: SlackGo | null): Promise<Service> {
  const log = createLog({ name: 'local-slack', level: config.logLevel });
  const inventory = loadInventory(config.inventory);
  const { key, ...tokens } = localSlackSecrets(config.dataDir);
  const manifest = readManifest();
  const port = go?.slackPort ?? config.slack.port ?? LOCAL_SLACK_PORT;
  const slack = await startLocalSlack({
    port,
    file: localSlackState(config.dataDir),
    ...localWorkspace(inventory),
    app: { ...manifest, ...tokens, requestUrl: null },
    key,
    onLog: (line) => log.info(line),
  }).catch((error: unknown) => {
    throw errorCode(error) === 'EADDRINUSE' ? portTaken(port) : error;
  });
  keepSlackPort(config.dataDir, slack.port);
  log.info({ port: slack.port }, 'local Slack is ready');
  if (go === null) sayWhere(slack);
  return { ready: { url: slack.pageUrl, as: linksOf(inventory, slack) }, stop: () => slack.stop() };
}

const portTaken = (port: number): SetupError =>
  new SetupError(
    'slack-port-taken',
    `port ${port}, for the local Slack, is taken`,
    `Stop what uses it, or use another: TOCSIN_SLACK_PORT=${port + 1}`,
  );

/** The people of the inventory as members, its roles as their titles and user groups, its channel. */
export function localWorkspace(
  inventory: Inventory,
): Pick<LocalSlackOptions, 'team' | 'users' | 'groups' | 'channels'> {
  const { groups, users, channel } = slackOf(inventory);
  const titles = new Map(inventory.roles.map(({ id, title }) => [id, title]));
  return {
    team: { id: 'T0LOCAL', name: inventory.organisation.name, domain: 'local' },
    users: inventory.people.map(({ id, name, email, roles }) => ({
      ...(users[id] === undefined ? {} : { id: users[id] }),
      name: id,
      real_name: name,
      email,
      title: roles.map((role) => titles.get(role) ?? role).join(', '),
      tz: inventory.organisation.timezone,
    })),
    groups: Object.entries(groups).map(([role, group]) => ({
      ...(isGroupId(group) ? { id: group, handle: role } : { handle: group }),
      name: titles.get(role) ?? role,
      users: peopleByRole(inventory, role).map(({ id }) => id),
    })),
    channels: [
      {
        ...(isChannelId(channel) ? { id: channel, name: 'incidents' } : { name: channel }),
        topic: 'Incidents of AI systems',
      },
    ],
  };
}

/** A link for each person, which opens the page as them, where Tocsin asks them. Whoever has it can be anybody: it is printed nowhere but on the terminal. */
function linksOf(inventory: Inventory, { pageUrl, workspace }: LocalSlack): Record<string, string> {
  const users = new Map(workspace.users().map(({ name, id }) => [name, id]));
  return Object.fromEntries(
    inventory.people.flatMap(({ id }) => {
      const user = users.get(id);
      if (user === undefined) return [];
      const link = new URL(pageUrl);
      link.pathname = `/as/${user}/c/${workspace.im(user).id}`;
      return [[id, link.href]];
    }),
  );
}

function sayWhere({ apiUrl, pageUrl }: LocalSlack): void {
  process.stdout.write(
    [
      'Local Slack runs. Nothing here leaves this machine.',
      `  page   ${pageUrl}`,
      `  API    ${apiUrl}`,
      'Its tokens lie in the folder slack of the data folder. Ctrl-C stops it.',
      '',
    ].join('\n'),
  );
}
