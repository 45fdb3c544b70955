import { type Command, Option } from 'commander';
import { roleInWords, seatsInWords } from '../../incident/decision.ts';
import { timeIn } from '../../incident/exercise-clock.ts';
import type { Measures } from '../../incident/measures.ts';
import { plainText } from '../../incident/phrases.ts';
import { severityLabel } from '../../incident/severity.ts';
import type { DecisionView, IncidentView, StepView } from '../../incident/view.ts';
import { openDecisions } from '../../incident/view.ts';
import { earlyInWords } from '../../incident/wording.ts';
import { leftWords, openDuties } from '../model/duties.ts';
import { measureLines } from '../model/measures.ts';
import { type Cli, examples, incidentArgument, incidentPath, jsonArgument } from './context.ts';
import { dutyCommands } from './duties.ts';
import { addPlaybookCommand, planLines, type ShownPlan } from './incident-plans.ts';
import { paint, table, when } from './print.ts';

type Summary = {
  id: string;
  title: string;
  status: string;
  paused: boolean;
  severity: IncidentView['severity'];
  mode: IncidentView['mode'];
  system: string | null;
  openQuestions: number;
  openedAt: number;
};

const severities = new Option('--severity <severity>', 'how bad it is').choices(['sev1', 'sev2', 'sev3', 'sev4']);

export function incidentCommands(program: Command, cli: Cli): void {
  const incident = program.command('incident').description('open, read and command incidents');
  listing(incident, cli);
  opening(incident, cli);
  telling(incident, cli);
  addPlaybookCommand(incident, cli);
  dutyCommands(incident, cli);
}

function listing(incident: Command, cli: Cli): void {
  incident
    .command('list')
    .description('list incidents, newest first')
    .option('--status <status>', 'open, resolved, closed; several joined by commas', 'open,resolved')
    .option('--all', 'closed ones too')
    .addHelpText('after', examples('tocsin incident list', 'tocsin incident list --all --json'))
    .action(async (options: { status: string; all?: boolean }, command: Command) => {
      const query = options.all ? '' : `?status=${encodeURIComponent(options.status)}`;
      const found = await cli.client().get<{ incidents: Summary[] }>(`/api/incidents${query}`);
      cli.show(command, found, () => listText(cli, found.incidents));
    });

  incident
    .command('show')
    .argument('<incident>', 'INC-2026-0147, or 147')
    .description('show where an incident stands and what it waits for')
    .addHelpText('after', examples('tocsin incident show INC-2026-0147', 'tocsin incident show 147 --json'))
    .action(async (given: string, _: unknown, command: Command) => {
      const view = await cli.client().get<Shown>(incidentPath(incidentArgument(cli.io, given)));
      cli.show(command, view, () => viewText(cli, view));
    });
}

function listText(cli: Cli, incidents: Summary[]): string {
  if (incidents.length === 0) return 'All quiet: no such incident.';
  const rows = incidents.map((one) => [
    one.id,
    severityLabel(one.severity),
    one.paused ? `${one.status}, paused` : one.status,
    one.openQuestions > 0 ? `${one.openQuestions} to decide` : '-',
    one.system ?? '-',
    when(one.openedAt, cli.io.now()),
    one.mode === 'exercise' ? `EXERCISE: ${one.title}` : one.title,
  ]);
  return table(cli.io, ['INCIDENT', 'SEVERITY', 'STATUS', 'WAITS', 'SYSTEM', 'OPENED', 'TITLE'], rows);
}

type Shown = IncidentView & { measures: Measures; plans: ShownPlan[] };

