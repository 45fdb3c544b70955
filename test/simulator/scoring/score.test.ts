import { describe, expect, it } from 'vitest';
import type { EventData } from '../../../src/incident/events.ts';
import type { Expectation } from '../../../src/simulator/core/script.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { ANN, BOT, expected, inject, scriptOf, Timeline, WALL } from './timeline.ts';

const MINUTE_MS = 60_000;
const CUT = expected({ what: 'act', capability: 'model.isolate', system: 'triage' });
const DECIDED = expected({ what: 'decided', step: 'contain', answer: 'approve', people: 1 });

/** What comes of one expectation, and of its objective, with this timeline. */
function standing(one: Expectation | Expectation[], tell: (line: Timeline) => void, seats = [ANN]) {
  const list = [one].flat();
  const script = scriptOf(list, { injects: [inject('alarm'), inject('call', { objective: 'contain' })] });
  const line = new Timeline(script, seats);
  tell(line);
  const score = scoreOf(script, line.events);
  const [outcome] = score.outcomes;
  const [objective] = score.objectives;
  if (!outcome || !objective) throw new Error('one is expected');
  return { score, outcome, objective, rating: objective.machine?.rating ?? null, rule: objective.machine?.rule };
}

describe('a result', () => {
  const timed = { ...CUT, since: 'alarm', withinMs: 10 * MINUTE_MS };

  it('that is met cites what set it off and what met it, and says how fast it was', () => {
    const { outcome, rating } = standing(timed, (line) => {
      line.inject(2, 'alarm');
      line.act(9, 'isolate', 'model.isolate', 'triage');
      line.endex();
    });
    expect(outcome).toMatchObject({
      standing: 'met',
      seq: 4,
      cites: [2, 4],
      why: 'Event 4, 7 min after “The alarm”; the limit was 10 min.',
    });
    expect(rating).toBe('P');
  });

  it('that is late by its limit is met late, which makes its objective S', () => {
    const { outcome, rating, rule } = standing(timed, (line) => {
      line.inject(2, 'alarm');
      line.act(13.5, 'isolate', 'model.isolate', 'triage');
      line.endex();
    });
    expect(outcome.standing).toBe('met-late');
    expect(outcome.why).toBe('Event 4, 11 min 30 s after “The alarm”: 1 min 30 s over the limit of 10 min.');
    expect([rating, rule]).toEqual(['S', 'late']);
  });

  it('that comes after what it had to come before is late, and cites that too', () => {
    const { outcome } = standing({ ...CUT, before: 'call' }, (line) => {
      line.inject(5, 'call');
      line.act(6, 'isolate', 'model.isolate', 'triage');
      line.endex();
    });
    expect(outcome).toMatchObject({
      standing: 'met-late',
      cites: [2, 4],
      why: 'Event 4, 6 min after STARTEX: after “The call” (event 2), which it had to come before.',
    });
  });

  it('that is missed says what happened in its place', () => {
    const { outcome, rating, rule } = standing(DECIDED, (line) => {
      line.ask(1, 1, 'contain');
      line.vote(2, 1, 'ann', ['incident-commander'], 'deny');
      line.made(2, 1, 'contain', 'deny', ['ann']);
      line.endex();
    });
    expect(outcome).toMatchObject({
      standing: 'missed',
      seq: null,
      cites: [4, 5],
      why: 'It had not happened by ENDEX (event 5). The answer was “deny” (event 4).',
    });
    expect([rating, rule]).toEqual(['U', 'not-achieved']);
  });

  it('is void when the inject that sets it off was never delivered, and counts neither way', () => {
    const { outcome, objective, score } = standing(timed, (line) => {
      line.add(3, 'inject.skipped', { id: 'alarm', because: 'facilitator', reason: 'no time' });
      line.endex();
    });
    expect(outcome).toMatchObject({
      standing: 'void',
      cites: [2],
      why: '“The alarm” was passed over (event 2) and never delivered.',
    });
    expect(objective).toMatchObject({ machine: null, gates: [], observed: 0, of: 1 });
    expect(score.counts).toMatchObject({ void: 1, missed: 0 });
  });

  it('counts nothing after ENDEX', () => {
    const { outcome } = standing(expected({ what: 'noted', holds: 'cache' }), (line) => {
      line.endex();
      line.add(60, 'note.added', { text: 'It was the cache.' }, { by: 'ann' });
    });
    expect(outcome.standing).toBe('missed');
  });

  it('is not observed where the drill was cut short before its time was up', () => {
    const cut = (because: EventData<'exercise.ended'>['because']) =>
      standing(timed, (line) => {
        line.inject(2, 'alarm');
        line.endex(8, because);
      });
    expect(cut('real').outcome).toMatchObject({ standing: 'not-observed', cites: [2, 3] });
    expect(cut('real').outcome.why).toBe(
      'The drill was ended 8 min after STARTEX (event 3), when its limit had not passed: “It is done” could still have come.',
    );
    const over = standing(timed, (line) => {
      line.inject(2, 'alarm');
      line.endex(13, 'real');
    });
    expect(over.outcome.standing).toBe('missed');
  });

  it('says when it was on both clocks', () => {
    const { outcome } = standing(CUT, (line) => {
      line.clock(0, 0, { rate: 4 });
      line.clock(8, 2, { rate: 1, because: 'people' });
      line.act(10, 'isolate', 'model.isolate', 'triage');
      line.endex();
    });
    expect(outcome).toMatchObject({ at: expect.any(Number), wallAt: WALL + 4 * MINUTE_MS });
  });
});

