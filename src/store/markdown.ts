import { roleInWords } from '../incident/decision.ts';
import type { NumberedEvent } from '../incident/events.ts';
import { clock, plainText } from '../incident/phrases.ts';
import { severityLabel } from '../incident/severity.ts';
import type { IncidentView } from '../incident/view.ts';
import { type Names, sentence } from '../incident/wording.ts';

export type MarkdownEvent = NumberedEvent & { redacted?: { at: string; why: string } };

/** An incident as a log that people can read, file and diff. Text from outside is escaped: it cannot become a heading or a link. */
export function exportMarkdown(view: IncidentView, events: readonly MarkdownEvent[], names: Names): string {
  const title = view.mode === 'exercise' ? `EXERCISE: ${view.title}` : view.title;
  return [
    `# ${view.id}: ${escaped(title)}`,
    facts(view, names),
    '## Timeline',
    'Times are UTC. The number in brackets is the number of the event.',
    ...days(events).map(([day, ofDay]) => `### ${day}\n\n${ofDay.map((event) => entry(event, names)).join('\n')}`),
    '',
  ].join('\n\n');
}

function facts(view: IncidentView, names: Names): string {
  const roles = Object.entries(view.roles).map(([role, id]) => `${roleInWords(role)}: ${names.people.get(id) ?? id}`);
  const rows: [string, string | null][] = [
    ['Status', view.paused ? `${view.status}, paused` : view.status],
    ['Severity', severityLabel(view.severity)],
    ['AI system', view.system ? `${view.system.name} (${view.system.id})` : null],
    ['Playbook', view.playbook ? `${view.playbook.id} v${view.playbook.version}, plan ${view.playbook.hash}` : null],
    ['Opened', moment(view.openedAt)],
    ['Resolved', view.resolvedAt === undefined ? null : moment(view.resolvedAt)],
    ['Closed', view.closedAt === undefined ? null : moment(view.closedAt)],
    ['Roles', roles.join('; ') || null],
    ['Inventory', view.mode === 'simulated-inventory' ? 'simulated: nothing real was touched' : null],
  ];
  const kept = rows.filter((row): row is [string, string] => row[1] !== null);
  return ['| | |', '| --- | --- |', ...kept.map(([name, value]) => `| ${name} | ${escaped(value)} |`)].join('\n');
}

function days(events: readonly MarkdownEvent[]): [string, MarkdownEvent[]][] {
  const byDay = new Map<string, MarkdownEvent[]>();
  for (const event of events) {
    const day = new Date(event.at).toISOString().slice(0, 10);
    const ofDay = byDay.get(day);
    if (ofDay) ofDay.push(event);
    else byDay.set(day, [event]);
  }
  return [...byDay];
}

function entry(event: MarkdownEvent, names: Names): string {
  const { text, note } = sentence(event, names);
  const lines = [`- **${clock(event.at, event.at, true).slice(0, 8)}** ${escaped(text)} [${event.seq}]`];
  if (note) lines.push(...note.split('\n').map((line) => `  > ${escaped(line)}`));
  return lines.join('\n');
}

const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function escaped(text: string): string {
  return plainText(
    text
      .replace(/\s*\n\s*/g, ' ')
      .replace(/\t/g, ' ')
      .trim(),
  )
    .replace(/[\\`*_{}[\]#|~!]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}
