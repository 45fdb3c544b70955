import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type EventType, eventData } from '../../../src/incident/events.ts';
import { play } from '../../../src/simulator/prove/play.ts';
import { doNothing } from '../../../src/simulator/prove/simple-policies.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { afterActionOf } from '../../../src/surfaces/after-action/after-action.ts';
import { AfterAction, AUDIENCES } from '../../../src/surfaces/after-action/contract.ts';
import { afterActionHtml } from '../../../src/surfaces/after-action/html.tsx';
import { afterActionMarkdown } from '../../../src/surfaces/after-action/markdown.ts';
import { shippedScript } from '../../support/scripts.ts';
import { PEOPLE } from './recorded.ts';
import { sampleInput, sampleReport } from './sample.ts';

describe('the after-action report of a team that did nothing', () => {
  test('praises nobody for what the playbook did, or for what doing nothing left undone', async () => {
    const named = shippedScript('agent-runaway', '15m');
    const { events } = await play({ ...named, seed: 3 }, doNothing());
    const { script } = named;
    const input = { ...(await sampleInput('team')), script, events, head: null, score: scoreOf(script, events) };
    const { lede, findings, traps } = afterActionOf(input);
    expect(lede[0]?.text).toMatch(/^None of the \d objectives was performed\./);
    // Whoever does nothing takes no bait.
    expect(lede.map(({ text }) => text).join(' ')).not.toContain('bait');
    expect(traps.some(({ fell, achieved }) => fell === false && !achieved)).toBe(true);
    const never = new Set(script.expectations.filter((one) => one.never).map(({ title }) => title));
    const strengths = findings.filter(({ kind }) => kind === 'strength');
    expect(strengths.filter(({ title }) => never.has(title))).toEqual([]);
    for (const { text } of strengths) expect(text).toMatch(/no person had to( decide)?\.$/);
  });
});

