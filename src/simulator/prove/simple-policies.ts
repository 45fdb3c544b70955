import { agreement } from '../../incident/decision.ts';
import type { FormField } from '../../incident/form.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import { plainest } from '../core/bots.ts';
import type { Card, Heard, PlayerSight } from './player-sight.ts';
import { type Deed, openerOf, type Player, readersThere, votersOf } from './policy.ts';

/** Nobody says or reads anything. */
export const doNothing = (): Player => () => [];

/** Says yes at once to whatever is asked and whoever calls. */
export function approveEverything(): Player {
  const fresh = newcomers();
  return (sight) => {
    const news = fresh(sight);
    return [
      ...news.flatMap(({ number, readers }) =>
        readersThere(sight, readers).map((role): Deed => ({ do: 'see', role, heard: number })),
      ),
      ...opens(
        sight,
        news.filter(({ by }) => by !== 'alert').length > 0 && sight.heard.some(({ by }) => by === 'alert'),
      ),
      ...votes(sight, (card) => (card.kind === 'failure' ? 'skip' : (card.options[0] ?? card.otherwise))),
      ...news
        .filter(({ by, readers }) => by !== 'alert' && readers.length > 0)
        .flatMap(({ number, readers, from, text }): Deed[] => {
          const [role] = readersThere(sight, readers);
          return role === undefined
            ? []
            : [
                {
                  do: 'answer',
                  role,
                  heard: number,
                  to: from,
                  text: `Yes, that is so, and we will do it: “${text.slice(0, 4_000)}”`,
                },
              ];
        }),
    ];
  };
}

/** Acts before it reads: cuts at once, gives nothing back, waves away what is no act. */
export function triggerHappy(): Player {
  const fresh = newcomers();
  return (sight) => [
    ...opens(
      sight,
      fresh(sight).some(({ readers }) => readers.length > 0),
    ),
    ...votes(sight, (card) => {
      if (card.kind === 'failure') return card.options.includes('stop') ? 'stop' : card.otherwise;
      const cuts = card.acts.some(({ risk, capability }) => risk !== 'read' && !GIVES_BACK.test(capability));
      const two = agreement(card);
      if (two) return cuts ? two.yes : two.no;
      return card.options.at(-1) ?? card.otherwise;
    }),
  ];
}
const GIVES_BACK = /\b(?:restore|resume|enable|relax|release|unfreeze|failback)\b/;

function newcomers(): (sight: PlayerSight) => readonly Heard[] {
  let known = 0;
  return ({ heard }) => {
    const news = heard.slice(known);
    known = heard.length;
    return news;
  };
}

function opens(sight: PlayerSight, now: boolean): Deed[] {
  const role = openerOf(sight);
  if (sight.openedAt !== null || !now || role === null) return [];
  return [{ do: 'open', role, title: 'Something is wrong', system: sight.systems[0]?.id ?? null }];
}

const votes = (sight: PlayerSight, answerTo: (card: Card) => string): Deed[] =>
  sight.asked.flatMap((card) => {
    const answer = answerTo(card);
    const outputs = hasForm(card, answer) ? { outputs: plainly(card.form, sight.now) } : {};
    return votersOf(sight, card).map(
      (role): Deed => ({ do: 'vote', role, question: card.number, answer, reason: 'At once.', ...outputs }),
    );
  });

const plainly = (form: readonly FormField[], now: number): JsonObject =>
  Object.fromEntries(form.map((field): [string, Json] => [field.id, plainest(field, now)]));

export const hasForm = (card: Card, answer: string): boolean =>
  card.form.length > 0 && card.kind !== 'failure' && answer !== agreement(card)?.no;
