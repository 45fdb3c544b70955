import { roleInWords } from '../../incident/decision.ts';
import { momentText } from '../../incident/moment.ts';
import { counted, plainText } from '../../incident/phrases.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import { span } from '../../playbook/graph/words.ts';
import type { DryAct, DryQuestion, DryRunReport, Served } from '../trial/dry-run.ts';
import type { Cli } from './context.ts';
import { paint } from './print.ts';

/** A dry run in words: what would be called in order, who is asked, what was assumed, what is in the way. */
export function dryRunText(cli: Cli, report: DryRunReport, inventory: Inventory): string {
  const { bold, act } = paint(cli.io);
  const names = new Map(inventory.people.map(({ id, name }) => [id, name]));
  const { acts, questions, duties, notPlayed, problems } = report;
  const block = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? [[bold(title), ...lines.map(plainText)].join('\n')] : [];
  return [
    [
      bold(`Dry run: ${plainText(report.title)} (${report.playbook} v${report.version})`),
      ...heading(report, names),
    ].join('\n'),
    ...block(
      'What would be called',
      acts.flatMap((one, i) => actLines(one, i, report.startAt, names)),
    ),
    ...block(
      'Who is asked',
      questions.flatMap((one) => questionLines(one, names)),
    ),
    ...block(
      'Duties',
      duties.map(
        ({ article, law, owner, dueAt, state }) =>
          `  ${article} of ${law}: due ${momentText(dueAt)}, answered for by ${roleInWords(owner)}, ${state} at the end of the plan`,
      ),
    ),
    ...block('Assumed, because nothing was asked', acts.flatMap(assumedLines)),
    ...block(
      'Not played',
      notPlayed.map(({ path, title }) => `  ${path}: ${title}`),
    ),
    problems.length > 0
      ? [act('In the way'), ...problems.map((one) => `  ${plainText(one)}`)].join('\n')
      : 'Nothing is in the way.',
  ].join('\n\n');
}

function heading({ system, severity, requester, startAt, endAt, outcome, hash }: DryRunReport, names: Names): string[] {
  const about = system === null ? 'no AI system' : `${system.name} (${system.id})`;
  const by = requester === null ? '' : `, reported by ${names.get(requester) ?? requester}`;
  const end = endAt === null ? 'it does not end' : `ends after ${span(endAt - startAt)}: ${outcome}`;
  return [
    plainText(`  ${about}, ${severity}${by}; opened ${momentText(startAt)}, ${end}`),
    `  plan ${hash}`,
    '  Nothing outside was called. Acts answer what is assumed below, and people answer within a minute.',
  ];
}

type Names = ReadonlyMap<string, string>;

function actLines(one: DryAct, i: number, startAt: number, names: Names): string[] {
  const what = one.purpose === 'undo' ? `Undo “${one.title}”` : one.title;
  const target = one.target === null ? '' : ` → ${one.target}`;
  const facts = [
    `${one.risk}, by ${servedBy(one)}`,
    ...approvedText(one, names),
    ...(one.undo === null ? [] : [`undone by ${one.undo}`]),
    ...(one.proof === null ? [] : [`proved by ${one.proof.capability} of ${servedBy(one.proof)}`]),
    ...(one.addresses ? [`to ${one.addresses.join(', ') || 'nobody'}`] : []),
    ...(one.assumed === null ? ['assumed to FAIL'] : []),
  ];
  return [
    `${String(i + 1).padStart(4)}. ${what}: ${one.capability}${target}  (${one.path}, +${one.at === startAt ? '0 s' : span(one.at - startAt)})`,
    `      ${facts.join('; ')}`,
  ];
}

const servedBy = ({ connection, kind }: Served): string =>
  connection === null ? 'NOTHING' : kind === null ? connection : `${connection} (${kind})`;

function approvedText({ approved }: DryAct, names: Names): string[] {
  if (approved === null) return [];
  if ('unattended' in approved) return [`unattended: ${approved.unattended}`];
  const people = approved.people.map((id) => names.get(id) ?? id).join(', ');
  return [`approved by ${approved.by}${people === '' ? '' : ` (${people})`}`];
}

function questionLines(
  { path, question, title, seats, canBeFilled, escalatesTo, outcome }: DryQuestion,
  names: Names,
): string[] {
  const who = seats.map(({ role, count, people, slackGroup }) => {
    const known = people.map((id) => names.get(id) ?? id);
    const group = slackGroup === null ? [] : [`members of the Slack group ${slackGroup}`];
    const many = count > 1 ? `${count} of ` : '';
    return `${many}${roleInWords(role)}: ${[...known, ...group].join(', ') || 'nobody'}`;
  });
  const filled = {
    yes: '',
    no: ' CANNOT be filled by different people.',
    unknown: ' Only Slack knows whether all seats can be filled.',
  };
  const later = escalatesTo === null ? '' : `; later ${roleInWords(escalatesTo)}`;
  return [
    `  ${path}: ${question ?? title}`,
    `      ${who.join('; ')}${later}.${filled[canBeFilled]} ${outcome === null ? 'Not asked in this run.' : `Assumed: ${outcome}.`}`,
  ];
}

function assumedLines({ path, capability, assumed, purpose }: DryAct): string[] {
  if (assumed === null || purpose === 'say' || purpose === 'undo') return [];
  const values = Object.entries(assumed).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return values.length === 0
    ? []
    : [`  ${path} (${capability}, ${counted(values.length, 'value')}): ${values.join(', ')}`];
}
