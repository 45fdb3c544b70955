import { describe, expect, it } from 'vitest';
import type { Script } from '../../../src/simulator/core/script.ts';
import { DrillMeasures, withoutIndividuals } from '../../../src/simulator/scoring/measures.ts';
import { drillMeasuresOf } from '../../../src/simulator/scoring/measures-of.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { ANN, BOT, expected, inject, type Seat, START, scriptOf, Timeline } from './timeline.ts';

const MINUTE_MS = 60_000;
const CUT = expected({ what: 'act', capability: 'model.isolate', system: 'triage' });
const LEE: Seat = { role: 'legal-counsel', person: 'lee', persona: null };
const seat = (role: string, needed = true): Script['seats'][number] => ({
  role,
  brief: 'b',
  needed,
  persona: 'steady',
});
const alarm = inject('alarm', { alert: { kind: 'a', system: 'triage' }, expects: ['it'] });
const script: Script = {
  ...scriptOf([CUT], { injects: [alarm, inject('mail', { to: ['legal-counsel'] })] }),
  seats: [seat('incident-commander'), seat('legal-counsel'), seat('ml-on-call'), seat('press', false)],
};

function measured(tell: (line: Timeline) => void, seats = [ANN, LEE, BOT]): DrillMeasures {
  const line = new Timeline(script, seats);
  tell(line);
  return DrillMeasures.parse(drillMeasuresOf(script, line.events, scoreOf(script, line.events)));
}
const alert = (line: Timeline, minute: number): number => {
  const { title, kind, by, from, to, subject, text, alert, attachments } = alarm;
  return line.add(minute, 'inject.delivered', {
    id: 'alarm',
    title,
    kind,
    by,
    from,
    to,
    subject,
    text,
    alert,
    attachments,
  });
};

describe('how long people take', () => {
  it('is from asked to answered on the wall, by role and by person, without the time in which the clock stood still', () => {
    const { roles, people, bots } = measured((line) => {
      line.clock(0, 0);
      line.ask(2, 1, 'contain', {
        by: [
          { role: 'incident-commander', count: 1 },
          { role: 'ml-on-call', count: 1 },
        ],
      });
      line.vote(3, 1, BOT.person, ['ml-on-call']);
      line.clock(4, 4, { rate: 0, because: 'paused' });
      line.clock(4, 24, { because: 'resumed' });
      line.vote(7, 1, 'ann', ['incident-commander']);
      line.made(7, 1, 'contain', 'approve', ['ann', BOT.person]);
      line.endex();
    });
    expect(roles).toMatchObject([
      {
        who: 'incident-commander',
        n: 1,
        medianMs: 5 * MINUTE_MS,
        answers: [{ question: 1, took: { from: 3, to: 7 } }],
      },
    ]);
    expect(people).toMatchObject([{ who: 'ann', n: 1 }]);
    expect(bots).toMatchObject([{ who: 'ml-on-call', n: 1, medianMs: MINUTE_MS }]);
  });

  it('begins when a question reached them, where the clock had passed over its moment', () => {
    const { roles, compressed } = measured((line) => {
      line.clock(0, 0);
      line.clock(20, 1, { because: 'jumped', from: START + MINUTE_MS });
      line.ask(10, 1, 'contain');
      line.clock(10, 1, { because: 'people' });
      line.vote(12, 1, 'ann', ['incident-commander']);
      line.endex();
    });
    expect(roles[0]?.medianMs).toBe(2 * MINUTE_MS);
    expect(compressed).toBe(true);
  });

  it('begins when a question reached them, where the worker had been away; a change of mind is no second answer', () => {
    const { roles } = measured((line) => {
      line.clock(0, 0, { rate: 10 });
      line.ask(10, 1, 'contain');
      line.clock(10, 4, { because: 'people' });
      line.vote(12, 1, 'ann', ['incident-commander'], 'deny');
      line.vote(15, 1, 'ann', ['incident-commander']);
      line.endex();
    });
    expect(roles).toMatchObject([{ n: 1, medianMs: 2 * MINUTE_MS }]);
  });

  it('counts from the escalation for whoever was asked then, and says who never answered', () => {
    const { roles } = measured((line) => {
      line.clock(0, 0);
      line.ask(2, 1, 'contain');
      line.add(5, 'decision.reminded', { number: 1, roles: ['incident-commander'] });
      line.add(10, 'decision.escalated', { number: 1, to: 'legal-counsel', page: true });
      line.vote(13, 1, 'lee', ['legal-counsel']);
      line.made(13, 1, 'contain', 'approve', ['lee']);
      line.ask(20, 2, 'restore');
      line.endex(30);
    });
    expect(roles).toMatchObject([
      { who: 'incident-commander', n: 0, medianMs: null, reminders: [4], escalations: [] },
      { who: 'legal-counsel', n: 1, medianMs: 3 * MINUTE_MS, reminders: [], escalations: [5] },
    ]);
    expect(roles[0]?.unanswered).toEqual([
      { question: 2, how: 'open', took: { ms: 10 * MINUTE_MS, scenarioMs: 10 * MINUTE_MS, from: 8, to: 9 } },
    ]);
  });

  it('is for the staff and for oneself, as far as single persons go', () => {
    const all = measured((line) => {
      line.clock(0, 0);
      alert(line, 1);
      line.add(2, 'inject.seen', { id: 'alarm' }, { by: 'ann' });
      line.ask(2, 1, 'contain', {
        by: [
          { role: 'incident-commander', count: 1 },
          { role: 'legal-counsel', count: 1 },
        ],
      });
      line.vote(3, 1, 'ann', ['incident-commander']);
      line.vote(4, 1, 'lee', ['legal-counsel']);
      line.endex();
    });
    expect(JSON.stringify(withoutIndividuals(all, null))).not.toMatch(/"ann"|"lee"/);
    const own = withoutIndividuals(all, 'lee');
    expect(own.people.map(({ who }) => who)).toEqual(['lee']);
    expect(JSON.stringify(own)).not.toMatch(/"ann"/);
    expect(own.roles.map(({ n }) => n)).toEqual([1, 1]);
  });
});

