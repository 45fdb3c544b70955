// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { describe, expect, it } from 'vitest';
import { check } from '../../src/playbook/check.ts';
import { ASK, HEAD, library, problems, surroundings } from './world.ts';

/** The steps after five lines of head; `ASK` takes line 6. */
const refusals: [what: string, steps: string, expected: string][] = [
  [
    'an unknown capability',
    '  - { do: model.rolback }\n',
    'p.yaml:6:11 error: unknown capability "model.rolback"; did you mean "model.rollback"?',
  ],
  [
    'a misspelt key',
    '  - { do: model.inspect, wiht: {} }\n',
    'p.yaml:6:26 error: unknown key "wiht"; did you mean "with"?',
  ],
  ['a misspelt kind', '  - { dow: model.inspect }\n', 'p.yaml:6:7 error: unknown key "dow"; did you mean "do"?'],
  [
    'a step of no kind',
    '  - { id: x }\n',
    'p.yaml:6:5 error: one of these keys is needed: do, ask, task, say, wait, if, parallel, run, oblige, try, each, repeat',
  ],
  ['a step of two kinds', '  - { id: x, do: model.inspect, run: inform }\n', 'p.yaml:6:33 error: unknown key "run"'],
  [
    'an unknown input of a capability',
    '  - { do: model.inspect, with: { sytem: chat } }\n',
    'p.yaml:6:34 error: model.inspect has no input "sytem"; did you mean "system"?',
  ],
  [
    'a missing input of a capability',
    `${ASK}  - { do: notify.mail, with: { to: ml-on-call, subject: s } }\n`,
    'p.yaml:7:11 error: notify.mail needs "text" in "with"',
  ],
  [
    'a value of the wrong type',
    '  - { id: a, do: model.inspect }\n  - { do: model.validate, with: { system: "${steps.a.signatureValid}" } }\n',
    'p.yaml:7:43 error: "system" must be an AI system or its id, not true or false',
  ],
  [
    'a value that is not offered',
    '  - { do: model.probe, with: { expect: cute } }\n',
    'p.yaml:6:40 error: "expect" must be one of cut, serving; did you mean "cut"?',
  ],
  [
    'an unknown AI system',
    '  - { do: model.inspect, with: { system: chatt } }\n',
    'p.yaml:6:42 error: unknown AI system "chatt"; did you mean "chat"?',
  ],
  [
    'an unknown step',
    '  - { say: "${steps.asess.version}", to: ml-on-call }\n  - { id: assess, do: model.inspect }\n',
    'p.yaml:6:21 error: unknown step "asess"; did you mean "assess"?',
  ],
  [
    'a step with a hyphen read as a subtraction',
    '  - { id: look-at, do: model.inspect }\n  - { say: "${steps.look-at.version}", to: ml-on-call }\n',
    'p.yaml:7:21 error: unknown step "look"; did you mean steps["look-at"]?',
  ],
  [
    'an unknown output',
    '  - { id: assess, do: model.inspect }\n  - { say: "${steps.assess.versoin}", to: ml-on-call }\n',
    'p.yaml:7:28 error: step "assess" has no output "versoin"; did you mean "version"?',
  ],
  [
    'a step without outputs',
    '  - { id: pause, if: inputs.system.tier == "low", then: [{ wait: 5m }] }\n  - { say: "${steps.pause.x}", to: ml-on-call }\n',
    'p.yaml:7:21 error: step "pause" (if) has no outputs',
  ],
  [
    'an unknown input',
    '  - { say: "${inputs.sytem.name}", to: ml-on-call }\n',
    'p.yaml:6:22 error: unknown input "sytem"; did you mean "system"?',
  ],
  [
    'an unknown field of a system',
    '  - { say: "${inputs.system.nmae}", to: ml-on-call }\n',
    'p.yaml:6:29 error: an AI system has no "nmae"; did you mean "name"?',
  ],
  [
    'a name out of nowhere',
    '  - { say: "${system.name}", to: ml-on-call }\n',
    'p.yaml:6:15 error: unknown name "system"; did you mean "inputs.system"?',
  ],
  [
    'an unknown function',
    '  - { say: "${string(size2(alert))}", to: ml-on-call }\n',
    'p.yaml:6:22 error: unknown function size2(); did you mean "size"?',
  ],
  [
    'a clock',
    '  - { wait: { until: timestamp(alert.at) > 3, within: 5m } }\n',
    'p.yaml:6:22 error: unknown function timestamp()',
  ],
  [
    'a pattern that RE2 cannot take',
    `  - { wait: { until: 'alert.x.matches("(a)\\\\1")', within: 5m } }\n`,
    'p.yaml:6:39 error: matches() cannot use "(a)\\1": error parsing regexp: invalid escape sequence: `\\1`',
  ],
  [
    'a map in a text',
    '  - { say: "Look at ${inputs.system}", to: ml-on-call }\n',
    'p.yaml:6:23 error: a map cannot stand in a text; name one of its fields: inputs.system; did you mean "inputs.system.name"?',
  ],
  [
    'an expression that does not parse',
    '  - { say: "Now ${1 + }", to: ml-on-call }\n',
    'p.yaml:6:22 error: Unexpected token: EOF in: 1 +',
  ],
  [
    'a brace that is not closed',
    '  - { say: "Now ${incident.id", to: ml-on-call }\n',
    'p.yaml:6:17 error: this expression is not closed by a brace',
  ],
  [
    'a type error',
    '  - { if: inputs.system.tier > 3, then: [{ wait: 5m }] }\n',
    'p.yaml:6:11 error: ">" cannot take a text and a number in: inputs.system.tier > 3',
  ],
  [
    'a condition that is no condition',
    '  - { if: inputs.system.tier, then: [{ wait: 5m }] }\n',
    'p.yaml:6:11 error: a condition must be true or false, not a text: inputs.system.tier',
  ],
  [
    'a step that comes later',
    '  - { say: "${steps.b.version}", to: ml-on-call }\n  - { id: b, do: model.inspect }\n',
    'p.yaml:6:21 error: step "b" (line 7) is not done before this',
  ],
  [
    'a step of the other branch',
    '  - parallel:\n      a: [{ id: x, do: model.inspect }]\n      b: [{ say: "${steps.x.version}", to: ml-on-call }]\n',
    'p.yaml:8:27 error: step "x" (line 7) is not done before this',
  ],
  [
    'a step that may be skipped',
    '  - { id: x, do: model.inspect, when: alert.deep == true }\n  - { say: "${steps.x.version}", to: ml-on-call }\n',
    'p.yaml:7:21 error: step "x" (line 6) may not have been done; look first; did you mean "x" in steps && …?',
  ],
  [
    'a step inside an if',
    '  - { if: alert.deep == true, then: [{ id: x, do: model.inspect }] }\n  - { say: "${steps.x.version}", to: ml-on-call }\n',
    'p.yaml:7:21 error: step "x" (line 6) may not have been done; look first; did you mean "x" in steps && …?',
  ],
  [
    'its own failed step in on-failure',
    '  - id: x\n    do: model.inspect\n    on-failure: [{ say: "${steps.x.version}", to: ml-on-call }]\n',
    'p.yaml:8:34 error: step "x" (line 6) is not done before this',
  ],
  [
    'a step in finally that may not have been reached',
    '  - { id: x, do: model.inspect }\nfinally:\n  - { say: "${steps.x.version}", to: ml-on-call }\n',
    'p.yaml:8:21 error: step "x" (line 6) may not have been done; look first; did you mean "x" in steps && …?',
  ],
  [
    'a step after an early end inside a branch',
    `  - if: alert.a == 1\n    then:\n      - { id: may, ask: May we?, by: [{ role: ml-on-call }], within: 5m }\n      - { id: x, do: model.inspect }\n  - { say: "\${steps.x.version}", to: ml-on-call }\n`,
    'p.yaml:10:21 error: step "x" (line 9) may not have been done; look first; did you mean "x" in steps && …?',
  ],
  [
    'an unreachable step',
    '  - { wait: 5m, when: 1 > 2 }\n',
    'p.yaml:6:23 error: this step can never run: its condition is always false',
  ],
  [
    'an unreachable else',
    '  - { if: "true", then: [{ id: a, wait: 5m }], else: [{ id: b, wait: 5m }] }\n',
    'p.yaml:6:48 error: these steps can never run: the condition is always true',
  ],
  [
    'an unbounded wait',
    '  - { wait: { until: alert.x == 1 } }\n',
    'p.yaml:6:13 error: this could wait for ever; did you mean "within: 30m"?',
  ],
  [
    'a duration that is none',
    '  - { wait: 5 minutes }\n',
    'p.yaml:6:13 error: write a duration such as 45s, 10m, 2h30m or 7d',
  ],
  [
    'a role nobody holds',
    '  - { id: q, ask: Q?, by: [{ role: ml-oncall }], within: 5m }\n',
    'p.yaml:6:36 error: nobody holds the role "ml-oncall"; did you mean "ml-on-call"?',
  ],
  [
    'more people than hold a role',
    '  - { id: q, ask: Q?, by: [{ role: ml-on-call, count: 2 }], within: 5m }\n',
    'p.yaml:6:55 error: 2 people of "ml-on-call" are needed; the inventory has 1',
  ],
  [
    'a role with two seats',
    '  - { id: q, ask: Q?, by: [{ role: ml-on-call }, { role: ml-on-call }], within: 5m }\n',
    'p.yaml:6:58 error: "ml-on-call" has a seat already; raise its count instead',
  ],
  [
    'a reminder after the deadline',
    '  - { id: q, ask: Q?, by: [{ role: ml-on-call }], within: 5m, remind: [3m, 5m] }\n',
    'p.yaml:6:76 error: a reminder after 5m comes too late: the question ends within 5m',
  ],
  [
    'escalation after the deadline',
    '  - { id: q, ask: Q?, by: [{ role: ml-on-call }], within: 5m, escalate: { after: 1h, to: engineering-manager } }\n',
    'p.yaml:6:82 error: escalation after 1h comes too late: the question ends within 5m',
  ],
  [
    'a capability that is not bound',
    '  - { do: model.validate, with: { system: archive } }\n',
    'p.yaml:6:11 error: the inventory binds model.validate to no connector for archive',
  ],
  [
    'a proof that proves nothing',
    '  - { do: model.inspect, prove: model.validate }\n',
    'p.yaml:6:33 error: model.validate proves nothing; did you mean "model.probe"?',
  ],
  [
    'undo: none without a reason',
    `${ASK}  - { do: model.rollback, undo: none }\n`,
    'p.yaml:7:33 error: undo: none needs a reason; did you mean "undo: { none: why nothing undoes it }"?',
  ],
  [
    'an isolate without a way back',
    `${ASK}  - { do: model.isolate, undo: { none: it is retired } }\n`,
    'p.yaml:7:7 error: model.isolate has no undo here, and no later step brings the system back; did you mean "do: model.restore"?',
  ],
  [
    'an undo that is risky, of an act that nobody has to decide about',
    '  - { do: model.inspect, undo: { do: model.isolate } }\n',
    'p.yaml:6:38 error: model.isolate is disruptive, and nobody decides about model.inspect, which it undoes: leave this undo out',
  ],
  [
    'silence taken for consent to an undo that leaves the organisation',
    `${ASK.replace('on-deny', 'otherwise: approve, on-deny')}  - { id: back, do: model.rollback, undo: { do: notify.mail, with: { to: a@b.example, subject: s, text: t } } }\n`,
    'p.yaml:6:71 error: silence cannot approve what cannot be undone or leaves the organisation: "back"; did you mean "otherwise: deny"?',
  ],
  [
    'a risky act that nobody approved',
    '  - { do: model.rollback }\n',
    'p.yaml:6:11 error: model.rollback is disruptive, and nobody has approved it: put an ask before it, in the same block or around it and without "when", or say unattended: <reason>',
  ],
  [
    'an unhandled deny',
    '  - { id: q, ask: Q?, by: [{ role: ml-on-call }], within: 5m }\n  - { do: model.rollback }\n',
    'p.yaml:6:14 error: nothing says what happens when this is denied, and "rollback" depends on it; did you mean "on-deny: []"?',
  ],
  [
    'approve by silence of what cannot be undone',
    '  - { id: q, ask: Q?, by: [{ role: ml-on-call }], within: 5m, on-deny: [], otherwise: approve }\n  - { do: notify.mail, with: { to: a@b.example, subject: s, text: t } }\n',
    'p.yaml:6:76 error: silence cannot approve what cannot be undone or leaves the organisation: "mail"; did you mean "otherwise: deny"?',
  ],
  [
    'risky acts on one system at the same time',
    `${ASK}  - parallel:\n      a: [{ id: x, do: model.rollback }]\n      b: [{ id: y, do: model.restore }]\n`,
    'p.yaml:9:11 error: "parallel-1/b/y" acts on the same AI system as "parallel-1/a/x" at the same time; put them in one branch, one after the other',
  ],
  [
    'the same through another playbook',
    `${ASK}  - parallel:\n      a: [{ id: x, do: model.rollback }]\n      b: [{ run: rolls }]\n`,
    'rolls.yaml:7:5 error: "parallel-1/b/rolls/rollback" acts on the same AI system as "parallel-1/a/x" at the same time; put them in one branch, one after the other',
  ],
  [
    'two steps of one id',
    '  - { id: a, wait: 5m }\n  - { id: a, wait: 6m }\n',
    'p.yaml:7:11 error: another step is called "a" (line 6); ids are unique in a playbook',
  ],
  [
    'an id that has to be given',
    '  - { wait: 5m }\n  - { wait: 6m }\n',
    'p.yaml:7:5 error: give this step an id: there is another "wait"',
  ],
  [
    'a branch called like a step',
    '  - parallel:\n      a: [{ id: b, wait: 5m }]\n      b: [{ id: c, wait: 5m }]\n',
    'p.yaml:8:7 error: branch "b" is called like a step; rename one of them',
  ],
  [
    'an unknown playbook',
    '  - { run: infrom }\n',
    'p.yaml:6:12 error: unknown playbook "infrom"; did you mean "inform"?',
  ],
  [
    'an unknown input of a playbook',
    '  - { run: inform, with: { notes: x } }\n',
    'p.yaml:6:28 error: playbook "inform" has no input "notes"; did you mean "note"?',
  ],
  [
    'a wrong input of a playbook',
    '  - { run: inform, with: { note: 3 } }\n',
    'p.yaml:6:34 error: "note" must be a string, not a number',
  ],
  [
    'a text for an AI system',
    '  - { run: inform, with: { system: chat } }\n',
    'p.yaml:6:36 error: "system" must be an ai-system input of this playbook',
  ],
  [
    'recursion',
    '  - { run: loops }\n',
    'p.yaml:6:12 error: playbook "loops" has errors (1), the first at loops.yaml:5:12: playbook "loops-back" has errors (1), the first at loops-back.yaml:5:12: a playbook cannot run itself: p → loops → loops-back → loops',
  ],
  [
    'a playbook with errors',
    '  - { run: broken }\n',
    'p.yaml:6:12 error: playbook "broken" has errors (1), the first at broken.yaml:5:11: model.isolate is disruptive, and nobody has approved it: put an ask before it, in the same block or around it and without "when", or say unattended: <reason>',
  ],
  [
    'an address in say',
    '  - { say: Hi, to: press@paper.example }\n',
    'p.yaml:6:20 error: say is for people of the organisation (a role, or stakeholders); mail to others is do: notify.mail, which must be approved',
  ],
  [
    'an unknown template',
    '  - { say: templates/breif, to: stakeholders }\n',
    'p.yaml:6:12 error: there is no template "templates/breif.md"; did you mean "templates/brief.md"?',
  ],
  [
    'a mistake in a template, in its own file',
    '  - { say: templates/brief.md, to: stakeholders }\n',
    'templates/brief.md:2:23 error: an AI system has no "nam"; did you mean "name"?',
  ],
];