describe('the after-action report of a recorded drill', () => {
  test('tells what was exercised, and how it went, in a few sentences', async () => {
    const report = await sampleReport('team');
    expect(AfterAction.parse(report)).toEqual(report);
    const facts = Object.fromEntries(report.overview.map(({ label, text }) => [label, text]));
    expect(facts).toMatchObject({
      'Type and length': 'Tabletop, 60 min; the world was simulated',
      Facilitator: 'Sofia Mendes',
      Evaluators: 'Jonas Weber',
    });
    expect(facts['Date, by the clock on the wall']).toContain('13:00 UTC');
    expect(facts['Date in the scenario']).toContain('Fri 6 Mar 2026, 14:20 UTC');
    expect(facts.Threat).toContain('AML.T0010.003 is “AI Supply Chain Compromise: Model”');
    expect(facts.Participants).toContain('bots as Engineering manager and Communications lead');
    expect(report.lede[0]?.text).toMatch(/^Of 4 objectives, /);
    expect(report.status).toBe('draft');
    expect((await sampleReport('team', { final: true })).status).toBe('final');
  });

  test('shows a late answer beside its limit, and counts no pause as anybody’s time', async () => {
    const { lanes, course } = await sampleReport('team');
    const commander = lanes.find(({ role }) => role === 'incident-commander');
    const [first] = commander?.answers ?? [];
    expect(first).toMatchObject({ number: 1, late: true, who: null });
    // Four minutes of it the clock stood still.
    const paused = course.clock.find(({ kind }) => kind === 'stands');
    expect((paused?.wallTo ?? 0) - (paused?.wallFrom ?? 0)).toBe(4 * 60_000);
    expect(first?.tookMs).toBe((first?.answeredAt ?? 0) - (first?.askedAt ?? 0));
    expect(commander?.last).toEqual({ drill: 'EX-2026-0000', medianMs: 312_000 });
    expect(course.said.text).toContain('stood still for 4 min');
    expect(course.clock.filter(({ kind }) => kind === 'jump')).toHaveLength(1);
  });

  test('says what the facilitator changed, whom they helped, and that nothing real was called', async () => {
    const { changes, hints, called, msel } = await sampleReport('team');
    expect(changes.map(({ text }) => text).join(' ')).toContain('“A journalist asks”');
    expect(msel.at(-1)).toMatchObject({
      title: 'A customer calls',
      planned: 'not planned',
      change: 'thought up in mid-drill',
    });
    expect(hints).toHaveLength(1);
    expect(called.rows.reduce((sum, { count }) => sum + count, 0)).toBe(Number(/^\d+/.exec(called.said.text)?.[0]));
  });

  test('marks what evaluators think as theirs, with their verdicts, and lets it set no rating of the machine’s', async () => {
    const { findings, objectives } = await sampleReport('staff');
    const opinions = findings.filter(({ source }) => source === 'evaluator');
    expect(opinions.map(({ who, judgement }) => [who, judgement])).toEqual([
      ['Jonas Weber', 'missed, rated M'],
      ['Jonas Weber', 'rated S'],
    ]);
    expect(findings.some(({ source, title }) => source === 'machine' && title === opinions[0]?.title)).toBe(false);
    const recovered = objectives.find(({ id }) => id === 'recover');
    expect(recovered).toMatchObject({ machine: { rating: 'P' }, evaluators: [{ rating: 'S' }] });
  });

  test('names roles for the team, persons for the staff', async () => {
    const [team, staff] = [await sampleReport('team'), await sampleReport('staff')];
    const { beside: _, participants: __, overview: ___, ...told } = team;
    for (const name of Object.values(PEOPLE)) expect(JSON.stringify(told)).not.toContain(`${name} approved`);
    expect(team.lanes.flatMap(({ answers }) => answers).every(({ who }) => who === null)).toBe(true);
    expect(staff.lanes.flatMap(({ answers }) => answers).map(({ who }) => who)).toContain('Tomas Okafor');
    expect(team.timeline.map(({ text }) => text).join('\n')).toContain('ML on-call approved');
    expect(team.participants.map(({ who }) => who)).toContain('Tomas Okafor');
  });

  test('gives no name of a person, the organisation or its systems away to outsiders', async () => {
    const input = await sampleInput('anonymous');
    const report = afterActionOf(input);
    const everything = [JSON.stringify(report), afterActionHtml(report), afterActionMarkdown(report)];
    const systems = input.script.systems.flatMap(({ snapshot }) => [snapshot.id, snapshot.name]);
    const words = Object.values(PEOPLE).flatMap((name) => [name, ...name.split(' ')]);
    const forbidden = [
      ...Object.keys(PEOPLE),
      ...words,
      ...systems,
      'Halden',
      'INC-2026-0031',
      'IMP-2026-0001',
      'policyholder',
      'fire door',
      'dead in the tunnel',
      'a-customer-calls',
    ];
    for (const text of everything)
      for (const word of forbidden) expect(text.toLowerCase().includes(word.toLowerCase()), word).toBe(false);
    expect(report.participants.map(({ who }) => who)).toContain('Player 1');
    expect(report.leftOut.length).toBeGreaterThan(3);
    // What was measured is not a secret.
    const team = await sampleReport('team');
    expect(report.objectives.map(({ machine }) => machine?.rating)).toEqual(
      team.objectives.map(({ machine }) => machine?.rating),
    );
    expect(report.lanes.map(({ medianMs }) => medianMs)).toEqual(team.lanes.map(({ medianMs }) => medianMs));
    expect(report.measures.map(({ ms }) => ms)).toEqual(team.measures.map(({ ms }) => ms));
  });

  test('leaves out what anybody wrote, whatever kind of event it stands in', async () => {
    const input = await sampleInput('anonymous');
    const secret = 'Zanzibar';
    const written = new Set<EventType>([
      'note.added',
      'hot-wash.answered',
      'hint.given',
      'observation.recorded',
      'voice.said',
      'voice.answered',
    ]);
    const events = input.events.map((event) => {
      if (!written.has(event.type) && !('reason' in event.data)) return event;
      const key = 'reason' in event.data ? 'reason' : 'text';
      return { ...event, data: eventData[event.type].parse({ ...event.data, [key]: secret }) } as typeof event;
    });
    expect(JSON.stringify(events)).toContain(secret);
    const report = afterActionOf({ ...input, events, score: scoreOf(input.script, events) });
    expect(JSON.stringify(report)).not.toContain(secret);
  });

  test('names no real incident to outsiders, for which a drill was stopped', async () => {
    const input = await sampleInput('anonymous');
    const events = input.events.map((event) =>
      event.type === 'exercise.ended'
        ? { ...event, data: { because: 'real' as const, incident: 'INC-2026-0077' } }
        : event,
    );
    const report = afterActionOf({ ...input, events, score: scoreOf(input.script, events) });
    expect(JSON.stringify(report)).not.toContain('INC-2026-0077');
  });

  test('puts no figure beside the name of a person, but for the staff', async () => {
    for (const audience of ['team', 'anonymous'] as const) {
      const { participants } = await sampleReport(audience);
      for (const { bot, present, did } of participants) {
        expect(did.text).toBe('');
        if (!bot)
          expect(present.text).toMatch(/^(took part, first at T\+\S+, last at T\+\S+|in the hot wash|on the roster)/);
      }
    }
    const { participants } = await sampleReport('staff');
    expect(participants.map(({ did }) => did.text)).toContain('3 questions answered, 1 late');
  });

  test('says of what was late who read it when, who was asked, and what they said and why', async () => {
    const { findings } = await sampleReport('team');
    const late = findings.find(({ title }) => title === 'The commander decides to cut traffic');
    expect(late?.analysis?.text).toMatch(
      /^“The signature of the live version does not verify” was first read .* after it came, by /,
    );
    expect(late?.analysis?.text).toContain('was asked of Incident commander');
    expect(late?.analysis?.text).toContain('Incident commander answered “approve” after ');
    expect(findings.filter(({ kind }) => kind === 'strength').every(({ analysis }) => analysis === null)).toBe(true);
  });

  test('tells of injects and objectives by their titles and numbers, never by their ids', async () => {
    const { timeline, changes } = await sampleReport('team');
    const texts = [...timeline, ...changes].map(({ text }) => text).join('\n');
    expect(texts).toContain('has read inject “The signature of the live version does not verify”');
    expect(texts).toContain('about objective 2, rated M');
    expect(texts).not.toMatch(/nject [a-z]/);
  });

  test('says what the drill is evidence of, and what is missing, with the events', async () => {
    const { evidence } = await sampleReport('team');
    const systems = evidence?.elements.find(({ asks }) => /critical systems/.test(asks));
    expect(systems).toMatchObject({ state: 'partly' });
    expect(systems?.lacks.join()).toContain('Support assistant');
    const numbers = new Set(evidence?.elements.map(({ number }) => number));
    for (const { shown, partly, missing } of evidence?.requirements ?? []) {
      expect(shown.length + partly.length + missing.length).toBeGreaterThan(0);
      for (const number of [...shown, ...partly, ...missing]) expect(numbers.has(number)).toBe(true);
    }
    const frameworks = evidence?.requirements.map(({ framework, reference }) => `${framework} ${reference}`) ?? [];
    for (const name of ['12.10.2', '500.16(d)', '164.308', 'DORA', 'ID.IM-02', 'CC7.4', 'A.5.27'])
      expect(frameworks.join('\n')).toContain(name);
  });

  test('claims nothing of evidence where it cannot know: outside, from a file alone, to whom not all is told', async () => {
    expect((await sampleReport('anonymous')).evidence).toBeNull();
    expect((await sampleReport('team', { audit: null })).evidence).toBeNull();
    const input = await sampleInput('team');
    const events = input.events.filter(({ type }) => type !== 'hot-wash.answered');
    const report = afterActionOf({ ...input, events, score: scoreOf(input.script, events) });
    expect(report.evidence).toBeNull();
    // Nor that nobody said anything.
    expect(afterActionHtml(report)).not.toContain('Nobody answered it.');
    expect(afterActionMarkdown(report)).not.toContain('Nobody answered it.');
  });

  test.each(AUDIENCES)('cites the events of every figure, for %s', async (audience) => {
    const report = await sampleReport(audience);
    const seqs = new Set(report.timeline.map(({ seq }) => seq));
    const { timeline: _, beside: __, ...found } = report;
    const without: string[] = [];
    const walk = (value: unknown, path: string, cited: boolean): void => {
      if (typeof value !== 'object' || value === null) {
        const figure = typeof value === 'number' || (typeof value === 'string' && /\d/.test(value));
        if (figure && !cited && !NO_FIGURES.test(path)) without.push(`${path}: ${String(value)}`);
        return;
      }
      const cites = 'cites' in value && Array.isArray(value.cites) ? (value.cites as number[]) : null;
      for (const seq of cites ?? []) expect(seqs.has(seq), `${path} cites ${seq}`).toBe(true);
      for (const [key, held] of Object.entries(value)) walk(held, `${path}.${key}`, cited || (cites?.length ?? 0) > 0);
    };
    walk(found, '', false);
    expect(without).toEqual([]);
  });

  test('is the same for whoever finds it, and whenever', async () => {
    const input = await sampleInput('staff');
    const again = JSON.parse(JSON.stringify(input)) as typeof input;
    expect(JSON.stringify(afterActionOf(again))).toBe(JSON.stringify(afterActionOf(input)));
  });

  test('is kept as it was looked at: Markdown and HTML', async () => {
    // What it is evidence of has tests of its own.
    const report = await sampleReport('staff', { audit: null });
    // Fonts and style are looked at by themselves.
    const html = afterActionHtml(report)
      .replace(/<style>[\s\S]*?<\/style>/, '<style></style>')
      .replace(/sha256-[^&']+/, 'sha256-')
      .replace(/></g, '>\n<');
    golden('report.md.golden', afterActionMarkdown(report));
    golden('report.html.golden', html);
  });
});

/** What the report is, not what it found: its format, its version, its numbering, scales of charts. */
const NO_FIGURES =
  /^\.(format|drill|title|version|head|leftOut)|^\.course\.(from|to)$|\.number$|\.id$|\.title$|^\.evidence\.requirements\.|\.tasks\.|\.question$|\.(role|who|medianMs)$|\.last\./;

function golden(name: string, text: string): void {
  const file = join(import.meta.dirname, 'fixtures', name);
  if (process.env.TOCSIN_UPDATE === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
