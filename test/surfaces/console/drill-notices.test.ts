import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { SHIPPED } from '../../support/shipped.ts';
import { launch, picture, visit } from './browser.ts';
import { mara, openSite, people, sofia, type TestSite, tomas } from './site.ts';

// tiers: postgres, browser

vi.setConfig({ testTimeout: 120_000 });
const PLAYBOOK = 'supply-chain-tampered-artifact';
let site: TestSite;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

test('a planned drill tells those who take part on Now, and its playbook says that it was never drilled', async () => {
  for (const plan of SHIPPED) if (plan.playbook === PLAYBOOK) await site.publish(plan);
  const planner = people.find(({ id }) => id === sofia);
  if (!planner) throw new Error('nobody plans');
  const { id } = await site.drills.plan(
    planner,
    {
      simulation: PLAYBOOK,
      length: '15m',
      players: [{ role: 'incident-commander', person: mara }],
      staff: [{ role: 'facilitator', person: sofia }],
      at: site.now() + 3 * 86_400_000,
      ...{ rate: 1, note: null },
    },
    randomUUID(),
  );
  const { page } = await visit(browser, site, { person: mara });
  await page.goto('/');
  const lines = page.getByRole('region', { name: 'Drills to come' });
  expect(await lines.textContent()).toMatch(new RegExp(`${id} “.*” begins on .*, in 3 days\\.$`));
  expect(await lines.textContent()).not.toContain('bots will');
  await picture(page, 'now-drill-to-come');
  await lines.getByRole('link', { name: id }).click();
  await page.waitForURL(`**/drills/${id}`);

  await page.goto(`/playbooks/${PLAYBOOK}`);
  expect(await page.locator('dl.facts').first().textContent()).toContain('Never drilled');
  await picture(page, 'playbook-never-drilled');
  const { page: other } = await visit(browser, site, { person: tomas });
  await other.goto('/');
  expect(await other.getByRole('region', { name: 'Drills to come' }).count()).toBe(0);
});
