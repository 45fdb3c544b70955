// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { expect, it } from 'vitest';
import { ASK, HEAD, problems } from './world.ts';

const ask = (more: string) => `  - { id: q, ask: Q?, by: [{ role: ml-on-call }], within: 9m${more} }\n`;
const LOOK = '  - { id: look, do: model.inspect }\n';

it.each<[what: string, steps: string, meant: string]>([
  ['role that is asked', ask('').replace('ml-on-call', 'ml-oncall'), 'ml-on-call'],
  ['role to escalate to', ask(', escalate: { after: 3m, to: enginering-manager }'), 'engineering-manager'],
  ['role to tell', '  - { say: Hi, to: incident-comander }\n', 'incident-commander'],
  ['role that answers for a duty', '  - { oblige: eu-72h, by: ml-on-cal }\n', 'ml-on-call'],
  ['template of a message', '  - { say: templates/breif, to: stakeholders }\n', 'templates/brief.md'],
  ['template of details', ask(', details: templates/notise'), 'templates/notice.md'],
  ['rule', '  - { oblige: eu-72hh, by: ml-on-call }\n', 'eu-72h'],
  ['playbook', '  - { run: infrom }\n', 'inform'],
  ['input of a playbook', '  - { run: inform, with: { nota: x } }\n', 'note'],
  ['capability', '  - { do: model.inspekt }\n', 'model.inspect'],
  ['capability that proves', `${ASK}  - { do: model.restore, prove: model.prob }\n`, 'model.probe'],
  ['capability that undoes', `${ASK}  - { do: model.rollback, undo: model.rolback }\n`, 'model.rollback'],
  ['input of a capability', '  - { do: model.inspect, with: { sytem: chat } }\n', 'system'],
  ['AI system', '  - { do: model.inspect, with: { system: cht } }\n', 'chat'],
  ['step', `${LOOK}  - { say: "\${steps.lok.version}", to: ml-on-call }\n`, 'look'],
  ['step that is looked for', `${LOOK}  - { wait: 1m, when: '"lok" in steps' }\n`, 'look'],
  [
    'duty that is met',
    `  - { id: duty, oblige: eu-72h, by: ml-on-call }\n${ASK}  - { do: notify.mail, with: { to: a@b.example, subject: s, text: t }, fulfils: duti }\n`,
    'duty',
  ],
  ['output', `${LOOK}  - { say: "\${steps.look.verson}", to: ml-on-call }\n`, 'version'],
  ['input', '  - { say: "${inputs.systm.name}", to: ml-on-call }\n', 'system'],
  ['answer of silence', ask(', options: { wait: Wait, go: Go }, otherwise: wiat'), 'wait'],
  [
    'field of a form',
    `${ask(', form: { reason: { label: Why } }')}  - { say: "\${steps.q.answers.reson}", to: ml-on-call }\n`,
    'reason',
  ],
])('a misspelt %s is an error that says what was meant', (_, steps, meant) => {
  const errors = problems(HEAD + steps).filter((line) => line.includes(' error: '));
  expect(errors).toEqual([expect.stringMatching(/^p\.yaml:\d+:\d+ error: /)]);
  expect(errors[0]).toContain(`; did you mean "${meant}"?`);
});

it('a misspelt role for failed steps is one as well', () => {
  const head = HEAD.replace('steps:', 'on-failed-step: { by: [{ role: ml-on-cal }], within: 5m }\nsteps:');
  expect(problems(`${head}  - { wait: 5m }\n`)).toEqual([
    'p.yaml:5:32 error: nobody holds the role "ml-on-cal"; did you mean "ml-on-call"?',
  ]);
});
