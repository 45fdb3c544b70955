import { describe, expect, it } from 'vitest';
import { openDecisions } from '../../../src/incident/view.ts';
import type { DrillPeople } from '../../../src/simulator/core/drill.ts';
import { PeopleDrill } from '../../support/people-drill.ts';
import { shippedScript } from '../../support/scripts.ts';

const named = shippedScript('supply-chain-tampered-artifact', '15m');
const longer = shippedScript('supply-chain-tampered-artifact', '60m');
const { script } = named;

/** Ann commands, Fay facilitates, bots do the rest. */
const people: DrillPeople = {
  players: [{ role: 'incident-commander', person: 'ann' }],
  staff: [{ role: 'facilitator', person: 'fay' }],
  rate: 10,
};
const start = (played = named) => PeopleDrill.start(played, { people });
const minutesOf = (drill: PeopleDrill, inject: string) =>
  drill.of('inject.delivered').flatMap((event) => (event.data.id === inject ? [drill.minuteOf(event)] : []));

describe('a jump', () => {
  it('brings what is due on the way at its own time', async () => {
    const drill = await start();
    await drill.tell('fay', { type: 'drill-jump', to: null });
    expect(minutesOf(drill, 'scene')).toEqual([1]);
    expect(drill.minute).toBe(1);
    expect(await drill.tell('fay', { type: 'drill-jump', to: script.startsAt })).toMatchObject({ code: 'backwards' });
  });

  it('goes to what is due next also while an inject that is due now has not come yet', async () => {
    const drill = await start();
    drill.sleep(0.105);
    expect(drill.refuse('fay', { type: 'drill-jump', to: null })).toBeNull();
    expect(await drill.tell('fay', { type: 'drill-jump', to: null })).toEqual({ status: 'accepted' });
    expect([minutesOf(drill, 'scene'), minutesOf(drill, 'alarm')]).toEqual([[1], [2]]);
  });

  it('stops where somebody is asked, and is refused over their time to answer', async () => {
    const drill = await start(longer);
    await drill.tell('fay', { type: 'drill-jump', to: script.startsAt + 9 * 60_000 });
    const asked = drill.of('decision.asked')[0];
    expect(drill.now).toBe(asked?.at);
    expect(drill.board.jumpsTo).toBe(asked?.data.until);
    const over = { type: 'drill-jump', to: asked?.data.until ?? 0 } as const;
    expect(drill.refuse('fay', over)).toMatchObject({ code: 'asked' });
    expect(drill.refuse('fay', { ...over, to: over.to - 1 })).toBeNull();
  });

  it('goes to what happens next by itself, such as the answer of a bot, when no inject is due any more', async () => {
    const pii = shippedScript('pii-leak-output', '15m');
    const drill = await start(pii);
    await drill.pass(0.3);
    for (const inject of Object.keys(drill.board.due))
      await drill.tell('fay', { type: 'inject-skip', inject, reason: 'Not tonight.' });
    expect(Object.keys(drill.board.due)).toEqual([]);
    const before = drill.now;
    expect(await drill.tell('fay', { type: 'drill-jump', to: null })).toEqual({ status: 'accepted' });
    expect(drill.now).toBeGreaterThan(before);
    expect(drill.of('decision.voted').at(-1)?.at).toBe(drill.now);
  });

  it('goes on to where it jumped when nobody is asked any more on the way', async () => {
    const pii = shippedScript('pii-leak-output', '15m');
    const personas = pii.script.personas.map((one) => ({ ...one, approvals: 'deny' as const }));
    const drill = await start({ ...pii, script: { ...pii.script, personas } });
    await drill.pass(0.3);
    expect(openDecisions(drill.view).map(({ question }) => question.path)).toContain('respond/recover/contain');
    const to = pii.script.startsAt + 14 * 60_000;
    await drill.tell('fay', { type: 'drill-jump', to });
    expect(drill.of('decision.made')[0]?.data).toMatchObject({ outcome: 'deny', people: ['bot-ml-on-call'] });
    expect(drill.now).toBe(to);
  });
});
