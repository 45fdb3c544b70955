import { expect, it } from 'vitest';
import { rehearseScript } from '../../../src/simulator/core/rehearse-script.ts';
import {
  Coverage,
  coverageOf,
  type DrilledOnce,
  type Known,
  whoPlayed,
} from '../../../src/simulator/scoring/coverage.ts';
import { shippedScript } from '../../support/scripts.ts';
import { ANN, BOT, Timeline } from './timeline.ts';

const { script, plan } = shippedScript('pii-leak-output', '15m');
const DAY_MS = 24 * 60 * 60_000;
const NOW = Date.parse('2026-11-05T13:00:00Z');

const known: Known = {
  now: NOW,
  playbooks: [
    { plan, publishedAt: NOW - DAY_MS },
    { plan: { ...plan, playbook: 'agent-runaway', title: 'A runaway agent', hash: 'f'.repeat(64) }, publishedAt: 0 },
  ],
  roles: [
    { id: 'incident-commander', title: 'Incident commander' },
    { id: 'legal-counsel', title: 'Legal counsel' },
  ],
  people: [
    { id: 'ann', name: 'Ann' },
    { id: 'bob', name: 'Bob' },
  ],
  systems: [{ id: 'customer-assistant', name: 'Customer assistant' }],
  simulations: [
    {
      ...{ simulation: 'pii-leak-output', title: script.title, playbook: plan.playbook },
      references: ['MITRE ATLAS AML.T0057 (LLM data leakage)', 'MITRE ATLAS AML.T0010 (AI supply chain compromise)'],
      seats: script.seats,
    },
  ],
};

async function drilled(at: number, more: Partial<DrilledOnce> = {}): Promise<DrilledOnce> {
  const { events } = await rehearseScript({ script, plan, seed: 7 });
  return {
    ...{
      id: 'EX-2026-0001',
      at,
      simulation: script.simulation,
      references: ['MITRE ATLAS AML.T0057 (LLM data leakage)'],
    },
    playbook: { id: plan.playbook, version: plan.version, hash: plan.hash },
    ...{ systems: ['customer-assistant'], people: [{ role: 'incident-commander', person: 'ann' }], events },
    ...more,
  };
}
const because = ({ next }: Coverage) => next.map((one) => [one.because, one.what]);

it('with no drills, everything is to be drilled, and what can be played for it is named', () => {
  const coverage = Coverage.parse(coverageOf(known, []));
  expect(coverage.next[0]).toEqual({
    ...{ because: 'never', what: `“${plan.title}” v${plan.version}`, simulation: 'pii-leak-output' },
    why: 'It was never drilled with people.',
  });
  expect(coverage.next[1]).toMatchObject({ simulation: null, why: expect.stringMatching(/write one\.$/) });
  expect(because(coverage).map(([why]) => why)).toEqual(['never', 'never', 'role', 'role', 'system']);
});

it('tells what was drilled when, and which steps and ways of a plan nobody has gone yet', async () => {
  const coverage = Coverage.parse(coverageOf(known, [await drilled(NOW - DAY_MS)]));
  const own = coverage.playbooks.find(({ id }) => id === plan.playbook);
  expect(own?.drilled).toEqual([{ drill: 'EX-2026-0001', at: NOW - DAY_MS }]);
  expect(own?.steps.reached).toBeGreaterThan(5);
  expect(own?.steps.never.length).toBe((own?.steps.of ?? 0) - (own?.steps.reached ?? 0));
  const contain = own?.ways.filter(({ path }) => path === 'respond/recover/contain');
  expect(contain?.map(({ way, drilled: times }) => [way, times.length])).toEqual([
    ['approve', 1],
    ['deny', 0],
  ]);
  const times = (rows: { id: string; drilled: unknown[] }[]) => rows.map(({ id, drilled: all }) => [id, all.length]);
  expect(times(coverage.roles)).toEqual([
    ['incident-commander', 1],
    ['legal-counsel', 0],
  ]);
  expect(times(coverage.people)).toEqual([
    ['ann', 1],
    ['bob', 0],
  ]);
  expect(coverage.techniques.find(({ id }) => id === 'AML.T0057')).toMatchObject({
    title: 'LLM data leakage',
    drilled: [{ drill: 'EX-2026-0001' }],
  });
  expect(coverage.techniques.find(({ id }) => id === 'AML.T0010')?.drilled).toEqual([]);
  expect(because(coverage).map(([why]) => why)).toEqual(['never', 'role', 'way']);
});

it('wants it again after a quarter, and when the playbook was changed since', async () => {
  const old = coverageOf(known, [await drilled(NOW - 100 * DAY_MS)]);
  expect(old.next.find((one) => one.because === 'overdue')?.why).toBe(
    'It was last drilled on 2026-07-28 (EX-2026-0001), more than a quarter ago.',
  );
  const before = { id: plan.playbook, version: plan.version - 1, hash: 'e'.repeat(64) };
  const changed = coverageOf(known, [await drilled(NOW - 9 * DAY_MS, { playbook: before })]);
  expect(changed.next.find((one) => one.because === 'changed')?.why).toBe(
    `It was published on 2026-11-04; last drilled was v${plan.version - 1}, on 2026-10-27 (EX-2026-0001).`,
  );
  expect(changed.playbooks[0]?.drilled).toEqual([]);
});

it('counts who did something in a drill, with the roles they had: nobody who was only invited, no bot, nothing after ENDEX', () => {
  const bob = { role: 'legal-counsel', person: 'bob', persona: null };
  const line = new Timeline(script, [ANN, bob, BOT]);
  line.ask(1, 1, 'contain');
  line.vote(2, 1, 'ann', [ANN.role]);
  line.vote(2, 1, BOT.person, [BOT.role]);
  line.add(3, 'role.assigned', { role: 'comms-lead', assignee: 'ann' }, { by: 'ann' });
  line.endex();
  line.add(60, 'note.added', { text: 'I could not come.' }, { by: 'bob' });
  expect(whoPlayed(line.events)).toEqual([
    { role: ANN.role, person: 'ann' },
    { role: 'comms-lead', person: 'ann' },
  ]);
});
