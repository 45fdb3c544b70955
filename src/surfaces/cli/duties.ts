import { type Command, InvalidArgumentError } from 'commander';
import { roleInWords } from '../../incident/decision.ts';
import { moment } from '../../incident/moment.ts';
import { plainText } from '../../incident/phrases.ts';
import type { DutyBody } from '../http/obligations.ts';
import { bothMoments, STATE_WORDS } from '../model/duties.ts';
import { type Cli, examples, incidentArgument, incidentPath } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { paint } from './print.ts';

/** `tocsin incident duties` and `tocsin incident duty`: duties to notify. */
export function dutyCommands(incident: Command, cli: Cli): void {
  incident
    .command('duties')
    .argument('<incident>', 'INC-2026-0147, or 147')
    .description('show the duties to notify: whom, by when, how much time is left')
    .addHelpText('after', examples('tocsin incident duties 147', 'tocsin incident duties 147 --json'))
    .action(async (given: string, _: unknown, command: Command) => {
      const id = incidentArgument(cli.io, given);
      const found = await cli.client().get<Duties>(`${incidentPath(id)}/obligations`);
      cli.show(command, found, () => dutiesText(cli, id, found));
    });

  incident
    .command('duty')
    .argument('<incident>', 'INC-2026-0147, or 147')
    .argument('<number>', 'its number', numberArgument)
    .option('--met', 'the notice was given outside Tocsin')
    .option('--at <moment>', 'with --met: when it was given, such as 2026-11-22T08:30Z (now)', momentArgument)
    .option('--waived', 'the notice need not be given')
    .requiredOption('--reason <text>', 'how it was given, or why it need not be; it goes on the timeline')
    .description('settle a duty to notify')
    .addHelpText(
      'after',
      examples(
        'tocsin incident duty 147 1 --met --reason "Filed in the form of the authority, receipt 4711"',
        'tocsin incident duty 147 1 --met --at 2026-11-22T08:30Z --reason "By phone, to Ms Berg of the authority"',
        'tocsin incident duty 147 1 --waived --reason "No personal data was in it"',
      ),
    )
    .action(async (given: string, number: number, options: DutyOptions, command: Command) => {
      const id = incidentArgument(cli.io, given);
      const outcome = outcomeOf(options);
      if (outcome === 'waived' && options.at !== undefined)
        throw new CliError(EXIT.usage, 'What need not be given was not given at any time.', 'Leave --at out.');
      const body = { outcome, text: options.reason, givenAt: options.at };
      const result = await cli.client().post(`${incidentPath(id)}/obligations/${number}`, body);
      const done = outcome === 'met' ? 'the notice was given' : 'the notice need not be given';
      cli.show(command, result, () => `${id}: recorded that ${done}.`);
    });
}

type Duties = { timezone: string; obligations: DutyBody[] };
type DutyOptions = { met?: boolean; waived?: boolean; at?: string; reason: string };

function numberArgument(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('A duty is named by its number: 1, 2, 3 …');
  return Number(text);
}

function momentArgument(text: string): string {
  if (moment(text) !== null) return text;
  throw new InvalidArgumentError('Write a moment with its zone: 2026-11-22T08:30Z, 2026-11-22T09:30+01:00.');
}

function outcomeOf({ met, waived }: DutyOptions): 'met' | 'waived' {
  if (met === waived)
    throw new CliError(
      EXIT.usage,
      met ? '--met and --waived exclude each other.' : 'Say what became of it.',
      '--met: the notice was given outside Tocsin. --waived: it need not be given.',
    );
  return met ? 'met' : 'waived';
}

function dutiesText(cli: Cli, id: string, { timezone, obligations }: Duties): string {
  if (obligations.length === 0) return `${id} has no duty to notify.`;
  return [
    ...obligations.flatMap((duty) => dutyText(cli, id, timezone, duty)),
    '',
    'The limit is the outer one: tell them without undue delay. Reference data, not legal advice.',
  ].join('\n');
}

function dutyText(cli: Cli, id: string, timezone: string, duty: DutyBody): string[] {
  const { act, soon, bold } = paint(cli.io);
  const { number, rule, state, owner, met, waived } = duty;
  const colour = state === 'overdue' ? act : state === 'soon' ? soon : bold;
  const settled = met ?? waived;
  const given = met?.givenAt === undefined ? '' : `, given ${bothMoments(met.givenAt, timezone)}`;
  const by = `${given}${settled?.person ? `, by ${settled.person}` : ''}`;
  return [
    colour(`${number}. ${plainText(rule.whom)}: ${STATE_WORDS[state].toUpperCase()}, ${duty.left}`),
    `     ${plainText(`${rule.article}, ${rule.law} (${rule.jurisdiction})`)}`,
    `     due ${duty.due}`,
    `     aware since ${bothMoments(duty.awareAt, timezone)}; ${roleInWords(owner)} answers for it`,
    ...(rule.content.length > 0 ? [`     the notice must hold: ${plainText(rule.content.join('; '))}`] : []),
    ...(settled ? [`     ${plainText(met ? met.how : (waived?.reason ?? ''))}${by}`] : []),
    ...(settled ? [] : [`     tocsin incident duty ${id} ${number} --met [--at …]|--waived --reason "…"`]),
  ];
}
