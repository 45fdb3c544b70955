import type { NumberedEvent } from '../../incident/events.ts';
import type { Measures } from '../../incident/measures.ts';
import { severityLabel } from '../../incident/severity.ts';
import type { IncidentView } from '../../incident/view.ts';
import { type Names, namesFor } from '../../incident/wording.ts';
import type { Plan } from '../../playbook/plan.ts';
import { spanText } from '../model/clock.ts';
import { bothMoments, type Duty, dutiesOf } from '../model/duties.ts';
import { incidentMeasures, type MeasureLine, measureLines } from '../model/measures.ts';
import { stageWord } from '../model/next.ts';
import { everyStepOf, planState } from '../model/plans.ts';
import type { AddedPlan, StoredEvent } from '../ports.ts';
import { type ActLine, actLines } from './acts.ts';
import { type ChartRow, chartRows } from './chart.ts';
import { type DecisionLine, decisionLines } from './decisions.ts';
import { playedIn } from './exercise.ts';
import { type Finding, findingsIn } from './findings.ts';
import { lede, type Said, summaryOf } from './summary.ts';

/** What an incident report is made of. Everything is plain text: whoever shows it escapes for their own medium. */
export type Report = {
  id: string;
  title: string;
  mode: IncidentView['mode'];
  madeAt: number;
  timezone: string;
  lede: string;
  facts: Fact[];
  head: { seq: number; hash: string } | null;
  summary: Said[];
  measures: MeasureLine[];
  chart: ChartRow[];
  findings: Finding[];
  decisions: DecisionLine[];
  duties: Duty[];
  acts: ActLine[];
  events: readonly StoredEvent[];
  names: Names;
};

export type Fact = readonly [label: string, value: string];

export type ReportInput = {
  view: IncidentView;
  plan: Plan | null;
  added?: readonly AddedPlan[];
  events: readonly StoredEvent[];
  people: ReadonlyMap<string, string>;
  timezone: string;
  madeAt: number;
};

/** What the parts of a report are told from. */
export type Facts = ReportInput & { names: Names; measures: Measures };

/** One source for every form of the report: HTML, Markdown. */
export function reportOf(input: ReportInput): Report {
  const { view, events, people, timezone, madeAt } = input;
  const names = namesFor(people, view, everyStepOf(input));
  const told: Facts = { ...input, names, measures: incidentMeasures(events) };
  const last = events.at(-1);
  const findings = findingsIn(events, names);
  const decisions = decisionLines(told);
  const acts = actLines(told);
  const duties = dutiesOf(view, madeAt);
  return {
    id: view.id,
    title: view.title,
    mode: view.mode,
    madeAt,
    timezone,
    lede: lede(told),
    facts: factsOf(told),
    head: last ? { seq: last.seq, hash: last.hash } : null,
    summary: summaryOf(told, { findings, decisions, acts, duties }),
    measures: measureLines(told.measures),
    chart: chartRows(told, decisions, acts),
    findings,
    decisions,
    duties,
    acts,
    events,
    names,
  };
}

export const personIn = (names: Names, id: string): string => names.people.get(id) ?? id;

const MODES = {
  live: null,
  'simulated-inventory': 'Simulated: nothing real was touched',
  exercise: 'EXERCISE: a drill, nothing real was touched',
} as const satisfies Record<IncidentView['mode'], string | null>;

function factsOf({ view, events, names, timezone }: Facts): Fact[] {
  const moment = (ms: number | undefined): string | null => (ms === undefined ? null : bothMoments(ms, timezone));
  const over = view.closedAt ?? view.resolvedAt;
  const { system, playbook, exercise } = view;
  // Nobody opened an incident in some drills: then nothing is known of its severity, and it was not open.
  const opened = events.some((event) => event.type === 'incident.opened') || !exercise;
  const played = playedIn(events, timezone);
  const rows: [string, string | null][] = [
    ['Status', `${stageWord(view)}${view.paused ? ', paused' : ''}`],
    [
      'Exercise',
      exercise ? `${exercise.title}: ${exercise.simulation} v${exercise.version}, ${exercise.length}` : null,
    ],
    ['Played, by the clock on the wall', played?.wall ?? null],
    [played ? 'STARTEX, scenario time' : 'STARTEX', moment(exercise?.startedAt)],
    [played ? 'ENDEX, scenario time' : 'ENDEX', moment(exercise?.endedAt)],
    ['Pace', played?.pace ?? null],
    ['Severity', opened ? severityWords(view, events) : null],
    ['AI system', system ? `${system.name} (${system.id}), tier ${system.tier}` : null],
    ['Answers for the system', system ? personIn(names, system.owner) : null],
    ['Data in it', system?.dataClasses.join(', ') || null],
    ['Jurisdictions', system?.jurisdictions.join(', ') || null],
    ['Rely on it', system?.dependants?.join(', ') || null],
    ['Last known good', system?.lastKnownGood ?? null],
    ['Opened', opened ? moment(view.openedAt) : 'No incident was opened'],
    ['Resolved', moment(view.resolvedAt)],
    ['Closed', moment(view.closedAt)],
    ['Was open for', over === undefined || !opened ? null : spanText(over - view.openedAt)],
    ['Opened by', view.requester === null ? null : personIn(names, view.requester)],
    ...Object.entries(view.roles).map(([role, id]): [string, string] => [roleTitle(role), personIn(names, id)]),
    ['Playbook', playbook ? `${playbook.title}: ${playbook.id} v${playbook.version}` : 'None'],
    ['Plan', playbook?.hash ?? null],
    ...view.added.map((one): [string, string] => [
      `Added playbook ${one.number}`,
      `${one.playbook.title}: ${one.playbook.id} v${one.playbook.version}, ${one.playbook.hash}, ${planState({ state: one.plan }, view.paused)}`,
    ]),
    ['Inventory', MODES[view.mode]],
  ];
  return rows.flatMap(([label, value]): Fact[] => (value === null ? [] : [[label, value]]));
}

const roleTitle = (role: string): string => role.replaceAll('-', ' ').replace(/^./, (c) => c.toUpperCase());

function severityWords(view: IncidentView, events: readonly NumberedEvent[]): string {
  const changes = events.flatMap((event) => (event.type === 'incident.severity-changed' ? [event] : []));
  const [first] = changes;
  if (!first) return severityLabel(view.severity);
  return `${severityLabel(view.severity)}, at first ${severityLabel(first.data.from)} (event ${changes.map(({ seq }) => seq).join(', ')})`;
}

/** How whoever holds this report finds out whether the timeline behind it is whole. */
export const verifyCommands = (id: string): string[] => [
  `tocsin timeline export ${id} -o ${id}.jsonl`,
  `tocsin timeline verify ${id}.jsonl --key head-0001.pub.pem`,
];
