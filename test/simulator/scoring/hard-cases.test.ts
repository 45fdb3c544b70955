import { describe, expect, it } from 'vitest';
import type { Expectation } from '../../../src/simulator/core/script.ts';
import { drillMeasuresOf } from '../../../src/simulator/scoring/measures-of.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { ANN, BOT, expected, inject, scriptOf, Timeline } from './timeline.ts';

const MINUTE_MS = 60_000;
const CUT = expected({ what: 'act', capability: 'model.isolate', system: 'triage' });
const DECIDED = expected({ what: 'decided', step: 'contain', answer: 'approve', people: 1 });
const ALLOWS = { acts: [{ path: 'isolate', title: 'Cut', capability: 'model.isolate', risk: 'disruptive' as const }] };
const OF_BOT = { by: [{ role: BOT.role, count: 1 }] };

/** What comes of the first of these, and of its objective. */
function played(list: Expectation[], tell: (line: Timeline) => void, seats = [ANN]) {
  const script = scriptOf(list, { injects: [inject('alarm'), inject('call')] });
  const line = new Timeline(script, seats);
  tell(line);
  const score = scoreOf(script, line.events);
  const [outcome, objective] = [score.outcomes[0], score.objectives[0]];
  if (!outcome || !objective) throw new Error('one is expected');
  const measures = drillMeasuresOf(script, line.events, score);
  return { outcome, rating: objective.machine?.rating ?? null, objective, measures };
}

describe('what has to come before another', () => {
  const kept = expected({ what: 'act', capability: 'evidence.preserve', system: null }, { id: 'kept', before: 'cut' });
  const cut = { ...CUT, id: 'cut', sought: { ...CUT.sought, system: null } } as Expectation;

  it('has to come before the first of it, also where it is done on several systems', () => {
    for (const isProved of [true, false]) {
      const { outcome } = played([kept, cut], (line) => {
        line.act(3, 'isolate', 'model.isolate', 'triage');
        line.act(5, 'keep', 'evidence.preserve', 'triage');
        if (isProved) line.act(8, 'isolate-too', 'model.isolate', 'chat');
        else line.begin(8, 'isolate-too', 'model.isolate', 'chat');
        line.endex();
      });
      expect(outcome).toMatchObject({
        standing: 'met-late',
        cites: [3, 5],
        why: 'Event 5, 5 min after STARTEX: after “It is done” (event 3), which it had to come before.',
      });
    }
  });

  it('must never come before the last of it', () => {
    const never = { ...kept, never: true, gate: 'sound' as const };
    const { outcome } = played([never, cut], (line) => {
      line.act(3, 'isolate', 'model.isolate', 'triage');
      line.act(5, 'keep', 'evidence.preserve', 'triage');
      line.act(8, 'isolate-too', 'model.isolate', 'chat');
      line.endex();
    });
    expect(outcome).toMatchObject({ standing: 'missed', seq: 5 });
  });
});

describe('what must not happen since an inject', () => {
  const never = { ...CUT, never: true, gate: 'sound' as const, since: 'call' };

  it('was not done by whoever did it before: a bait can only be taken once it is there', () => {
    const { outcome } = played([never], (line) => {
      line.act(1, 'isolate', 'model.isolate', 'triage');
      line.inject(5, 'call');
      line.endex();
    });
    expect(outcome).toMatchObject({
      standing: 'met',
      why: 'Since “The call” (event 4) it had not happened by ENDEX (event 5).',
    });
  });

  it('is found after it, whatever went before', () => {
    const { outcome, rating } = played([never], (line) => {
      line.act(1, 'isolate', 'model.isolate', 'triage');
      line.inject(5, 'call');
      line.act(8, 'isolate', 'model.isolate', 'triage');
      line.endex();
    });
    expect(outcome).toMatchObject({ standing: 'missed', seq: 6, cites: [4, 6] });
    expect(outcome.why).toBe('It happened 3 min after “The call” (event 6), and must not.');
    expect(rating).toBe('M');
  });
});

