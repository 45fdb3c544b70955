import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { faults, launch, picture, type Visit, visit, WIDTHS } from './browser.ts';
import { mara, openSite, type TestSite } from './site.ts';
import { HOSTILE } from './stories.ts';

// Real pages on a machine that may be doing other things.
vi.setConfig({ testTimeout: 120_000 });

let site: TestSite;
let browser: Browser;
let seen: Visit;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
  seen = await visit(browser, site, { person: mara });
}, 60_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function sound(path: string, name: string, status = 200): Promise<void> {
  const { page, troubles } = seen;
  expect((await page.goto(path))?.status(), name).toBe(status);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await faults(page), `${name}, ${width} px`).toEqual([]);
    await picture(page, `${name}-${width}`, !name.includes('hostile'));
    await page.emulateMedia({ colorScheme: 'dark' });
    if (width !== 768) expect(await faults(page, 'contrast'), `${name}, ${width} px, dark`).toEqual([]);
  }
  const own = troubles.filter((trouble) => status < 400 || !trouble.includes('Failed to load resource'));
  expect(own, `${name}: console`).toEqual([]);
  troubles.length = 0;
}

/** As a monitor sends it; hands back its number. */
async function noticed(alert: { [key: string]: string }, key: string): Promise<string> {
  const { id } = await site.alertDesk.receive(alert, { source: 'prometheus', requester: null, key });
  await site.alertDesk.sweep();
  return id ?? '';
}

describe('the inbox', () => {
  test('says what will be here while there is nothing', async () => {
    await sound('/alerts', 'alerts-none');
    expect(await seen.page.getByRole('heading', { name: 'None yet' }).count()).toBe(1);
  });

  test('shows unmatched alerts first, and their number beside the way to them', async () => {
    const older = await noticed({ kind: 'coffee.cold', title: 'The coffee is cold' }, 'coffee');
    await noticed({ kind: 'coffee.cold', title: 'The coffee is cold' }, 'coffee');
    const over = await noticed({ kind: 'milk.sour' }, 'milk');
    await noticed({ kind: 'milk.sour', status: 'resolved' }, 'milk');
    await sound('/alerts', 'alerts');
    const { page } = seen;
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(await page.locator('[data-row]').allTextContents()).toEqual(['The coffee is cold', 'milk.sour']);
    expect(await page.locator('.nav').getByRole('link', { name: 'Alerts 1 unmatched' }).count()).toBe(1);
    expect(await page.locator('main').textContent()).toContain('2 times');
    expect(await page.locator('main').textContent()).toContain('unmatched, over');
    // By keys alone: to the page, to the row, into it.
    await page.goto('/');
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.waitForURL('**/alerts');
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await page.waitForURL(`**/alerts/${older}`);
    await sound(`/alerts/${older}`, 'alert');
    await sound(`/alerts/${over}`, 'alert-over');
    await sound('/alerts/999999', 'no-alert', 404);
  });

  test('shows a hostile alert as what it is', async () => {
    const id = await noticed({ kind: HOSTILE, title: HOSTILE, long: 'x'.repeat(30_000), system: HOSTILE }, HOSTILE);
    await sound('/alerts', 'alerts-hostile');
    await sound(`/alerts/${id}`, 'alert-hostile');
    const { page } = seen;
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.locator('main').textContent()).not.toContain('\u202e');
    expect(await page.locator('main').textContent()).toContain(`npx tocsin alert show ${id} --json`);
  });

  test('opens an incident on an unmatched alert, once; then it shows which', async () => {
    const id = await noticed({ kind: 'answers.odd', title: 'It answers in verse' }, 'verse');
    const { page } = seen;
    await page.goto(`/alerts/${id}`);
    await page.getByRole('button', { name: 'Open the incident' }).click();
    await page.waitForURL('**/incidents/INC-*');
    const incident = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('It answers in verse');
    expect((await site.view(incident)).requester).toBe(mara);
    await sound(`/alerts/${id}`, 'alert-opened');
    expect(await page.getByRole('link', { name: incident }).count()).toBeGreaterThan(0);
    expect(await page.getByRole('button', { name: 'Open the incident' }).count()).toBe(0);
    await expect(
      site.alertDesk.open(id, { playbook: null, system: null, severity: null, person: mara }),
    ).rejects.toMatchObject({ code: 'alert-taken' });
  });
});
