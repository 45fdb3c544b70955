import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/capabilities/contracts.ts';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { check } from '../../src/playbook/check.ts';
import { explain } from '../../src/playbook/explain/explain.ts';
import { hashPlan } from '../../src/playbook/hash.ts';
import { loadPlaybooks } from '../../src/playbook/library.ts';
import { compile, library, surroundings } from './world.ts';

const STEPS = 'steps:\n  - { id: tell, say: Hello., to: stakeholders }\n';
const head = (references: string) => `playbook: p\ntitle: P\nversion: 1\n${references}${STEPS}`;

const diagnose = (text: string) => check(text, 'p.yaml', surroundings, library).diagnostics;

describe('what a playbook answers and rests on', () => {
  it('is kept with the plan under the names that the frameworks gave it, and is part of what is published', () => {
    const plan = compile(
      head('references: { atlas: [AML.T0051.001], owasp: [ASI01], cosai: ["4.3.2"], sources: [A book] }\n'),
    );
    expect(explain(plan, contractOf)).toMatchObject({
      references: [
        { framework: expect.stringContaining('ATLAS'), entries: [{ title: 'LLM Prompt Injection: Indirect' }] },
        { framework: expect.stringContaining('OWASP'), entries: [{ id: 'ASI01', title: 'Agent Goal Hijack' }] },
        { framework: expect.stringContaining('CoSAI'), entries: [{ id: '4.3.2' }] },
      ],
      sources: ['A book'],
    });
    expect(hashPlan(plan)).not.toBe(hashPlan(compile(head(''))));
  });

  it('leaves plans that name nothing as they were', () => {
    expect(compile(head(''))).not.toHaveProperty('references');
  });

  it.each([
    ['references: { atlas: [AML.T51.001] }\n', 'MITRE ATLAS 5.6.0 has no "AML.T51.001"', 'AML.T0051.001'],
    ['references: { owasp: [llm1] }\n', 'has no "llm1"', 'LLM01'],
    ['references: { cosai: [promt-injection] }\n', 'has no "promt-injection"', 'prompt-injection'],
  ])('refuses an id that its framework does not have: %s', (references, message, suggestion) => {
    expect(diagnose(head(references))).toEqual([
      expect.objectContaining({
        code: 'unknown-reference',
        line: 4,
        severity: 'error',
        message: expect.stringContaining(message),
        suggestion,
      }),
    ]);
  });

  it('refuses the same id twice', () => {
    expect(diagnose(head('references: { owasp: [LLM01, LLM01] }\n'))).toEqual([
      expect.objectContaining({ message: '"LLM01" is named twice' }),
    ]);
  });
});

describe('the shipped playbooks', () => {
  const plans = loadPlaybooks('playbooks', surroundingsOf(loadInventory('tocsin.yaml')));

  it.each(plans.filter((plan) => plan.opensOn !== null).map((plan) => [plan.playbook, plan] as const))(
    '%s names techniques, risks and sections that it answers, and its sources',
    (_, { references }) => {
      expect(references?.atlas.some((id) => id.startsWith('AML.T'))).toBe(true);
      expect(references?.atlas.some((id) => id.startsWith('AML.M'))).toBe(true);
      for (const list of [references?.owasp, references?.cosai, references?.sources])
        expect(list?.length).toBeGreaterThan(0);
    },
  );
});
