import { v5 } from 'uuid';

/** Everything that Tocsin names in CACAO documents is named below this one, so that the same playbook always has the same ids. */
const TOCSIN = '6f1f7a52-3c0b-4f39-9a55-0d1f5f0f8b1e';

export const cacaoId = (type: string, ...name: string[]): string => `${type}--${v5(JSON.stringify(name), TOCSIN)}`;

export const TOCSIN_IDENTITY = cacaoId('identity', 'tocsin');
/** What a playbook says beside its steps. */
export const PLAYBOOK_EXTENSION = cacaoId('extension-definition', 'playbook', '1');
/** What one step says: who must approve, until when, what silence means, how it is undone. */
export const STEP_EXTENSION = cacaoId('extension-definition', 'step', '1');
/** What a document of others said that CACAO has no place for. */
export const KEPT_EXTENSION = cacaoId('extension-definition', 'kept', '1');

/** `action--` and a UUID of version 1 to 5, as the schemas of CACAO want it. */
export const isCacaoId = (text: string): boolean =>
  /^[a-z][a-z0-9-]+[a-z0-9]--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$/.test(
    text,
  );

export const playbookId = (name: string): string => cacaoId('playbook', name);
