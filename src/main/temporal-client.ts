import { Client, Connection, type ConnectionLike, type TLSConfig } from '@temporalio/client';
import { dataConverter, type Reread } from './codec.ts';
import type { PayloadKey } from './keys.ts';

/** How to reach Temporal. `tls: true` trusts the system's authorities; an API key needs TLS. */
export type TemporalAddress = {
  address: string;
  namespace: string;
  tls?: TLSConfig | boolean | undefined;
  apiKey?: string | undefined;
};

export type TemporalClient = { client: Client; close(): Promise<void> };

/** A client that encrypts and decrypts. Fails when Temporal does not answer. */
export async function connectTemporal(
  where: TemporalAddress,
  keys: readonly PayloadKey[],
  reread?: Reread,
): Promise<TemporalClient> {
  const { address, namespace, tls, apiKey } = where;
  const connection = await Connection.connect({ address, tls, apiKey, connectTimeout: '10s' });
  return { client: clientOver(connection, namespace, keys, reread), close: () => connection.close() };
}

/** Another client over the same connection, which speaks with other keys: neither can read what the other one says. */
export const withOtherKeys = (
  { client }: Pick<TemporalClient, 'client'>,
  keys: readonly PayloadKey[],
  reread?: Reread,
): Pick<TemporalClient, 'client'> => ({
  client: clientOver(client.connection, client.options.namespace, keys, reread),
});

const clientOver = (
  connection: ConnectionLike,
  namespace: string,
  keys: readonly PayloadKey[],
  reread?: Reread,
): Client =>
  new Client({ connection, namespace, dataConverter: dataConverter(keys, reread), identity: 'tocsin-server' });
