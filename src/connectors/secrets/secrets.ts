import { readFileSync } from 'node:fs';
import { ConnectorError, type Secrets } from '../contract.ts';

/** Resolves references when they are used, so that a secret can be changed while we run. */
export function createSecrets(env: NodeJS.ProcessEnv): Secrets {
  return (reference) => {
    const at = reference.indexOf(':');
    const name = reference.slice(at + 1);
    switch (reference.slice(0, at)) {
      case 'env':
        return env[name] || missing(`${reference}: that variable is not set`);
      case 'file':
        return contents(name) || missing(`${reference}: that file is empty`);
      default:
        // What stands there may be the secret itself.
        throw new ConnectorError('secret-reference', 'a secret must be given as env:NAME or file:/path');
    }
  };
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return missing(`file:${path}: that file cannot be read`);
  }
}

function missing(message: string): never {
  throw new ConnectorError('secret-missing', message);
}
