import { readFileSync } from 'node:fs';
import { SetupError } from '../embedded/failure.ts';
import { type Config, resolveReference } from './config.ts';
import type { TemporalAddress } from './temporal-client.ts';

/** How to reach the configured Temporal, certificates and key read from where the configuration points. */
export function temporalAddress(
  { temporal }: Config,
  address: string,
  env: NodeJS.ProcessEnv = process.env,
): TemporalAddress {
  const { namespace, tls } = temporal;
  const apiKey = temporal.apiKey === null ? undefined : resolveReference(temporal.apiKey, env);
  // An API key in clear on the wire would be everybody's.
  if (tls === null) return { address, namespace, apiKey, tls: apiKey === undefined ? undefined : true };
  return {
    address,
    namespace,
    apiKey,
    tls: {
      serverNameOverride: tls.serverName ?? undefined,
      serverRootCACertificate:
        tls.serverCa === null ? undefined : read(tls.serverCa, 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
      clientCertPair:
        tls.client === null
          ? undefined
          : {
              crt: read(tls.client.cert, 'TEMPORAL_TLS_CLIENT_CERT_PATH'),
              key: read(tls.client.key, 'TEMPORAL_TLS_CLIENT_KEY_PATH'),
            },
    },
  };
}

function read(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SetupError(
      'certificate-missing',
      `${setting}: ${path} cannot be read`,
      'Put the file there, readable by this process',
      { cause: error },
    );
  }
}