function viewText(cli: Cli, view: Shown): string {
  const { bold } = paint(cli.io);
  // In a drill it is the scenario's time.
  const now = timeIn(view, cli.io.now());
  const facts = [
    ['Severity', severityLabel(view.severity)],
    ['Status', `${view.status}${view.paused ? ', paused' : ''}${view.unwinding ? ', being undone' : ''}`],
    ['System', view.system ? `${view.system.name} (${view.system.id})` : 'none named'],
    ...(view.plans.length > 0 ? [] : [['Playbook', 'none']]),
    ['Opened', when(view.openedAt, now)],
    ...(view.mode === 'live' ? [] : [['Mode', view.mode === 'exercise' ? 'EXERCISE' : 'simulated inventory']]),
    ...Object.entries(view.roles).map(([role, person]) => [roleInWords(role), person]),
  ];
  const open = openDecisions(view);
  const steps = Object.entries(view.steps).map(([path, step]) => [
    path,
    step.status,
    step.error?.message ?? waitText(step, now),
  ]);
  return [
    bold(`${view.id}  ${plainText(view.title)}`),
    ...facts.map(([name, value]) => `  ${(name ?? '').padEnd(20)}${plainText(value ?? '')}`),
    '',
    ...(open.length > 0
      ? open.flatMap((one) => questionText(cli, view.id, one, now))
      : ['Nobody has to decide anything now.']),
    ...dutyLines(cli, view, now),
    ...measureText(view.measures),
    ...planLines(cli, view.plans),
    ...(steps.length > 0 ? ['', table(cli.io, ['STEP', 'STATUS', ''], steps)] : []),
    ...view.warnings.map((warning) => `\nWarning: ${plainText(warning.message)}`),
  ].join('\n');
}

/** Of a step that waits: until when at the latest, and what ends it before. */
function waitText({ status, until, waitsFor }: StepView, now: number): string {
  if (status !== 'running' || until === undefined) return '';
  return waitsFor
    ? `until ${when(until, now)} at the latest; ends early ${earlyInWords(waitsFor)}`
    : `until ${when(until, now)}`;
}

function dutyLines(cli: Cli, view: IncidentView, now: number): string[] {
  const { act } = paint(cli.io);
  const open = openDuties([view], now).map((duty) => {
    const line = `Duty ${duty.number}, to tell ${plainText(duty.rule.whom)}: ${leftWords(duty, now)}`;
    return duty.state === 'overdue' ? act(line) : line;
  });
  return open.length === 0 ? [] : ['', ...open, `  tocsin incident duties ${view.id}`];
}

function measureText(measures: Measures): string[] {
  const known = measureLines(measures).filter(({ events }) => events.length > 0);
  const lines = known.map(({ title, value, note }) => `  ${title.padEnd(20)}${value}${note ? `, ${note}` : ''}`);
  return lines.length === 0 ? [] : ['', ...lines];
}

function questionText(cli: Cli, id: string, { question, votes }: DecisionView, now: number): string[] {
  const { soon } = paint(cli.io);
  const acts = question.acts.map((act) => {
    const undo = act.undo ? `undone by ${act.undo}` : 'cannot be undone';
    return `     ${act.title}${act.target ? ` (${act.target})` : ''}: ${act.risk}, ${undo}`;
  });
  return [
    soon(`${question.number}. ${plainText(question.question)}`),
    `     for ${seatsInWords(question.by)}, until ${when(question.until, now)}; if nobody answers: ${question.otherwise}`,
    ...(question.failure ? [`     ${plainText(question.failure.message)}`] : []),
    ...acts.map(plainText),
    ...(votes.length > 0 ? [`     so far: ${votes.map((vote) => `${vote.person} ${vote.answer}`).join(', ')}`] : []),
    ...Object.entries(question.labels ?? {}).map(([option, label]) => `     ${option}: ${plainText(label)}`),
    ...(question.form ?? []).map(
      (field) => `     --set ${field.id}=…  ${plainText(field.label)}${field.required ? '' : ' (optional)'}`,
    ),
    `     tocsin decide ${id} ${question.number} ${question.options.join('|')}`,
  ];
}

function opening(incident: Command, cli: Cli): void {
  incident
    .command('open')
    .argument('[title]', 'what is wrong, in a few words')
    .option('--playbook <name>', 'the playbook to run; without one, people take notes and decide by themselves')
    .option('--system <id>', 'the AI system it is about')
    .addOption(severities)
    .option('--inputs <json>', 'inputs of the playbook, as a JSON object')
    .option('--key <key>', 'makes a repeat harmless: the same key opens one incident')
    .description('open an incident')
    .addHelpText(
      'after',
      examples(
        'tocsin incident open "Odd answers about payouts" --system customer-assistant',
        'tocsin incident open --playbook supply-chain-tampered-artifact --system claims-triage --severity sev1',
      ),
    )
    .action(async (title: string | undefined, options: OpenOptions, command: Command) => {
      const { playbook, system, severity, inputs, key } = options;
      const given = inputs === undefined ? undefined : jsonArgument(inputs, '--inputs');
      const body = { title, playbook, system, severity, inputs: given };
      const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
      const opened = await cli.client().post<{ incident: string; created: boolean }>('/api/incidents', body, headers);
      cli.show(command, opened, () =>
        opened.created ? `${opened.incident} is open.` : `${opened.incident} was opened before, by the same key.`,
      );
    });
}

