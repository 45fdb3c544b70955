import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { POLICIES } from '../../../src/simulator/prove/policy.ts';
import { prove } from '../../../src/simulator/prove/prove.ts';
import { shippedScripts } from '../../support/scripts.ts';

describe.each(shippedScripts())('$name', ({ script, plan }) => {
  it.each(POLICIES)('%s comes to what is claimed of it', async (policy) => {
    const { proof } = await prove({ script, plan, seed: 1 }, policy);
    expect(proof.problems).toEqual([]);
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

it('no policy knows a simulation, a person of one, or a step', () => {
  const folder = join(import.meta.dirname, '../../../src/simulator/prove');
  const code = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
    .toLowerCase();
  const named = shippedScripts().flatMap(({ script }) => [
    script.simulation,
    script.title,
    ...script.systems.map(({ snapshot }) => snapshot.id),
    ...script.injects.flatMap(({ from }) => nameOf(from)),
    ...Object.keys(script.answers),
    ...script.expectations.flatMap(({ sought }) => (sought.what === 'decided' ? [sought.step] : [])),
  ]);
  const paths = named.filter((one) => one.length > 4 && /[\s/-]/.test(one) && !ROLES.includes(one));
  expect([...new Set(paths)].filter((one) => code.includes(one.toLowerCase()))).toEqual([]);
});

/** The product's own words. */
const ROLES = [
  'incident-commander',
  'legal-counsel',
  'communications-lead',
  'engineering-manager',
  'security-on-call',
  'ml-on-call',
];
/** “Aksel Dahl, adjuster” */
const nameOf = (from: string): string[] =>
  /^\p{Lu}\S+ \p{Lu}\S+/u.exec(from)?.[0] ? [from.split(',')[0] as string] : [];
