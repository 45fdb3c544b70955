import { Severity } from '../../../incident/severity.ts';
import { readIncidentName } from '../../incident-name.ts';
import { Problem } from '../../problem.ts';
import { COMMAND } from '../contract.ts';
import { meant, unquoted, usage, type Words, wordsOf } from './command-words.ts';
import { DRILL_USAGE, type DrillSaid, readDrill } from './drill-text.ts';

/** What somebody means by `/tocsin …`. `incident`: named, or the one whose channel they are in; null: neither. */
export type Said =
  | { kind: 'help' }
  | { kind: 'status'; incident: string | null }
  | { kind: 'report'; text: string | null }
  | { kind: 'open'; title: string | null; playbook: string | null; system: string | null; severity: Severity | null }
  | { kind: 'decide'; incident: string | null; number: number | null; answer: string | null; reason: string | null }
  | { kind: 'note'; incident: string; text: string | null }
  | { kind: 'role'; incident: string; role: string; assignee: string }
  | { kind: 'severity'; incident: string; severity: Severity; reason: string }
  | { kind: 'drill'; drill: string | null; said: DrillSaid };

type Context = { now: number; here: string | null };
/** The same words as the command line; the first is the sub-command. */
const COMMANDS = {
  status: { usage: 'status 147', options: [], read: readStatus },
  report: {
    usage: 'report It promises refunds that nobody gets',
    options: null,
    read: ({ rest }): Said => ({ kind: 'report', text: rest || null }),
  },
  open: {
    usage: 'open Odd answers about payouts --system customer-assistant --severity sev2',
    options: ['playbook', 'system', 'severity'],
    read: readOpen,
  },
  decide: { usage: 'decide 147 1 deny Payouts run at three', options: ['reason'], read: readDecide },
  note: { usage: 'note 147 Registry logs are kept', options: null, read: readNote },
  role: { usage: 'role 147 incident-commander @mara', options: [], read: readRole },
  severity: { usage: 'severity 147 sev1 Customers are affected', options: ['reason'], read: readSeverity },
  drill: {
    usage: DRILL_USAGE,
    options: null,
    read: ({ rest }, { here }): Said => ({ kind: 'drill', ...readDrill(rest, here) }),
  },
  help: { usage: 'help', options: [], read: (): Said => ({ kind: 'help' }) },
} as const satisfies Record<
  string,
  {
    usage: string;
    /** Null: the rest is text as it stands. */
    options: readonly string[] | null;
    read: (said: Words & { rest: string }, context: Context) => Said;
  }
>;

/** Throws Problem that says what was not understood and how it is written. */
export function readCommand(text: string, context: Context): Said {
  const [, first = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*?)\s*$/.exec(text) ?? [];
  const name = first.toLowerCase() || 'status';
  if (!Object.hasOwn(COMMANDS, name)) throw unknownCommand(first);
  const command = COMMANDS[name as keyof typeof COMMANDS];
  const said = command.options === null ? { words: [], options: new Map<string, string>() } : wordsOf(rest);
  for (const option of said.options.keys())
    if (!(command.options as readonly string[]).includes(option))
      throw usage(`"--${option}" is not known here.${meant(option, command.options ?? [], '--')}`, command.usage);
  return command.read({ ...said, rest }, context);
}

function readStatus({ words }: Words, context: Context): Said {
  const [name, ...more] = words;
  if (more.length > 0) throw usage('That is more than one incident.', COMMANDS.status.usage);
  return { kind: 'status', incident: name === undefined ? context.here : incidentNamed(name, context, 'status') };
}

function readOpen({ words, options }: Words): Said {
  return {
    kind: 'open',
    title: words.join(' ').trim() || null,
    playbook: options.get('playbook') || null,
    system: options.get('system') || null,
    severity: options.has('severity') ? severityNamed(options.get('severity') ?? '', 'open') : null,
  };
}

