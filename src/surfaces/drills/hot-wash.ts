import { createHmac, randomBytes } from 'node:crypto';
import { ANONYMOUS } from '../../incident/exercise-messages.ts';
import { type Accepted, accepted, messageId } from '../commands.ts';
import type { Person } from '../ports.ts';
import type { Drill, DrillRuns, HotWashAnswer } from './contract.ts';

/**
 * Known to this process alone, and gone with it: the same answer sent twice counts once, and nobody can work out from the id of a message
 * who sent it, as they could from a plain hash.
 */
const FORGOTTEN = randomBytes(32);

type Deps = { runs: Pick<DrillRuns, 'tell'>; now(): number };

/**
 * Says it for somebody who takes part, which the caller has checked. Without a name nothing that leaves here says who it was: neither the
 * message nor its id.
 */
export async function answerHotWash(
  { runs, now }: Deps,
  by: Person,
  { id }: Pick<Drill, 'id'>,
  { question, text, anonymous }: HotWashAnswer,
  key: string | undefined,
): Promise<Accepted> {
  const named = messageId(by.id, key);
  const sender = anonymous
    ? { id: createHmac('sha256', FORGOTTEN).update(`${id} ${named}`).digest('hex').slice(0, 40), person: ANONYMOUS }
    : { id: named, person: by.id };
  const result = await runs.tell(id, { type: 'hot-wash', question, text, ...sender, at: now() });
  return accepted(result, 'Nothing was added.', `See how things stand: ${id}.`);
}