type OpenOptions = { playbook?: string; system?: string; severity?: string; inputs?: string; key?: string };
/** Commands that are one sentence to a running incident. */
function telling(incident: Command, cli: Cli): void {
  const tell = async (command: Command, given: string, name: string, body: unknown, done: string) => {
    const id = incidentArgument(cli.io, given);
    const result = await cli.client().post(`${incidentPath(id)}/${name}`, body);
    cli.show(command, result, () => `${id}: ${done}`);
  };
  const add = (name: string, description: string, example: string) =>
    incident
      .command(name)
      .argument('<incident>', 'INC-2026-0147, or 147')
      .description(description)
      .addHelpText('after', examples(`tocsin incident ${example}`));

  add('note', 'add a note to the timeline', 'note 147 "Registry logs are kept"')
    .argument('<text>')
    .action((id: string, text: string, _: unknown, command: Command) => tell(command, id, 'notes', { text }, 'noted.'));
  add('role', 'assign a role in this incident', 'role 147 incident-commander mara-lindqvist')
    .argument('<role>')
    .argument('<person>')
    .action((id: string, role: string, assignee: string, _: unknown, command: Command) =>
      tell(command, id, 'role', { role, assignee }, `${assignee} is ${roleInWords(role)}.`),
    );
  add('severity', 'change the severity', 'severity 147 sev1 --reason "Customers are affected"')
    .argument('<severity>', 'sev1, sev2, sev3 or sev4')
    .requiredOption('--reason <text>', 'why; it goes on the timeline')
    .action((id: string, severity: string, { reason }: Reason, command: Command) =>
      tell(command, id, 'severity', { severity, reason }, `severity is ${severity}.`),
    );
  const withReason = [
    ['pause', 'begin no further act; deadlines go on', 'paused.'],
    ['stand-down', 'stop the plan and undo what was done', 'standing down; what was done is being undone.'],
    ['reopen', 'open a resolved or closed incident again', 'open again.'],
  ] as const;
  for (const [name, description, done] of withReason)
    add(name, description, `${name} 147 --reason "…"`)
      .requiredOption('--reason <text>', 'why; it goes on the timeline')
      .action((id: string, { reason }: Reason, command: Command) => tell(command, id, name, { reason }, done));
  add('resume', 'go on after a pause', 'resume 147').action((id: string, _: unknown, command: Command) =>
    tell(command, id, 'resume', undefined, 'going on.'),
  );
  add('close', 'close a resolved incident', 'close 147').action((id: string, _: unknown, command: Command) =>
    tell(command, id, 'close', undefined, 'closed.'),
  );
  add('resolve', 'say that the harm is over', 'resolve 147 --summary "4.1.7 serves again, probed by traffic"')
    .requiredOption('--summary <text>', 'what ended the harm')
    .action((id: string, { summary }: { summary: string }, command: Command) =>
      tell(command, id, 'resolve', { summary }, 'resolved.'),
    );
  add('retry', 'try a failed step again', 'retry 147 isolate')
    .argument('[step]', 'path of the step; may be left out when only one failed')
    .option('--reason <text>')
    .action((id: string, step: string | undefined, { reason }: Partial<Reason>, command: Command) =>
      tell(command, id, 'retry', { step, reason }, 'trying again.'),
    );
  add('skip', 'skip a failed step', 'skip 147 isolate --reason "Isolated by hand at the gateway"')
    .argument('[step]', 'path of the step; may be left out when only one failed')
    .requiredOption('--reason <text>', 'why; it goes on the timeline')
    .option('--outputs <json>', 'outputs of the step, for the steps that need them')
    .action(
      (id: string, step: string | undefined, { reason, outputs }: Reason & { outputs?: string }, command: Command) =>
        tell(
          command,
          id,
          'skip',
          { step, reason, ...(outputs ? { outputs: jsonArgument(outputs, '--outputs') } : {}) },
          'skipped.',
        ),
    );
}

type Reason = { reason: string };
