import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { reportHtml } from '../../../src/surfaces/report/html.tsx';
import { reportMarkdown } from '../../../src/surfaces/report/markdown.ts';
import { faults, launch, openedFile, picture } from '../console/browser.ts';
import { HOSTILE } from '../console/stories.ts';
import { leakTold, reportFrom } from './sample.ts';

vi.setConfig({ testTimeout: 120_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
}, 60_000);
afterAll(() => browser.close());

const opened = (html: string, options?: BrowserContextOptions) => openedFile(browser, html, options);

describe('the incident report', () => {
  test('reads well on a screen, in the dark, on a phone and on paper, and needs nothing but itself', async () => {
    const html = reportHtml(reportFrom(await leakTold()));
    for (const [name, options] of Object.entries({
      light: {},
      dark: { colorScheme: 'dark' as const },
      phone: { viewport: { width: 360, height: 740 } },
    })) {
      const { page, troubles, close } = await opened(html, options);
      expect(await faults(page), name).toEqual([]);
      expect(troubles, name).toEqual([]);
      expect(await page.evaluate('[...document.fonts].filter((f) => f.status === "loaded").length')).toBeGreaterThan(1);
      await picture(page, `report-${name}`);
      if (name === 'light') {
        const pdf = await page.pdf({ preferCSSPageSize: true });
        expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
        const folder = process.env.TOCSIN_SCREENSHOTS;
        if (folder) writeFileSync(join(folder, 'report.pdf'), pdf);
      }
      await close();
    }
  });

  test('tells what happened, what was done, who decided and how it ended, each with its events', async () => {
    const { page, close } = await opened(reportHtml(reportFrom(await leakTold())));
    const section = (name: string) =>
      page.locator('section', { has: page.getByRole('heading', { name, exact: true, level: 2 }) });
    expect(await page.locator('.lede').textContent()).toMatch(
      /^Closed: contained 1 min 12 s after it was opened, back to normal after 4 min 12 s and notice given 2 days 23 h before the limit\.$/,
    );
    const happened = (await section('What happened').textContent()) ?? '';
    expect(happened).toContain('opened this incident about Support assistant');
    expect(happened).toContain('42 s after it began to fire');
    expect(happened).toMatch(/gave away 1: \w+/);
    expect(happened).toContain('3 further alerts joined it: “Canary check”');
    const done = (await section('What was done').textContent()) ?? '';
    expect(done).toContain('Mara Lindqvist and Tomas Okafor answered “Cut traffic to Support assistant?”');
    expect(done).toContain('proved by traffic, seen from simulated gateway');
    expect(await section('How it ended').textContent()).toContain('“Version v40 serves again; 12 customers are told.”');
    expect(await section('Measures').locator('tbody tr').count()).toBe(5);
    expect(await section('Decisions').textContent()).toContain('Validated twice.');
    expect(await section('Duties to notify').textContent()).toContain('receipt 4711');
    expect(await section('Acts and their proofs').textContent()).toContain('Proved by traffic');
    expect(await section('How to verify this report').textContent()).toContain('tocsin timeline verify');
    // Every citation leads to its event.
    const dead = await page.evaluate(
      '[...document.querySelectorAll(".cite a")].filter((a) => !document.querySelector(a.getAttribute("href"))).length',
    );
    expect(dead).toBe(0);
    await close();
  });

  test('hostile words stay words: no markup, no script, no reordering, no sideways scroll', async () => {
    const told = await leakTold({ title: HOSTILE.slice(0, 1_900) });
    const html = reportHtml(reportFrom(told));
    const { page, troubles, close } = await opened(html, { viewport: { width: 360, height: 740 } });
    expect(await page.locator('img, script, iframe, form, [onerror], [style]').count()).toBe(0);
    const heading = await page.getByRole('heading', { level: 1 }).textContent();
    expect(heading).toContain('<img src=x onerror=alert(1)>');
    expect(heading).toContain('\\u202e');
    expect(html).not.toContain('\u202e');
    expect(await faults(page)).toEqual([]);
    expect(troubles).toEqual([]);
    expect(reportMarkdown(reportFrom(told))).not.toMatch(/<img|\u202e/);
    await close();
  });

  test('an exercise says so in its title, its band and beside its name', async () => {
    const { page, close } = await opened(reportHtml(reportFrom(await leakTold({ mode: 'exercise' }))));
    expect(await page.title()).toMatch(/^EXERCISE – /);
    expect(await page.getByLabel('Exercise').textContent()).toContain('Nothing here is real');
    expect(await faults(page)).toEqual([]);
    await close();
  });

  test('an incident that is open, or of which little is known, says that', async () => {
    const told = await leakTold();
    const first = told.events.slice(0, 1);
    const events = first.map((event) => ({ ...event, hash: 'a'.repeat(64), recordedAt: '' }));
    const view = { ...told.story.view, status: 'open' as const, decisions: [], obligations: [], plan: null };
    const html = reportHtml(
      reportFrom(told, { events, view: { ...view, resolvedAt: undefined, closedAt: undefined } }),
    );
    expect(html).toContain('It is open: open, no plan.');
    expect(html).toContain('No person has answered or written anything.');
    expect(html).not.toContain('<h2>Decisions</h2>');
  });

  test('five thousand events are written within seconds, in both forms', async () => {
    const told = await leakTold();
    const last = told.events.at(-1);
    if (!last) throw new Error('nothing was told');
    const many = Array.from({ length: 5_000 }, (_, i) => ({
      ...(told.events[i % told.events.length] ?? last),
      seq: i + 1,
      at: last.at + i * 1_000,
      hash: 'a'.repeat(64),
      recordedAt: '',
    }));
    const startedAt = performance.now();
    const report = reportFrom(told, { events: many });
    expect(reportHtml(report)).toContain('id="e5000"');
    expect(reportMarkdown(report)).toContain('[5000]');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
