import type { WorkspaceState } from '../contract.ts';

/** What a person typed, in Slack's own form: escaped, with names turned into mentions and addresses into links. */
export function writtenText(typed: string, workspace: Pick<WorkspaceState, 'users' | 'groups' | 'channels'>): string {
  const escaped = typed.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return escaped
    .replace(/https?:\/\/[^\s<>"'`|]+[^\s<>"'`|.,;:!?)]/g, '<$&>')
    .replace(
      /(?<![\w.@/])@([a-z0-9][a-z0-9._-]*[a-z0-9]|[a-z0-9])/gi,
      (whole, name: string) => calledBy(name, workspace) ?? whole,
    )
    .replace(/(?<![\w&#/])#([a-z0-9][a-z0-9_-]*)/g, (whole, name: string) => {
      const channel = workspace.channels().find((one) => one.kind === 'public' && one.name === name);
      return channel ? `<#${channel.id}|${channel.name}>` : whole;
    });
}

function calledBy(name: string, workspace: Pick<WorkspaceState, 'users' | 'groups'>): string | null {
  const wanted = name.toLowerCase();
  if (wanted === 'here' || wanted === 'channel' || wanted === 'everyone') return `<!${wanted}>`;
  const user = workspace.users().find((one) => one.name.toLowerCase() === wanted && !one.deleted);
  if (user) return `<@${user.id}>`;
  const group = workspace.groups().find((one) => one.handle.toLowerCase() === wanted && !one.disabled);
  return group ? `<!subteam^${group.id}>` : null;
}
