import { expect, it } from 'vitest';
import { BY_ITSELF } from '../../../src/incident/exercise-messages.ts';
import { PeopleDrill } from '../../support/people-drill.ts';
import { shippedScript } from '../../support/scripts.ts';

const named = shippedScript('supply-chain-tampered-artifact', '15m');
const start = () =>
  PeopleDrill.start(named, {
    people: {
      players: [{ role: 'incident-commander', person: 'ann' }],
      staff: [{ role: 'facilitator', person: 'fay' }],
      rate: 10,
    },
  });
const real = { type: 'endex', because: 'real', reason: 'SEV 1', incident: 'INC-2026-0007' } as const;

it('Tocsin itself may end a drill for a real incident, and says on the timeline that it was Tocsin', async () => {
  const drill = await start();
  expect(await drill.tell(BY_ITSELF, real)).toEqual({ status: 'accepted' });
  expect(drill.events.at(-1)).toMatchObject({
    type: 'exercise.ended',
    actor: { kind: 'tocsin' },
    data: { because: 'real', incident: 'INC-2026-0007' },
  });
  expect(drill.refuse(BY_ITSELF, real)).toMatchObject({ code: 'over' });
});

it('it may do nothing else, and nobody else off the roster may do that', async () => {
  const drill = await start();
  for (const said of [
    { ...real, because: 'facilitator' } as const,
    { type: 'drill-pause', reason: null } as const,
    { type: 'note', text: 'Hello.' } as const,
  ])
    expect(drill.refuse(BY_ITSELF, said)).toMatchObject({ code: 'not-on-roster' });
  expect(drill.refuse('eve', real)).toMatchObject({ code: 'not-on-roster' });
});
