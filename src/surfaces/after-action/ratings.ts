import type { EventData } from '../../incident/events.ts';
import { counted, quoted, sentenceEnd } from '../../incident/phrases.ts';
import { type ObjectiveScore, type Outcome, Standing } from '../../simulator/scoring/score.ts';
import { analyst } from './analysis.ts';
import type { AfterAction, Finding, RatedObjective, TrapSprung } from './contract.ts';
import { eventsOf, type Ground, nameOf, startOf, told } from './told.ts';

/** Ratings, findings and traps: what the machine found and what people think, side by side. */
export function ratedObjectives(ground: Ground): RatedObjective[] {
  const { score, script } = ground;
  return score.objectives.map((one, i) => ({
    number: i + 1,
    id: one.id,
    title: one.title,
    capability: one.capability,
    tasks: script.objectives.find(({ id }) => id === one.id)?.tasks.map(({ title }) => title) ?? [],
    machine: one.machine,
    otherGates: one.gates.filter((gate) => gate.why !== one.machine?.why),
    evaluators: one.evaluators.map(({ person, task, rating, text, seq }) => ({
      who: `${nameOf(ground, person)}${task === null ? '' : `, on ${quoted(taskTitle(ground, task))}`}`,
      rating,
      text,
      cites: [seq],
    })),
    disagreement: one.disagreement,
    coverage: told(`${one.observed} of ${counted(one.of, 'expectation')} could be observed.`, citesOf(ground, one)),
  }));
}

const taskTitle = ({ script }: Ground, task: string): string =>
  script.objectives.flatMap(({ tasks }) => tasks).find(({ id }) => id === task)?.title ?? task;

/** All that is known of its expectations; where nothing is, what they were frozen by. */
function citesOf(ground: Ground, { id }: Pick<ObjectiveScore, 'id'>): number[] {
  const cites = ground.score.outcomes.filter((one) => one.objective === id).flatMap((one) => one.cites);
  return cites.length > 0 ? cites : [startOf(ground).seq];
}

export function countsOf(ground: Ground): Pick<AfterAction, 'counts' | 'coverage'> {
  const { outcomes } = ground.score;
  const started = startOf(ground).seq;
  const counts = Standing.options.map((standing) => {
    const those = outcomes.filter((one) => one.standing === standing);
    const cites = those.flatMap((one) => one.cites);
    return { standing, count: those.length, cites: told('', cites.length > 0 ? cites : [started]).cites };
  });
  const seen = outcomes.filter(({ standing }) => standing !== 'not-observed' && standing !== 'void').length;
  return {
    counts,
    coverage: told(`${seen} of ${counted(outcomes.length, 'expectation')} could be observed.`, [started]),
  };
}

/** Per objective: what went well and what is to be better; opinions are marked as such. */
export function findingsOf(ground: Ground): Finding[] {
  return [...machineFindings(ground), ...opinions(ground)];
}

function machineFindings(ground: Ground): Finding[] {
  const { score } = ground;
  const analysed = analyst(ground);
  const asMet = judgeMet(ground);
  return score.objectives.flatMap((objective, i): Finding[] => {
    const found = (
      kind: Finding['kind'],
      title: string,
      text: string,
      cites: readonly number[],
      analysis: Finding['analysis'] = null,
    ): Finding[] => [
      {
        objective: i + 1,
        kind,
        source: 'machine',
        who: null,
        title,
        text,
        analysis,
        judgement: null,
        cites: told('', cites).cites,
      },
    ];
    const own = score.outcomes.filter((one) => one.objective === objective.id && !one.judged);
    return [
      ...own
        .filter(({ standing }) => standing === 'met')
        .flatMap((one) => {
          const { kind, text } = asMet(one);
          return found(kind, one.title, text, one.cites);
        }),
      ...own
        .filter(({ standing }) => standing === 'missed' || standing === 'met-late')
        .flatMap((one) =>
          found(
            'improvement',
            one.title,
            words(one),
            one.cites.length > 0 ? one.cites : [startOf(ground).seq],
            analysed(one),
          ),
        ),
      ...objective.gates
        .filter(({ rule }) => rule === 'deadline' || rule === 'hint')
        .flatMap(({ rule, why, cites }) =>
          found('improvement', rule === 'hint' ? 'The team was helped' : 'A legal deadline was broken', why, cites),
        ),
    ];
  });
}

