import type { Question } from '../../incident/decision.ts';
import { planPath } from '../../incident/step-path.ts';
import type { Policy } from './bots.ts';
import { drawsOf } from './chance.ts';
import type { Away, Persona, Script } from './script.ts';

/** How likely a bot that tries failed steps again does so once more. */
const RETRIES = 0.7;

/** A seat that a bot plays. */
export type Actor = { person: string; roles: string[]; persona: Persona };

/** The bots of a script: everybody whose seat nobody else has. */
export const actorsOf = (script: Script, taken: ReadonlySet<string> = new Set()): Actor[] =>
  script.seats
    .filter(({ role }) => !taken.has(role))
    .map(({ role, persona }) => ({
      person: `bot-${role}`,
      roles: [role],
      persona: script.personas.find(({ id }) => id === persona) as Persona,
    }));

/** How personas answer: when they get round to it, and as they are. The same seed draws the same. */
export const asPersona =
  (script: Script, startedAt: number, seed: number): Policy<Actor> =>
  ({ person, roles, persona }, question, from) => {
    const draws = drawsOf(seed, person, question.path, question.number);
    if (draws.uniform() >= persona.diligence) return null;
    const reactionMs = Math.round(persona.medianMs * persona.spread ** draws.normal());
    const answer = answerOf(persona, question, script, draws.uniform());
    if (answer === 'ignore') return null;
    const at = whenBack(from + reactionMs, roles, script.away, startedAt);
    return at === null ? null : { at, answer };
  };

function answerOf({ approvals, failures }: Persona, question: Question, { answers }: Script, chance: number): string {
  const wise = approvals === 'wise' ? answers[planPath(question.path)] : undefined;
  // The question that a step asks and the one about its failure have the same path.
  if (wise !== undefined && question.kind === 'failure' && question.options.includes(wise)) return wise;
  // Nobody tries again for ever.
  if (question.kind === 'failure') return failures === 'retry' && chance > RETRIES ? 'stop' : failures;
  if (typeof approvals === 'number') return chance < approvals ? 'approve' : 'deny';
  return approvals === 'wise' ? (wise ?? 'approve') : approvals;
}

/** Whoever is away answers when they are back; null: never. */
function whenBack(time: number, roles: readonly string[], away: readonly Away[], startedAt: number): number | null {
  let at = time;
  for (const { role, fromMs, untilMs } of [...away].sort((a, b) => a.fromMs - b.fromMs)) {
    if (!roles.includes(role) || at < startedAt + fromMs) continue;
    if (untilMs === null) return null;
    at = Math.max(at, startedAt + untilMs);
  }
  return at;
}
