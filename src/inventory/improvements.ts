import type { ConnectionOf } from './connections.ts';
import { bindingFor, type Inventory } from './inventory.ts';

/** The mail server through which owners of improvement items are reminded: what serves notify.mail, else one that pages go through. */
export function mailOf(inventory: Inventory): ConnectionOf<'smtp'> | null {
  const names = [bindingFor(inventory, 'notify.mail', null), ...inventory.paging];
  for (const name of names) {
    const connection = name === null ? undefined : inventory.connections[name];
    if (connection?.kind === 'smtp') return connection;
  }
  return null;
}
