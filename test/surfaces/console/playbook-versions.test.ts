import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sealPlan } from '../../../src/playbook/hash.ts';
import type { Plan } from '../../../src/playbook/plan.ts';
import { compile } from '../../playbook/world.ts';
import { faults, launch, visit, WIDTHS } from './browser.ts';
import { mara, openSite, type TestSite } from './site.ts';

let site: TestSite;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const plan = (version: number, count: number): Plan =>
  sealPlan(
    compile(
      `playbook: quiet\ntitle: Quiet\nversion: ${version}\nsteps:\n  - { id: may, ask: May we?, by: [{ role: incident-commander, count: ${count} }], within: 10m, on-deny: [] }\n`,
    ),
  );

it('shows who published which version, what it changed for a responder, and which incidents run it', async () => {
  await site.publish(plan(1, 2));
  const { id } = await site.open(plan(1, 2));
  await site.publish(plan(2, 1));
  const { page, troubles } = await visit(browser, site, { person: mara });
  await page.goto('/playbooks');
  expect(await page.getByText('1 incident runs v1').count()).toBe(1);
  await page.goto('/playbooks/quiet');
  const versions = page.getByRole('region', { name: 'Versions' });
  expect(await versions.getByRole('listitem').first().textContent()).toContain('v2');
  expect(await versions.textContent()).toContain('run by 1 incident');
  await versions.getByText('1 change for a responder since v1, 1 more dangerous').click();
  expect(await versions.textContent()).toContain('More dangerous: May we? (may): fewer people must agree');
  const running = page.getByRole('region', { name: 'Incidents that run it' });
  expect(await running.getByRole('listitem').textContent()).toContain('v1');
  expect(await running.getByRole('link').getAttribute('href')).toBe(`/incidents/${id}`);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    expect(await faults(page), `${width} px`).toEqual([]);
  }
  expect(troubles).toEqual([]);
}, 90_000);
