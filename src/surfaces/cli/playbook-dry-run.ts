import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { contractOf } from '../../capabilities/contracts.ts';
import { FailureAnswer } from '../../incident/decision.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import { plainText } from '../../incident/phrases.ts';
import { type Inventory, personById } from '../../inventory/inventory.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { Plan, Step } from '../../playbook/plan.ts';
import { answersTo } from '../../simulator/trial/replies.ts';
import type { FailedReplies, Replies } from '../../simulator/trial/scenario.ts';
import { StepNames } from '../../simulator/trial/step-names.ts';
import { Problem } from '../problem.ts';
import { type DryRunReport, type DryRunRequest, dryRunOf } from '../trial/dry-run.ts';
import { type Cli, examples, jsonArgument } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { dryRunText } from './playbook-dry-run-text.ts';
import { type PlanOfFile, planNamed } from './playbook-named.ts';

type Options = {
  system?: string;
  as?: string;
  alert?: string;
  inputs?: string;
  deny: string[];
  silent: string[];
  choose: string[];
  fail: string[];
  assume: string[];
  inventory?: string;
};

const several = (one: string, before: string[]): string[] => [...before, one];

/** Plays a playbook against the inventory, and calls nothing. */
export function dryRunCommand(
  playbook: Command,
  cli: Cli,
  planOfFile: PlanOfFile,
  inventoryFor: (given: string | undefined) => Inventory,
): void {
  playbook
    .command('dry-run')
    .argument('<playbook>', 'a file, a name of playbooks/, or the name or hash of a published playbook')
    .option('--system <id>', 'the AI system it would run for; the first of the inventory if absent')
    .option('--as <person>', 'who reports it, and may not decide')
    .option('--alert <json>', 'the alert that opens it, in place of a person')
    .option('--inputs <json>', 'inputs of the playbook, as a JSON object')
    .option('--deny <step>', 'deny this question, or leave this task undone; all others are approved', several, [])
    .option('--silent <step>', 'nobody answers this question', several, [])
    .option('--choose <step=option>', 'the answer to a question with options of its own', several, [])
    .option('--fail <step>', 'its act fails once; STEP=retry, skip, take-over or unwind says what follows', several, [])
    .option('--assume <step.output=json>', 'what an act answers, in place of a made-up value', several, [])
    .option('--inventory <file>', 'the inventory to look into (TOCSIN_INVENTORY, else tocsin.yaml here or above)')
    .description('say what a playbook would call, whom it would ask and what is missing; calls nothing')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook dry-run playbooks/supply-chain-tampered-artifact.yaml --system claims-triage',
        'tocsin playbook dry-run supply-chain-tampered-artifact --system claims-triage --as tomas-okafor --deny reopen',
        'tocsin playbook dry-run supply-chain-tampered-artifact --fail validate=unwind',
        "tocsin playbook dry-run supply-chain-tampered-artifact --assume 'assess.signatureValid=false' --json",
      ),
    )
    .action(async (given: string, options: Options, command: Command) => {
      const inventory = inventoryFor(options.inventory);
      const local = join('playbooks', `${given}.yaml`);
      const isLocal = /^[a-z0-9-]+$/.test(given) && existsSync(resolve(cli.io.cwd, local));
      const plan = await planNamed(cli, isLocal ? local : given, fromOf(options), planOfFile);
      const report = await reported(plan, inventory, requestOf(plan, inventory, options, cli.io.now()));
      cli.show(command, report, () => dryRunText(cli, report, inventory));
      const { length } = report.problems;
      if (length > 0)
        throw new CliError(EXIT.failure, `${length === 1 ? 'One thing is' : `${length} things are`} in the way.`);
    });
}

const fromOf = ({ inventory }: Options) => (inventory === undefined ? {} : { inventory });

async function reported(plan: Plan, inventory: Inventory, request: DryRunRequest): Promise<DryRunReport> {
  try {
    return await dryRunOf(plan, inventory, request);
  } catch (error) {
    if (error instanceof Problem) throw new CliError(EXIT.refused, error.message, error.next);
    throw error;
  }
}

