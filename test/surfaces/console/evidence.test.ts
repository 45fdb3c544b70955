import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { verifyPack } from '../../../src/surfaces/evidence/verify.ts';
import { SHIPPED } from '../../support/shipped.ts';
import { faults, launch, picture, visit, WIDTHS } from './browser.ts';
import { personOf, planDrill, SIMULATION } from './drill-cast.ts';
import { ingrid, mara, openSite, sofia, type TestSite } from './site.ts';

/** What a drill is evidence of, in a browser. */
vi.setConfig({ testTimeout: 240_000 });

let site: TestSite;
let browser: Browser;
let over: string;
let running: string;
beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), launch()]);
  for (const plan of SHIPPED) if (plan.playbook === SIMULATION) await site.publish(plan);
  const begin = async () => {
    const { id } = await planDrill(site);
    await site.drills.start(personOf(mara), id);
    await site.move(1_000);
    return id;
  };
  over = await begin();
  await site.drills.tell(personOf(sofia), over, {
    type: 'endex',
    because: 'facilitator',
    reason: null,
    incident: null,
  });
  running = await begin();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

describe('the evidence of a drill in a browser', () => {
  test('is led to from the page of a drill that is over, and says what is missing', async () => {
    const { page, troubles } = await visit(browser, site, { person: sofia });
    await page.goto(`/drills/${over}`);
    await page.getByRole('link', { name: 'Evidence' }).click();
    const text = (await page.locator('main').textContent()) ?? '';
    expect(text).toContain('PCI DSS v4.0.1, 12.10.2');
    expect(text).toContain('Missing: Nothing that contains it was proved');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      expect(await faults(page), `${width} px`).toEqual([]);
      await picture(page, `evidence-${width}`);
    }
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await faults(page, 'contrast'), 'dark').toEqual([]);
    expect(troubles).toEqual([]);
  });

  test('is a signed pack for whoever ran it, that verifies and whose score follows from its timeline', async () => {
    const { page } = await visit(browser, site, { person: sofia });
    await page.goto(`/drills/${over}/evidence`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the evidence pack' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${over}-evidence.zip`);
    const bytes = readFileSync(await download.path());
    expect(await verifyPack(bytes)).toMatchObject({ ok: true, drill: over, score: 'follows', problems: [] });
    const names = Object.keys(unzipSync(bytes)).map((path) => path.replace(`${over}/`, ''));
    expect(names.toSorted()).toEqual(
      [
        ...['README.txt', 'attendance.csv', 'improvements.json', 'manifest.json', 'manifest.sig', 'msel-as-played.csv'],
        ...['plan.json', 'report.html', 'report.json', 'report.md', 'requirements.json', 'requirements.md'],
        ...['rubric.json', 'score.json', 'timeline.jsonl'],
      ].toSorted(),
    );
  });

  test('names persons: a player may not download it, and reads what it is evidence of', async () => {
    const { page } = await visit(browser, site, { person: ingrid });
    await page.goto(`/drills/${over}/evidence`);
    expect(await page.getByRole('link', { name: 'Download the evidence pack' }).count()).toBe(0);
    expect((await page.request.get(`/drills/${over}/evidence.zip`)).status()).toBe(403);
  });

  test('there is none before ENDEX', async () => {
    const { page } = await visit(browser, site, { person: sofia });
    for (const path of ['evidence', 'evidence.zip']) {
      const answer = await page.request.get(`/drills/${running}/${path}`);
      expect(answer.status(), path).toBe(409);
    }
  });
});
