import { roleInWords } from '../../incident/decision.ts';
import { counted, plainText, spanText } from '../../incident/phrases.ts';
import { FIGURES, type Finding, type Latency, type Took } from '../../simulator/scoring/measures.ts';
import type { ObjectiveScore, Outcome } from '../../simulator/scoring/score.ts';
import type { Scored } from '../drills/score.ts';
import { longSpan } from '../model/duties.ts';
import { STANDINGS } from '../model/evaluation.ts';
import type { Cli } from './context.ts';
import type { Source } from './drill-score.ts';
import { paint, table } from './print.ts';

/** A score in a terminal. Every line names the events that it rests on. */
export function scoreText(cli: Cli, { score, measures }: Scored, source: Source | null): string {
  const { bold, dim } = paint(cli.io);
  const { simulation, version, length, playbook, rubric, played, drill } = score;
  const by = played === 'people' ? 'people' : 'bots alone';
  return [
    bold(`EXERCISE ${plainText(drill)}: ${simulation} v${version}, ${length}, played by ${by}`),
    dim(`${playbook.id} v${playbook.version}, plan ${playbook.hash.slice(0, 12)}; rubric ${rubric.slice(0, 12)}`),
    ...(source ? [dim(sourceWords(source, played))] : []),
    '',
    ...score.objectives.flatMap((one) => objectiveLines(cli, one)),
    '',
    ...score.outcomes.flatMap((one) => outcomeLines(cli, one)),
    '',
    ...measureLines(cli, measures),
  ].join('\n');
}

function sourceWords({ redacted, author }: Source, played: Scored['score']['played']): string {
  const words = {
    proven: 'The export verifies; its author is proven by the key you gave.',
    unproven: 'The export verifies; its author is unproven: give --key with a public key that you know from elsewhere.',
    unsigned:
      played === 'bots'
        ? 'A rehearsal: nobody has signed it.'
        : 'Nobody has signed it: whoever made the file may have made all of it.',
  }[author];
  if (redacted.length === 0) return words;
  return `${words} What ${eventsWords(redacted)} said was redacted, and counts for nothing.`;
}

const eventsWords = (seqs: readonly number[]): string =>
  seqs.length === 0 ? '' : `event${seqs.length === 1 ? '' : 's'} ${seqs.join(', ')}`;
const inBrackets = (seqs: readonly number[]): string => (seqs.length === 0 ? '' : ` (${eventsWords(seqs)})`);

function objectiveLines(cli: Cli, one: ObjectiveScore): string[] {
  const { bold, dim, soon } = paint(cli.io);
  const { machine, gates, evaluators, disagreement, observed, of } = one;
  const others = gates.slice(1).map(({ rating, why }) => dim(`   also ${rating}: ${plainText(why)}`));
  return [
    bold(`${machine?.rating ?? '–'}  ${plainText(one.title)}`) +
      dim(`  ${one.capability}; ${observed} of ${of} observed`),
    `   ${plainText(machine?.why ?? 'Nothing that could show it was observed.')}${dim(inBrackets(machine?.cites ?? []))}`,
    ...others,
    ...evaluators.map(({ person, task, rating, seq, text }) =>
      plainText(`   ${person}${task === null ? '' : ` on ${task}`}: ${rating} (event ${seq}). ${text}`),
    ),
    ...(disagreement ? [soon('   Evaluators and machine differ.')] : []),
  ];
}

function outcomeLines(cli: Cli, { standing, title, trap, why, cites, verdicts }: Outcome): string[] {
  const { dim } = paint(cli.io);
  return [
    `${STANDINGS[standing].split(':')[0]?.padEnd(13)} ${plainText(title)}${trap === null ? '' : ' [trap]'}`,
    dim(`              ${plainText(why)}${inBrackets(cites)}`),
    ...verdicts.map(({ person, verdict, seq }) =>
      plainText(`              ${person}: ${STANDINGS[verdict]} (event ${seq})`),
    ),
  ];
}

