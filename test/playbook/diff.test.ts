// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { diffPlans } from '../../src/playbook/diff/diff.ts';
import { blocksOf, entriesOf } from '../../src/playbook/diff/match.ts';
import { formatPlaybook } from '../../src/playbook/format.ts';
import { sealPlan } from '../../src/playbook/hash.ts';
import { everyPlanStep, type Plan } from '../../src/playbook/plan.ts';
import { validPlaybook } from './generated.ts';
import { compile } from './world.ts';

const BASE = `playbook: p
title: P
version: 1
opens-on: has(alert.kind) && alert.kind == "odd"
inputs: { system: { type: ai-system, from: alert.system } }
steps:
  - { id: look, do: model.inspect }
  - id: may
    ask: Cut \${inputs.system.name}, which serves \${steps.look.version}?
    by: [{ role: incident-commander, count: 2 }]
    within: 20m
    remind: [5m]
    escalate: { after: 10m, to: engineering-manager }
    on-deny: []
  - { id: cut, do: model.isolate, prove: model.probe }
  - { id: told, title: Tell the engineers, say: "\${inputs.system.name} is cut.", to: ml-on-call }
  - { id: back, do: model.restore }
finally:
  - { id: brief, title: Say how it ended, say: It is over., to: stakeholders }
`;
const plan = (text: string): Plan => sealPlan(compile(text));
const yaml = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false });
const changes = (from: string, to: string) => diffPlans(plan(from), plan(to));
const edited = (...edits: [from: string, to: string][]): string =>
  edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`no ${from}`);
    return text.replace(from, () => to);
  }, BASE);
const told = (...edits: [string, string][]): string[] =>
  changes(BASE, edited(...edits)).map(
    ({ danger, path, text }) => `${danger ? '! ' : ''}${path === null ? '' : `${path}: `}${text}`,
  );

