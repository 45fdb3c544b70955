import { FailureAnswer } from '../../incident/decision.ts';
import { type Diagnostic, hasErrors, type Place, sortDiagnostics } from '../../playbook/diagnostics.ts';
import { everyPlanStep, type Plan } from '../../playbook/plan.ts';
import { readYaml } from '../../playbook/yaml.ts';
import { validate } from '../../playbook/zod-issues.ts';
import {
  answersOf,
  type Checking,
  checkCapability,
  checkFaults,
  checkTimes,
  type Ground,
  known,
  type ScriptDraft,
} from './checking.ts';
import { compileLength } from './compile.ts';
import { conditionEnvironment, conditionNames } from './conditions.ts';
import { checkExpectations } from './expectations.ts';
import { checkInjects } from './injects.ts';
import { PERSONAS } from './personas.ts';
import { SimulationSource } from './source.ts';

/**
 * Checks a simulation and compiles it for each of its lengths, by their names. All problems are reported at once; there are scripts
 * exactly when none of them is an error.
 */
export function checkSimulation(
  text: string | Uint8Array,
  file: string,
  ground: Ground,
): { diagnostics: Diagnostic[]; scripts: Record<string, ScriptDraft> | null } {
  const source = readYaml(text, file);
  const { value, diagnostics } = validate(SimulationSource, source);
  if (!value) return { diagnostics: sortDiagnostics(diagnostics), scripts: null };
  const found: Diagnostic[] = [];
  const report: Checking['report'] = (path, code, message, { suggestion, severity = 'error', ...where } = {}) => {
    const place: Place = source.place(path, where);
    found.push({ ...place, severity, code, message, ...(suggestion !== undefined && { suggestion }) });
  };
  const named = { systems: Object.keys(value.world.systems), injects: value.injects.map(({ id }) => id) };
  const checking: Checking = {
    source,
    value,
    ground,
    plan: ground.playbooks.includes(value.playbook) ? ground.planOf(value.playbook) : null,
    conditions: { environment: conditionEnvironment(named), names: conditionNames(named) },
    report,
  };
  checkHead(checking);
  checkWorld(checking);
  checkPeople(checking);
  checkInjects(checking);
  checkExpectations(checking);
  const problems = sortDiagnostics(found);
  if (hasErrors(problems)) return { diagnostics: problems, scripts: null };
  const scripts = Object.keys(value.lengths).map((length) => [length, compileLength(value, length, ground)] as const);
  return { diagnostics: problems, scripts: Object.fromEntries(scripts) };
}

function checkHead(checking: Checking): void {
  const { value, ground, report } = checking;
  if (known(checking, 'playbook', value.playbook, ground.playbooks, ['playbook']) && !checking.plan)
    report(['playbook'], 'broken-playbook', `playbook "${value.playbook}" has errors; check it first`);
  if (Object.keys(value.lengths).length === 0) report(['lengths'], 'missing-key', 'say at least one length');
  if (Object.keys(value.objectives).length === 0) report(['objectives'], 'missing-key', 'say at least one objective');
  for (const objective of Object.keys(value.objectives))
    if (!value.expectations.some((one) => one.objective === objective && one.gate !== 'timely' && !one.never))
      report(['objectives', objective], 'unshown', `no expectation can show that "${objective}" is achieved`, {
        key: true,
      });
  if (Number.isNaN(Date.parse(value.starts))) report(['starts'], 'value', `${value.starts} is no moment`);
}

function checkWorld(checking: Checking): void {
  const { value, ground, report } = checking;
  const { systems, takes = {}, faults = [] } = value.world;
  if (Object.keys(systems).length === 0) report(['world', 'systems'], 'missing-key', 'say at least one AI system');
  for (const [id, system] of Object.entries(systems)) {
    const at = ['world', 'systems', id];
    const versions = Object.keys(system.versions);
    known(checking, 'version', system.serving, versions, [...at, 'serving']);
    known(checking, 'version', system['last-known-good'], versions, [...at, 'last-known-good']);
    if (system.like !== undefined)
      known(checking, 'AI system', system.like, Object.keys(ground.systems), [...at, 'like']);
    else
      for (const key of ['name', 'tier', 'owner'] as const)
        if (system[key] === undefined)
          report(
            at,
            'missing-key',
            `"${key}" is missing: the system is invented, so say it, or say which one it is like`,
            {
              key: true,
            },
          );
  }
  for (const name of Object.keys(takes)) checkCapability(checking, name, ['world', 'takes', name], { key: true });
  checkFaults(checking, faults, ['world', 'faults']);
}

function checkPeople(checking: Checking): void {
  const { value, plan, report } = checking;
  const personas = [...PERSONAS.map(({ id }) => id), ...Object.keys(value.personas ?? {})];
  for (const [role, player] of Object.entries(value.players))
    if (player.persona !== undefined)
      known(checking, 'persona', player.persona, personas, ['players', role, 'persona']);
  for (const [i, { role, from, until }] of (value.away ?? []).entries()) {
    known(checking, 'role', role, Object.keys(value.players), ['away', i, 'role']);
    checkTimes(checking, from, ['away', i, 'from'], undefined);
    checkTimes(checking, until, ['away', i, 'until'], undefined);
  }
  if (!plan) return;
  const asked = new Set(
    [...everyPlanStep(plan)].flatMap((step) => (step.kind === 'ask' ? step.by.map(({ role }) => role) : [])),
  );
  const missing = [...asked].filter((role) => !Object.hasOwn(value.players, role));
  if (missing.length > 0)
    report(['players'], 'empty-seat', `${plan.playbook} asks ${missing.join(', ')}, and no player has that seat`, {
      key: true,
    });
  checkAnswers(checking, plan);
}

/** What a wise bot answers: to the question that a step asks, or about its failure where it acts. */
function checkAnswers(checking: Checking, plan: Plan): void {
  const answering = new Map<string, readonly string[]>();
  for (const step of everyPlanStep(plan)) {
    if (step.kind === 'ask') answering.set(step.path, answersOf(step));
    if (step.kind === 'do') answering.set(step.path, FailureAnswer.options);
  }
  for (const [path, answer] of Object.entries(checking.value.answers ?? {}))
    if (known(checking, 'question', path, answering.keys(), ['answers', path], { key: true }))
      known(checking, 'answer', answer, answering.get(path) ?? [], ['answers', path]);
}
