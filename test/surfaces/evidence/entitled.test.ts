import { expect, test } from 'vitest';
import type { Drill } from '../../../src/surfaces/drills/contract.ts';
import { mayPack } from '../../../src/surfaces/evidence/desk.ts';
import type { Person } from '../../../src/surfaces/ports.ts';

const person = (id: string, roles: string[] = []): Person => ({ id, name: id, email: null, roles });
const [ann, fay, out] = [person('ann'), person('fay'), person('out')];
const here = (...all: Person[]) => ({ person: (id: string) => all.find((one) => one.id === id) ?? null });
const drill = (plannedBy: string, staff: Drill['staff'] = []) =>
  ({ plannedBy, staff, players: [{ role: 'incident-commander', person: 'ann' }] }) as unknown as Drill;

test('a pack names persons: it is for whoever planned the drill or was on its staff', () => {
  const one = drill('out', [{ role: 'observer', person: 'fay' }]);
  expect([ann, fay, out].filter((by) => mayPack(here(ann, fay, out), by, one))).toEqual([fay, out]);
});

test('of a drill that a schedule planned, or whose people have left, it is for administrators and not for everybody', () => {
  const root = person('root', ['admin']);
  for (const one of [drill('schedule:every-quarter'), drill('out')])
    expect([ann, fay, root].filter((by) => mayPack(here(ann, fay, root), by, one))).toEqual([root]);
});