describe('the worst of duplicates counts', () => {
  const anywhere = expected({ what: 'act', capability: 'model.isolate', system: null }, { withinMs: 10 * MINUTE_MS });

  it('for one act on several systems: the one that came last', () => {
    const { outcome } = standing(anywhere, (line) => {
      line.act(3, 'isolate', 'model.isolate', 'triage');
      line.act(12, 'isolate-too', 'model.isolate', 'chat');
      line.endex();
    });
    expect(outcome).toMatchObject({ standing: 'met-late', seq: 5 });
  });

  it('for one act on several systems: the one that was never carried out', () => {
    const { outcome } = standing(anywhere, (line) => {
      line.act(3, 'isolate', 'model.isolate', 'triage');
      line.begin(4, 'isolate-too', 'model.isolate', 'chat');
      line.endex();
    });
    expect(outcome).toMatchObject({ standing: 'missed', seq: null, cites: [4, 5] });
    expect(outcome.why).toMatch(/It was begun on chat \(event 4\) and was not proved\./);
  });

  it('for several duties of one rule: the one whose notice was not given', () => {
    const notice = expected({ what: 'duty', rule: 'eu-gdpr-33', state: 'met' });
    const { outcome } = standing(notice, (line) => {
      line.duty(1, 1, 100);
      line.duty(2, 2, 100);
      line.met(3, 1);
      line.endex();
    });
    expect(outcome).toMatchObject({ standing: 'missed', cites: [3, 5] });
  });

  it('for an incident that was opened again: whether it was resolved anew', () => {
    const resolved = expected({ what: 'resolved' });
    const told = (again: boolean) =>
      standing(resolved, (line) => {
        line.add(5, 'incident.resolved', { summary: 's' }, { by: 'ann' });
        line.add(6, 'incident.reopened', { reason: 'r' }, { by: 'ann' });
        if (again) line.add(9, 'incident.resolved', { summary: 's' }, { by: 'ann' });
        line.endex();
      }).outcome.standing;
    expect([told(true), told(false)]).toEqual(['met', 'missed']);
  });
});

