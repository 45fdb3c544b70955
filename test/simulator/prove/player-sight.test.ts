import { describe, expect, it } from 'vitest';
import { golden } from '../../../src/simulator/prove/golden.ts';
import { play } from '../../../src/simulator/prove/play.ts';
import { shippedScript, shippedScripts } from '../../support/scripts.ts';

describe.each(shippedScripts())('what players of $name get', ({ script, plan }) => {
  it('holds neither truth, notes, hints nor what is looked for, and nothing before it was sent', async () => {
    const secret = [
      ...[script.truth, script.guide ?? '', script.hash, script.simulation],
      ...script.injects.flatMap(({ notes, hint }) => [notes ?? '', hint ?? '']),
      ...script.expectations.flatMap(({ title, trap }) => [title, trap ?? '']),
      ...script.objectives.flatMap(({ tasks }) => tasks.map(({ title }) => title)),
      ...script.debrief,
    ]
      .filter((one) => one.length > 12)
      .map((one) => JSON.stringify(one).slice(1, -1));
    const told = new Set<string>();
    const early: number[] = [];
    const heardAt = new Map<number, number>();
    const { events } = await play({ script, plan, seed: 1 }, golden(), ({ heard, ...rest }) => {
      const fresh = heard.slice(heardAt.size);
      const text = JSON.stringify({ fresh, ...rest });
      for (const one of secret) if (text.includes(one)) told.add(one);
      for (const { number, at } of fresh) heardAt.set(number, at);
      for (const { number, at } of fresh) if (at > rest.now) early.push(number);
    });
    expect([...told]).toEqual([]);
    expect(early).toEqual([]);
    for (const [number, at] of heardAt)
      expect(at).toBeGreaterThanOrEqual((events[number - 1] as (typeof events)[number]).at);
  });
});

it('whoever is away reads what came meanwhile when they are back', async () => {
  const { script, plan } = shippedScript('pii-leak-output', '60m');
  const only = { ...script, seats: script.seats.filter(({ role }) => role === 'legal-counsel') };
  const heard: { from: string; at: number }[] = [];
  await play({ script: only, plan, seed: 1 }, (sight) => {
    heard.splice(0, heard.length, ...sight.heard);
    return [];
  });
  // The mail for counsel came at minute 12, in the hearing that ends at minute 14.
  const mail = heard.find(({ from }) => from.startsWith('Jorunn Vik'));
  expect(((mail?.at ?? 0) - script.startsAt) / 60_000).toBe(14);
});
