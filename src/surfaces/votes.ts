import { type KeyObject, sign } from 'node:crypto';
import type { Question } from '../incident/decision.ts';
import { signedText } from '../incident/vote-text.ts';
import type { VoteSigner } from './ports.ts';

/** How long after the time to answer an approval still allows its acts: enough for what stands between, not for ever. */
const ACTING_TIME_MS = 24 * 60 * 60 * 1000;

/** The `expires` of a vote on this question. */
export const voteExpires = (question: Question): number => question.until + ACTING_TIME_MS;

/** Signs votes with the surfaces' key. Only a server that has authenticated the person may call it. */
export function createVoteSigner(key: { id: string; privateKey: KeyObject }): VoteSigner {
  return {
    sign: (vote) => {
      const named = { ...vote, key: key.id };
      const signature = sign(null, Buffer.from(signedText(named), 'utf8'), key.privateKey).toString('base64url');
      return { ...named, signature };
    },
  };
}