function requestOf(plan: Plan, inventory: Inventory, options: Options, now: number): DryRunRequest {
  const steps = new StepNames(plan);
  if (options.as !== undefined && !personById(inventory, options.as))
    throw unknown(
      'person',
      options.as,
      inventory.people.map(({ id }) => id),
    );
  const alert = options.alert === undefined ? null : (jsonArgument(options.alert, '--alert') as JsonObject);
  const system = options.system ?? (alert ? null : (inventory.systems[0]?.id ?? null));
  if (system !== null && !inventory.systems.some(({ id }) => id === system))
    throw unknown(
      'AI system',
      system,
      inventory.systems.map(({ id }) => id),
    );
  const { fails, answered } = failsOf(steps, options.fail);
  return {
    system,
    alert,
    inputs: options.inputs === undefined ? {} : (jsonArgument(options.inputs, '--inputs') as JsonObject),
    requester: options.as ?? null,
    severity: null,
    answers: { answers: answersOf(steps, options), 'when-failed': answered },
    fails,
    assume: assumeOf(steps, options.assume),
    now,
  };
}

function answersOf(steps: StepNames, { deny, silent, choose }: Options): Record<string, Replies> {
  const answers: Record<string, Replies> = {};
  for (const name of silent) answers[question(steps, name, '--silent').path] = 'silence';
  for (const name of deny) {
    const step = question(steps, name, '--deny');
    if (optionsOf(step))
      throw new CliError(EXIT.usage, `${name} has options of its own.`, `Say --choose ${name}=OPTION`);
    answers[step.path] = step.kind === 'ask' && step.task ? 'not-done' : 'deny';
  }
  for (const text of choose) {
    const [name, option] = halves(text, '--choose', 'STEP=OPTION');
    const step = question(steps, name, '--choose');
    const known = step.kind === 'ask' ? answersTo(step) : [];
    if (!known.includes(option)) throw unknown('option', option, known);
    answers[step.path] = option;
  }
  return answers;
}

const optionsOf = (step: Step): string[] | null =>
  step.kind === 'ask' ? (step.options?.map(({ id }) => id) ?? null) : null;

function failsOf(steps: StepNames, fail: readonly string[]) {
  const fails = new Set<string>();
  const answered: Record<string, FailedReplies> = {};
  for (const text of fail) {
    const [name = '', answer] = text.split('=');
    const step = stepNamed(steps, name);
    if (step.kind !== 'do' && step.kind !== 'say')
      throw new CliError(EXIT.usage, `--fail ${name}: that step uses no capability that could fail.`);
    fails.add(step.path);
    if (answer === undefined) continue;
    const parsed = FailureAnswer.safeParse(answer);
    if (!parsed.success) throw unknown('answer to a failed step', answer, FailureAnswer.options);
    answered[step.path] = parsed.data;
  }
  return { fails, answered };
}

function assumeOf(steps: StepNames, assume: readonly string[]): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const text of assume) {
    const [place, value] = halves(text, '--assume', 'STEP.OUTPUT=JSON');
    const dot = place.lastIndexOf('.');
    if (dot < 1) throw new CliError(EXIT.usage, `--assume ${text}: write STEP.OUTPUT=JSON.`);
    const step = stepNamed(steps, place.slice(0, dot));
    const output = place.slice(dot + 1);
    const contract = step.kind === 'do' ? contractOf(step.use.capability) : undefined;
    const field = contract?.output.shape[output];
    if (!contract || !field) throw unknown(`output of ${step.id}`, output, Object.keys(contract?.output.shape ?? {}));
    // What is no JSON of that type stands for itself: nobody wants to quote a version twice.
    const meant = [readJson(value), value].find(
      (one) => contract.output.partial().safeParse({ [output]: one }).success,
    );
    if (meant === undefined)
      throw new CliError(EXIT.usage, `--assume ${text}: ${value} is not what ${output} of ${step.id} can be.`);
    found.set(step.path, { ...found.get(step.path), [output]: meant });
  }
  return found;
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function halves(text: string, option: string, form: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new CliError(EXIT.usage, `${option} ${text}: write ${form}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function stepNamed(steps: StepNames, name: string): Step {
  const found = steps.find(name);
  const step = 'path' in found ? steps.step(found.path) : undefined;
  if (step) return step;
  const { fault, suggestion } = 'fault' in found ? found : { fault: `unknown step "${name}"`, suggestion: undefined };
  throw new CliError(
    EXIT.usage,
    plainText(`${fault}.`),
    suggestion === undefined ? null : `Did you mean "${suggestion}"?`,
  );
}

function question(steps: StepNames, name: string, option: string): Step {
  const step = stepNamed(steps, name);
  if (step.kind === 'ask') return step;
  throw new CliError(EXIT.usage, `${option} ${name}: that step asks nothing.`);
}

function unknown(what: string, name: string, known: readonly string[]): CliError {
  const near = didYouMean(name, known);
  const next = near === undefined ? `Known: ${known.join(', ') || 'none'}.` : `Did you mean "${near}"?`;
  return new CliError(EXIT.usage, plainText(`unknown ${what} "${name}".`), next);
}
