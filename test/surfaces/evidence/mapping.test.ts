import { describe, expect, test } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import type { DrillPeople } from '../../../src/simulator/core/drill.ts';
import type { ElementName } from '../../../src/surfaces/evidence/elements.ts';
import type { DrillEvidence, MendedLater } from '../../../src/surfaces/evidence/facts.ts';
import { mappingMarkdown, mappingOf } from '../../../src/surfaces/evidence/mapping.ts';
import { attendanceCsv, playedMselCsv } from '../../../src/surfaces/evidence/tables.ts';
import { markdownText } from '../../../src/surfaces/model/markdown.ts';
import { castOf, idle } from '../../simulator/drill/casts.ts';
import { PeopleDrill } from '../../support/people-drill.ts';
import { shippedScript } from '../../support/scripts.ts';

const named = shippedScript('supply-chain-tampered-artifact', '15m');
const people: DrillPeople = {
  players: [
    { role: 'incident-commander', person: 'ann' },
    { role: 'legal-counsel', person: 'lea' },
  ],
  staff: [
    { role: 'facilitator', person: 'fay' },
    { role: 'evaluator', person: 'eva' },
  ],
  rate: 60,
};

/** Ann approves what she is asked; bots play the rest. */
async function played(): Promise<NumberedEvent[]> {
  const script = castOf(named.script, 'steady');
  const drill = await PeopleDrill.start({ ...named, script }, { people });
  for (let minute = 0; minute < 40 && drill.of('exercise.ended').length === 0; minute++) {
    await drill.pass(0.5);
    for (const { data } of drill.of('decision.asked')) {
      const open = drill.view.decisions.some(({ question, made }) => question.number === data.number && !made);
      const asked = open && data.by.some(({ role }) => role === 'incident-commander');
      if (asked) await drill.tell('ann', drill.ballot('ann', ['incident-commander'], 'approve'));
    }
  }
  await drill.tell('eva', {
    type: 'observe',
    objective: 'contain',
    ...{ task: null, expectation: null, kind: 'strength', rating: 'P', verdict: null, about: [1] },
    text: 'They counted first.',
  });
  return drill.events;
}

const evidence = (events: readonly NumberedEvent[], more: Partial<DrillEvidence> = {}): DrillEvidence => ({
  script: named.script,
  events,
  improvements: [],
  criticalSystems: ['Claims triage', 'Fraud scoring'],
  playbookNow: { version: 1, hash: named.plan.hash },
  ...more,
});

/** One element, as the first requirement that asks for it has it. */
const elementOf = (drill: DrillEvidence, name: ElementName) => {
  const found = mappingOf(drill)
    .flatMap(({ elements }) => elements)
    .find(({ element }) => element === name);
  if (!found) throw new Error(`no requirement asks for ${name}`);
  return found;
};

const item: MendedLater = {
  id: 'IMP-2026-0001',
  action: 'Name a deputy',
  due: '2026-12-01',
  status: 'open',
  closed: null,
};

