import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SHIPPED } from '../../support/shipped.ts';
import { faults, launch, picture, visit } from '../console/browser.ts';
import { personOf, startDrill } from '../console/drill-cast.ts';
import { mara, openSite, sofia, type TestSite } from '../console/site.ts';

vi.setConfig({ testTimeout: 240_000 });

let site: TestSite;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

describe('the after-action report in the console', () => {
  test('opens from the page of a drill that is over, is sound, leads to events, and is shared without names', async () => {
    for (const plan of SHIPPED) await site.publish(plan);
    const { id } = await startDrill(site);
    await site.drills.tell(personOf(sofia), id, { type: 'drill-jump', to: null });
    await site.drills.tell(personOf(sofia), id, {
      type: 'endex',
      because: 'facilitator',
      reason: 'Seen',
      incident: null,
    });
    const { page, troubles, context } = await visit(browser, site, { person: mara });
    await page.goto(`/drills/${id}`);
    await page.getByRole('link', { name: 'After-action report' }).click();
    expect(await page.title()).toMatch(/^EXERCISE – After-action report – EX-.* – Tocsin$/);
    for (const width of [1440, 768, 360]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await faults(page), `${width} px`).toEqual([]);
      await picture(page, `after-action-console-${width}`);
    }
    expect(troubles).toEqual([]);
    const cite = page.locator('.cite a').first();
    const to = await cite.getAttribute('href');
    await cite.click();
    expect(new URL(page.url()).hash).toBe(to);
    expect(await page.locator(to ?? '').isVisible()).toBe(true);
    // Its style holds here: the server's own policy would forbid it.
    expect(await page.evaluate('getComputedStyle(document.querySelector("h1")).fontFamily')).toContain('Source Serif');
    expect(await page.getByRole('link', { name: 'For the staff' }).count()).toBe(0);
    await page.getByRole('link', { name: 'To share outside' }).click();
    const shared = await page.locator('main').textContent();
    for (const name of ['Mara', 'Ingrid', 'Sofia', 'Halden']) expect(shared).not.toContain(name);
    expect(shared).toContain('Player 1');
    await context.close();
    const staff = await visit(browser, site, { person: sofia });
    await staff.page.goto(`/drills/${id}/report?audience=staff`);
    expect(await staff.page.getByRole('link', { name: 'For the staff' }).getAttribute('aria-current')).toBe('page');
    await staff.page.goto('/drills');
    expect(await staff.page.getByRole('link', { name: /^After-action report/ }).count()).toBe(1);
    expect(site.failures).toEqual([]);
    await staff.context.close();
  });
});