describe('what changes for a responder', () => {
  it('is nothing when only comments, order of keys and the version are others', () => {
    expect(changes(BASE, `# new\n${edited(['version: 1', 'version: 2'])}`)).toEqual([]);
    expect(changes(BASE, formatPlaybook(BASE, 'p.yaml').text as string)).toEqual([]);
  });

  it('is first what makes it more dangerous', () => {
    expect(
      told(
        ['title: P', 'title: Quiet'],
        ['count: 2', 'count: 1'],
        ['say: It is over.', 'say: All is well.'],
        ['within: 20m', 'within: 40m'],
        [', prove: model.probe', ', undo: { none: Nobody needs it back before morning. }'],
      ),
    ).toEqual([
      expect.stringMatching(/^! may: fewer people must agree: incident commander; it was 2 .*incident commander/),
      '! cut: nothing proves it any more; it was model.probe',
      '! cut: nothing undoes it any more; it was model.restore',
      'may: there is more time to answer: 40 min; it was 20 min',
      expect.stringMatching(/^it needs model\.probe no longer/),
      'it is called “Quiet”; it was “P”',
      'finally/brief: the message reads otherwise',
    ]);
  });

  it('says that silence approves, that the requester may decide, and who is no longer brought in', () => {
    expect(told(['on-deny: []', 'on-deny: []\n    otherwise: approve\n    requester-may-decide: true'])).toEqual([
      '! may: whoever opened the incident may now answer it, too',
      '! may: silence now counts as “approve”; it counted as “deny”',
    ]);
    expect(told(['    escalate: { after: 10m, to: engineering-manager }\n', ''])).toEqual([
      'may: nobody else is brought in when it stays unanswered; before, after 10 min the engineering manager may answer as well and is paged',
    ]);
  });

  it('says that a decision covers an act no longer, and why nobody decides', () => {
    const found = told([
      '{ id: back, do: model.restore }',
      '{ id: back, do: model.restore, unattended: It was never meant to be cut. }',
    ]);
    expect(found).toEqual(['! back: nobody decides about it any more: It was never meant to be cut.']);
    const other = '{ id: again, ask: Bring it back?, by: [{ role: ml-on-call }], within: 5m, on-deny: [] }';
    expect(told(['  - { id: back', `  - ${other}\n  - { id: back`])).toEqual([
      '! back: another decision covers it: again; it was may',
      'again: new: a question that allows back',
    ]);
  });

  it('tells a step that was renamed as one change, also where expressions speak of it', () => {
    expect(told(['{ id: look,', '{ id: first-look,'], ['steps.look.version', 'steps["first-look"].version'])).toEqual([
      'first-look: it is first-look on the timeline; it was look',
    ]);
  });

  it('tells a step that stands elsewhere as one change', () => {
    const line = '  - { id: told, title: Tell the engineers, say: "${inputs.system.name} is cut.", to: ml-on-call }\n';
    expect(told([line, ''], ['finally:\n', `finally:\n${line}`])).toEqual([
      'finally/told: it stands first at the end, in finally',
    ]);
    expect(told([line, ''], ['  - { id: look', `${line}  - { id: look`])).toEqual([
      'told: it stands first in the playbook',
    ]);
  });

  it('does not take what got something put around it for moved', () => {
    const line = '{ id: told, title: Tell the engineers, say: "${inputs.system.name} is cut.", to: ml-on-call }';
    expect(told([line, `{ id: care, try: [${line}], on-failure: [] }`])).toEqual(['care: new: try, “Try”']);
  });

  it('tells the order of acts also where something was put around one of them', () => {
    const tail = (steps: string) => edited(['  - { id: back, do: model.restore }\n', steps]);
    const check = '  - { id: check, do: model.validate }\n';
    expect(
      changes(
        tail(`${check}  - { id: back, do: model.restore }\n`),
        tail(`  - { id: care, try: [{ id: back, do: model.restore }], on-failure: [] }\n${check}`),
      ).map(({ path, text }) => `${path}: ${text}`),
    ).toEqual(['care: new: try, “Try”', 'care/try/back: it stands first in “Try” (steps); it is disruptive']);
  });

  it('warns of a risky act that stands under its condition no more', () => {
    const guarded = edited([
      '{ id: back, do: model.restore }',
      `{ id: well, title: If it is well, if: steps.look.signatureValid, then: [{ id: back, do: model.restore }] }`,
    ]);
    expect(changes(guarded, BASE).map(({ danger, path, text }) => `${danger ? '! ' : ''}${path}: ${text}`)).toEqual([
      '! back: it stood under a condition that is gone: steps.look.signatureValid',
      'well: gone: if, “If it is well”',
    ]);
  });

  it('warns of containment that is gone, and of branches that another one calls off', () => {
    expect(told(['  - { id: cut, do: model.isolate, prove: model.probe }\n', ''])).toContain(
      '! cut: gone: model.isolate (disruptive)',
    );
    const both = (more: string) =>
      edited([
        '  - { id: back,',
        `  - id: both
    parallel:
      mend: [{ id: check, do: model.validate }]
      law: [{ id: counsel, say: Judge it., to: stakeholders }]
${more}  - { id: back,`,
      ]);
    expect(changes(both(''), both('    until: any\n')).map(({ danger, text }) => [danger, text])).toEqual([
      [true, 'the first branch that completes calls off the others; before, all ran to their end'],
    ]);
    expect(changes(both('    until: any\n'), both('')).map(({ danger }) => danger)).toEqual([false]);
    expect(changes(both(''), both('    fail-fast: true\n')).map(({ danger, code }) => [danger, code])).toEqual([
      [true, 'called-off'],
    ]);
  });

  it('passes over no change of one single value', () => {
    const base = plan(
      edited([
        '  - { id: back, do: model.restore }\n',
        `  - { id: back, do: model.restore }
  - id: both
    parallel:
      one: [{ id: pause, wait: 5m, title: Wait a little }]
      two: [{ id: again, when: steps.look.signatureValid, do: model.validate }]
`,
      ]),
    );
    // What the compiler fills in from the rest, or what no responder sees.
    const derived = ['hash', 'version', 'format', 'playbook', 'kind', 'id', 'path', 'covers'];
    const alter = (value: unknown, root: Plan): void => {
      for (const [key, one] of Object.entries(value as Record<string, unknown>)) {
        if (derived.includes(key) || one === null || key === 'otherwise') continue;
        if (typeof one === 'object') {
          alter(one, root);
          continue;
        }
        const held = value as Record<string, unknown>;
        held[key] = typeof one === 'number' ? one + 1 : typeof one === 'boolean' ? !one : `${one}x`;
        expect(diffPlans(base, root), `${key}: ${one}`).not.toEqual([]);
        held[key] = one;
      }
    };
    const copy = structuredClone(base);
    alter(copy, copy);
  });

  it('gives the words of before and now where they were reworded', () => {
    expect(changes(BASE, edited(['say: It is over.', 'say: All is well.']))[0]).toMatchObject({
      code: 'text',
      step: 'Say how it ended',
      before: 'It is over.',
      after: 'All is well.',
    });
  });

  it('tells acts that came and went, with their risk and who decides', () => {
    expect(told(['  - { id: back, do: model.restore }', '  - { id: older, do: model.rollback }'])).toEqual([
      '! older: new: model.rollback (disruptive, after the approval of may)',
      'it needs model.rollback, which it did not need before',
      'back: gone: model.restore (disruptive)',
    ]);
  });

  it('tells how it opens and what it must know', () => {
    expect(
      told(
        ['opens-on: has(alert.kind) && alert.kind == "odd"\n', 'severity: { default: sev1 }\n'],
        ['from: alert.system }', 'from: alert.system }, region: { type: string, default: eu }'],
      ),
    ).toEqual([
      expect.stringMatching(/^! no alert opens it; before, an alert opens it if /),
      'it is SEV 1; it was SEV 3',
      'it must know “region” (string, else "eu")',
    ]);
  });

  it('tells what it no longer refers to', () => {
    const refers = (ids: string) => edited(['version: 1', `version: 1\nreferences: { atlas: [${ids}] }`]);
    expect(changes(refers('AML.T0051'), refers('AML.T0010')).map(({ text }) => text)).toEqual([
      'it also refers to AML.T0010',
      'it refers no longer to AML.T0051',
    ]);
  });

  it('is empty exactly when two plans are the same but for their versions', () => {
    const bare = ({ version: _, hash: __, ...rest }: Plan) => rest;
    fc.assert(
      fc.property(validPlaybook, validPlaybook, fc.nat(), (one, other, pick) => {
        const a = plan(yaml(one));
        expect(diffPlans(a, sealPlan({ ...a, version: 7 }))).toEqual([]);
        expect(
          entriesOf(a)
            .map(({ step }) => step.path)
            .sort(),
        ).toEqual([...everyPlanStep(a)].map((step) => step.path).sort());
        const b = plan(
          yaml({ ...other, steps: [...(one.steps as object[]), ...(other.steps as object[])].map(fresh) }),
        );
        expect(diffPlans(a, b).length > 0).toBe(JSON.stringify(bare(a)) !== JSON.stringify(bare(b)));
        // One step fewer: whatever it was, somebody must be told.
        const cut = structuredClone(a);
        const steps = [...everyPlanStep(cut)];
        const gone = steps[pick % steps.length];
        for (const list of [
          cut.steps,
          cut.finally,
          ...steps.flatMap((step) => blocksOf(step).map(([, inner]) => inner)),
        ])
          if (gone && list.includes(gone)) list.splice(list.indexOf(gone), 1);
        expect(diffPlans(a, cut)).not.toEqual([]);
        expect(diffPlans(cut, a)).not.toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

/** Ids must differ in one playbook; only top-level steps are put together here. */
function fresh(step: object, i: number): object {
  return JSON.parse(JSON.stringify(step).replace(/"id":"s(\d+)"/g, (_, n: string) => `"id":"s${i}x${n}"`)) as object;
}

describe('a wait that changes', () => {
  const waiting = (wait: string) => edited(['  - { id: back,', `  - { id: pause, wait: ${wait} }\n  - { id: back,`]);
  const said = (from: string, to: string) => changes(waiting(from), waiting(to)).map(({ text }) => text);
  const CALM = 'alert: \'alert.kind == "calm"\', within: 2h';

  it('is told in its own words, working time too', () => {
    expect(said('2h', '{ business: 2d }')).toEqual(['it waits 2 working days; it was 2 h']);
    expect(said('{ business: 4h }', '{ business: 1d4h }')).toEqual([
      'it waits 1 working day and 4 h of working time; it was 4 h of working time',
    ]);
  });

  it('says what ends it before its time', () => {
    expect(said('2h', `{ ${CALM} }`)).toEqual(['it waits for an alert: alert.kind == "calm"; it was for its time']);
    expect(said(`{ ${CALM} }`, `{ ${CALM}, since: opening }`)).toEqual([
      'it waits as before; alerts since the opening count',
    ]);
  });
});
