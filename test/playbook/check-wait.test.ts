// biome-ignore-all lint/suspicious/noTemplateCurlyInString: playbooks are full of them
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/capabilities/contracts.ts';
import { explain, worstCaseInWords } from '../../src/playbook/explain/explain.ts';
import { compile, HEAD, problems, surroundings } from './world.ts';

const wait = (of: string, more = '') => `${HEAD}  - { id: w, wait: ${of}${more} }\n`;
const step = (of: string, more = '') => compile(wait(of, more)).steps[0];

describe('waiting for working time', () => {
  it('compiles to a use of the calendar, in whole days and minutes', () => {
    expect(step('{ business: 2d4h30m }')).toMatchObject({
      kind: 'wait',
      title: 'Wait 2 working days and 4 h 30 min of working time',
      forMs: 0,
      business: { capability: 'calendar.after', with: { days: { literal: 2 }, minutes: { literal: 270 } } },
    });
    expect(step('{ business: 4h }')).toMatchObject({ business: { with: { days: { literal: 0 } } } });
  });

  it('needs a calendar, and says where it goes', () => {
    const without = { ...surroundings, organisation: ['notify.mail'] };
    expect(problems(wait('{ business: 2d }'), without)).toEqual([
      expect.stringMatching(/p\.yaml:6:\d+ error: nothing says when people work: add "calendar" to tocsin\.yaml/),
    ]);
  });

  it('refuses what is no duration', () => {
    expect(problems(wait('{ business: 2 weeks }')).join()).toContain('write a duration');
    expect(problems(wait('{ buisness: 2d }')).join()).toMatch(/unknown key "buisness".*business/);
  });

  it('is told as working time where the longest time is told', () => {
    const plan = compile(`${HEAD}  - { id: a, wait: 20m }\n  - { id: w, wait: { business: 2d } }\n`);
    const { worstCase, steps, capabilities } = explain(plan, contractOf);
    expect(worstCaseInWords(worstCase)).toBe('It takes at most 20 min and 2 working days.');
    expect(worstCase.assumes.join()).toContain('nights and days off that lie in it come on top');
    expect(steps[1]?.text).toBe('Wait 2 working days: Wait 2 working days.');
    expect(capabilities.map(({ capability }) => capability)).toEqual(['calendar.after']);
  });

  it('counts every round of a repeat, and the longer of two branches', () => {
    const repeated = `${HEAD}  - { id: r, repeat: { until: 'steps.w.how == "held"', times: 3 }, steps: [{ id: w, wait: { business: 1d } }] }\n`;
    expect(worstCaseInWords(explain(compile(repeated), contractOf).worstCase)).toBe('It takes at most 3 working days.');
    const branches = `${HEAD}  - { id: p, parallel: { a: [{ id: a1, wait: { business: 1h } }], b: [{ id: b1, wait: 30m }] } }\n`;
    expect(worstCaseInWords(explain(compile(branches), contractOf).worstCase)).toBe(
      'It takes at most 1 h of working time.',
    );
  });
});

describe('waiting for an alert', () => {
  const HEALTHY = 'alert.kind == "model.healthy"';

  it('compiles to what ends it and the longest it may take', () => {
    expect(step(`{ alert: '${HEALTHY}', within: 2h }`)).toMatchObject({
      title: `Wait for an alert: ${HEALTHY}`,
      forMs: 7_200_000,
      until: null,
      alert: { cel: HEALTHY, resolved: false },
    });
    expect(step(`{ alert-resolved: '${HEALTHY}', within: 2h, since: opening }`)).toMatchObject({
      alert: { cel: HEALTHY, resolved: true, since: 'opening' },
    });
  });

  it('must have a bound', () => {
    for (const kind of ['alert', 'alert-resolved'])
      expect(problems(wait(`{ ${kind}: '${HEALTHY}' }`))).toEqual([
        expect.stringMatching(/p\.yaml:6:\d+ error: this could wait for ever.*within: 30m/),
      ]);
  });

  it('looks at the alert, at inputs and at steps that are done, and at nothing else', () => {
    const look = '  - { id: look, do: model.inspect }\n';
    const of = (cel: string) => problems(`${HEAD}${look}  - { id: w, wait: { alert: '${cel}', within: 1h } }\n`);
    expect(of('alert.version == steps.look.version && alert.system == inputs.system.id')).toEqual([]);
    expect(of('incident.severity == "sev1"').join()).toMatch(/"incident" cannot be used here/);
    expect(of('alert.x == steps.lok.version').join()).toMatch(/unknown step "lok".*look/);
    expect(of('alert.kind').join()).toBe('');
    expect(of('1 + 1').join()).toMatch(/must be true or false/);
    expect(of('1 > 2').join()).toMatch(/no alert can end this/);
  });

  it('leaves how it ended, and the alert', () => {
    const tell = (text: string) => `  - { id: tell, say: '${text}', to: ml-on-call }\n`;
    const afterIt = (text: string) => problems(`${wait(`{ alert: '${HEALTHY}', within: 2h }`)}${tell(text)}`);
    expect(afterIt('${steps.w.how == "alert" ? steps.w.alert.title : "none came"}')).toEqual([]);
    expect(afterIt('${steps.w.because}').join()).toMatch(/step "w" has no output "because"/);
    expect(problems(`${wait('5m')}${tell('${steps.w.how}')}`)).toEqual([]);
  });
});
