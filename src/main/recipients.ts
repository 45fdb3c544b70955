import { z } from 'zod';
import { ConnectorError } from '../connectors/contract.ts';
import { shown } from '../connectors/text.ts';
import { addressesMeantBy, type Inventory } from '../inventory/inventory.ts';

const Address = z.email().max(254);

/**
 * Whom a mail is for: a role, a person, a contact, `stakeholders` or a mail address, or several of them with commas between. They become
 * addresses here, in the worker, so that none stand in a playbook or in a workflow's history. Throws ConnectorError `no-recipient`.
 */
export function recipientsOf(inventory: Inventory, to: string): string[] {
  const named = to
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (named.length === 0) throw nobody('The mail is for nobody: "to" is empty.');
  const addresses = named.flatMap((name) => addressesOf(inventory, name));
  return [...new Map(addresses.map((address) => [address.toLowerCase(), address])).values()];
}

function addressesOf(inventory: Inventory, name: string): string[] {
  if (name.includes('@')) {
    if (Address.safeParse(name).success) return [name];
    throw nobody(`"${shown(name, 100)}" is no mail address.`);
  }
  const addresses = addressesMeantBy(inventory, name);
  if (addresses !== null && addresses.length > 0) return addresses;
  const meant = `meant by "${shown(name, 100)}"`;
  throw nobody(
    addresses === null
      ? `Nobody is ${meant}; see tocsin.yaml.`
      : `Nobody who is ${meant} has a mail address; see tocsin.yaml.`,
  );
}

const nobody = (message: string): ConnectorError => new ConnectorError('no-recipient', message);
