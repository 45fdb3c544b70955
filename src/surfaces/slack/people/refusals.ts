import { Problem } from '../../problem.ts';
import type { Standing } from './members.ts';

/** Only active human members of the workspace act in Tocsin through Slack. */
export function refuse(standing: Exclude<Standing, 'member'>): Problem {
  return new Problem({ status: 403, notDone: 'Nothing was done.', ...REFUSALS[standing] });
}

const REFUSALS: Readonly<Record<Exclude<Standing, 'member'>, { code: string; message: string; next: string }>> = {
  bot: {
    code: 'slack-bot',
    message: 'Bots and workflows do not act in incidents: only people do.',
    next: 'Do it yourself, or let the program send an alert with a token made for that.',
  },
  deactivated: {
    code: 'slack-deactivated',
    message: 'This Slack account is deactivated.',
    next: 'Ask an administrator of the workspace.',
  },
  guest: {
    code: 'slack-guest',
    message: 'You are a guest in this workspace, and only its full members act in incidents.',
    next: 'Ask a member to do it, or ask an administrator of the workspace to make you one.',
  },
  stranger: {
    code: 'slack-stranger',
    message: 'You are a member of another workspace, and only members of this one act in incidents.',
    next: 'Ask a member of this workspace to do it.',
  },
  unknown: {
    code: 'slack-unknown',
    message: 'Slack does not know you in this workspace.',
    next: 'Ask a member of this workspace to do it.',
  },
};

/** Slack is silent, and was silent for too long to decide by what it said before. */
export const silent = (about: 'person' | 'groups', minutes: number): Problem =>
  new Problem({
    status: 503,
    code: 'slack-silent',
    message: `Slack did not say ${about === 'person' ? 'who you are' : 'which groups you are in'}, neither now nor in the last ${minutes} minutes.`,
    notDone: 'Nothing was done.',
    next: 'Try again in a moment, or use the console: it does not need Slack.',
  });
