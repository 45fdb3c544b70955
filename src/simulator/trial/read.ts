import type { BusinessCalendar } from '../../capabilities/business-time.ts';
import { type Diagnostic, sortDiagnostics } from '../../playbook/diagnostics.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { Plan } from '../../playbook/plan.ts';
import { type Key, readYaml, type YamlSource } from '../../playbook/yaml.ts';
import { validate } from '../../playbook/zod-issues.ts';
import { answersTo, flatReplies } from './replies.ts';
import { type Given, ScenarioFile, SILENCE } from './scenario.ts';
import { StepNames } from './step-names.ts';

/** What scenarios may name besides the steps of their playbook. */
export type Cast = {
  people: readonly { id: string; roles: readonly string[] }[];
  systems: Readonly<Record<string, { versions: readonly string[]; lastKnownGood: string | null }>>;
  roles: readonly string[];
  contacts: readonly string[];
  capabilities: readonly string[];
  /** When people work, as the inventory says. */
  calendar: BusinessCalendar | null;
};

/** The name of the playbook that a file of scenarios is about, when it can be told. */
export function playbookOf(text: string, file: string): string | null {
  const { value } = readYaml(text, file);
  const named = value && typeof value === 'object' && !Array.isArray(value) ? value.playbook : null;
  return typeof named === 'string' ? named : null;
}

/** Reads a file of scenarios and checks every name in it. `file` is null when anything is wrong. */
export function readScenarios(
  text: string,
  file: string,
  plan: Plan,
  cast: Cast,
): { file: ScenarioFile | null; diagnostics: Diagnostic[] } {
  const source = readYaml(text, file);
  const { value, diagnostics } = validate(ScenarioFile, source);
  if (!value) return { file: null, diagnostics: sortDiagnostics(diagnostics) };
  const checker = new Checker(source, plan, cast);
  checker.file(value);
  return { file: checker.found.length > 0 ? null : value, diagnostics: sortDiagnostics(checker.found) };
}

class Checker {
  readonly found: Diagnostic[] = [];
  readonly #source: YamlSource;
  readonly #plan: Plan;
  readonly #cast: Cast;
  readonly #steps: StepNames;
  readonly #rules: ReadonlySet<string>;

  constructor(source: YamlSource, plan: Plan, cast: Cast) {
    this.#source = source;
    this.#plan = plan;
    this.#cast = cast;
    this.#steps = new StepNames(plan);
    this.#rules = new Set(this.#steps.every().flatMap((step) => (step.kind === 'oblige' ? [step.rule.id] : [])));
  }

  file({ playbook, given, scenarios }: ScenarioFile): void {
    if (playbook !== this.#plan.playbook)
      this.#name(playbook, [this.#plan.playbook], 'playbook', ['playbook'], 'file-name');
    if (given) this.#given(given, ['given']);
    if (Object.keys(scenarios).length === 0) this.#report(['scenarios'], 'value', 'at least one scenario belongs here');
    for (const [name, scenario] of Object.entries(scenarios)) this.#scenario(scenario, ['scenarios', name]);
  }

  #scenario(scenario: ScenarioFile['scenarios'][string], at: Key[]): void {
    if (scenario.given) this.#given(scenario.given, [...at, 'given']);
    for (const [name, replies] of Object.entries(scenario.answers ?? {})) {
      const place = [...at, 'answers', name];
      const step = this.#step(name, place, true);
      if (step && step.kind !== 'ask') this.#report(place, 'no-question', `"${name}" is no question`, true);
      if (step?.kind !== 'ask') continue;
      const options = [...answersTo(step), SILENCE];
      for (const reply of Array.isArray(replies) ? replies : [replies]) this.#reply(reply, options, step.form, place);
    }
    for (const name of Object.keys(scenario['when-failed'] ?? {})) this.#step(name, [...at, 'when-failed', name], true);
    for (const [i, said] of (scenario.said ?? []).entries()) {
      const place = [...at, 'said', i];
      if (said.once !== undefined) this.#step(said.once, [...place, 'once']);
      if (said.person !== undefined) this.#person(said.person, [...place, 'person']);
      if ('given' in said) this.#name(said.given, this.#rules, 'rule of this playbook', [...place, 'given']);
      if ('not-due' in said) this.#name(said['not-due'], this.#rules, 'rule of this playbook', [...place, 'not-due']);
    }
    this.#expect(scenario.expect, [...at, 'expect']);
  }