describe('a drill that was ended early', () => {
  const timed = { ...CUT, withinMs: 20 * MINUTE_MS };
  const ended = (answer: string, people: string[], because: 'real' | 'facilitator') =>
    played([timed], (line) => {
      line.ask(1, 1, 'contain', ALLOWS);
      line.made(2, 1, 'contain', answer, people);
      if (answer === 'approve') line.begin(2, 'isolate', 'model.isolate', 'triage');
      line.endex(4, because);
    }).outcome.standing;

  it('does not hold against anybody what was allowed in time and still under way', () => {
    expect([ended('approve', ['ann'], 'real'), ended('approve', ['ann'], 'facilitator')]).toEqual([
      'not-observed',
      'not-observed',
    ]);
  });

  it('holds against people what they refused, or let fall to its default', () => {
    expect([ended('deny', ['ann'], 'real'), ended('deny', [], 'real')]).toEqual(['missed', 'missed']);
  });

  it('has a deadline of the law broken that had passed by then, and none that had not', () => {
    const notice = expected({ what: 'duty', rule: 'eu-gdpr-33', state: 'met' });
    const rated = (overdue: boolean) =>
      played([notice], (line) => {
        line.duty(1, 1, overdue ? 10 : 50);
        if (overdue) line.add(10, 'obligation.overdue', { number: 1, dueAt: 0, roles: [] }, { path: 'notify' });
        line.endex(30, 'facilitator');
      }).objective;
    expect(rated(true)).toMatchObject({ machine: { rating: 'M', rule: 'deadline', cites: [2, 3] }, observed: 0 });
    expect(rated(false).machine).toBeNull();
  });
});

describe('bots beside people', () => {
  it('answer for themselves until a person takes their seat', () => {
    const handed = (minute: number) =>
      played(
        [DECIDED],
        (line) => {
          line.ask(1, 1, 'contain', OF_BOT);
          const give = () => line.add(minute, 'role.assigned', { role: BOT.role, assignee: 'ann' }, { by: 'ann' });
          if (minute < 31) give();
          line.made(31, 1, 'contain', 'deny', []);
          if (minute > 31) give();
          line.endex();
        },
        [ANN, BOT],
      );
    expect(handed(40).outcome.standing).toBe('not-observed');
    expect(handed(40).measures).toMatchObject({ roles: [], bots: [{ who: BOT.role, unanswered: [{ question: 1 }] }] });
    expect(handed(20).outcome.standing).toBe('missed');
    expect(handed(20).measures).toMatchObject({ roles: [{ who: BOT.role, unanswered: [{ question: 1 }] }], bots: [] });
  });

  it('that allow an act have brought it about alone, whatever people had answered before', () => {
    const { outcome, measures } = played(
      [CUT],
      (line) => {
        line.clock(0, 0);
        line.opened(0);
        line.ask(1, 1, 'assess');
        line.made(2, 1, 'assess', 'approve', ['ann']);
        line.ask(3, 2, 'contain', { ...OF_BOT, ...ALLOWS });
        line.made(4, 2, 'contain', 'approve', [BOT.person]);
        line.act(5, 'isolate', 'model.isolate', 'triage');
        const outputs = { proved: true, strength: 'traffic' };
        const proof = { capability: 'traffic.check', outputs, tookMs: 1, purpose: 'prove' as const, provedBy: null };
        line.add(6, 'act.done', proof, { path: 'isolate' });
        line.endex();
      },
      [ANN, BOT],
    );
    expect(outcome.standing).toBe('not-observed');
    expect(measures.figures.contain).toEqual({ took: null, why: 'Bots alone brought it about (event 10).' });
  });
});

it('is late by a thousandth of a second, and says so in words that are true', () => {
  const at = (minute: number) =>
    played([{ ...CUT, withinMs: 10 * MINUTE_MS }], (line) => {
      line.act(minute, 'isolate', 'model.isolate', 'triage');
      line.endex();
    }).outcome;
  expect(at(10).standing).toBe('met');
  expect(at(10 + 1 / MINUTE_MS)).toMatchObject({
    standing: 'met-late',
    why: 'Event 3, 10 min after STARTEX: less than a second over the limit of 10 min.',
  });
});

it('a hint about nothing, when all that was to be done had been done, helped nobody', () => {
  const hinted = (minute: number) =>
    played([{ ...CUT, gate: 'timely' }], (line) => {
      const hint = { to: ['everybody'], text: 'h', about: null };
      if (minute < 3) line.add(minute, 'hint.given', hint, { by: 'fay' });
      line.act(3, 'isolate', 'model.isolate', 'triage');
      if (minute > 3) line.add(minute, 'hint.given', hint, { by: 'fay' });
      line.endex();
    }).rating;
  expect([hinted(1), hinted(9)]).toEqual(['S', 'P']);
});
