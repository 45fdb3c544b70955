// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { describe, expect, it } from 'vitest';
import { check } from '../../src/playbook/check.ts';
import { formatDiagnostic } from '../../src/playbook/diagnostics.ts';
import { HEAD, library, problems, surroundings } from './world.ts';

const FINDS = `playbook: finds
title: Find out
version: 1
inputs: { system: { type: ai-system } }
outputs:
  version: { type: string, value: "\${steps.look.version}" }
  score: { type: number, value: 2 }
steps:
  - { id: look, do: model.inspect }
`;
const running = (steps: string, finds = FINDS) =>
  check(`${HEAD}${steps}`, 'p.yaml', surroundings, {
    ...library,
    playbooks: { ...library.playbooks, finds: { file: 'finds.yaml', text: finds } },
  });
const told = (cel: string) =>
  running(`  - { run: finds }\n  - { say: '\${${cel}}', to: ml-on-call }\n`).diagnostics.map(formatDiagnostic);
const outputs = (text: string, steps = '  - { id: look, do: model.inspect }\n') =>
  problems(`${HEAD.replace('steps:', `outputs: { ${text} }\nsteps:`)}${steps}`);

describe('outputs of a playbook', () => {
  it('are known to the playbook that runs it, beside its outcome, and are part of the plan', () => {
    expect(told('steps.finds.version == null ? steps.finds.outcome : string(steps.finds.version)')).toEqual([]);
    const { plan } = running('  - { run: finds }\n');
    expect(plan?.steps[0]).toMatchObject({
      kind: 'run',
      outputs: { version: { cel: 'steps.look.version' }, score: { literal: 2 } },
    });
  });

  it('have names that the checker knows', () => {
    expect(told('steps.finds.verson').join()).toMatch(/step "finds" has no output "verson"; did you mean "version"\?/);
  });

  it('are none of a playbook that declares none: its plan is what it was', () => {
    const { plan } = running('  - { run: inform }\n');
    expect(plan).not.toHaveProperty('outputs');
    expect(plan?.steps[0]).not.toHaveProperty('outputs');
  });

  it('may use what is done when its steps are completed, also behind a question', () => {
    const asked =
      '  - { id: may, ask: May we?, by: [{ role: ml-on-call }], within: 5m }\n  - { id: look, do: model.inspect }\n';
    expect(outputs('version: { type: string, value: "${steps.look.version}" }', asked)).toEqual([]);
  });

  it.each([
    [
      'a value of another type',
      'n: { type: number, value: "${steps.look.version}" }',
      /"n" must be a number, not a text/,
    ],
    ['a literal of another type', 'n: { type: list, value: 3 }', /"n" must be a list, not a number/],
    [
      'a step that is not there',
      'v: { type: string, value: "${steps.lok.version}" }',
      /unknown step "lok"; did you mean "look"\?/,
    ],
    ['a type that is none', 'v: { type: text, value: x }', /"text" is not one of string, number, boolean, list/],
    [
      'the name of what is there already',
      'outcome: { type: string, value: x }',
      /"outcome" is what every playbook leaves/,
    ],
  ])('are refused with %s', (_, text, problem) => {
    expect(outputs(text).join()).toMatch(problem);
  });

  it('are refused when their step may have been skipped', () => {
    const skippable = '  - { id: look, do: model.inspect, when: alert.deep == true }\n';
    expect(outputs('v: { type: string, value: "${steps.look.version}" }', skippable).join()).toMatch(
      /step "look" \(line \d+\) may not have been done/,
    );
  });
});