/** What was met is a strength, unless it was met by doing nothing; and what nobody had to do says so. */
function judgeMet(ground: Ground): (outcome: Outcome) => { kind: 'strength' | 'observation'; text: string } {
  const { script, events } = ground;
  const never = new Set(script.expectations.filter((one) => one.never).map(({ id }) => id));
  const achieved = achievedIn(ground);
  // After the first answer, whatever the playbook does may follow from it.
  const answeredFrom = eventsOf(ground, 'decision.voted')[0]?.seq ?? Number.POSITIVE_INFINITY;
  return (outcome) => {
    if (never.has(outcome.expectation) && !achieved.has(outcome.objective))
      return {
        kind: 'observation',
        text: `${words(outcome)} The objective was not achieved either, so that it is no strength.`,
      };
    const event = outcome.seq === null ? undefined : events.find(({ seq }) => seq === outcome.seq);
    const alone =
      event?.type === 'incident.opened' && event.data.requester === null
        ? ' The alert opened it: no person had to.'
        : event?.type.startsWith('act.') && event.seq < answeredFrom
          ? ' The playbook did it: no person had to decide.'
          : '';
    return { kind: 'strength', text: `${words(outcome)}${alone}` };
  };
}

/** Objectives that were performed, however well. */
const achievedIn = ({ score }: Pick<Ground, 'score'>): ReadonlySet<string> =>
  new Set(score.objectives.filter(({ machine }) => machine !== null && machine.rating !== 'U').map(({ id }) => id));

const words = ({ why, trap, standing }: Outcome): string =>
  trap !== null && standing === 'missed'
    ? `${sentenceEnd(why)} The temptation: ${sentenceEnd(trap)}`
    : sentenceEnd(why);

function opinions(ground: Ground): Finding[] {
  const { script } = ground;
  const numberOf = (id: string) => script.objectives.findIndex((one) => one.id === id) + 1;
  const evaluators = eventsOf(ground, 'observation.recorded').map(({ seq, data, actor }): Finding => {
    const task = script.objectives.flatMap(({ tasks }) => tasks).find(({ id }) => id === data.task);
    const expectation = script.expectations.find(({ id }) => id === data.expectation);
    return {
      objective: numberOf(data.objective) || null,
      kind: data.kind,
      source: 'evaluator',
      who: actor.kind === 'person' ? nameOf(ground, actor.id) : null,
      title: expectation?.title ?? task?.title ?? 'On the objective as a whole',
      text: data.text,
      analysis: null,
      judgement: judgementIn(data),
      cites: told('', [...data.about, seq]).cites,
    };
  });
  return evaluators;
}

/** Whether the team took what tempted it. */
export function trapsOf(ground: Ground): TrapSprung[] {
  const achieved = achievedIn(ground);
  return ground.score.outcomes.flatMap(({ trap, title, objective, standing, why, cites }) => {
    if (trap === null) return [];
    const fell = standing === 'missed' ? true : standing === 'met' || standing === 'met-late' ? false : null;
    const rests = cites.length > 0 ? cites : [startOf(ground).seq];
    return [{ title, tempted: trap, fell, achieved: achieved.has(objective), why, cites: rests }];
  });
}

const VERDICTS = { met: 'met', 'met-late': 'met late', missed: 'missed', 'not-observed': 'not observed' } as const;

function judgementIn({ verdict, rating }: EventData<'observation.recorded'>): string | null {
  const said = [...(verdict === null ? [] : [VERDICTS[verdict]]), ...(rating === null ? [] : [`rated ${rating}`])];
  return said.join(', ') || null;
}
