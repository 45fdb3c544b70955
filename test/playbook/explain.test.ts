import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/capabilities/contracts.ts';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { explain, worstCaseInWords } from '../../src/playbook/explain/explain.ts';
import { worstCase } from '../../src/playbook/explain/worst-case.ts';
import { loadPlaybooks } from '../../src/playbook/library.ts';
import { everyPlanStep, type Plan } from '../../src/playbook/plan.ts';
import { ASK, compile, HEAD } from './world.ts';

const shipped = loadPlaybooks('playbooks', surroundingsOf(loadInventory('tocsin.yaml')));
const named = (name: string): Plan => shipped.find((plan) => plan.playbook === name) as Plan;
const MINUTE = 60_000;
const minutes = (steps: string): number => worstCase(compile(`${HEAD}${steps}`)).ms / MINUTE;

describe('what a playbook will do, in sentences', () => {
  const found = explain(named('pii-leak-output'), contractOf);
  const said = (notes: { path: string; text: string }[]) =>
    Object.fromEntries(notes.map(({ path, text }) => [path, text]));

  it('says when it opens, how severe it is, and what it must know', () => {
    expect(found.opens.join('\n')).toContain(
      'An alert opens it if alert.kind in ["model.output-leak", "model.canary-leaked"].',
    );
    expect(found.opens.join('\n')).toContain('It must know system (ai-system).');
    expect(found.opens.join('\n')).toMatch(/It is SEV 2; SEV 1 if /);
  });

  it('says who is asked, until when, what silence means and what a deny does', () => {
    const contain = said(found.questions)['respond/recover/contain'];
    expect(contain).toContain('Asks the incident commander and ML on-call; all must approve, each another person.');
    expect(contain).toContain(
      'There are 15 min, with reminders after 5 min; after 10 min the engineering manager may answer as well and is paged.',
    );
    expect(contain).toContain('If nobody answers, it counts as “deny”.');
    expect(contain).toContain('If denied, 1 step follows instead of the rest of the block.');
    expect(said(found.questions)['respond/legal/counsel']).toContain(
      'If nobody answers, it counts as “Yes: the clock runs”.',
    );
    expect(found.failedStep).toContain('A failed step is a question to the incident commander');
  });

  it('says what cannot be undone, what is undone by what, and what leaves the organisation', () => {
    expect(Object.keys(said(found.irreversible))).toEqual(['respond/legal/due/then/send']);
    expect(said(found.undone)['respond/recover/isolate']).toBe(
      'Cut traffic to the model: By model.restore (disruptive).',
    );
    expect(found.outside.map(({ text }) => text)).toEqual([
      'Send the notice: notify.mail to supervisory authority, only after the approval of respond/legal/due/then/notice.',
    ]);
  });

  it('says which duties run, within what time, and what meets them', () => {
    expect(found.duties.map(({ text }) => text).join()).toMatch(
      /within 3 days .*reminders 2 days, 1 day, 6 h and 1 h before.*It is met by “Send the notice”\./,
    );
  });

  it('names every capability it needs, those of proofs and undos among them', () => {
    const plan = compile(`${HEAD}${ASK}  - { do: model.isolate, prove: model.probe }\n  - { do: model.restore }\n`);
    expect(explain(plan, contractOf).capabilities.map(({ capability, uses }) => [capability, uses])).toEqual([
      ['model.isolate', 2],
      ['model.probe', 1],
      ['model.restore', 2],
    ]);
  });

  it('tells every step of every shipped playbook, in order', () => {
    for (const plan of shipped) {
      const { steps, finally: last } = explain(plan, contractOf);
      const told = [...steps, ...last].flatMap(({ path }) => (path === null ? [] : [path]));
      expect(told).toEqual([...everyPlanStep(plan)].map(({ path }) => path));
    }
  });

  it('shows risky characters as what they are', () => {
    const plan = compile(`${HEAD}  - { id: look, title: "a\\u202Eb\\u001B[31m", do: model.inspect }\n`);
    expect(explain(plan, contractOf).steps[0]?.text).toContain('a\\u202eb\\u001b[31m');
  });
});