const tookWords = ({ ms, scenarioMs }: Took): string => {
  if (ms === null) return `${spanText(scenarioMs)} of scenario time`;
  return Math.abs(ms - scenarioMs) < 1_000
    ? spanText(ms)
    : `${spanText(ms)} (${spanText(scenarioMs)} of scenario time)`;
};

function measureLines(cli: Cli, measures: Scored['measures']): string[] {
  const { figures, notices, roles, bots, injects, seats, wrong, deviations, hints, evidence, compressed } = measures;
  const { dim } = paint(cli.io);
  return [
    ...(compressed ? [dim('Scenario time ran faster than the wall in places. People’s time is never scaled.')] : []),
    table(
      cli.io,
      ['MEASURE', 'VALUE'],
      [
        ...FIGURES.map((name) => {
          const figure = figures[name];
          if (figure.took === null) return [name, `not measured: ${figure.why}`];
          return [name, `${tookWords(figure.took)}${inBrackets([figure.took.from, figure.took.to])}`];
        }),
        ...notices.map(({ number, rule, state, marginMs, leftMs, cites }) => [
          `notice ${number}, ${rule}`,
          `${state}${marginWords(marginMs, leftMs)}${inBrackets(cites)}`,
        ]),
        [
          'evidence kept',
          `${evidence.proved} of ${evidence.begun} proved${inBrackets(evidence.all.flatMap(({ cites }) => cites))}`,
        ],
        ['hints', `${hints.length}${inBrackets(hints.map(({ seq }) => seq))}`],
      ],
    ),
    '',
    ...latencyTable(cli, roles, 'ANSWERS OF'),
    ...(bots.length > 0 ? latencyTable(cli, bots, 'BOTS, NEVER COUNTED') : []),
    table(
      cli.io,
      ['INJECTS TO', 'DELIVERED', 'SEEN', 'ACTED ON', 'MISSED', 'MEDIAN TO SEE'],
      injects.byRole.map(({ role, delivered, seen, actedOn, missed, medianMs }) => [
        ...[roleInWords(role), ...[delivered, seen, actedOn, missed].map(String)],
        medianMs === null ? '–' : spanText(medianMs),
      ]),
    ),
    '',
    table(
      cli.io,
      ['SEAT', 'NEEDED', 'PLAYED BY', 'ASKED', 'ANSWERED', 'AWAY'],
      seats.map(({ role, needed, played, people, asked, answered, awayMs }) => [
        ...[roleInWords(role), needed ? 'yes' : 'no', played === 'person' ? counted(people, 'person') : played],
        ...[String(asked), String(answered), awayMs === 0 ? '–' : spanText(awayMs)],
      ]),
    ),
    ...findingLines('What should not have been done', wrong),
    ...findingLines('Otherwise than the playbook has it', deviations),
  ];
}

function marginWords(marginMs: number | null, leftMs: number | null): string {
  if (leftMs !== null) return `, ${longSpan(leftMs)} left at the end`;
  if (marginMs === null) return '';
  return marginMs >= 0 ? `, ${longSpan(marginMs)} before its limit` : `, ${longSpan(-marginMs)} after its limit`;
}

function latencyTable(cli: Cli, rows: readonly Latency[], heading: string): string[] {
  if (rows.length === 0) return [];
  return [
    table(
      cli.io,
      [heading, 'N', 'MEDIAN', 'NOT ANSWERED', 'REMINDED', 'ESCALATED TO', 'EACH, WITH ITS EVENTS'],
      rows.map(({ who, n, medianMs, answers, unanswered, reminders, escalations }) => [
        ...[roleInWords(who), String(n), medianMs === null ? '–' : spanText(medianMs)],
        ...[String(unanswered.length), String(reminders.length), String(escalations.length)],
        answers.map(({ took }) => `${spanText(took.ms ?? took.scenarioMs)} (${took.from}–${took.to})`).join(', ') ||
          '–',
      ]),
    ),
    '',
  ];
}

const findingLines = (heading: string, findings: readonly Finding[]): string[] =>
  findings.length === 0
    ? []
    : ['', heading, ...findings.map(({ what, cites }) => `  ${plainText(what)}${inBrackets(cites)}`)];
