import { describe, expect, it } from 'vitest';
import type { Script } from '../../../src/simulator/core/script.ts';
import { drillMeasuresOf } from '../../../src/simulator/scoring/measures-of.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { afterActionOf } from '../../../src/surfaces/after-action/after-action.ts';
import { ANN, BOT, expected, scriptOf, Timeline } from '../../simulator/scoring/timeline.ts';
import { BESIDE } from './sample.ts';

/** Figures of the report against a timeline written by hand: they say what happened, and what the score says. */
const MINUTE_MS = 60_000;
const CUT = expected({ what: 'act', capability: 'model.isolate', system: null });
const script: Script = scriptOf([CUT]);

function told(tell: (line: Timeline) => void, seats = [ANN]) {
  const line = new Timeline(script, seats);
  tell(line);
  const { events } = line;
  const score = scoreOf(script, events);
  const beside = { ...BESIDE, earlier: [], incidents: [], improvements: [] };
  const report = afterActionOf({ script, events, redacted: [], head: null, score, beside, audience: 'staff' });
  const figures = drillMeasuresOf(script, events, score);
  return { report, figures, of: (name: string) => report.measures.find((one) => one.name === name) };
}

function cutProved(line: Timeline, minute: number): void {
  line.act(minute, 'cut', 'model.isolate', 'triage');
  const outputs = { proved: true, strength: 'traffic' };
  const proof = { capability: 'traffic.check', outputs, tookMs: 1, purpose: 'prove' as const, provedBy: null };
  line.add(minute, 'act.done', proof, { path: 'cut' });
}

describe('measures of the report', () => {
  it('are those of people on the wall, never scaled, without pauses; and say what the scenario’s clock showed', () => {
    const { of, figures } = told((line) => {
      line.clock(0, 0, { rate: 10 });
      line.opened(10);
      line.clock(20, 2, { rate: 0, because: 'paused' });
      line.clock(20, 7, { rate: 1, because: 'resumed' });
      line.ask(20, 1, 'contain');
      line.vote(23, 1, 'ann', [ANN.role]);
      line.made(23, 1, 'contain', 'approve', ['ann']);
      cutProved(line, 25);
      line.endex();
    });
    // One minute for ten, five of pause that are nobody’s, then minute by minute.
    expect(of('acknowledge')).toMatchObject({ ms: 4 * MINUTE_MS, note: '13 min by the clock of the scenario' });
    expect(of('contain')).toMatchObject({ ms: 6 * MINUTE_MS, note: '15 min by the clock of the scenario' });
    for (const name of ['acknowledge', 'contain'] as const) expect(of(name)?.ms).toBe(figures.figures[name].took?.ms);
  });

  it('leave out what bots brought about alone beside people', () => {
    const { of } = told(
      (line) => {
        line.clock(0, 0);
        line.opened(1);
        const acts = [{ path: 'cut', title: 'Cut', capability: 'model.isolate', risk: 'disruptive' as const }];
        line.ask(2, 1, 'contain', { by: [{ role: BOT.role, count: 1 }], acts });
        line.made(3, 1, 'contain', 'approve', [BOT.person]);
        cutProved(line, 5);
        line.endex();
      },
      [ANN, BOT],
    );
    expect(of('contain')).toMatchObject({ ms: null, note: 'Bots alone brought it about (event 8).' });
  });
});

describe('time to answer', () => {
  it('of a person who took the seat of a bot in mid-drill stands by itself: the bot’s counts for nobody', () => {
    const by = [{ role: BOT.role, count: 1 }];
    const { report, figures } = told(
      (line) => {
        line.clock(0, 0);
        line.opened(0);
        line.ask(1, 1, 'first', { by });
        line.vote(2, 1, BOT.person, [BOT.role]);
        line.made(2, 1, 'first', 'approve', [BOT.person]);
        line.ask(3, 2, 'second', { by });
        line.made(33, 2, 'second', 'deny', []);
        line.add(34, 'role.assigned', { role: BOT.role, assignee: 'ann' }, { by: 'ann' });
        line.ask(35, 3, 'third', { by });
        line.vote(40, 3, 'ann', [BOT.role]);
        line.made(40, 3, 'third', 'approve', ['ann']);
        line.endex();
      },
      [ANN, BOT],
    );
    const lanes = report.lanes.map(({ role, bot, medianMs, answers, unanswered }) => [
      ...[role, bot, medianMs],
      ...[answers.map(({ number }) => number), unanswered.map(({ number }) => number)],
    ]);
    expect(lanes).toEqual([
      [BOT.role, false, 5 * MINUTE_MS, [3], []],
      [BOT.role, true, null, [1], [2]],
    ]);
    expect(figures.roles.map(({ who, medianMs }) => [who, medianMs])).toEqual([[BOT.role, 5 * MINUTE_MS]]);
  });
});
