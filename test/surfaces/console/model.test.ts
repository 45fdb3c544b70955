import { describe, expect, test } from 'vitest';
import { emptyView, evolve, type IncidentView } from '../../../src/incident/view.ts';
import type { Plan, Step } from '../../../src/playbook/plan.ts';
import { rehearse } from '../../../src/simulator/core/rehearse.ts';
import { clockText, whenText } from '../../../src/surfaces/model/clock.ts';
import { fuseOf } from '../../../src/surfaces/model/fuse.ts';
import { whatNext } from '../../../src/surfaces/model/next.ts';
import { parseOutputs } from '../../../src/surfaces/model/outputs.ts';
import { timelinePage } from '../../../src/surfaces/model/timeline.ts';
import { countedSteps, planTree, progressOf } from '../../../src/surfaces/model/tree.ts';
import { commander, MINUTE, opening, planOf, START, wait, waitAlert, world } from '../../support/plans.ts';
import { tamperedModel } from './plan.ts';

const bots = [commander, { ...commander, person: 'bot-ml', roles: ['ml-on-call'] }];

async function played(plan: Plan, upTo: (type: string) => boolean = () => false) {
  const { events } = await rehearse({ plan, opening, world: world(), bots, startAt: START });
  const cut = events.findIndex((event) => upTo(event.type));
  const shown = cut < 0 ? events : events.slice(0, cut + 1);
  const view = shown.reduce<IncidentView>((folded, event) => evolve(folded, event), emptyView());
  return { view, events: shown.map((event) => ({ ...event, hash: '', recordedAt: '' })) };
}

describe('clocks', () => {
  test('m:ss under an hour, h:mm:ss above; another day is named', () => {
    expect([0, 61_000, 3_600_000, 3_661_000].map(clockText)).toEqual(['0:00', '1:01', '1:00:00', '1:01:01']);
    expect(whenText(START, START)).toBe('02:58');
    expect(whenText(START, START + 24 * 3_600_000)).toBe('Thu 19 Nov 2026, 02:58');
  });
});

describe('the plan as it stands', () => {
  test('at the end every counted step is done, and ways not taken do not count', async () => {
    const plan = tamperedModel();
    const { view } = await played(plan);
    const tree = planTree(plan, view);
    const steps = countedSteps(tree);
    expect(progressOf(steps)).toEqual({ done: steps.length, of: steps.length, failed: 0, waiting: 0, running: 0 });
    const paths = steps.map((node) => node.step.path);
    expect(paths).not.toContain('contain/on-deny/manual');
    expect(paths).toContain('branch/else/team');
    expect(paths).not.toContain('branch/then/board');
  });

  test('while people are asked, that step waits and all behind it is to come', async () => {
    const plan = tamperedModel();
    const { view } = await played(plan, (type) => type === 'decision.asked');
    const marks = planTree(plan, view).nodes.map((node) => [node.step.id, node.mark]);
    expect(marks).toEqual([
      ['assess', 'done'],
      ['contain', 'waiting'],
      ['isolate', 'to-come'],
      ['recover', 'to-come'],
      ['branch', 'to-come'],
      ['back', 'will-ask'],
      ['restore', 'to-come'],
    ]);
  });
});

describe('the timeline as pages', () => {
  test('shows every event once, newest first, and folds only routine ones', async () => {
    const { events } = await played(tamperedModel());
    const page = timelinePage(events, { show: null, before: null, event: null });
    const seen = page.rows.flatMap((row) => (row.kind === 'event' ? [row.event] : row.events)).map(({ seq }) => seq);
    expect(seen).toEqual(events.map(({ seq }) => seq).toReversed());
    expect(page.rows.some((row) => row.kind === 'fold')).toBe(true);
  });

  test('a permalink is on its page however long the timeline is', async () => {
    const { events } = await played(tamperedModel());
    const many = Array.from({ length: 20 }, () => events)
      .flat()
      .map((event, i) => ({ ...event, seq: i + 1 }));
    for (const event of [1, 80, 300, many.length]) {
      const { rows } = timelinePage(many, { show: null, before: null, event });
      const seen = rows.flatMap((row) => (row.kind === 'event' ? [row.event.seq] : row.events.map(({ seq }) => seq)));
      expect(seen).toContain(event);
    }
    const newest = timelinePage(many, { show: null, before: null, event: null });
    expect(newest.older).not.toBeNull();
    expect(timelinePage(many, { show: null, before: newest.older, event: null }).newer).toBe(true);
  });
});

describe('the fuse', () => {
  test('burns from asked to the default; labels never run into each other', async () => {
    const { view } = await played(tamperedModel(), (type) => type === 'decision.asked');
    const decision = view.decisions[0];
    if (!decision) throw new Error('nothing was asked');
    const fuse = fuseOf(decision, decision.question.askedAt + 5 * MINUTE);
    expect(fuse.burntPercent).toBe(50);
    expect(fuse.ticks.map((tick) => [tick.word, tick.percent])).toEqual([
      ['asked', 0],
      ['reminded', 50],
      ['escalates', 70],
      ['counts as deny', 100],
    ]);
    const labelled = fuse.ticks.filter((tick) => tick.labelled).map((tick) => tick.percent);
    for (const [i, percent] of labelled.entries())
      if (i > 0) expect(percent - (labelled[i - 1] ?? 0)).toBeGreaterThanOrEqual(16);
  });
});

describe('outputs given by hand', () => {
  test('are read by the capability’s own types, all or none', async () => {
    const plan = tamperedModel();
    const { view } = await played(plan, (type) => type === 'decision.asked');
    const asked = view.decisions[0]?.question;
    if (!asked) throw new Error('nothing was asked');
    const outputs = ['version', 'lastKnownGood', 'signatureValid', 'traffic', 'detail'];
    const failure = { code: 'x', message: 'x', outputs, undo: false };
    const question = { ...asked, kind: 'failure' as const, path: 'assess', failure };
    const form = (values: Record<string, string>) =>
      parseOutputs(question, plan, new Map(Object.entries(values).map(([name, value]) => [`output.${name}`, value])));
    expect(form({})).toEqual({ outputs: undefined, errors: new Map() });
    const whole = { version: '42', lastKnownGood: 'v40', signatureValid: 'false', traffic: 'cut', detail: 'by hand' };
    expect(form(whole).outputs).toEqual({ ...whole, signatureValid: false });
    expect([...form({ ...whole, traffic: 'perhaps' }).errors.keys()]).toEqual(['traffic']);
    expect([...form({ version: 'v40' }).errors.keys()]).toEqual(outputs.slice(1));
  });
});

test('what waits says until when at the latest, and what ends it before', async () => {
  const calm = waitAlert('calm', 120 * MINUTE, { cel: 'alert.kind == "model.healthy"', resolved: false });
  const next = async (steps: Step[]) => {
    const plan = planOf(steps);
    const { view } = await played(plan, (type) => type === 'wait.started');
    return whatNext(view, planTree(plan, view), { id: 'ana', roles: [] }, START)[0];
  };
  expect(await next([calm])).toEqual({
    when: { until: START + 120 * MINUTE, from: START },
    lead: 'calm',
    text: 'ends at the latest; it waits for an alert: alert.kind == "model.healthy".',
  });
  expect(await next([wait('rest', MINUTE)])).toMatchObject({ when: { until: START + MINUTE }, text: 'ends.' });
});