describe('the figures of a drill', () => {
  it('detect, declare and acknowledge have their events, and bots give none', () => {
    const tell = (person: string) => (line: Timeline) => {
      line.clock(0, 0, { rate: 2 });
      alert(line, 2);
      line.opened(4);
      line.add(6, 'inject.seen', { id: 'alarm' }, { by: person });
      line.vote(8, 1, person, ['incident-commander']);
      line.endex();
    };
    const { figures } = measured(tell('ann'));
    expect(figures.detect).toEqual({ took: { ms: 2 * MINUTE_MS, scenarioMs: 4 * MINUTE_MS, from: 3, to: 5 } });
    expect(figures.declare).toEqual({ took: { ms: MINUTE_MS, scenarioMs: 2 * MINUTE_MS, from: 3, to: 4 } });
    expect(figures.acknowledge).toMatchObject({ took: { from: 4, to: 6 } });
    const byBots = measured(tell(BOT.person)).figures;
    expect([byBots.detect.took, byBots.acknowledge.took]).toEqual([null, null]);
  });

  it('says of each duty what margin was left', () => {
    const { notices } = measured((line) => {
      line.duty(4, 1, 20);
      line.met(15, 1);
      line.duty(5, 2, 200, 'eu-dora-19');
      line.endex();
    });
    expect(notices).toMatchObject([
      { state: 'given', marginMs: 5 * MINUTE_MS, tookMs: 11 * MINUTE_MS, leftMs: null, cites: [2, 3] },
      { rule: 'eu-dora-19', state: 'running', marginMs: null, leftMs: 140 * MINUTE_MS },
    ]);
  });

  it('says what reached whom, who looked at it, and whether what it called for came', () => {
    const { injects } = measured((line) => {
      line.clock(0, 0);
      alert(line, 1);
      line.add(3, 'inject.seen', { id: 'alarm' }, { by: 'lee' });
      line.endex();
    });
    expect(injects.all[0]).toMatchObject({ id: 'alarm', actedOn: false, cites: [3, 4, 5] });
    expect(injects.byRole).toMatchObject([
      { role: 'incident-commander', delivered: 1, seen: 0, missed: 1, medianMs: null },
      { role: 'legal-counsel', delivered: 1, seen: 1, missed: 1, medianMs: 2 * MINUTE_MS },
    ]);
  });

  it('says who played each role, deputies and absences included', () => {
    const { seats } = measured((line) => {
      line.add(1, 'seat.away', { role: 'legal-counsel', why: null });
      line.add(5, 'seat.back', { role: 'legal-counsel' });
      line.add(6, 'role.assigned', { role: 'press', assignee: 'lee' }, { by: 'ann' });
      line.ask(7, 1, 'contain');
      line.endex();
    });
    expect(seats).toMatchObject([
      { role: 'incident-commander', played: 'person', asked: 1, answered: 0 },
      { role: 'legal-counsel', played: 'person', awayMs: 4 * MINUTE_MS, cites: [2, 3] },
      { role: 'ml-on-call', played: 'bot', people: 0 },
      { role: 'press', played: 'deputy', people: 1, cites: [4] },
    ]);
  });

  it('names deviations, evidence that was not proved, and what was undone', () => {
    const { deviations, evidence, wrong } = measured((line) => {
      line.begin(1, 'keep', 'evidence.preserve', 'triage');
      line.act(2, 'isolate', 'model.isolate', 'triage');
      const undo = { capability: 'model.restore', outputs: {}, tookMs: 1, purpose: 'undo' as const, provedBy: null };
      line.add(3, 'act.done', undo, { path: 'isolate' });
      line.add(4, 'step.skipped', { reason: 'no time', by: 'person' }, { path: 'validate', by: 'ann' });
      line.add(5, 'step.skipped', { reason: 'not needed', by: 'condition' }, { path: 'other' });
      line.endex();
    });
    expect(deviations).toEqual([{ kind: 'skipped', what: '“validate” was skipped: no time', cites: [6] }]);
    expect(evidence).toMatchObject({ begun: 1, proved: 0, all: [{ system: 'triage', proved: false, cites: [2] }] });
    expect(wrong).toEqual([{ kind: 'undone', what: 'What model.isolate did at “isolate” was undone.', cites: [4, 5] }]);
  });

  it('names a disruptive act on a system with which nothing was wrong, and on no other', () => {
    const sound = (id: string): Script['systems'][number] => ({
      snapshot: {
        ...{ id, name: id, tier: 'high', owner: 'o', jurisdictions: [], dataClasses: [] },
        lastKnownGood: null,
      },
      truth: {
        ...{ versions: { a: { signatureValid: true, passesValidation: true } }, serving: 'a', lastKnownGood: 'a' },
        traffic: 'serving',
      },
    });
    const two = { ...script, systems: [sound('triage'), sound('chat')] };
    const line = new Timeline(two);
    line.act(1, 'isolate', 'model.isolate', 'triage');
    line.act(2, 'isolate-too', 'model.isolate', 'chat');
    line.endex();
    const { wrong } = drillMeasuresOf(two, line.events, scoreOf(two, line.events));
    expect(wrong).toEqual([
      {
        kind: 'sound-system',
        what: 'model.isolate (disruptive) was used on chat, with which nothing was wrong.',
        cites: [4],
      },
    ]);
  });
});
