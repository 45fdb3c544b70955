import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AUDIENCES } from '../../../src/surfaces/after-action/contract.ts';
import { afterActionHtml } from '../../../src/surfaces/after-action/html.tsx';
import { faults, launch, openedFile, picture } from '../console/browser.ts';
import { sampleReport } from './sample.ts';

vi.setConfig({ testTimeout: 120_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
}, 60_000);
afterAll(() => browser.close());

const opened = (html: string, options?: BrowserContextOptions) => openedFile(browser, html, options);

/** Every text with a figure in it, but what counts as a name: in code, of an event itself, of the script, of another drill, or of a chart. */
const UNTRACED = `(() => {
  const out = [];
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const on = node.parentElement;
    if (!/\\d/.test(node.textContent) || on.closest('code, h1, h2, h3, .log, [data-no], [data-from], svg')) continue;
    const block = on.closest('li, tr, .block, p:not(.words), dd, figcaption, blockquote');
    const to = block && [...block.querySelectorAll('a[href^="#e"]')].find((a) => document.querySelector(a.getAttribute('href')));
    if (!to) out.push(node.textContent.trim());
  }
  return out;
})()`;

describe('the after-action report as a file', () => {
  test('reads well on a screen, in the dark and on a phone, and needs nothing but itself', async () => {
    const html = afterActionHtml(await sampleReport('staff'));
    for (const [name, options] of Object.entries({
      light: {},
      dark: { colorScheme: 'dark' as const },
      phone: { viewport: { width: 360, height: 740 } },
    })) {
      const { page, troubles, close } = await opened(html, options);
      expect(await faults(page), name).toEqual([]);
      expect(troubles, name).toEqual([]);
      await picture(page, `after-action-${name}`);
      await close();
    }
  });

  test.each(AUDIENCES)('leads from every figure to its events, for %s', async (audience) => {
    const { page, close } = await opened(afterActionHtml(await sampleReport(audience)));
    expect(await page.evaluate(UNTRACED)).toEqual([]);
    const dead =
      '[...document.querySelectorAll("a[href^=\\"#\\"]")].filter((a) => !document.querySelector(a.getAttribute("href"))).length';
    expect(await page.evaluate(dead)).toBe(0);
    await close();
  });

  test('notices a figure that leads nowhere', async () => {
    const html = afterActionHtml(await sampleReport('team')).replace(
      '</header>',
      '<p>It took 12 minutes.</p></header>',
    );
    const { page, close } = await opened(html);
    expect(await page.evaluate(UNTRACED)).toEqual(['It took 12 minutes.']);
    await close();
  });

  test('prints on sheets of A4, with hash and number on each, and cuts no figure in two', async () => {
    const report = await sampleReport('staff');
    const { page, close } = await opened(afterActionHtml(report));
    const pdf = await page.pdf({ preferCSSPageSize: true });
    const folder = process.env.TOCSIN_SCREENSHOTS;
    if (folder) writeFileSync(join(folder, 'after-action.pdf'), pdf);
    const text = pdf.toString('latin1');
    // 210 by 297 mm in points.
    expect(text).toMatch(/\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
    await page.emulateMedia({ media: 'print' });
    const styles = (await page.evaluate(
      '[...document.querySelectorAll("figure, .log > li, tr")].map((e) => getComputedStyle(e).breakInside)',
    )) as string[];
    expect(new Set(styles)).toEqual(new Set(['avoid']));
    expect(afterActionHtml(report)).toContain(
      `content: "Timeline head ${report.head?.hash.slice(0, 16)} · rubric ${report.rubric.hash?.slice(0, 16)}"`,
    );
    await close();
  });
});
