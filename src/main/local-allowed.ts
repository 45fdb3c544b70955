import { SetupError } from '../embedded/failure.ts';
import { type Inventory, realConnections } from '../inventory/inventory.ts';
import type { Config } from './config.ts';
import { isLocalSlack } from './slack-config.ts';

/**
 * Whoever can reach this machine's own Slack can be anybody in it, and local accounts are made by whoever holds the database: neither
 * proves who somebody is. They are for trying, so nothing real may hang on their word unless the operator says so.
 */
export function requireAllowed(
  { slack, allowLocal }: Pick<Config, 'slack' | 'allowLocal'>,
  inventory: Inventory,
): void {
  const real = realConnections(inventory);
  if (real.length === 0) return;
  const bound = `the inventory binds real systems (${real.join(', ')})`;
  if (slack.references !== null && isLocalSlack(slack.references) && !allowLocal.includes('slack'))
    throw new SetupError(
      'local-slack-refused',
      `${bound}, and decisions may be taken in a Slack on this machine, where everybody can be anybody`,
      'Configure a real Slack (TOCSIN_SLACK_BOT_TOKEN), turn it off (TOCSIN_SLACK=off), or take the risk: TOCSIN_ALLOW_LOCAL=slack',
    );
  if (!allowLocal.includes('accounts'))
    throw new SetupError(
      'local-accounts-refused',
      `${bound}, and people sign in with local accounts, which nobody outside vouches for`,
      'If these accounts are to decide about real systems, say so: TOCSIN_ALLOW_LOCAL=accounts',
    );
}
