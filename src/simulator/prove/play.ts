import type { NumberedEvent } from '../../incident/events.ts';
import { openDecisions, playbookAt } from '../../incident/view.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { Script } from '../core/script.ts';
import { PeopleDrill, type Said } from './people-drill.ts';
import { PlayerEyes, type PlayerSight } from './player-sight.ts';
import type { Deed, Player } from './policy.ts';

/** How often a player looks up. */
const BEAT_MIN = 0.25;

export type Played = {
  events: NumberedEvent[];
  /** What the drill did not take from the policy, and why. */
  refused: { at: number; deed: string; why: string }[];
};

/** Plays a script from STARTEX to ENDEX with one policy in all its seats. `onSight`: to be shown whatever the policy is shown. */
export async function play(
  { script, plan, seed }: { script: Script; plan: Plan; seed: number },
  player: Player,
  onSight: (sight: PlayerSight) => void = () => undefined,
): Promise<Played> {
  const seats = script.seats.map(({ role }) => ({ role, person: `player-${role}` }));
  const drill = new PeopleDrill({ script, plan, seed, people: { players: seats, staff: [], rate: 1 } });
  await drill.begin();
  const eyes = new PlayerEyes(drill, script, seats);
  const refused: Played['refused'] = [];
  while (drill.view.exercise?.endedAt === undefined) {
    const sight = eyes.look();
    onSight(sight);
    const there = new Set(sight.seats.filter(({ away }) => !away).map(({ role }) => role));
    for (const deed of player(sight)) {
      if (!there.has(deed.role)) throw new Error(`${deed.role} is not there and cannot ${deed.do}.`);
      // Somebody has decided it in the same moment: the card is gone.
      if (deed.do === 'vote' && !openDecisions(drill.view).some(({ question }) => question.number === deed.question))
        continue;
      const result = await drill.tell(`player-${deed.role}`, saidBy(drill, eyes, deed));
      if (result.status === 'refused')
        refused.push({ at: drill.now, deed: `${deed.role}: ${deed.do}`, why: result.message });
    }
    await drill.pass(BEAT_MIN);
  }
  return { events: drill.events, refused };
}

function saidBy(drill: PeopleDrill, eyes: PlayerEyes, deed: Deed): Said {
  switch (deed.do) {
    case 'see':
      return { type: 'seen', inject: eyes.injectAt(deed.heard) ?? '' };
    case 'answer':
      return { type: 'answer-voice', to: deed.to, text: deed.text, about: eyes.injectAt(deed.heard) ?? null };
    case 'note':
      return { type: 'note', text: deed.text };
    case 'open':
      return { type: 'drill-open', title: deed.title, system: deed.system };
    case 'resolve':
      return { type: 'resolve', summary: deed.summary };
    case 'vote':
      return ballot(drill, deed);
    default:
      return deed satisfies never;
  }
}

function ballot(
  drill: PeopleDrill,
  { role, question: number, answer, reason, outputs }: Extract<Deed, { do: 'vote' }>,
): Said {
  const { view, now } = drill;
  const asked = view.decisions.find(({ question }) => question.number === number)?.question;
  const path = asked?.path ?? '';
  return {
    type: 'decide',
    vote: {
      ...{ incident: view.id, question: number, path, planHash: playbookAt(view, path)?.hash ?? '' },
      ...{ person: `player-${role}`, roles: [role], answer, reason, at: now, expires: asked?.until ?? now },
      ...(outputs && { outputs }),
      ...({ surface: 'api', key: 'policy', signature: '' } as const),
    },
  };
}
