import type { Command } from 'commander';
import { readField } from '../../incident/form.ts';
import type { JsonObject } from '../../incident/json.ts';
import { plainText } from '../../incident/phrases.ts';
import type { IncidentView } from '../../incident/view.ts';
import { didYouMean } from '../../playbook/names.ts';
import { also, type Cli, examples, incidentArgument, incidentPath, jsonArgument } from './context.ts';
import { CliError, EXIT } from './io.ts';

/** `tocsin decide`: shows what an approve will do, and asks, before it counts. */
export function decideCommand(program: Command, cli: Cli): void {
  program
    .command('decide')
    .argument('<incident>', 'INC-2026-0147, or 147')
    .argument('<question>', 'its number')
    .argument(
      '<answer>',
      'approve, deny; done or not-done for a task; an option of the question; for a failed step retry, skip, take-over, stop, unwind',
    )
    .option('--reason <text>', 'why; needed for all but approve, done and retry')
    .option('--outputs <json>', 'for skip and take-over: the outputs of the step')
    .option('--set <field=value>', 'fill in a field of the question’s form; once for each field', also)
    .option('--yes', 'approve disruptive and irreversible acts without being asked again')
    .description('answer a question')
    .addHelpText(
      'after',
      examples(
        'tocsin decide 147 1 approve',
        'tocsin decide 147 1 deny --reason "Payouts run at three"',
        'tocsin decide 147 3 done',
        'tocsin decide 147 2 approve --set aware-at=2026-11-19T03:22Z --set personal-data=yes',
      ),
    )
    .action(async (given: string, number: string, answer: string, options: DecideOptions, command: Command) => {
      const id = incidentArgument(cli.io, given);
      if (!/^\d+$/.test(number))
        throw new CliError(EXIT.usage, `"${number}" is not the number of a question.`, `tocsin incident show ${id}`);
      const path = `${incidentPath(id)}/decisions/${number}`;
      const body = {
        answer,
        ...(options.reason ? { reason: options.reason } : {}),
        ...(options.outputs ? { outputs: jsonArgument(options.outputs, '--outputs') } : {}),
        ...(options.set ? { outputs: await answersGiven(cli, id, Number(number), options.set) } : {}),
      };
      const send = (confirm: boolean) => cli.client().post<{ outcome?: string }>(path, { ...body, confirm });
      const result = await confirmed(cli, send, options.yes === true);
      cli.show(command, result, () =>
        result.outcome
          ? `Decided: ${result.outcome}.`
          : 'Recorded. The question needs more answers before it is decided.',
      );
    });
}

type DecideOptions = { reason?: string; outputs?: string; set?: string[]; yes?: boolean };

/** `field=value` in the types of the question's form. */
async function answersGiven(cli: Cli, id: string, number: number, given: readonly string[]): Promise<JsonObject> {
  const view = await cli.client().get<IncidentView>(incidentPath(id));
  const form = view.decisions.find(({ question }) => question.number === number)?.question.form ?? [];
  const fields = form.map((field) => field.id);
  const answers: JsonObject = {};
  for (const pair of given) {
    const [, name = pair, value] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    const field = form.find((one) => one.id === name);
    if (value === undefined) throw new CliError(EXIT.usage, `--set ${pair}: write it as field=value.`, '');
    if (!field) {
      const meant = didYouMean(name, fields);
      const next = meant ? `Did you mean ${meant}?` : `Its fields: ${fields.join(', ') || 'none'}.`;
      throw new CliError(EXIT.usage, `Question ${number} has no field "${name}".`, next);
    }
    answers[name] = readField(field, value);
  }
  return answers;
}

async function confirmed<T>(cli: Cli, send: (confirm: boolean) => Promise<T>, yes: boolean): Promise<T> {
  if (yes) return send(true);
  try {
    return await send(false);
  } catch (error) {
    if (!(error instanceof CliError) || error.problem?.code !== 'confirm') throw error;
    if (!cli.io.interactive)
      throw new CliError(
        error.exit,
        error.message,
        'Your answer was not taken. Say it again with --yes.',
        error.problem,
      );
    cli.io.err(`${plainText(error.message)}\n`);
    const said = (await cli.io.ask('Approve this? Type yes: ')).trim().toLowerCase();
    if (said !== 'yes') throw new CliError(EXIT.refused, 'Not approved: you did not confirm.', 'Nothing was done.');
    return send(true);
  }
}