describe('gates, never averages', () => {
  const never = expected(
    { what: 'act', capability: 'model.restore', system: null },
    { id: 'early', never: true, gate: 'sound' },
  );

  it('what must not happen and happened makes an achieved objective M', () => {
    const { objective, score } = standing([CUT, never], (line) => {
      line.act(3, 'isolate', 'model.isolate', 'triage');
      line.act(9, 'restore', 'model.restore', 'triage');
      line.endex();
    });
    expect(objective.machine).toMatchObject({ rule: 'unsound', rating: 'M', cites: [5] });
    expect(score.outcomes[1]?.why).toBe('It happened 9 min after STARTEX (event 5), and must not.');
  });

  it('one that was not achieved is U whatever else was done well; all gates are shown, the worst first', () => {
    const { objective } = standing([DECIDED, { ...CUT, id: 'cut' }, never], (line) => {
      line.act(3, 'isolate', 'model.isolate', 'triage');
      line.act(9, 'restore', 'model.restore', 'triage');
      line.endex();
    });
    expect(objective.gates.map(({ rating }) => rating)).toEqual(['U', 'M']);
    expect(objective.machine?.rating).toBe('U');
  });

  it('a sound one that came late is M; a timely one that was missed is S', () => {
    const late = (gate: 'sound' | 'timely') =>
      standing([DECIDED, { ...CUT, id: 'cut', gate, withinMs: MINUTE_MS }], (line) => {
        line.ask(0, 1, 'contain');
        line.made(1, 1, 'contain', 'approve', ['ann']);
        if (gate === 'sound') line.act(3, 'isolate', 'model.isolate', 'triage');
        line.endex();
      }).rating;
    expect([late('sound'), late('timely')]).toEqual(['M', 'S']);
  });

  it('a broken legal deadline is M for the objectives that look at that duty, and for no other', () => {
    const opened = expected({ what: 'duty', rule: 'eu-gdpr-33', state: 'opened' }, { id: 'runs', objective: 'tell' });
    const { score } = standing([CUT, opened], (line) => {
      line.act(3, 'isolate', 'model.isolate', 'triage');
      line.duty(4, 1, 20);
      line.add(20, 'obligation.overdue', { number: 1, dueAt: 0, roles: [] }, { path: 'notify' });
      line.met(25, 1, true);
      line.endex();
    });
    expect(score.objectives.map(({ machine }) => machine?.rating)).toEqual(['P', 'M']);
    expect(score.objectives[1]?.machine).toMatchObject({
      rule: 'deadline',
      cites: [4, 5, 6],
      why: 'A legal deadline was broken: notice 1 (eu-gdpr-33, to the supervisory authority) was given 5 min after its limit.',
    });
  });

  it('a duty that still runs at ENDEX, or was judged not to be due, breaks nothing', () => {
    const opened = expected({ what: 'duty', rule: 'eu-gdpr-33', state: 'opened' });
    const { rating } = standing(opened, (line) => {
      line.duty(4, 1, 4_000);
      line.duty(5, 2, 20);
      line.add(20, 'obligation.overdue', { number: 2, dueAt: 0, roles: [] }, { path: 'notify' });
      line.add(21, 'obligation.waived', { number: 2, reason: 'no harm' }, { by: 'ann' });
      line.endex();
    });
    expect(rating).toBe('P');
  });

  it('a hint makes the objective of its inject S; one about nothing, whatever is not achieved by then', () => {
    const hinted = (about: string | null, minute: number) =>
      standing([CUT, { ...DECIDED, id: 'said', objective: 'tell' }], (line) => {
        if (minute < 3) line.add(minute, 'hint.given', { to: ['everybody'], text: 'h', about }, { by: 'fay' });
        line.act(3, 'isolate', 'model.isolate', 'triage');
        if (minute > 3) line.add(minute, 'hint.given', { to: ['everybody'], text: 'h', about }, { by: 'fay' });
        line.ask(8, 1, 'contain');
        line.made(9, 1, 'contain', 'approve', ['ann']);
        line.endex();
      }).score.objectives.map(({ machine }) => machine?.rating);
    expect(hinted('call', 1)).toEqual(['S', 'P']);
    expect(hinted(null, 1)).toEqual(['S', 'S']);
    expect(hinted(null, 5)).toEqual(['P', 'S']);
  });

  it('nobody performs well by doing nothing wrong: only what was achieved makes P', () => {
    const { objective } = standing([{ ...CUT, since: 'call' }, never], (line) => void line.endex());
    expect(objective).toMatchObject({ machine: null, observed: 1, of: 2 });
  });
});

describe('with people, bots count for nothing', () => {
  const approve = (line: Timeline, person: string) => {
    line.ask(1, 1, 'contain', {
      by: [{ role: person === 'ann' ? 'incident-commander' : 'ml-on-call', count: 1 }],
      acts: [{ path: 'isolate', title: 'Cut', capability: 'model.isolate', risk: 'disruptive' }],
    });
    line.vote(2, 1, person, [], 'approve');
    line.made(2, 1, 'contain', 'approve', [person]);
    line.act(3, 'isolate', 'model.isolate', 'triage');
    line.endex();
  };

  it('a decision of bots alone, and the act it allows, are not observed', () => {
    const { score } = standing([DECIDED, { ...CUT, id: 'cut' }], (line) => approve(line, BOT.person), [ANN, BOT]);
    expect(score.outcomes.map((one) => one.standing)).toEqual(['not-observed', 'not-observed']);
    expect(score.outcomes[1]?.why).toBe('Bots alone brought it about (event 6): it says nothing about the people.');
  });

  it('those of a person are, also where bots sit beside them', () => {
    const { score } = standing([DECIDED, { ...CUT, id: 'cut' }], (line) => approve(line, 'ann'), [ANN, BOT]);
    expect(score.outcomes.map((one) => one.standing)).toEqual(['met', 'met']);
    expect(score.played).toBe('people');
  });

  it('what must not happen is held against people only where one of them had a hand in it', () => {
    const never = { ...CUT, never: true, gate: 'sound' as const };
    const by = (person: string) => standing(never, (line) => approve(line, person), [ANN, BOT]).outcome.standing;
    expect([by(BOT.person), by('ann')]).toEqual(['not-observed', 'missed']);
    const { outcome } = standing(
      never,
      (line) => {
        for (const [number, person] of [BOT.person, 'ann'].entries()) {
          line.ask(number * 5 + 1, number + 1, `contain-${number}`);
          line.made(number * 5 + 2, number + 1, `contain-${number}`, 'approve', [person]);
          line.act(number * 5 + 3, `isolate-${number}`, 'model.isolate', 'triage');
        }
        line.endex();
      },
      [ANN, BOT],
    );
    expect(outcome).toMatchObject({ standing: 'missed', seq: 9 });
  });

  it('an act that a person approved is theirs, also where a bot had it tried again', () => {
    const { outcome } = standing(
      CUT,
      (line) => {
        const acts = [{ path: 'isolate', title: 'Cut', capability: 'model.isolate', risk: 'disruptive' as const }];
        line.ask(1, 1, 'contain', { acts });
        line.made(2, 1, 'contain', 'approve', ['ann']);
        line.ask(3, 2, 'isolate', { kind: 'failure', by: [{ role: 'ml-on-call', count: 1 }] });
        line.made(4, 2, 'isolate', 'retry', [BOT.person]);
        line.act(5, 'isolate', 'model.isolate', 'triage');
        line.endex();
      },
      [ANN, BOT],
    );
    expect(outcome.standing).toBe('met');
  });

  it('among themselves bots are the team', () => {
    const { score } = standing([DECIDED], (line) => approve(line, BOT.person), [BOT]);
    expect(score).toMatchObject({ played: 'bots', counts: { met: 1 } });
  });

  it('what bots alone denied, or were asked in vain, is not held against people', () => {
    const asked = (seat: string) =>
      standing(
        DECIDED,
        (line) => {
          line.ask(1, 1, 'contain', { by: [{ role: seat, count: 1 }] });
          line.made(31, 1, 'contain', 'deny', []);
          line.endex();
        },
        [ANN, BOT],
      ).outcome.standing;
    expect([asked('ml-on-call'), asked('incident-commander')]).toEqual(['not-observed', 'missed']);
  });

  it('a sign of life must come from a person', () => {
    const sign = expected({ what: 'acknowledged' }, { since: 'alarm', withinMs: 5 * MINUTE_MS });
    const told = (person: string) =>
      standing(
        sign,
        (line) => {
          line.inject(1, 'alarm');
          line.ask(1, 1, 'contain');
          line.vote(2, 1, person, []);
          line.endex();
        },
        [ANN, BOT],
      ).outcome.standing;
    expect([told('ann'), told(BOT.person)]).toEqual(['met', 'missed']);
  });
});

