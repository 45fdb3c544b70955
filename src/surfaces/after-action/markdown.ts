import { sentenceEnd } from '../../incident/phrases.ts';
import { STATES } from '../evidence/mapping.ts';
import { clockText, hourText } from '../model/clock.ts';
import { markdownText } from '../model/markdown.ts';
import { NO_EVIDENCE } from './appendices.tsx';
import type { AfterAction, Told } from './contract.ts';

/** The report for files, diffs and mails. The numbers in brackets are events of the timeline at its end. */
export function afterActionMarkdown(report: AfterAction): string {
  return [
    ...summaryLines(report),
    ...section(
      'Exercise overview',
      table(
        ['', ''],
        report.overview.map(({ label, text, cites }) => [label, `${escaped(text)}${cited(cites)}`]),
      ),
    ),
    ...ratings(report),
    ...findings(report),
    ...traps(report),
    ...course(report),
    ...results(report),
    ...conduct(report),
    ...hotWash(report),
    ...appendices(report),
    '',
  ].join('\n\n');
}

/** What a mail tells of it: how it went, the ratings, and what the first findings are. */
export function afterActionSummary(report: AfterAction): string {
  return [...summaryLines(report), ...ratings(report), ''].join('\n\n');
}

const summaryLines = (report: AfterAction): string[] => [
  `# EXERCISE: ${escaped(report.title)}`,
  `After-action report and improvement plan, ${report.drill}, version ${report.version}, ${report.status}.`,
  report.lede.map((one) => said(one)).join(' '),
  ...(report.leftOut.length > 0 ? [`Left out: ${report.leftOut.map(escaped).join(' ')}`] : []),
];

const escaped = markdownText;
const cited = (cites: readonly number[]): string => (cites.length === 0 ? '' : ` [${cites.join(', ')}]`);
const said = ({ text, cites }: Told): string => `${escaped(text)}${cited(cites)}`;
const section = (title: string, ...parts: string[]): string[] => [
  `## ${title}`,
  ...parts.filter((part) => part !== ''),
];
const items = (all: readonly Told[], none: string): string =>
  all.length === 0 ? none : all.map((one) => `- ${said(one)}`).join('\n');