describe('the worst case', () => {
  it('is the sum of the longest way through a shipped playbook', () => {
    const looks = 2 * (3 * 120 + 2 + 4);
    const proved = 120 + 120;
    const recover = 300 + (3 * 300 + 2 + 4);
    const message = 3 * 60 + 5 + 10;
    const seconds = looks + 15 * 60 + proved + message + recover + 4 * 3600 + proved + message;
    expect(worstCase(named('supply-chain-tampered-artifact')).ms).toBe(seconds * 1000);
  });

  it('takes the longest branch, the longer way of an if, and the whole of a wait', () => {
    expect(minutes('  - { wait: 20m }\n')).toBe(20);
    expect(minutes('  - { id: w, wait: { until: has(alert.over), within: 45m } }\n')).toBe(45);
    expect(
      minutes('  - { parallel: { a: [{ id: w, wait: 10m }], b: [{ id: v, wait: 30m }, { id: u, wait: 5m }] } }\n'),
    ).toBe(35);
    expect(
      minutes('  - { if: size(incident.title) > 3, then: [{ id: w, wait: 10m }], else: [{ id: v, wait: 30m }] }\n'),
    ).toBe(30);
  });

  it('counts all rounds of a repeat, each as long as it may take or as the next one is due', () => {
    const repeat = (every: string) =>
      `  - { id: r, repeat: { until: 'steps.look.version == "2"', times: 3${every} }, steps: [{ id: look, do: model.inspect, timeout: 1m, retry: { attempts: 1 } }, { id: rest, wait: 4m }] }\n`;
    expect(minutes(repeat(''))).toBe(15);
    expect(minutes(repeat(', every: 10m'))).toBe(25);
  });

  it('counts what an each does at once, and says that longer lists take longer', () => {
    const plan = compile(
      `${HEAD}  - { id: tell, title: Tell them, each: '["a", "b", "c"]', at-once: 2, steps: [{ id: rest, wait: 4m }] }\n`,
    );
    const { worstCase: found } = explain(plan, contractOf);
    expect(found.ms).toBe(4 * MINUTE);
    expect(found.assumes.join('\n')).toContain('“Tell them” has no more than 2 items');
  });

  it('counts the deny where that takes longer than going on', () => {
    const denied = ASK.replace('on-deny: []', 'on-deny: [{ id: long, wait: 5h }]');
    expect(minutes(`${denied}  - { id: short, wait: 1h }\n`)).toBe(10 + 300);
    expect(minutes(`${denied}  - { id: longer, wait: 6h }\n`)).toBe(10 + 360);
  });

  it('counts every try, the pauses between them, and the proof', () => {
    const act =
      '  - { do: model.isolate, prove: model.probe, timeout: 4m, retry: { attempts: 3, delay: 1m, factor: 2 } }\n  - { do: model.restore, timeout: 1m }\n';
    expect(minutes(`${ASK}${act}`)).toBe(10 + (12 + 1 + 2) + (6 + 1 + 2) + 1);
  });

  it('says what it assumes, a failed step above all', () => {
    const { worstCase: found } = explain(compile(`${HEAD}  - { wait: 20m }\n`), contractOf);
    expect(found.assumes.join('\n')).toContain('each that does adds up to 30 min');
    expect(worstCaseInWords(found)).toBe('It takes at most 20 min.');
    expect(found.parts).toEqual([{ path: 'wait', ms: 20 * MINUTE }]);
  });

  it('is found for five hundred questions, each with a way out', () => {
    const one = (i: number) =>
      `  - { id: q${i}, ask: Go on?, by: [{ role: ml-on-call }], within: 10m, on-deny: [{ id: d${i}, wait: 5m }] }\n`;
    expect(minutes(Array.from({ length: 500 }, (_, i) => one(i)).join(''))).toBe(5_005);
  });
});
