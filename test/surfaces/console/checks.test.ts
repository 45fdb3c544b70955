import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ListedCheck } from '../../../src/surfaces/checks.ts';
import { faults, launch, picture, type Visit, visit, WIDTHS } from './browser.ts';
import { mara, openSite, type TestSite } from './site.ts';
import { HOSTILE } from './stories.ts';

/** The page of checks: sound at three widths, light and dark, empty and with all that can come of a check. */
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

async function sound(name: string): Promise<void> {
  const { page, troubles } = seen;
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await faults(page), `${name}, ${width} px`).toEqual([]);
    await picture(page, `${name}-${width}`, !name.includes('hostile'));
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await faults(page, 'contrast'), `${name}, ${width} px, dark`).toEqual([]);
  }
  expect(troubles, name).toEqual([]);
}

const check = (more: Partial<ListedCheck>, last: Partial<NonNullable<ListedCheck['last']>> | null): ListedCheck => {
  const at = site.now() - 90_000;
  const came = {
    startedAt: at,
    at,
    status: 'clean',
    version: '41',
    code: null,
    detail: 'It verifies.',
    failures: 0,
  } as const;
  return {
    system: 'support-assistant',
    check: 'integrity',
    everyMs: 900_000,
    nextAt: at + 900_000,
    paused: false,
    last: last && { ...came, doneAt: at, ...last },
    ...more,
  };
};

test('says what to do when nothing is checked', async () => {
  await seen.page.goto('/checks');
  await seen.page.getByRole('heading', { name: 'Nothing is checked' }).waitFor();
  await sound('checks-none');
});

test('shows what came of each check, the worst first, and makes them when asked', async () => {
  const failed = { status: 'failed', code: 'unreachable', detail: 'MLflow does not answer.', failures: 4 } as const;
  const found = { status: 'found', detail: 'It gave away 1 of 2 planted secrets.' } as const;
  site.checks.push(
    check({ system: 'claims-triage', everyMs: null, nextAt: null }, {}),
    check({ system: 'pricing', paused: true, nextAt: null }, failed),
    check({}, null),
    check({ check: 'canaries' }, found),
  );
  const { page } = seen;
  await page.goto('/checks');
  await sound('checks');
  const rows = await page.locator('main li').allTextContents();
  expect(rows.map((row) => row.replace(/\s+/g, ' '))).toEqual([
    expect.stringMatching(/^Integrity\s?Not checked yet\.\s?every 15 min$/),
    expect.stringMatching(
      /^Canaries\s?Found in version 41\.\s?It gave away 1 of 2 planted secrets\.\s?checked .*every 15 min$/,
    ),
    expect.stringMatching(
      /Could not be checked, 4 times in a row\.\s?MLflow does not answer\. unreachable.*paused in Temporal$/,
    ),
    expect.stringMatching(/Nothing found in version 41\. It verifies\..*on demand only$/),
  ]);

  const system = page.getByRole('button', { name: 'Check now: Support assistant' });
  await system.click();
  await page.getByText('The checks of Support assistant go on').waitFor();
  expect(new URL(page.url()).pathname).toBe('/checks');
});

test('shows hostile words as what they are', async () => {
  site.checks.splice(
    0,
    site.checks.length,
    check({}, { status: 'found', version: HOSTILE.slice(0, 100), detail: HOSTILE.slice(0, 500) }),
  );
  await seen.page.goto('/checks');
  expect(await seen.page.locator('main img').count()).toBe(0);
  await sound('checks-hostile');
});
