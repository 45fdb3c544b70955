import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { surroundingsOf } from '../../../src/inventory/inventory.ts';
import { loadInventory } from '../../../src/inventory/load.ts';
import { loadPlaybooks } from '../../../src/playbook/library.ts';
import type { Plan } from '../../../src/playbook/plan.ts';
import { launch, visit } from './browser.ts';
import { mara, openSite, type TestSite } from './site.ts';

let site: TestSite;
let browser: Browser;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
  const shipped = loadPlaybooks('playbooks', surroundingsOf(loadInventory('tocsin.yaml')));
  await site.publish(shipped.find((plan) => plan.playbook === 'supply-chain-tampered-artifact') as Plan);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const PAGE = '/playbooks/supply-chain-tampered-artifact';

it('shows the picture of a playbook on its page, laid out for the width of the screen', async () => {
  const { page, troubles } = await visit(browser, site, { person: mara });
  const drawn: number[] = [];
  for (const width of [1440, 1000, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(PAGE);
    const picture = page.getByRole('img', { name: 'The plan of supply-chain-tampered-artifact v3, drawn' });
    await picture.scrollIntoViewIfNeeded();
    const widthOf = () => page.evaluate("document.querySelector('.drawing img').naturalWidth") as Promise<number>;
    await expect.poll(widthOf).toBeGreaterThan(250);
    const natural = await widthOf();
    drawn.push(natural);
    // Words keep their size, and the page does not scroll sideways.
    expect(
      ((await page.evaluate("document.querySelector('.drawing img').clientWidth")) as number) / natural,
    ).toBeGreaterThan(0.9);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  }
  expect(drawn[0]).toBeGreaterThan(drawn[2] ?? 0);
  expect(troubles).toEqual([]);
}, 60_000);

it('says what the playbook answers, by the names that the frameworks gave', async () => {
  const { page } = await visit(browser, site, { person: mara });
  await page.goto(PAGE);
  const facts = page.getByRole('region', { name: 'Facts' });
  await expect.poll(() => facts.textContent()).toContain('LLM03 Supply Chain');
  expect(await facts.textContent()).toContain('AML.T0010.001 ');
  expect(await facts.textContent()).toContain('OpenSSF Model Signing 1.0');
}, 60_000);

it('gives the picture to whoever is signed in, and of published playbooks only', async () => {
  const { page, context } = await visit(browser, site, { person: mara });
  const answer = await context.request.get(`${PAGE}/graph.svg?width=294`);
  expect(answer.headers()['content-type']).toBe('image/svg+xml; charset=utf-8');
  expect(await answer.text()).toContain('role="img"');
  expect((await context.request.get('/playbooks/none/graph.svg')).status()).toBe(404);
  expect((await context.request.get(`${PAGE}/graph.svg?width=999999999`)).status()).toBe(200);
  await page.close();
  const nobody = await visit(browser, site);
  const refused = await nobody.context.request.get(`${PAGE}/graph.svg`, { maxRedirects: 0 });
  expect(refused.status()).toBe(303);
}, 60_000);
