// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { describe, expect, it } from 'vitest';
import { compile, HEAD, problems } from './world.ts';

const task = (more = '') =>
  `  - { id: revoke, task: "Revoke the key at the vendor of \${inputs.system.name}", by: [{ role: ml-on-call }], within: 2h${more} }\n`;
const TICKET = ', form: { ticket: { label: The ticket }, keys: { label: Keys, type: number, required: false } }';
const tell = (cel: string) => `  - { id: tell, say: "\${${cel}}", to: ml-on-call }\n`;

describe('a task', () => {
  it('is asked of people who do it, whoever opened the incident too, and has failed when it is not done', () => {
    const [step] = compile(`${HEAD}${task(`${TICKET}, remind: [1h], on-failure: [{ wait: 5m }]`)}`).steps;
    expect(step).toMatchObject({
      kind: 'ask',
      task: true,
      path: 'revoke',
      requesterMayDecide: true,
      otherwise: 'not-done',
      withinMs: 7_200_000,
      remindMs: [3_600_000],
      onDeny: null,
      onFailure: [{ kind: 'wait', path: 'revoke/on-failure/wait' }],
    });
  });

  it('leaves what was filled in, in its type, because the plan goes on only when it is done', () => {
    expect(problems(`${HEAD}${task(TICKET)}${tell('steps.revoke.answers.ticket + steps.revoke.outcome')}`)).toEqual([]);
  });

  it.each([
    [
      'for the risky act behind it',
      `${task()}  - { do: model.rollback }\n`,
      /model.rollback is disruptive, and nobody has approved it/,
    ],
    ['with answers of a deny', task(', on-deny: []'), /unknown key "on-deny"/],
    [
      'that nobody may have done',
      `  - try:\n    ${task().replace('  - ', '  - ')}    on-failure: []\n${tell('steps.revoke.outcome')}`,
      /step "revoke" \(line 7\) may not have been done/,
    ],
    [
      'whose own on-failure may have ended the block',
      `  - parallel:\n      a:\n      ${task(', on-failure: []')}      b: [{ wait: 5m }]\n${tell('steps.revoke.outcome')}`,
      /step "revoke" \(line 8\) may not have been done/,
    ],
    [
      'for a role that nobody holds',
      task().replace('ml-on-call', 'ml-oncall'),
      /nobody holds the role "ml-oncall"; did you mean "ml-on-call"\?/,
    ],
  ])('is refused %s', (_, steps, problem) => {
    expect(problems(HEAD + steps).join('\n')).toMatch(problem);
  });
});
