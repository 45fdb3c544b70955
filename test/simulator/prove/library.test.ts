import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import type { Script } from '../../../src/simulator/core/script.ts';
import { golden } from '../../../src/simulator/prove/golden.ts';
import { play } from '../../../src/simulator/prove/play.ts';
import { type Deed, POLICIES } from '../../../src/simulator/prove/policy.ts';
import { prove } from '../../../src/simulator/prove/prove.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { shippedScripts } from '../../support/scripts.ts';

/** How much longer people take who are as careful. */
const LAG_MIN: Readonly<Record<string, number>> = { '15m': 0.75, '60m': 2.5, '2h': 4 };

const worseThanLate = (script: Script, events: readonly NumberedEvent[]) =>
  scoreOf(script, events).objectives.flatMap(({ id, machine }) =>
    machine?.rating === 'P' || machine?.rating === 'S' ? [] : [`${id}: ${machine?.why ?? 'not rated'}`],
  );

describe.each(shippedScripts())('$name', ({ script, plan }) => {
  it.each(POLICIES)('%s comes to what is claimed of it', async (policy) => {
    const { proof } = await prove({ script, plan, seed: 1 }, policy);
    expect(proof.problems).toEqual([]);
  });

  it('the careful policy reads at once, and says nothing outside before counsel has heard, and nothing that is not established', async () => {
    const { events } = await prove({ script, plan, seed: 1 }, 'golden');
    const answered = events.filter((event) => event.type === 'voice.answered');
    const counsel = events.find(
      (event) => event.type === 'note.added' && event.data.text.startsWith('For legal counsel'),
    );
    for (const { seq, data } of answered) {
      expect(seq).toBeGreaterThan(counsel?.seq ?? Number.POSITIVE_INFINITY);
      expect(data.text.replace(/\d\d:\d\d UTC/, '')).not.toMatch(/\d/);
    }
    const away = script.away.map(({ role }) => role);
    for (const inject of events.filter((event) => event.type === 'inject.delivered')) {
      if (
        inject.data.to.every((role) => away.includes(role)) ||
        inject.at > script.startsAt + script.length.ms - 60_000
      )
        continue;
      const seen = events.find((event) => event.type === 'inject.seen' && event.data.id === inject.data.id);
      expect((seen?.at ?? Number.POSITIVE_INFINITY) - inject.at).toBeLessThanOrEqual(30_000);
    }
  });

  it('a careful team that still waits for news at the end is late at most, and not unable', async () => {
    const careful = golden();
    const { events } = await play({ script, plan, seed: 1 }, (sight) => {
      const open = new Set(sight.asked.filter(({ kind }) => kind !== 'failure').map(({ number }) => number));
      const isLast = sight.endsAt - sight.now <= Math.max(2, script.length.ms / 750_000) * 60_000;
      return careful(sight).filter((deed) => !(isLast && deed.do === 'vote' && open.has(deed.question)));
    });
    expect(worseThanLate(script, events)).toEqual([]);
  });

  it('a careful team that needs minutes more for each thing is late at most, and not unable', async () => {
    const careful = golden();
    const lagMs = (LAG_MIN[script.length.name] ?? 0) * 60_000;
    let waiting: { at: number; deed: Deed }[] = [];
    const { events } = await play({ script, plan, seed: 1 }, (sight) => {
      const there = new Set(sight.seats.flatMap(({ role, away }) => (away ? [] : [role])));
      const open = new Set(sight.asked.map(({ number }) => number));
      waiting.push(...careful(sight).map((deed) => ({ at: sight.now + lagMs, deed })));
      const due = waiting.filter(({ at, deed }) => at <= sight.now && there.has(deed.role));
      waiting = waiting.filter((one) => !due.includes(one));
      // Each seat votes once.
      const voted = new Set<string>();
      return due.flatMap(({ deed }): Deed[] => {
        if (deed.do !== 'vote') return [deed];
        const key = `${deed.question} ${deed.role}`;
        const card = sight.asked.find(({ number }) => number === deed.question);
        if (voted.has(key) || !open.has(deed.question) || card?.voted.some(({ person }) => person.endsWith(deed.role)))
          return [];
        voted.add(key);
        return [deed];
      });
    });
    expect(worseThanLate(script, events)).toEqual([]);
  });

  it('the careful policy is refused nothing, and needs no luck', async () => {
    const first = await prove({ script, plan, seed: 1 }, 'golden');
    const other = await prove({ script, plan, seed: 99 }, 'golden');
    expect(first.proof.refused).toEqual([]);
    expect(other.proof.ratings).toEqual(first.proof.ratings);
    const deeds = (events: typeof first.events) =>
      events.slice(1).map(({ seq, at, type, path }) => ({ seq, at, type, path }));
    expect(deeds(other.events)).toEqual(deeds(first.events));
  });
});

const folder = join(import.meta.dirname, '../../../src/simulator/prove');
const sources = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

it('no policy knows a simulation, a person of one, an AI system or a step', () => {
  const code = sources
    .map(({ text }) => text)
    .join('\n')
    .toLowerCase();
  const systems = shippedScripts().flatMap(({ script }) => script.systems.map(({ snapshot }) => snapshot.id));
  const named = shippedScripts().flatMap(({ script }) => [
    ...[script.simulation, script.title],
    ...script.injects.flatMap(({ from }) => nameIn(from)),
    ...Object.keys(script.answers).filter((path) => path.includes('/')),
    ...script.expectations.flatMap(({ sought }) =>
      sought.what === 'decided' && sought.step.includes('/') ? [sought.step] : [],
    ),
  ]);
  const known = [...systems, ...named].filter((one) => new RegExp(`\\b${escaped(one)}\\b`).test(code));
  expect([...new Set(known)]).toEqual([]);
});

it('policies can reach neither script, world nor score: they know the type of what players see, and one another', () => {
  const hands = ['people-drill.ts', 'play.ts', 'player-sight.ts', 'prove.ts'];
  const policies = sources.filter(({ file }) => !hands.includes(file));
  expect(policies.length).toBeGreaterThan(5);
  const reached = policies.flatMap(({ file, text }) =>
    [...text.matchAll(/^import (type )?.*? from '([^']+)';/gm)].flatMap(([, type, from = '']) => {
      const sight = type !== undefined && from === './player-sight.ts';
      const own = policies.some((policy) => from === `./${policy.file}`);
      return sight || own || from.startsWith('../../incident/') || from === '../core/bots.ts'
        ? []
        : [`${file}: ${from}`];
    }),
  );
  expect(reached).toEqual([]);
});

const escaped = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N} -]/gu, '\\$&');
/** “Aksel Dahl, adjuster” */
const nameIn = (from: string): string[] => /^\p{Lu}\S+ \p{Lu}[^\s,]+/u.exec(from) ?? [];
