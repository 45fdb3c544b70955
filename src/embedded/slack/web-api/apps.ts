import { z } from 'zod';
import { SlackError } from '../slack-error.ts';
import { type Answer, argumentsOf, type Call, type Method } from './call.ts';
import { validate } from './validate.ts';

function authTest({ workspace, baseUrl, token }: Call): Answer {
  const { team, app } = workspace;
  if (token === 'app') return { app_name: app.name, app_id: app.id };
  return {
    url: `${baseUrl}/`,
    team: team.name,
    user: workspace.user(app.botUser)?.name,
    team_id: team.id,
    user_id: app.botUser,
    bot_id: app.botId,
    is_enterprise_install: false,
  };
}

function apiTest({ args }: Call): Answer {
  const { token: _token, ...rest } = args;
  if (typeof rest.error === 'string') throw new SlackError(rest.error, { fields: { args: rest } });
  return { args: rest };
}

function openConnection({ workspace, baseUrl, links }: Call): Answer {
  const address = new URL('/link', baseUrl.replace(/^http/, 'ws'));
  address.searchParams.set('ticket', links.issue());
  address.searchParams.set('app_id', workspace.app.id);
  return { url: address.href };
}

function botsInfo(call: Call): Answer {
  const { bot } = argumentsOf(call, z.object({ bot: z.string().optional() }));
  const { app, team } = call.workspace;
  if (bot !== undefined && bot !== app.botId) throw new SlackError('bot_not_found');
  return {
    bot: {
      id: app.botId,
      app_id: app.id,
      user_id: app.botUser,
      name: app.name,
      team_id: team.id,
      deleted: false,
      updated: 0,
      icons: {},
    },
  };
}

function teamInfo({ workspace: { team } }: Call): Answer {
  return { team: { id: team.id, name: team.name, domain: team.domain, email_domain: '' } };
}

export const appMethods: Record<string, Method> = {
  'api.test': { token: 'none', scopes: [], tier: null, run: apiTest },
  'auth.test': { token: 'either', scopes: [], tier: null, run: authTest },
  'apps.connections.open': { token: 'app', scopes: [], tier: 'tier1', run: openConnection },
  'bots.info': { token: 'bot', scopes: ['users:read'], tier: 'tier3', run: botsInfo },
  'team.info': { token: 'bot', scopes: ['team:read'], tier: 'tier3', run: teamInfo },
  'blocks.validate': { token: 'bot', scopes: [], tier: 'tier4', run: validate },
};