/** `147 1 deny because …`; in an incident's own channel `1 approve` or `approve`; alone: what waits. */
function readDecide({ words, options }: Words, context: Context): Said {
  const isName = (word: string | undefined) => word !== undefined && readIncidentName(word, context.now) !== null;
  const numbers = words.slice(0, isName(words[0]) ? (isName(words[1]) ? 2 : 1) : 0);
  const [answer = null, ...more] = words.slice(numbers.length);
  const reason = [...more, options.get('reason') ?? ''].join(' ').trim() || null;
  const [first, second] = numbers;
  if (first === undefined) return { kind: 'decide', incident: context.here, number: null, answer, reason };
  if (second !== undefined) {
    if (!/^\d+$/.test(second)) throw usage(`"${second}" is not the number of a question.`, COMMANDS.decide.usage);
    const incident = incidentNamed(first, context, 'decide');
    return { kind: 'decide', incident, number: Number(second), answer, reason };
  }
  // One number: in an incident's own channel it can only be a question.
  if (context.here !== null && /^\d+$/.test(first))
    return { kind: 'decide', incident: context.here, number: Number(first), answer, reason };
  return { kind: 'decide', incident: incidentNamed(first, context, 'decide'), number: null, answer, reason };
}

function readNote({ rest }: { rest: string }, context: Context): Said {
  const [, first = '', after = ''] = /^(\S*)\s*([\s\S]*)$/.exec(rest) ?? [];
  // In its own channel a note may begin with a number: only the full name is another incident then.
  const named = context.here === null || /^(inc|ex)-/i.test(first) ? readIncidentName(first, context.now) : null;
  const text = unquoted((named === null ? rest : after).trim()) || null;
  return { kind: 'note', incident: named ?? hereOr(context, 'note'), text };
}

function readRole({ words }: Words, context: Context): Said {
  const { incident, rest } = incidentFirst(words, context, 'role');
  const assignee = rest.at(-1);
  const role = rest.slice(0, -1).join('-').toLowerCase();
  if (assignee === undefined || role === '') throw usage('Say which role, and who.', COMMANDS.role.usage);
  return { kind: 'role', incident, role, assignee };
}

function readSeverity({ words, options }: Words, context: Context): Said {
  const { incident, rest } = incidentFirst(words, context, 'severity');
  const [named, ...more] = rest;
  if (named === undefined) throw usage('Say which severity: sev1, sev2, sev3 or sev4.', COMMANDS.severity.usage);
  const severity = severityNamed(named, 'severity');
  const reason = [...more, options.get('reason') ?? ''].join(' ').trim();
  if (reason === '') throw usage('Say why: it goes on the timeline.', COMMANDS.severity.usage);
  return { kind: 'severity', incident, severity, reason };
}

type Name = keyof typeof COMMANDS;

function incidentFirst(words: readonly string[], context: Context, command: Name) {
  const [first = '', ...rest] = words;
  const named = readIncidentName(first, context.now);
  return named === null ? { incident: hereOr(context, command), rest: [...words] } : { incident: named, rest };
}

function incidentNamed(text: string, context: Context, command: Name): string {
  const id = readIncidentName(text, context.now);
  if (id === null)
    throw usage(`"${text}" is not an incident. Write INC-2026-0147, or 147 for this year's.`, COMMANDS[command].usage);
  return id;
}

function hereOr({ here }: Context, command: Name): string {
  if (here !== null) return here;
  throw usage("Say which incident: it may be left out in an incident's own channel only.", COMMANDS[command].usage);
}

function severityNamed(text: string, command: Name): Severity {
  const plain = text.trim().toLowerCase().replace(/[\s-]/g, '');
  const severity = Severity.safeParse(/^[1-4]$/.test(plain) ? `sev${plain}` : plain);
  if (severity.success) return severity.data;
  throw usage(`"${text}" is not a severity: sev1, sev2, sev3 or sev4.`, COMMANDS[command].usage);
}

const unknownCommand = (name: string): Problem =>
  new Problem({
    status: 422,
    code: 'usage',
    message: `"${name}" is not a command of Tocsin.${meant(name, Object.keys(COMMANDS))}`,
    notDone: 'Nothing was done.',
    next: `${COMMAND} help shows what there is.`,
  });
