import type { Question } from '../../incident/decision.ts';
import { roleInWords } from '../../incident/decision.ts';
import type { JsonObject } from '../../incident/json.ts';
import { momentText } from '../../incident/moment.ts';
import { counted, listed } from '../../incident/phrases.ts';
import { planPath } from '../../incident/step-path.ts';
import type { Changes } from './changes.ts';
import type { Comparison } from './compare.ts';
import { isOfHost, type Recorded } from './record.ts';
import type { Replay } from './replay.ts';

type Of = {
  recorded: Recorded;
  changes: Changes;
  other: Replay;
  comparison: Comparison;
  named: { name: string } | null;
  until: number | null;
  running: boolean;
  /** How often the incident was handed on to another run. */
  breaks: number;
  inputs: JsonObject;
};

/** What the conclusion rests on besides the record, in sentences. */
export function assumptionsOf(of: Of): string[] {
  const { recorded, changes, other, named } = of;
  const { people } = other;
  return [
    'Every act has the outcome that it had and takes as long, also at another time, where the same had been done to its AI system before.',
    'Whoever answered a question answers it as long after it was asked; a question that comes later is answered later.',
    'Alerts come when they came. What people said while a plan ran comes when it came; what they said after its end, as long after its end.',
    'Clocks that ring at another time than in the record ring on time.',
    ...inputsSaid(of),
    ...openSaid(of),
    ...(of.breaks === 0
      ? []
      : [
          `In the record no step began while the incident was handed on to another run (${counted(of.breaks, 'time')}); that is not repeated.`,
        ]),
    ...(recorded.events.some(isOfHost) ? ['Pages are not sent again, and so none fails.'] : []),
    ...people.stoodIn.map(
      ({ question, role }) =>
        `Nobody of the record fills the seat of ${roleInWords(role)} for question ${question.number}: somebody of that role answers at the same moment.`,
    ),
    ...people.formed.map(
      (question) => `The form of question ${question.number} is filled in with the plainest answers.`,
    ),
    ...unique(people.unanswered).map(
      (question) =>
        `Question ${question.number} (${question.path}) was not answered in the record: nobody answers it, and its default (${question.otherwise}) stands. --answer ${question.path}=… --answered ${question.path}=5m says otherwise.`,
    ),
    ...tooLate(of),
    ...people.refused.map(
      ({ seq, what, why }) => `Refused${seq === null ? '' : ` (event ${seq} of the record)`}: ${what}. ${why}`,
    ),
    ...(other.calendarUsed
      ? ['Working time that begins at another moment is counted by the calendar of the inventory.']
      : []),
    ...worldSaid(other, named),
    ...unmet(changes, other),
  ];
}

function tooLate({ comparison, changes }: Of): string[] {
  const never = changes.questions.filter((one) => one.never).map(({ which }) => which);
  return comparison.decisions.flatMap(({ path, was, whatIf }) => {
    if (was?.by !== 'votes' || whatIf?.by !== 'default') return [];
    const meant = never.some((which) =>
      'number' in which ? which.number === was.number : which.step === planPath(path),
    );
    return meant
      ? []
      : [`The answer to question ${whatIf.number} (${path}) comes too late: its default (${whatIf.outcome}) stands.`];
  });
}

function openSaid({ until, running }: Of): string[] {
  if (until === null) return [];
  const moment = momentText(until);
  return running
    ? [`The incident is open, and its plan runs: it is replayed up to ${moment}, and no further.`]
    : [`The incident is not closed: what people will say of it after ${moment} is not known.`];
}

function inputsSaid({ recorded, inputs }: Of): string[] {
  if (!recorded.opened.data.playbook) return [];
  const given = Object.keys(inputs);
  const found =
    'The timeline does not hold the inputs of the playbook: they are taken as they are found in the alert and the AI system';
  return [given.length > 0 ? `${found}, and ${listed(given)} as given.` : `${found}, or by default.`];
}

function worldSaid({ worldActs, otherwise }: Replay, named: Of['named']): string[] {
  if (!named) return [];
  const used =
    worldActs === 0
      ? [`The world of ${named.name} was not needed.`]
      : [
          `${counted(worldActs, 'act')} had no outcome in the record: the world of ${named.name} says it, and how long it takes. Its injects are not played.`,
        ];
  const [first] = otherwise;
  if (!first || worldActs === 0) return used;
  return [
    ...used,
    `That world is not quite the one of the incident: at ${first.path}, ${first.capability} would have come out otherwise in it${otherwise.length > 1 ? `, and so at ${counted(otherwise.length - 1, 'other act')}` : ''}.`,
  ];
}

/** Changes that met nothing: they say nothing about the rest. */
function unmet({ delays, questions }: Changes, { events }: Replay): string[] {
  const at = (path: string, type: string) =>
    events.some((event) => event.type === type && planPath(event.path) === path);
  return [
    ...delays
      .filter(({ step }) => !at(step, 'act.started'))
      .map(({ name }) => `--delay ${name} met nothing: that step did not act.`),
    ...questions.flatMap(({ which, name }) =>
      'step' in which && !at(which.step, 'decision.asked')
        ? [`The change of ${name} met nothing: it was not asked.`]
        : [],
    ),
  ];
}

const unique = (questions: readonly Question[]): Question[] =>
  questions.filter((one, i) => questions.findIndex(({ path }) => path === one.path) === i);