describe('the checker refuses', () => {
  it.each(refusals)('%s', (_, steps, expected) => {
    expect(problems(HEAD + steps).filter((line) => !line.includes(' warning: '))).toEqual([expected]);
  });

  const heads: [what: string, from: string, to: string, expected: string][] = [
    [
      'a step where none is done yet',
      'steps:',
      'severity: { default: sev2, raise-to: { sev1: steps.a.b == 1 } }\nsteps:',
      'p.yaml:5:46 error: "steps" cannot be used here, only inputs and alert',
    ],
    [
      'an input that an alert would not fill',
      'steps:',
      'opens-on: alert.kind == "x"\nsteps:',
      'p.yaml:4:11 error: an alert opens this playbook, but says nothing about "system"; did you mean "from: alert.system"?',
    ],
    [
      'a condition for joining that looks at more than the alert',
      'steps:',
      'joins-on: alert.kind == inputs.kind\nsteps:',
      'p.yaml:5:25 error: "inputs" cannot be used here, only alert',
    ],
    [
      'a default of the wrong type',
      'type: ai-system }',
      'type: ai-system, default: nope }',
      'p.yaml:4:47 error: the default of "system" is no ai-system',
    ],
    [
      'an unknown severity',
      'steps:',
      'severity: { default: sev0 }\nsteps:',
      'p.yaml:5:22 error: "sev0" is not one of sev1, sev2, sev3, sev4; did you mean "sev1"?',
    ],
    ['a missing title', 'title: P\n', '', 'p.yaml:1:1 error: "title" is missing'],
    [
      'a name that is none',
      'playbook: p',
      'playbook: My Playbook',
      'p.yaml:1:11 error: use lower-case words joined by hyphens',
    ],
  ];
  it.each(heads)('%s', (_, from, to, expected) => {
    expect(problems(`${HEAD}  - { wait: 5m }\n`.replace(from, to))).toEqual([expected]);
  });

  it('an AI system that only a default of the other playbook would name: no incident knows it', () => {
    const text = `${HEAD.replace('{ system: { type: ai-system } }', '{}')}  - { run: looks }\n`;
    expect(problems(text)).toEqual(['p.yaml:6:12 error: playbook "looks" needs "system" in "with"']);
  });

  it('many things at once, in the order of the text', () => {
    const found = problems(
      `${HEAD}  - { do: model.inspct }\n  - { say: "\${steps.nope.x}", to: nobody }\n  - { do: model.rollback }\n`,
    );
    expect(found.map((line) => line.split(' error')[0])).toEqual([
      'p.yaml:6:11',
      'p.yaml:7:21',
      'p.yaml:7:35',
      'p.yaml:8:11',
    ]);
  });

  it('a plan whose failed steps nobody could decide about', () => {
    const roles = { 'ml-on-call': 1 };
    expect(problems(`${HEAD}  - { wait: 5m }\n`, { ...surroundings, roles })).toEqual([
      'p.yaml:1:11 error: nobody holds the role "incident-commander", who decides about failed steps; give it to somebody, or say on-failed-step',
    ]);
  });

  it('a plan that grows beyond all measure', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 14 }, (_, i) => [
        `d${i}`,
        {
          file: `d${i}.yaml`,
          text: `playbook: d${i}\ntitle: D\nversion: 1\nsteps:\n${i === 13 ? '  - { wait: 5m }\n' : `  - { id: a, run: d${i + 1} }\n  - { id: b, run: d${i + 1} }\n`}`,
        },
      ]),
    );
    const { plan, diagnostics } = check(doubling.d0?.text as string, 'd0.yaml', surroundings, {
      ...library,
      playbooks: doubling,
    });
    expect(plan).toBeNull();
    expect(diagnostics[0]?.message).toMatch(/more than 5000 steps/);
  });
});
