import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { SHIPPED } from '../../support/shipped.ts';
import { faults, launch, picture, type Visit, visit, WIDTHS } from './browser.ts';
import { mara, openSite, people, sofia, type TestSite } from './site.ts';

/** Trends and coverage, before anything was drilled and after. */
vi.setConfig({ testTimeout: 240_000 });

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

async function sound(path: string, name: string): Promise<string> {
  const { page, troubles } = seen;
  expect((await page.goto(path))?.status(), path).toBe(200);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await faults(page), `${name}, ${width} px`).toEqual([]);
    await picture(page, `${name}-${width}`, true);
    await page.emulateMedia({ colorScheme: 'dark' });
    if (width !== 768) expect(await faults(page, 'contrast'), `${name}, ${width} px, dark`).toEqual([]);
  }
  expect(troubles).toEqual([]);
  return ((await page.locator('main').textContent()) ?? '').replace(/\s+/g, ' ');
}

const personOf = (id: string) => people.find((one) => one.id === id) as (typeof people)[number];

/** Played to its end by the clock, with one person who says one thing. */
async function drilled(because: 'time' | 'real' = 'time'): Promise<string> {
  const plan = { simulation: 'pii-leak-output', length: '15m', at: null, rate: 1, note: null };
  const taken = {
    players: [{ role: 'incident-commander', person: mara }],
    staff: [{ role: 'facilitator' as const, person: sofia }],
  };
  const { id } = await site.drills.plan(personOf(sofia), { ...plan, ...taken }, randomUUID());
  await site.drills.start(personOf(sofia), id);
  const says = { type: 'answer-voice', to: 'the radio', text: 'We look at it.', about: null } as const;
  await site.drills.tell(personOf(mara), id, says, randomUUID());
  const noDuff = { type: 'endex', because: 'real', reason: null, incident: null } as const;
  if (because === 'real') await site.drills.tell(personOf(mara), id, noDuff, randomUUID());
  else await site.move(16 * 60_000);
  expect((await site.view(id)).exercise?.endedAt).toBeDefined();
  return id;
}

test('trends and coverage say what there is, link every value to its drill, and name what to drill next', async () => {
  const plan = SHIPPED.find(({ playbook }) => playbook === 'pii-leak-output');
  if (plan) await site.publish(plan);
  expect(await sound('/drills/trends', 'trends-none')).toContain('No drill with people is over yet');
  expect(await sound('/drills/coverage', 'coverage-none')).toMatch(
    /It was never drilled with people\. ?Plan pii-leak-output/,
  );

  const [first, second] = [await drilled(), await drilled()];
  const trends = await sound('/drills/trends?simulation=pii-leak-output', 'trends');
  expect(trends).toContain('2 drills');
  expect(trends).toContain('Alert to an open incident n = 2');
  const { page } = seen;
  for (const id of [first, second])
    expect(await page.locator(`table.trend th a[href="/drills/${id}"]`).count()).toBe(1);
  expect(await page.locator('ul.lat svg circle').count()).toBeGreaterThanOrEqual(4);
  expect(await page.locator(`a[href^="/incidents/${first}?event="]`).count()).toBeGreaterThan(3);

  const coverage = await sound('/drills/coverage', 'coverage');
  expect(coverage).toContain('2 drills with people, played to the end');
  expect(coverage).toMatch(/\d+ of \d+ steps, \d+ of \d+ ways/);
  expect(coverage).toMatch(/No person ever played this role in a drill\./);
  expect((await page.goto('/drills/trends?simulation=pii-leak-outputs'))?.status()).toBe(422);
  expect(await page.locator('main').textContent()).toContain('Did you mean "pii-leak-output"?');
});

test('a report compares with whole drills alone: with none that NO DUFF ended', async () => {
  const plan = SHIPPED.find(({ playbook }) => playbook === 'pii-leak-output');
  if (plan) await site.publish(plan);
  const [cut, whole] = [await drilled('real'), await drilled()];
  const last = await drilled();
  const { page } = await visit(browser, site, { person: sofia });
  const report = await (await page.request.get(`${site.url}/drills/${last}/report`)).text();
  expect(report.includes(whole)).toBe(true);
  expect(report.includes(cut)).toBe(false);
});
