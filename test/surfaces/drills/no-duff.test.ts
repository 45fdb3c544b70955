import { expect, it } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import type { Severity } from '../../../src/incident/severity.ts';
import { emptyView, type IncidentView } from '../../../src/incident/view.ts';
import type { Drill, DrillRuns } from '../../../src/surfaces/drills/contract.ts';
import { createNoDuff, openedDuring, realWords } from '../../../src/surfaces/drills/real.ts';
import { shippedScript } from '../../support/scripts.ts';

const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');
const drill = (id: string, startedAt: number): Drill => ({
  ...{ id, script, startedAt, status: 'running', players: [], staff: [], at: null, seed: 1, rate: 1, note: null },
  ...{ revision: 0, plannedBy: 'noor-haddad', plannedAt: 0, startedBy: 'noor-haddad' },
  ...{ cancelledAt: null, cancelledBecause: null },
  playbook: { id: plan.playbook, version: plan.version, title: plan.title, hash: plan.hash },
});
const incident = (
  id: string,
  severity: Severity,
  openedAt: number,
  more: Partial<IncidentView> = {},
): IncidentView => ({
  ...emptyView(),
  ...{ id, severity, openedAt, title: 'Refunds to strangers', mode: 'live' },
  ...more,
});

type Told = Parameters<DrillRuns['tell']>;

/** Two looks by each of two servers, at these drills and incidents. */
async function look(
  drills: Drill[],
  incidents: IncidentView[],
  tell: DrillRuns['tell'] = async () => ({ status: 'accepted' }),
  events: Record<string, NumberedEvent[]> = {},
) {
  const told: Told[] = [];
  const warned: string[] = [];
  const server = () =>
    createNoDuff({
      store: { list: async () => drills },
      reader: { incidents: async () => incidents, events: async (id) => events[id] ?? [] },
      runs: {
        tell: async (...said) => {
          told.push(said);
          return tell(...said);
        },
      },
      now: () => 9_000,
      warn: (message, about) => void warned.push(`${message} ${about.drill}`),
    });
  for (const one of [server(), server()]) for (const _ of ['once', 'again']) await one.look();
  return { told, warned };
}

it('a drill ends for a SEV 1 or SEV 2 that was opened after it began, by one message however often it is sent', async () => {
  for (const severity of ['sev1', 'sev2'] as const) {
    const { told } = await look([drill('EX-2026-0001', 5_000)], [incident('INC-2026-0007', severity, 6_000)]);
    expect(new Set(told.map(([id, { id: message }]) => `${id} ${message}`))).toEqual(
      new Set(['EX-2026-0001 no-duff:INC-2026-0007']),
    );
    expect(told[0]?.[1]).toMatchObject({ type: 'endex', because: 'real', incident: 'INC-2026-0007', at: 9_000 });
  }
});

it('it goes on beside what was open before, what is less bad, and what another drill plays', async () => {
  const others = [
    incident('INC-2026-0001', 'sev1', 4_999),
    incident('INC-2026-0002', 'sev3', 6_000),
    incident('INC-2026-0003', 'sev4', 7_000),
    incident('EX-2026-0002', 'sev1', 8_000, { mode: 'exercise' }),
  ];
  expect((await look([drill('EX-2026-0001', 5_000)], others)).told).toEqual([]);
  expect(openedDuring(drill('EX-2026-0001', 5_000), others).map(realWords)).toEqual([
    'A real incident SEV 3 is open: INC-2026-0002, Refunds to strangers',
    'A real incident SEV 4 is open: INC-2026-0003, Refunds to strangers',
  ]);
});

it('one that got worse ends it; and a drill that cannot be reached keeps no other from ending', async () => {
  const raised = incident('INC-2026-0002', 'sev2', 6_000);
  const { told, warned } = await look(
    [drill('EX-2026-0001', 5_000), drill('EX-2026-0002', 5_500)],
    [raised],
    async (id) => {
      if (id === 'EX-2026-0001') throw new Error('Temporal does not answer.');
      return { status: 'accepted' };
    },
  );
  expect(told.map(([id]) => id)).toContain('EX-2026-0002');
  expect(warned).toContain('a drill beside a real incident could not be ended EX-2026-0001');
  expect(warned).toContain('NO DUFF: a drill was ended, because a real incident was declared EX-2026-0002');
});

it('one that was open before ends it when it gets as bad, or is opened again, while the drill runs', async () => {
  const event = (at: number, more: Pick<NumberedEvent, 'type' | 'data'>) =>
    ({ seq: 2, at, path: '', actor: { kind: 'person', id: 'noor-haddad' }, ...more }) as NumberedEvent;
  const from = (was: Severity, to: Severity, at: number) =>
    event(at, { type: 'incident.severity-changed', data: { from: was, to, reason: 'More of them' } });
  const ended = async (...events: NumberedEvent[]) => {
    const before = incident('INC-2026-0001', 'sev2', 1_000);
    const { told } = await look([drill('EX-2026-0001', 5_000)], [before], undefined, { [before.id]: events });
    return told.length > 0;
  };
  expect(await ended(from('sev3', 'sev2', 6_000))).toBe(true);
  expect(await ended(event(6_000, { type: 'incident.reopened', data: { reason: 'It is back' } }))).toBe(true);
  expect(await ended(from('sev3', 'sev2', 4_000))).toBe(false);
  expect(await ended(from('sev1', 'sev2', 6_000))).toBe(false);
});
