import { clock } from '../../incident/phrases.ts';
import { sentence } from '../../incident/wording.ts';
import { hourText } from '../model/clock.ts';
import { bothMoments, type Duty, longSpan, settledWhen, standingWords, utcMoment } from '../model/duties.ts';
import { markdownText } from '../model/markdown.ts';
import type { StoredEvent } from '../ports.ts';
import { outcomeWords } from './acts.ts';
import { personIn, type Report, verifyCommands } from './report.ts';

/** An incident report that people can read, file and diff. Text from outside is escaped: it cannot become a heading or a link. */
export function reportMarkdown(report: Report): string {
  const title = report.mode === 'exercise' ? `EXERCISE: ${report.title}` : report.title;
  const sections = [
    `# ${report.id}: ${markdownText(title)}`,
    markdownText(report.lede),
    table(
      ['', ''],
      report.facts.map(([label, value]) => [label, value]),
    ),
    ...summary(report),
    ...measures(report),
    ...findings(report),
    ...decisions(report),
    ...duties(report),
    ...acts(report),
    ...verification(report),
    '## Timeline',
    'Times are UTC. The number in brackets is the number of the event.',
    ...days(report.events).map(
      ([day, ofDay]) => `### ${day}\n\n${ofDay.map((event) => entry(event, report)).join('\n')}`,
    ),
    '',
  ];
  return sections.join('\n\n');
}

const ABOUT = { 'what happened': 'What happened', 'what was done': 'What was done', 'how it ended': 'How it ended' };

const summary = ({ summary: said }: Report): string[] =>
  (['what happened', 'what was done', 'how it ended'] as const).flatMap((about) => {
    const sentences = said.filter((one) => one.about === about);
    if (sentences.length === 0) return [];
    const lines = sentences.map(({ text, events }) => `- ${markdownText(text)}${cited(events)}`);
    return [`## ${ABOUT[about]}`, lines.join('\n')];
  });

const measures = ({ measures: lines }: Report): string[] => [
  '## Measures',
  table(
    ['Measure', 'Time', '', 'Events'],
    lines.map(({ title, meaning, value, note, events }) => [
      `${title}: ${meaning}`,
      value,
      note ?? '',
      events.join(' to '),
    ]),
  ),
];

const findings = ({ findings: found }: Report): string[] =>
  found.length === 0
    ? []
    : [
        '## Findings',
        found
          .map(({ at, title, words, detail, bad, seq }) => {
            const lead = `- **${hourText(at, true)}** ${bad ? '■ ' : ''}${markdownText(`${title}: ${words}`)}${cited([seq])}`;
            return detail === '' ? lead : `${lead}\n  > ${markdownText(detail)}`;
          })
          .join('\n'),
      ];

const decisions = ({ decisions: made }: Report): string[] =>
  made.length === 0
    ? []
    : [
        '## Decisions',
        made
          .map((line) => {
            const who = line.byDefault ? 'nobody answered' : line.by.join(', ') || line.asked;
            const took =
              line.endedAt === null
                ? ''
                : ` ${hourText(line.endedAt, true)}, after ${longSpan(line.endedAt - line.askedAt)}`;
            const lines = [
              `${line.number}\\. ${markdownText(line.question)} **${markdownText(line.outcome)}** (${markdownText(who)})${took}${cited(line.events)}`,
              ...[...(line.reason ? [`“${line.reason}”`] : []), ...line.answers, ...line.votes].map(
                (words) => `  > ${markdownText(words)}`,
              ),
            ];
            return lines.join('\n');
          })
          .join('\n\n'),
      ];

/** How or why, by whom and when. */
function settledWords({ settled }: Duty, names: Report['names']): string {
  if (settled === null) return '';
  const by = settled.person === null ? '' : `${personIn(names, settled.person)}, `;
  return `${settled.words} (${by}${settledWhen(settled)})`;
}

const duties = ({ duties: all, timezone, madeAt, names }: Report): string[] =>
  all.length === 0
    ? []
    : [
        '## Duties to notify',
        table(
          ['Whom', 'Law', 'Due', 'State', 'How, or why not'],
          all.map((duty) => [
            duty.rule.whom,
            duty.title,
            bothMoments(duty.dueAt, timezone),
            standingWords(duty, madeAt),
            settledWords(duty, names),
          ]),
        ),
        'The limit is the outer one. Reference data, not legal advice.',
      ];

const acts = ({ acts: all }: Report): string[] =>
  all.length === 0
    ? []
    : [
        '## Acts',
        table(
          ['Began', 'Act', 'Outcome', 'Detail', 'Event'],
          all.map((line) => [
            hourText(line.startedAt, true),
            `${line.step}: ${line.title}${line.target ? ` (${line.target})` : ''}`,
            outcomeWords(line),
            [line.detail, line.proof?.detail].filter(Boolean).join(' · '),
            [line.seq, ...(line.proof ? [line.proof.seq] : [])].join(', '),
          ]),
        ),
      ];

const verification = ({ id, head, madeAt }: Report): string[] =>
  head === null
    ? []
    : [
        '## How to verify',
        `Made ${utcMoment(madeAt)} from ${head.seq} events. The hash of event ${head.seq} is \`${head.hash}\`. The signed export of the timeline must hold the same:`,
        `\`\`\`\n${verifyCommands(id).join('\n')}\n\`\`\``,
      ];

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`;
  return [line(heads).replace(/ {2}/g, ' '), `|${heads.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

const cited = (events: readonly number[]): string => (events.length === 0 ? '' : ` [${events.join(', ')}]`);

function days(events: readonly StoredEvent[]): [string, StoredEvent[]][] {
  const byDay = new Map<string, StoredEvent[]>();
  for (const event of events) {
    const day = new Date(event.at).toISOString().slice(0, 10);
    const ofDay = byDay.get(day);
    if (ofDay) ofDay.push(event);
    else byDay.set(day, [event]);
  }
  return [...byDay];
}

function entry(event: StoredEvent, { names }: Report): string {
  const { text, note } = sentence(event, names);
  const lines = [`- **${clock(event.at, event.at, true).slice(0, 8)}** ${markdownText(text)} [${event.seq}]`];
  if (note) lines.push(...note.split('\n').map((line) => `  > ${markdownText(line)}`));
  return lines.join('\n');
}