  #reply(
    reply: NonNullable<Parameters<typeof flatReplies>[0]>,
    options: string[],
    form: readonly { id: string }[] | undefined,
    at: Key[],
  ): void {
    const fields = (form ?? []).map(({ id }) => id);
    if (typeof reply === 'object' && 'votes' in reply)
      for (const who of Object.keys(reply.votes))
        this.#name(who, [...this.#cast.roles, ...this.#cast.people.map(({ id }) => id)], 'role or person', at);
    for (const { answer, form: filled } of flatReplies(reply)) {
      this.#name(answer, options, 'answer', at);
      for (const field of Object.keys(filled ?? {})) this.#name(field, fields, 'field of the form', at);
    }
  }

  #given(given: Given, at: Key[]): void {
    const { systems, people, capabilities } = this.#cast;
    if (given.system !== undefined) this.#name(given.system, Object.keys(systems), 'AI system', [...at, 'system']);
    if (given.requester !== undefined)
      this.#name(
        given.requester,
        people.map(({ id }) => id),
        'person',
        [...at, 'requester'],
      );
    for (const name of Object.keys(given.inputs ?? {}))
      this.#name(name, Object.keys(this.#plan.inputs), 'input', [...at, 'inputs', name]);
    for (const [i, fault] of (given.faults ?? []).entries()) {
      this.#name(fault.act, capabilities, 'capability', [...at, 'faults', i, 'act']);
      if (fault.step !== undefined) this.#step(fault.step, [...at, 'faults', i, 'step']);
    }
    const { versions, ...world } = given.world ?? {};
    if (versions)
      for (const key of ['serving', 'lastKnownGood'] as const) {
        const version = world[key];
        if (version !== undefined) this.#name(version, Object.keys(versions), 'version', [...at, 'world', key]);
      }
  }

  #expect(expect: ScenarioFile['scenarios'][string]['expect'], at: Key[]): void {
    if (Object.keys(expect).length === 0)
      this.#report(at, 'value', 'a scenario that expects nothing proves nothing; say at least how it ends');
    for (const key of ['acts', 'acts-in-any-order', 'no-acts'] as const)
      for (const [i, name] of (expect[key] ?? []).entries()) this.#act(name, [...at, key, i]);
    for (const key of STEP_LISTS)
      for (const [i, name] of (expect[key] ?? []).entries()) {
        const step = this.#step(name, [...at, key, i]);
        // What is no question is never asked, whatever happens.
        if (key === 'not-asked' && step && step.kind !== 'ask')
          this.#report([...at, key, i], 'no-question', `"${name}" is no question`);
      }
    for (const key of ['asked', 'decided', 'done-within'] as const)
      for (const name of Object.keys(expect[key] ?? {})) this.#step(name, [...at, key, name], true);
    for (const [name, roles] of Object.entries(expect.asked ?? {}))
      for (const [i, role] of roles.entries()) this.#name(role, this.#cast.roles, 'role', [...at, 'asked', name, i]);
    for (const rule of Object.keys(expect.duties ?? {}))
      this.#name(rule, this.#rules, 'rule of this playbook', [...at, 'duties', rule]);
    const { roles, contacts, people } = this.#cast;
    const known = ['stakeholders', 'webhook', ...roles, ...contacts, ...people.map(({ id }) => id)];
    for (const [i, { to }] of (expect.mails ?? []).entries())
      this.#name(to, known, 'recipient', [...at, 'mails', i, 'to']);
    for (const [i, { to }] of (expect['no-mails'] ?? []).entries())
      this.#name(to, known, 'recipient', [...at, 'no-mails', i, 'to']);
  }

  /** A capability, or a step that uses one: of any other step it would always be true that it did not act. */
  #act(name: string, at: Key[]): void {
    if (name.includes('.')) {
      this.#name(name, this.#cast.capabilities, 'capability', at);
      return;
    }
    const step = this.#step(name, at);
    if (step && step.kind !== 'do' && step.kind !== 'say')
      this.#report(at, 'no-act', `"${name}" is no act: it uses no capability`);
  }

  #step(name: string, at: Key[], key = false) {
    const found = this.#steps.find(name);
    if ('path' in found) return this.#steps.step(found.path);
    this.#report(at, 'unknown-step', found.fault, key, found.suggestion);
    return undefined;
  }

  #person(id: string, at: Key[]): void {
    this.#name(
      id,
      this.#cast.people.map((person) => person.id),
      'person',
      at,
    );
  }

  #name(name: string, known: Iterable<string>, what: string, at: Key[], code = 'unknown-name'): void {
    const names = [...known];
    if (!names.includes(name)) this.#report(at, code, `unknown ${what} "${name}"`, false, didYouMean(name, names));
  }

  #report(path: Key[], code: string, message: string, key = false, suggestion?: string): void {
    this.found.push({
      ...this.#source.place(path, { key }),
      severity: 'error',
      code,
      message,
      ...(suggestion !== undefined && { suggestion }),
    });
  }
}

const STEP_LISTS = [
  'undone',
  'done',
  'skipped',
  'failed',
  'not-reached',
  'not-asked',
  'escalated',
  'by-silence',
] as const;
