import { expect, it } from 'vitest';
import { emptyView, evolve } from '../../../src/incident/view.ts';
import { ArrivedSheet } from '../../../src/surfaces/console/parts/arrived.tsx';
import { arrivedFor, placeIn } from '../../../src/surfaces/model/drill.ts';
import { sampleExercise } from '../../support/sample-events.ts';

it('leads to each file that an inject brought along, under the name it has', () => {
  const { exercise } = sampleExercise().reduce(evolve, emptyView());
  if (!exercise) throw new Error('this is no exercise');
  for (const inject of exercise.injects) inject.attachments = ['files/access log.csv', '<b>note</b>.txt'];
  const place = placeIn({ players: [{ role: 'communications-lead', person: 'ben' }], staff: [] }, 'ben');
  const arrived = arrivedFor(exercise, place, 'ben');
  const page = String(ArrivedSheet({ drill: 'EX-2026-0001', exercise, arrived, names: new Map(), once: 'x' }));
  const address = '/api/drills/EX-2026-0001/injects/reporter/attachments';
  expect(page.replace(/\s+/g, ' ')).toContain(`<a href="${address}/1">`);
  expect(page).toContain('access log.csv');
  expect(page).toContain(`${address}/2`);
  expect(page).not.toContain('<b>note</b>');
});
