import { randomUUID } from 'node:crypto';
import type { Vote } from '../../src/incident/decision.ts';
import { timeIn } from '../../src/incident/exercise-clock.ts';
import type { ExerciseCommand } from '../../src/incident/exercise-messages.ts';
import type { Message, MessageResult } from '../../src/incident/messages.ts';
import { refusalOrThrow, repeating } from '../../src/surfaces/reach.ts';
import { MESSAGE_UPDATE } from '../../workflows/messages.ts';
import type { House } from './house.ts';

type Command<M> = M extends M ? Omit<M, 'id' | 'person' | 'at'> : never;

/** What somebody tells a drill on Temporal, as every surface does. `raw`: whatever other clients send. */
export function tellDrill(
  { client }: Pick<House, 'client'>,
  drill: string,
  person: string,
  said: ExerciseCommand | Command<Message> | { raw: unknown },
  id: string = randomUUID(),
): Promise<MessageResult> {
  const message = 'raw' in said ? said.raw : { ...said, id, person, at: Date.now() };
  return repeating({ client }, async () => {
    try {
      return await client.workflow
        .getHandle(drill)
        .executeUpdate<MessageResult, [unknown]>(MESSAGE_UPDATE, { updateId: id, args: [message] });
    } catch (error) {
      return refusalOrThrow(error);
    }
  });
}

/** Votes as a surface does for whoever it has signed in: signed, and at the scenario's time. */
export async function voteInDrill(
  house: House,
  drill: string,
  person: string,
  roles: string[],
  answer: string,
  more: Partial<Vote> = {},
): Promise<MessageResult> {
  const at = timeIn((await house.read(drill)).view, Date.now());
  const vote = { ...(await house.ballot(drill, person, roles, answer, { at })), ...more };
  return tellDrill(house, drill, person, { type: 'decide', vote });
}
