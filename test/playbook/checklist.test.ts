import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { surroundingsOf } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { loadPlaybooks } from '../../src/playbook/library.ts';
import { checklistPage, ITEMS, isType, stepsFor } from '../support/checklist.ts';

const PAGE = 'docs/library-checklist.md';
const plans = loadPlaybooks('playbooks', surroundingsOf(loadInventory('tocsin.yaml')));

describe('the checklist of a response', () => {
  it.each(plans.filter(isType).map((plan) => [plan.playbook, plan] as const))('is done whole by %s', (_, plan) => {
    const missing = ITEMS.filter((item) => stepsFor(item, plan).length === 0).map(({ title }) => title);
    expect(missing).toEqual([]);
  });

  it(`stands in ${PAGE} as the playbooks do it`, () => {
    const page = checklistPage(plans);
    if (process.env.TOCSIN_UPDATE === '1') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
