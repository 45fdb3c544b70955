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
    expect(elementOf(evidence(events), 'roles').lacks).toContain('Nothing was done by the legal counsel');
    expect(elementOf(evidence(events), 'everybody').lacks).toContain('Nothing shows that the legal counsel was there');
    expect(elementOf(evidence(events), 'legal').state).toBe('missing');
  });

  test('a drill in which nothing was done claims nothing of a response', async () => {
    const drill = await PeopleDrill.start({ ...named, script: idle(named.script) }, { people });
    await drill.pass(60);
    const names: ElementName[] = ['containment', 'continuity', 'backup', 'legal', 'brands', 'lessons', 'improvements'];
    const states = names.map((name) => [name, elementOf(evidence(drill.events), name).state]);
    expect(states.filter(([, state]) => state !== 'missing')).toEqual([]);
  });

  test.each([
    ['there are none', { ...people, players: [] }],
    ['nothing is heard of them', { ...people, players: [{ role: 'legal-counsel', person: 'lea' }] }],
  ])('what bots did counts for nobody where people are expected and %s', async (_, cast) => {
    const drill = await PeopleDrill.start({ ...named, script: castOf(named.script, 'steady') }, { people: cast });
    await drill.pass(60);
    expect(drill.of('plan.finished')).toMatchObject([{ data: { outcome: 'completed' } }]);
    const names: ElementName[] = [
      'roles',
      'yearly',
      'everybody',
      'containment',
      'continuity',
      'responded',
      'communication',
    ];
    const states = names.map((name) => [name, elementOf(evidence(drill.events), name).state]);
    expect(states.filter(([, state]) => state !== 'missing')).toEqual([]);
    expect(elementOf(evidence(drill.events), 'containment').lacks.join()).toMatch(
      /Bots alone decided on it: .*event \d+/,
    );
  });

  test('a drill that a real incident ended says so, and what is said after ENDEX is no act of a seat', async () => {
    const drill = await PeopleDrill.start({ ...named, script: idle(named.script) }, { people });
    await drill.tell('fay', { type: 'endex', because: 'real', incident: null, reason: null });
    await drill.tell('ann', { type: 'hot-wash', question: null, text: 'It was over soon.' });
    expect(elementOf(evidence(drill.events), 'yearly').lacks.join()).toContain('NO DUFF');
    expect(elementOf(evidence(drill.events), 'responded').lacks.join()).toContain('NO DUFF');
    expect(elementOf(evidence(drill.events), 'roles').lacks.join()).toContain(
      'Nothing was done by the incident commander',
    );
  });

  test('what was undone later, or whose later proof failed, is not shown whole', async () => {
    const events = await played();
    const [proof] = elementOf(evidence(events), 'containment').shows.flatMap(({ cites }) => cites);
    const held = events.find((event) => event.seq === proof);
    if (held?.type !== 'act.done') throw new Error('nothing was proved');
    const later = (data: Partial<typeof held.data>): NumberedEvent[] => [
      ...events,
      { ...held, seq: events.length + 1, data: { ...held.data, ...data } },
    ];
    const looks = [later({ purpose: 'undo' }), later({ outputs: { proved: false } })].map((all) =>
      elementOf(evidence(all), 'containment'),
    );
    expect(looks.map(({ state, lacks }) => [state, lacks.join()])).toEqual([
      ['partly', expect.stringContaining('It was undone later')],
      ['partly', expect.stringContaining('A later proof of it failed')],
    ]);
  });

  test('a plan that was denied or stopped is not called carried out', async () => {
    const events = await played();
    const stopped = events.map((event) =>
      event.type === 'plan.finished' ? { ...event, data: { outcome: 'stopped' as const } } : event,
    );
    expect(elementOf(evidence(stopped), 'responded').lacks.join()).toContain(
      'It was not carried out to its end: stopped',
    );
  });

  test('counsel who has a voice in another question has judged nothing of the law', async () => {
    const events = await played();
    const [asked] = events.filter((event) => event.type === 'decision.asked');
    const made = events.find((event) => event.type === 'decision.made' && event.data.number === asked?.data.number);
    const vote = events.find((event) => event.type === 'decision.voted' && event.data.number === asked?.data.number);
    if (made?.type !== 'decision.made' || vote?.type !== 'decision.voted') throw new Error('nothing was decided');
    const voice = { ...vote.data.vote, person: 'lea', roles: ['legal-counsel'] };
    const all = events.map((event) => (event === vote ? { ...vote, data: { ...vote.data, vote: voice } } : event));
    expect(asked?.data.by.map(({ role }) => role)).not.toContain('legal-counsel');
    expect(
      elementOf(evidence(all), 'legal')
        .shows.map(({ text }) => text)
        .join(),
    ).not.toContain('counsel');
  });

  test('a facilitator who writes something down is no evaluator', async () => {
    const drill = await PeopleDrill.start({ ...named, script: idle(named.script) }, { people });
    await drill.tell('fay', {
      ...{ type: 'observe', objective: 'contain', task: null, expectation: null, kind: 'strength', rating: 'P' },
      ...{ verdict: null, text: 'Well done.', about: [1] },
    });
    expect(elementOf(evidence(drill.events), 'independent')).toMatchObject({ state: 'missing' });
  });

  test('an item that was closed for a reason is not shown to be mended', async () => {
    const closed: MendedLater = {
      ...item,
      status: 'closed',
      closed: { at: 0, by: 'ann', drill: null, reason: 'No budget' },
    };
    expect(elementOf(evidence(await played(), { improvements: [closed] }), 'closure')).toMatchObject({
      state: 'missing',
      lacks: ['IMP-2026-0001 was closed without a drill that shows it: No budget'],
    });
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
    const none = elementOf(evidence(await played(), { criticalSystems: [] }), 'systems');
    expect(none).toMatchObject({ state: 'partly', lacks: [expect.stringContaining('calls no system critical')] });
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