describe('machine and evaluators stand apart', () => {
  type Saw = EventData<'observation.recorded'>;
  const about = { objective: 'contain', task: null, expectation: null, verdict: null, about: [] };
  const saw: Omit<Saw, 'rating'> = { ...about, kind: 'observation', text: 't' };

  it('the latest rating of each evaluator is shown beside the machine’s, and that they differ', () => {
    const { objective } = standing(CUT, (line) => {
      line.act(3, 'isolate', 'model.isolate', 'triage');
      line.add(4, 'observation.recorded', { ...saw, rating: 'U' }, { by: 'eva' });
      line.endex();
      line.add(60, 'observation.recorded', { ...saw, rating: 'S' }, { by: 'eva' });
      line.add(60, 'observation.recorded', { ...saw, rating: 'P' }, { by: 'ed' });
    });
    expect(objective.machine?.rating).toBe('P');
    expect(objective.evaluators.map(({ person, rating }) => [person, rating])).toEqual([
      ['eva', 'S'],
      ['ed', 'P'],
    ]);
    expect(objective.disagreement).toBe(true);
  });

  it('one evaluator who differs from the machine is a disagreement', () => {
    const rated = (rating: 'P' | 'M') =>
      standing(CUT, (line) => {
        line.act(3, 'isolate', 'model.isolate', 'triage');
        line.endex();
        line.add(60, 'observation.recorded', { ...saw, rating }, { by: 'eva' });
      }).objective.disagreement;
    expect([rated('P'), rated('M')]).toEqual([false, true]);
  });

  it('what is judged is settled by verdicts alone, as theirs, and sets no gate', () => {
    const asked = expected({ what: 'judged', text: 'Did anybody ask?' }, { id: 'asked', gate: 'sound' });
    const { outcome, rating } = standing([asked, CUT], (line) => {
      line.act(3, 'isolate', 'model.isolate', 'triage');
      line.add(
        4,
        'observation.recorded',
        { ...saw, rating: null, expectation: 'asked', verdict: 'missed' },
        { by: 'eva' },
      );
      line.endex();
    });
    expect(outcome).toMatchObject({
      standing: 'not-observed',
      judged: true,
      verdicts: [{ person: 'eva', verdict: 'missed', seq: 4 }],
      why: 'Only an evaluator can tell: Did anybody ask?',
    });
    expect(rating).toBe('P');
  });
});

it('a script that is another than the drill’s scores nothing', () => {
  const line = new Timeline(scriptOf([CUT]));
  expect(() => scoreOf(scriptOf([DECIDED]), line.events)).toThrow(/another script/);
  expect(() => scoreOf(scriptOf([CUT]), line.events.slice(1))).toThrow(/no timeline of a drill/);
});