/** Cells are escaped by whoever fills them. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads).replace(/ {2}/g, ' '), `|${heads.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

function ratings({ objectives, counts, coverage, rubric }: AfterAction): string[] {
  const rows = objectives.map(({ number, title, machine, evaluators, disagreement, coverage: seen }) => [
    machine?.rating ?? 'not rated',
    evaluators.map(({ rating, who, cites }) => `${rating} (${escaped(who)})${cited(cites)}`).join(', ') || 'none',
    `${number}\\. ${escaped(title)}`,
    `${machine ? said({ text: machine.why, cites: machine.cites }) : ''}${disagreement ? ' They differ.' : ''} ${said(seen)}`,
  ]);
  return section(
    'Ratings by objective',
    `By gates, never by averages. P performed without challenges, S with some, M with major ones, U unable to be performed. Rubric \`${rubric.hash ?? 'not hashed'}\`, frozen at STARTEX${cited(rubric.cites)}.`,
    table(['Machine', 'Evaluators', 'Objective', 'The gate that set it'], rows),
    counts.map(({ standing, count, cites }) => `- ${standing}: ${count}${count > 0 ? cited(cites) : ''}`).join('\n'),
    said(coverage),
  );
}

function findings({ objectives, findings: found }: AfterAction): string[] {
  const kinds = { strength: 'Strength', improvement: 'Area for improvement', observation: 'Observation' } as const;
  const parts = objectives.flatMap(({ number, title }) => {
    const own = found.filter(({ objective }) => objective === number);
    const lines = own.map(({ kind, source, who, title: about, text, analysis, judgement, cites }) => {
      const made = judgement === null ? '' : `, ${judgement}`;
      const opinion = source === 'machine' ? '' : ` Opinion${who === null ? '' : ` of ${escaped(who)}`}${made}:`;
      return `- ${kinds[kind]}: **${escaped(about)}**${opinion} ${escaped(text)}${cited(cites)}${analysis ? ` What stood around it: ${said(analysis)}` : ''}`;
    });
    return [`### ${number}. ${escaped(title)}`, lines.join('\n') || 'Nothing was found that could be told.'];
  });
  return section('Strengths and areas for improvement', ...parts);
}

const traps = ({ traps: all }: AfterAction): string[] =>
  all.length === 0
    ? []
    : section(
        'What tempted the team',
        all

          .map(({ tempted, fell, achieved, why, cites }) => {
            const word = fell === null ? 'could not be seen' : fell ? 'taken' : 'not taken';
            const either = fell === false && !achieved ? ', and the objective was not achieved either' : '';
            return `- The bait was **${word}**${either}: ${escaped(tempted)} ${escaped(why)}${cited(cites)}`;
          })
          .join('\n'),
      );

function course({ lanes, course: { from, said: words } }: AfterAction): string[] {
  const since = (at: number): string => `T+${clockText(at - from)}`;
  const rows = lanes.flatMap(({ title, bot, answers, unanswered }) => [
    ...answers.map(({ askedAt, number, question, tookMs, late, who, cites }) => [
      since(askedAt),
      `${number}\\. ${escaped(question)}${cited(cites)}`,
      `${escaped(title)}${who === null ? '' : `, ${escaped(who)}`}`,
      `${clockText(tookMs)}${late ? ', late' : ''}${bot ? ', a bot, not counted' : ''}`,
    ]),
    ...unanswered.map(({ askedAt, number, question, cites }) => [
      since(askedAt),
      `${number}\\. ${escaped(question)}${cited(cites)}`,
      escaped(title),
      'not answered',
    ]),
  ]);
  const medians = lanes.flatMap(({ title, medianMs, answers, last }) =>
    medianMs === null
      ? []
      : [
          `- ${escaped(title)}: n = ${answers.length}, median ${clockText(medianMs)}${last ? `, last time ${clockText(last.medianMs)} (${last.drill})` : ''}${cited([...new Set(answers.flatMap(({ cites }) => cites))])}`,
        ],
  );
  return section(
    'How it went',
    said(words),
    rows.length === 0 ? 'Nobody was asked anything.' : table(['Asked', 'Question', 'Role', 'Took'], rows),
    medians.join('\n'),
  );
}

function results({ margins, measures }: AfterAction): string[] {
  const duties = margins.map(({ whom, title, text, cites }) => [
    escaped(whom),
    escaped(title),
    `${escaped(text)}${cited(cites)}`,
  ]);
  const lines = measures.map(({ title, meaning, text, note, cites, earlier, incidents }) => [
    `${title}: ${meaning}`,
    `${text}${note ? `, ${escaped(note)}` : ''}${cited(cites)}`,
    earlier.map(({ from, text: value }) => `${value} (${from})`).join(', '),
    incidents.map(({ from, text: value }) => `${value} (${from})`).join(', '),
  ]);
  return [
    ...(duties.length === 0 ? [] : section('Legal deadlines', table(['Whom', 'Law', 'Margin'], duties))),
    ...section('Measures', table(['Measure', 'This drill', 'Earlier drills', 'Real incidents'], lines)),
  ];
}

const conduct = ({ hints, deviations, changes, called }: AfterAction): string[] => [
  ...section('How it was played'),
  '### Hints',
  items(hints, 'None.'),
  '### Deviations from the playbook',
  items(deviations, 'None.'),
  '### Changes to the master scenario events list',
  items(changes, 'None.'),
  '### What was called',
  said(called.said),
  called.rows.map(({ title, count, cites }) => `- ${escaped(title)}: ${count}${cited(cites)}`).join('\n'),
];

const hotWash = ({ hotWash: all, audience, withheld }: AfterAction): string[] =>
  audience === 'anonymous' || withheld
    ? section('Hot wash', 'What was said in it is left out.')
    : section(
        'Hot wash',
        ...all.flatMap(({ question, answers }) => [
          `### ${escaped(question)}`,
          answers
            .map(
              ({ who, text, cites }) =>
                `> ${escaped(text)} (${who === null ? 'without a name' : escaped(who)})${cited(cites)}`,
            )
            .join('\n>\n') || 'Nobody answered it.',
        ]),
      );

function evidence({ evidence: found, audience }: AfterAction): string[] {
  const title = 'Appendix D. What this is evidence of';
  if (found === null) return section(title, NO_EVIDENCE[audience === 'anonymous' ? 'anonymous' : 'else']);
  const elements = found.elements.map(({ number, asks, state, shows, lacks }) => [
    String(number),
    escaped(asks),
    STATES[state],
    [
      ...shows.map(({ text, cites }) => said({ text: sentenceEnd(text), cites })),
      ...lacks.map((text) => `Missing: ${escaped(text)}.`),
    ].join(' '),
  ]);
  const numbers = (all: readonly number[]): string => (all.length === 0 ? '–' : all.join(', '));
  const requirements = found.requirements.map(({ framework, reference, asks, shown, partly, missing, not }) => [
    `**${escaped(`${framework}, ${reference}`)}** ${escaped(asks)}.${not.map((words) => ` No drill shows: ${escaped(words)}`).join('')}`,
    ...[shown, partly, missing].map(numbers),
  ]);
  return section(
    title,
    'Claims rest on events and on nothing else; what is missing is said. Whether a requirement is met is for your auditor to judge: this is not legal advice.',
    table(['No.', 'What is asked for', 'State', 'What shows it, and what is missing'], elements),
    table(['Requirement', 'Shown', 'In part', 'Not shown'], requirements),
  );
}

function appendices(report: AfterAction): string[] {
  const {
    audience,
    beside,
    participants,
    msel,
    timeline,
    course: { from },
    version,
    head,
    script,
    drill,
  } = report;
  const plan = beside.improvements.map(({ id, issue, action, owner, start, due, status, closesWhen, cites }) => [
    id,
    `**${escaped(issue)}** ${escaped(action)}${cited(cites)}`,
    escaped(owner),
    `${start ?? ''}`,
    due,
    `${status}; ${escaped(closesWhen)}`,
  ]);
  const people = participants.map(({ role, who, present, did }) => [
    escaped(role),
    escaped(who),
    said(present),
    ...(audience === 'staff' ? [said(did)] : []),
  ]);
  const list = msel.map(({ number, title, from: sender, to, planned, played, change, expected, cites }) => [
    String(number),
    `${escaped(title)}${change ? ` (${escaped(change)})` : ''}${cited(cites)}`,
    `${escaped(sender)} to ${escaped(to)}`,
    planned,
    played,
    expected.map(escaped).join('; '),
  ]);
  const events = timeline.map(({ seq, at, wallAt, text, note }) => {
    const wall = wallAt === null ? '' : ` (${hourText(wallAt, true)})`;
    const notes = note === null ? [] : note.split('\n').map((line) => `  > ${escaped(line)}`);
    return [`- **T+${clockText(at - from)}**${wall} ${escaped(text)} [${seq}]`, ...notes].join('\n');
  });
  return [
    ...section(
      'Appendix A. Improvement plan',
      plan.length === 0
        ? 'Nothing is listed here.'
        : table(['No.', 'Issue and corrective action', 'Owner', 'Start', 'Due', 'State, closes when'], plan),
    ),
    ...section(
      'Appendix B. Participants and attendance',
      table(['Role', 'Who', 'Present', ...(audience === 'staff' ? ['Decisions'] : [])], people),
    ),
    ...section(
      'Appendix C. Master scenario events list, as played',
      table(['No.', 'Inject', 'From, to', 'Planned', 'Played', 'Expected response'], list),
    ),
    ...evidence(report),
    ...section(
      'Appendix E. Timeline',
      'The clock of the scenario since STARTEX; in brackets the clock on the wall, UTC, and at the end the number of the event.',
      events.join('\n'),
    ),
    ...section(
      'Appendix F. How to verify this report',
      `Head of the timeline, event ${version}: ${head === null ? 'not signed' : `\`${head.hash}\``}. Script: \`${script.hash}\`.`,
      `\`\`\`\ntocsin timeline export ${drill} -o ${drill}.jsonl\ntocsin timeline verify ${drill}.jsonl --key head-0001.pub.pem\ntocsin drill report ${drill}.jsonl\n\`\`\``,
    ),
  ];
}
