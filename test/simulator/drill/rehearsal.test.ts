import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../../src/incident/events.ts';
import { emptyView, evolve } from '../../../src/incident/view.ts';
import { sentence } from '../../../src/incident/wording.ts';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import { resultsOf } from '../../../src/simulator/core/results.ts';
import { shippedScript, shippedScripts } from '../../support/scripts.ts';

const SEEDS = process.env.TOCSIN_SWEEP === 'full' ? 200 : 20;

describe.each(shippedScripts())('$name', ({ script, plan }) => {
  it(`runs from STARTEX to ENDEX with ${SEEDS} seeds, and every event is a valid one`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { events } = await rehearseScript({ script, plan, seed });
      for (const event of events) parseEvent(event);
      expect(events[0]).toMatchObject({ type: 'exercise.started', at: script.startsAt });
      expect(events.at(-1)).toMatchObject({
        type: 'exercise.ended',
        at: script.startsAt + script.length.ms,
        data: { because: 'time' },
      });
      const past = events.flatMap((e) =>
        e.type === 'inject.delivered' || e.type === 'inject.skipped' ? [e.data.id] : [],
      );
      expect(new Set(past).size, `seed ${seed}: no inject comes twice`).toBe(past.length);
    }
  });

  it('gives the same bytes with the same seed, and others with another', async () => {
    const play = async (seed: number) => JSON.stringify((await rehearseScript({ script, plan, seed })).events);
    expect(await play(7)).toBe(await play(7));
    expect(await play(8)).not.toBe(await play(7));
  });

  it('loses and adds nothing when it is given up and taken up again after every event', async () => {
    const whole = await rehearseScript({ script, plan, seed: 7 });
    const broken = await rehearseScript({ script, plan, seed: 7, continueAfter: () => true });
    expect(broken.continued).toBeGreaterThan(5);
    expect(broken.events).toEqual(whole.events);
    expect(broken.world).toEqual(whole.world);
  });
});

describe('a rehearsal', () => {
  const { script, plan } = shippedScript('supply-chain-tampered-artifact', '60m');

  it('opens the incident by the alert, answers in character, and brings what experts expect', async () => {
    const { events } = await rehearseScript({ script, plan, seed: 7 });
    const results = Object.fromEntries(
      resultsOf(script, events).map(({ expectation, result }) => [expectation, result]),
    );
    expect(results).toMatchObject({
      opened: 'met',
      'cut-decided': 'met',
      'cut-proved': 'met',
      'rolled-back': 'met',
      'no-early-traffic': 'met',
      'cost-weighed': 'not-observed',
    });
  });

  it('every met expectation cites the event that it rests on', async () => {
    const { events } = await rehearseScript({ script, plan, seed: 7 });
    const cited = Object.fromEntries(
      resultsOf(script, events).map(({ expectation, seq }) => [expectation, events.find((e) => e.seq === seq)]),
    );
    expect(cited.opened?.type).toBe('incident.opened');
    expect(cited['cut-decided']).toMatchObject({
      type: 'decision.made',
      path: 'contain',
      data: { outcome: 'approve' },
    });
    expect(cited['cut-proved']).toMatchObject({ type: 'act.done', path: 'isolate', data: { purpose: 'prove' } });
  });

  it('delivers a contingency only when the response did not come', async () => {
    const idle = { ...script, personas: script.personas.map((persona) => ({ ...persona, diligence: 0 })) };
    const lazy = await rehearseScript({ script: idle, plan, seed: 7 });
    const found = (events: typeof lazy.events) =>
      events.find(
        (e) => (e.type === 'inject.delivered' || e.type === 'inject.skipped') && e.data.id === 'engineer-silent',
      );
    expect(found(lazy.events)).toMatchObject({ type: 'inject.delivered' });
    const brisk = await rehearseScript({ script, plan, seed: 7 });
    expect(found(brisk.events)).toMatchObject({ type: 'inject.skipped', data: { because: 'met' } });
    const results = Object.fromEntries(
      resultsOf(script, lazy.events).map(({ expectation, result }) => [expectation, result]),
    );
    expect(results).toMatchObject({ opened: 'met', 'cut-decided': 'missed', 'cut-proved': 'missed' });
  });

  it('waits for whoever is away: their answer comes when they are back', async () => {
    const { events } = await rehearseScript({ script, plan, seed: 7 });
    const away = events.find((e) => e.type === 'seat.away')?.at ?? 0;
    const back = events.find((e) => e.type === 'seat.back')?.at ?? 0;
    expect([away, back]).toEqual([script.startsAt + 12 * 60_000, script.startsAt + 24 * 60_000]);
    const votes = events.flatMap((e) =>
      e.type === 'decision.voted' && e.data.vote.person === 'bot-ml-on-call' ? [e.at] : [],
    );
    expect(votes.length).toBeGreaterThan(0);
    for (const at of votes) expect(at < away || at >= back).toBe(true);
  });

  it('changes the truth by acts alone: at the end the good version serves', async () => {
    const { world } = await rehearseScript({ script, plan, seed: 7 });
    expect(world.systems['claims-triage']).toMatchObject({ serving: '4.1.7', traffic: 'serving' });
  });

  it('is folded into what readers see: an exercise with its injects', async () => {
    const { events } = await rehearseScript({ script, plan, seed: 7, id: 'EX-2026-0001' });
    const view = events.reduce(evolve, emptyView());
    expect(view).toMatchObject({
      id: 'EX-2026-0001',
      mode: 'exercise',
      exercise: { because: 'time', away: [], length: '60m' },
    });
    expect(view.exercise?.injects.map(({ id }) => id)).toContain('reporter');
    expect(view.exercise?.skipped).toEqual({ 'engineer-silent': 'met' });
    const names = { people: new Map<string, string>() };
    expect(sentence(events[0] as (typeof events)[number], names)).toEqual({
      text: 'EXERCISE, STARTEX: “The release nobody signed off”, played by bots until 15:20 UTC',
      note: `supply-chain-tampered-artifact v${script.version}, 60m`,
    });
  });
});
