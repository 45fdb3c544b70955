import type { NumberedEvent } from '../../incident/events.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { Script } from '../core/script.ts';
import type { ObjectiveScore, Outcome, Score } from '../scoring/score.ts';
import { scoreOf } from '../scoring/score-of.ts';
import { golden } from './golden.ts';
import { play } from './play.ts';
import type { Player, PolicyName } from './policy.ts';
import { approveEverything, doNothing, triggerHappy } from './simple-policies.ts';

const PLAYERS: Readonly<Record<PolicyName, () => Player>> = {
  'do-nothing': doNothing,
  golden,
  'approve-everything': approveEverything,
  'trigger-happy': triggerHappy,
};

/** What one policy made of a simulation at one length, and whether what is claimed of it holds. */
export type Proof = {
  simulation: string;
  version: number;
  length: string;
  policy: PolicyName;
  holds: boolean;
  /** Why the claim does not hold: empty where it does. */
  problems: string[];
  ratings: { objective: string; rating: 'P' | 'S' | 'M' | 'U' | null }[];
  /** Traps that it fell into. */
  fellFor: string[];
  refused: { at: number; deed: string; why: string }[];
  score: Score;
};

export async function prove(
  { script, plan, seed }: { script: Script; plan: Plan; seed: number },
  policy: PolicyName,
): Promise<{ proof: Proof; events: NumberedEvent[] }> {
  const { events, refused } = await play({ script, plan, seed }, PLAYERS[policy]());
  const score = scoreOf(script, events);
  const problems = CLAIMS[policy](score);
  return {
    events,
    proof: {
      ...{ simulation: script.simulation, version: script.version, length: script.length.name, policy },
      ...{ holds: problems.length === 0, problems, refused, score },
      ratings: score.objectives.map(({ id, machine }) => ({ objective: id, rating: machine?.rating ?? null })),
      fellFor: score.outcomes.filter(fellFor).map(({ expectation }) => expectation),
    },
  };
}

const fellFor = ({ trap, standing }: Outcome): boolean => trap !== null && standing === 'missed';

/** What must be so of each policy; answers with what is not. */
const CLAIMS: Readonly<Record<PolicyName, (score: Score) => string[]>> = {
  'do-nothing': ({ objectives, outcomes }) =>
    objectives
      .filter(({ machine }) => machine?.rating !== 'U')
      .map((one) => `${nameOf(one)} is ${ratingOf(one)} though nobody did anything: ${whatWasMet(one, outcomes)}`),
  golden: ({ objectives, outcomes }) =>
    objectives
      .filter(({ machine }) => machine?.rating !== 'P')
      .map((one) => `${nameOf(one)} is ${ratingOf(one)}: ${whatFailed(one, outcomes)}`),
  'approve-everything': ({ objectives, outcomes }) => {
    const traps = outcomes.filter(({ trap }) => trap !== null);
    if (traps.length === 0) return ['There is no trap: no expectation says `trap`.'];
    if (traps.some(fellFor)) return objectives.flatMap((one) => cheapTraps(one, outcomes));
    return traps.map(
      ({ expectation, standing, why }) => `It does not fall for ${expectation}, which is ${standing}: ${why}`,
    );
  },
  'trigger-happy': ({ objectives }) =>
    objectives.every(({ machine }) => machine?.rating === 'P')
      ? ['Every objective is P for a team that never reads.']
      : [],
};

/** A wrong act is a major challenge, whatever else went well. */
function cheapTraps(one: ObjectiveScore, outcomes: readonly Outcome[]): string[] {
  if (one.machine?.rating === 'M' || one.machine?.rating === 'U') return [];
  return outcomes
    .filter((outcome) => outcome.objective === one.id && fellFor(outcome))
    .map(({ expectation, gate }) => `${nameOf(one)} is ${ratingOf(one)} though it falls for ${expectation} (${gate}).`);
}

const nameOf = ({ id }: ObjectiveScore): string => `Objective ${id}`;
const ratingOf = ({ machine }: ObjectiveScore): string => machine?.rating ?? 'not rated';

function whatWasMet({ id, machine }: ObjectiveScore, outcomes: readonly Outcome[]): string {
  const achieve = outcomes.filter(({ objective, gate }) => objective === id && gate === 'achieve');
  if (achieve.length === 0) return 'none of its expectations has the gate `achieve`.';
  return (
    achieve.map(({ expectation, standing, why }) => `${expectation} is ${standing} (${why})`).join('; ') ||
    (machine?.why ?? '')
  );
}

function whatFailed({ id, machine }: ObjectiveScore, outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(
    ({ objective, standing }) => objective === id && (standing === 'missed' || standing === 'met-late'),
  );
  const gate = machine ? machine.why : 'nothing of it was observed.';
  return [gate, ...failed.map(({ expectation, gate: at, why }) => `${expectation} (${at}): ${why}`)].join(' ');
}
