import type { SlackUser, Workspace } from '../contract.ts';

/** What people write after a command, with the names in it as Slack sends them: `@asha` is `<@U0ASHA|asha>`. Unknown names stay. */
export function escapeNames(workspace: Workspace, user: SlackUser, text: string): string {
  return text.replace(/(?<![\w<])([@#])([\p{L}\p{N}._-]*[\p{L}\p{N}_-])/gu, (written, sign: string, name: string) => {
    if (sign === '@') {
      const named = workspace.users().find((candidate) => candidate.name === name);
      const group = workspace.groups().find((candidate) => candidate.handle === name && !candidate.disabled);
      if (named !== undefined) return `<@${named.id}|${named.name}>`;
      return group === undefined ? written : `<!subteam^${group.id}|@${group.handle}>`;
    }
    const channel = workspace
      .channels()
      .find(({ name: own, kind, members }) => own === name && (kind === 'public' || members.includes(user.id)));
    return channel === undefined ? written : `<#${channel.id}|${channel.name}>`;
  });
}
