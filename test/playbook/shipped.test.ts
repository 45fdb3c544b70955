import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { hashPlan } from '../../src/playbook/hash.ts';
import { checkLibrary, loadPlaybooks, readLibrary } from '../../src/playbook/library.ts';
import { everyPlanStep, Plan } from '../../src/playbook/plan.ts';

const surroundings = surroundingsOf(loadInventory('tocsin.yaml'));

const usedBy = (plan: Plan): string[] =>
  [...everyPlanStep(plan)].flatMap((step) =>
    step.kind === 'do' ? [step.use, step.prove, step.undo].flatMap((use) => (use ? [use.capability] : [])) : [],
  );

describe('docs/library.md', () => {
  const page = readFileSync('docs/library.md', 'utf8');

  it('lists every shipped playbook with the alerts that open it', () => {
    const kinds = (plan: Plan) => [...(plan.opensOn ?? '').matchAll(/"([^"]+)"/g)].map(([, kind]) => `\`${kind}\``);
    const listed = [...page.matchAll(/^\| `([a-z-]+)` \|.*$/gm)].map(([row, name]) => [name, row] as const);
    const plans = loadPlaybooks('playbooks', surroundings);
    expect(listed.map(([name]) => name).sort()).toEqual(plans.map((plan) => plan.playbook));
    for (const plan of plans)
      for (const kind of kinds(plan)) expect(new Map(listed).get(plan.playbook)).toContain(kind);
  });

  it('says of exactly those that real systems can serve them which need no more than that', () => {
    const real = (plan: Plan) =>
      usedBy(plan).every((capability) => ['model', 'notify'].includes(capability.split('.')[0] ?? ''));
    const [, said = ''] = /^Real systems can serve all that these need today: ([^.]*)\./m.exec(page) ?? [];
    const plans = loadPlaybooks('playbooks', surroundings).filter(real);
    expect([...said.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)).toEqual(plans.map(({ playbook }) => playbook));
  });

  it('names every capability', () => {
    for (const name of Object.keys(surroundings.contracts)) expect(page).toContain(`\`${name}\``);
  });
});

describe('the shipped playbooks', () => {
  it('pass the checker without a remark', () => {
    const checked = checkLibrary(readLibrary('playbooks'), surroundings);
    expect(checked.flatMap((one) => one.diagnostics.map(formatDiagnostic))).toEqual([]);
    expect(checked.map((one) => one.name)).toEqual([
      'agent-runaway',
      'bias-discrimination',
      'credential-leak-llmjacking',
      'jailbreak-harmful-output',
      'legal-review',
      'model-theft',
      'notify-legal',
      'performance-collapse',
      'pii-leak-output',
      'preserve-evidence',
      'prompt-injection-tool-abuse',
      'rag-memory-poisoning',
      'restore-service',
      'stakeholder-updates',
      'supply-chain-tampered-artifact',
      'temporary-manual-process',
      'third-party-vendor-breach',
      'training-data-poisoning',
    ]);
  });

  it('compile to plans of the published form, each with its hash and unique paths', () => {
    for (const plan of loadPlaybooks('playbooks', surroundings)) {
      expect(Plan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
      expect(hashPlan(plan)).toBe(plan.hash);
      const paths = [...everyPlanStep(plan)].map((step) => step.path);
      expect(new Set(paths).size).toBe(paths.length);
    }
  });

  it('have a title for every choice, so that nobody has to read an expression in the plan', () => {
    const untitled = loadPlaybooks('playbooks', surroundings)
      .flatMap((plan) => [...everyPlanStep(plan)])
      .filter((step) => step.kind === 'if' && (step.title === '' || step.title.includes(step.cel)))
      .map((step) => step.path);
    expect(untitled).toEqual([]);
  });

  it('let the incident commander alone decide to contain, and two roles to reopen', () => {
    const plan = loadPlaybooks('playbooks', surroundings).find(
      (one) => one.playbook === 'supply-chain-tampered-artifact',
    );
    const asks = [...everyPlanStep(plan as Plan)].flatMap((step) => (step.kind === 'ask' && !step.task ? [step] : []));
    expect(asks.map(({ path, by, covers }) => [path, by.map((seat) => seat.role), covers])).toEqual([
      ['contain', ['incident-commander'], ['isolate', 'respond/recover/rollback']],
      ['reopen', ['incident-commander', 'ml-on-call'], ['restore']],
    ]);
  });
});
