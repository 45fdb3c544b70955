import type { Inventory } from '../inventory/inventory.ts';
import { resolveReference } from './config.ts';

/** The secret that signs what the MLflow of a connection sends; null when there is none. Read each time: a new one counts at once. */
export function mlflowSecret(
  { connections }: Pick<Inventory, 'connections'>,
  name: string,
  warn: (message: string, about: Record<string, unknown>) => void,
): string | null {
  const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
  const reference = connection?.kind === 'mlflow' ? connection['webhook-secret'] : undefined;
  if (reference === undefined) return null;
  try {
    return resolveReference(reference);
  } catch (error) {
    // It names the reference, never what it refers to.
    warn('the webhook secret of a connection cannot be read', { connection: name, error: String(error) });
    return null;
  }
}