describe('what a drill is evidence of', () => {
  test('what was proved is claimed with the events that prove it', async () => {
    const events = await played();
    const { state, shows } = elementOf(evidence(events), 'containment');
    expect(state).toBe('shown');
    const [seq] = shows[0]?.cites ?? [];
    const proof = events.find((event) => event.seq === seq);
    expect(proof).toMatchObject({ type: 'act.done', data: { purpose: 'prove', outputs: { proved: true } } });
  });

  test('every event that is cited is on the timeline', async () => {
    const events = await played();
    const cited = mappingOf(evidence(events)).flatMap(({ elements }) =>
      elements.flatMap(({ shows }) => shows.flatMap(({ cites }) => cites)),
    );
    expect(cited.length).toBeGreaterThan(20);
    expect(cited.filter((seq) => !events.some((event) => event.seq === seq))).toEqual([]);
  });

  test('seats that bots played are said to be missing, and their acts are nobody’s', async () => {
    const events = await played();
    expect(elementOf(evidence(events), 'roles').lacks.join()).toContain('ML on-call');
    expect(elementOf(evidence(events), 'everybody')).toMatchObject({ state: 'partly' });
    // Counsel is a person who said nothing: what bots judged is not legal analysis.
    expect(elementOf(evidence(events), 'roles').lacks).toContain('Nothing was heard of the legal counsel');
    expect(elementOf(evidence(events), 'legal').state).toBe('missing');
  });

  test('a drill in which nothing was done claims nothing of a response', async () => {
    const drill = await PeopleDrill.start({ ...named, script: idle(named.script) }, { people });
    await drill.pass(60);
    const names: ElementName[] = ['containment', 'continuity', 'backup', 'legal', 'brands', 'lessons', 'improvements'];
    const states = names.map((name) => [name, elementOf(evidence(drill.events), name).state]);
    expect(states.filter(([name, state]) => state !== 'missing' && name !== 'lessons')).toEqual([]);
  });

  test('improvement items count as found; as mended only when they are closed', async () => {
    const events = await played();
    const open = evidence(events, { improvements: [item] });
    expect(elementOf(open, 'improvements').state).toBe('shown');
    expect(elementOf(open, 'closure')).toMatchObject({
      state: 'missing',
      lacks: ['Still open: IMP-2026-0001 (due 2026-12-01)'],
    });
    const closed: MendedLater = {
      ...item,
      status: 'closed',
      closed: { at: 0, by: 'ann', drill: 'EX-2026-0009', reason: null },
    };
    expect(elementOf(evidence(events, { improvements: [closed] }), 'closure')).toMatchObject({
      state: 'shown',
      shows: [{ text: 'IMP-2026-0001 closed: shown by EX-2026-0009' }],
    });
  });

  test('a plan counts as revised when a later version is published', async () => {
    const events = await played();
    expect(elementOf(evidence(events), 'revised').state).toBe('missing');
    const newer = evidence(events, { playbookNow: { version: 99, hash: 'f'.repeat(64) } });
    expect(elementOf(newer, 'revised').state).toBe('shown');
  });

  test('critical systems that were not in it are named', async () => {
    const { state, lacks } = elementOf(evidence(await played()), 'systems');
    expect(state).toBe('partly');
    expect(lacks).toEqual(['Not in this drill, and critical by the inventory: Fraud scoring']);
  });

  test('it reads as a document, and text from outside stays text', async () => {
    const hostile = { ...item, action: '<script>alert(1)</script> [x](http://evil.example)' };
    const text = mappingMarkdown(
      'EX-2026-0001',
      mappingOf(evidence(await played(), { improvements: [hostile] })),
      markdownText,
    );
    expect(text).toContain('## PCI DSS v4.0.1, 12.10.2');
    expect(text).toContain('Threat-led penetration testing');
    expect(text).not.toMatch(/<script|[^\\]\]\(http/);
  });
});

describe('tables of the pack', () => {
  test('attendance tells people from bots, and what each did', async () => {
    const csv = attendanceCsv(evidence(await played()), new Map([['ann', 'Ann Ito']]));
    expect(csv).toMatch(/^Ann Ito,incident-commander,player,\d+,/m);
    expect(csv).toMatch(/^lea,legal-counsel,player,0,/m);
    expect(csv).toMatch(/^bot \(steady\),ml-on-call,"?bot, not counted/m);
    expect(csv).toMatch(/^eva,evaluator,staff,1,/m);
  });

  test('the MSEL as played holds every inject once, with what became of it', async () => {
    const events = await played();
    const lines = playedMselCsv(evidence(events)).split('\r\n').filter(Boolean).slice(1);
    expect(lines).toHaveLength(named.script.injects.length);
    expect(lines.filter((line) => line.includes(',delivered,'))).toHaveLength(
      events.filter(({ type }) => type === 'inject.delivered').length,
    );
  });
});
